import type { Conversation, MessagePreview, UnsentRow } from "@trunkline/sdk";
import { nothing, type TemplateResult } from "lit";
import { html, literal } from "lit/static-html.js";
import type { Localizer } from "../../locales/localizer.ts";
import { avatar } from "../../shared/avatar.ts";
import { icon } from "../../shared/icons.ts";
import type { Person } from "../../shared/people.ts";

/** What a row says beyond its conversation. */
export interface RowExtra {
  /** What stands behind the last words, such as that they have opted out. */
  readonly mark: TemplateResult | typeof nothing;
  /** The reader's latest text that the gateway has not accepted. */
  readonly unsent: UnsentRow | undefined;
}

export interface RowOptions {
  readonly conversation: Conversation;
  readonly person: Person;
  /** Where the host shows it; null where it does not say. */
  readonly href: string | null;
  /** The line's name, where the person alone does not tell which conversation this is. */
  readonly lineName: string | null;
  /** Undefined until it is known. */
  readonly extra: RowExtra | undefined;
  readonly words: Localizer;
  readonly now: Date;
  /** Whose own texts are called "You"; null while that is not known. */
  readonly userId: string | null;
  readonly draft: string;
  readonly selected: boolean;
  readonly tabStop: boolean;
}

/** One conversation as a button, or as a link where the host has a page for it: who, when, the last words, and how much is unread. */
export function conversationRow(options: RowOptions): TemplateResult {
  const { conversation, person, href, lineName, extra, words, now, draft, selected, tabStop } = options;
  const unread = conversation.viewer?.unreadCount ?? 0;
  const at = new Date(conversation.lastMessage?.createdAt ?? conversation.createdAt);
  const tag = href === null ? literal`button` : literal`a`;
  return html`<${tag}
    class="row ${unread > 0 ? "unread" : ""} ${conversation.lastMessage?.direction ?? ""} ${lineName === null ? "" : "with-line"}"
    part="row"
    type=${href === null ? "button" : nothing}
    href=${href ?? nothing}
    data-id=${conversation.id}
    tabindex=${tabStop ? 0 : -1}
    aria-current=${selected ? "true" : nothing}
  >
    ${avatar({ name: person.name, key: person.number, avatarUrl: person.contact?.avatarUrl })}
    <span class="name" dir="auto" title=${person.label}>${person.label}</span>
    <time dir="auto" datetime=${at.toISOString()} title=${words.moment(at)}>${words.listTime(at, now)}</time>
    ${lineName === null ? nothing : html`<span class="of-line"><bdi>${lineName}</bdi></span>`}
    <span class="preview">
      ${preview(options, draft)} ${extra?.mark}
      ${
        unread > 0
          ? html`<span class="count" aria-hidden="true"
                >${unread > 99 ? words.t("unread.over", { count: 99 }) : unread}</span
              ><span class="visually-hidden">${words.t("unread.messages", { count: unread })}</span>`
          : nothing
      }
    </span>
  </${tag}>`;
}

function preview({ conversation, extra, words, userId, now }: RowOptions, draft: string): TemplateResult {
  const { lastMessage: last } = conversation;
  const unsent = extra?.unsent;
  if (draft !== "") {
    return html`<span class="draft">${words.t("list.draft")}</span><span class="preview-text" dir="auto">${oneLine(draft)}</span>`;
  }
  if (unsent) {
    const text = words.t("list.you", { text: oneLine(unsent.message.text) });
    return html`${unsent.state === "failed" ? badMark("failed", words) : nothing}<span class="preview-text" dir="auto">${text}</span>`;
  }
  if (last === null) return html`<span class="preview-text" dir="auto">${words.t("list.no-messages")}</span>`;
  const goes = last.status === "scheduled" && last.waitsUntil ? new Date(last.waitsUntil) : null;
  const mark = goes
    ? words.t("list.goes", { when: words.soon(goes, now) })
    : last.status === "canceled" && words.t("status.canceled");
  const bad = last.status === "failed" || last.status === "undelivered" ? last.status : null;
  return html`${mark ? html`<span class="goes" title=${goes ? words.moment(goes) : nothing}>${mark}</span>` : nothing}${
    bad !== null ? badMark(bad, words) : nothing
  }<span class="preview-text" dir="auto">${previewText(last, words, userId)}</span>`;
}

function badMark(status: "failed" | "undelivered", words: Localizer): TemplateResult {
  return html`${icon("failed")}<span class="visually-hidden">${words.t(`status.${status}`)}</span>`;
}

function previewText(last: MessagePreview, words: Localizer, userId: string | null): string {
  const text = oneLine(last.text) || words.t("message.picture");
  if (last.direction !== "outbound") return text;
  if (userId !== null && last.author.kind === "user" && last.author.id === userId) return words.t("list.you", { text });
  return last.author.name === null
    ? words.t("list.automatic", { text })
    : words.t("list.author", { name: last.author.name, text });
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
