import type { Failure, MessageRow, MessageStatus } from "@trunkline/sdk";
import { html, nothing, type TemplateResult } from "lit";
import type { PhraseKey } from "../../locales/en.ts";
import type { Localizer } from "../../locales/localizer.ts";
import { avatar } from "../../shared/avatar.ts";
import { isEmojiOnly } from "../../shared/emoji.ts";
import { type IconName, icon } from "../../shared/icons.ts";
import { linkify } from "../../shared/links.ts";
import type { Person } from "../../shared/people.ts";

export interface MessageOptions {
  readonly item: MessageRow;
  readonly first: boolean;
  readonly person: Person;
  readonly words: Localizer;
  readonly userId: string | null;
  /** The one message of the thread that Tab reaches, with the links and buttons in it. */
  readonly tabStop: boolean;
  /** Absent where the reader may not send. */
  readonly onRetry?: (() => void) | undefined;
  /** Asked only of a text that failed. */
  readonly isRetried: () => boolean;
}

const STATUS_ICONS: Readonly<Record<MessageStatus, IconName>> = {
  scheduled: "queued",
  queued: "queued",
  sending: "sending",
  unknown: "unknown",
  sent: "sent",
  delivered: "delivered",
  undelivered: "failed",
  failed: "failed",
  canceled: "close",
  received: "delivered",
};

/** One message: who and when at the head of a group, the words in a bubble, and how far an outgoing one has come. */
export function messageView(options: MessageOptions): TemplateResult {
  const { item, first, words, tabStop } = options;
  const { message } = item;
  const side = message.kind === "text" ? message.direction : "internal";
  const at = new Date(message.createdAt);
  const time = words.time(at);
  const author = authorOf(options);
  const status = statusOf(item);
  const name =
    status === null
      ? words.t("message.name", { author, time: words.moment(at) })
      : words.t("message.name-status", { author, time: words.moment(at), status: words.t(`status.${status}`) });
  const large = side !== "internal" && isEmojiOnly(message.text);
  return html`<article
    class="message ${side} ${first ? "first" : ""}"
    data-key=${item.key}
    tabindex=${tabStop ? 0 : -1}
    aria-label=${name}
    aria-describedby="text-${item.key}"
  >
    ${
      first && side === "inbound"
        ? avatar({
            name: options.person.name,
            key: options.person.number,
            avatarUrl: options.person.contact?.avatarUrl,
          })
        : nothing
    }
    ${
      first
        ? html`<header aria-hidden="true">
            ${side === "outbound" && author === words.t("message.you") ? nothing : html`<span class="author" dir="auto">${author}</span>`}
            <time datetime=${at.toISOString()} title=${words.moment(at)}>${time}</time>
          </header>`
        : nothing
    }
    <div class="line">
      <div
        class="bubble ${large ? "large" : ""} ${isBad(status) ? "bad" : ""}"
        part="bubble bubble-${side}"
        title=${first ? nothing : words.moment(at)}
      >
        <p id="text-${item.key}" dir="auto">${body(message.text, tabStop)}${media(item, words)}</p>
      </div>
      ${
        side === "outbound" && status !== null
          ? html`<span class="status ${status}" part="status" title=${words.t(`status.${status}`)} aria-hidden="true"
              >${icon(STATUS_ICONS[status])}</span
            >`
          : nothing
      }
    </div>
    ${failure(options, status)}
  </article>`;
}

/** How far a text has come; null where that is not a question. Unknown words of a newer gateway count as not confirmed. */
function statusOf(item: MessageRow): MessageStatus | null {
  if (item.state === "sending") return "sending";
  if (item.state === "failed") return "failed";
  const { status, direction } = item.message;
  if (direction !== "outbound" || status === null) return null;
  return Object.hasOwn(STATUS_ICONS, status) ? status : "unknown";
}

function isBad(status: MessageStatus | null): boolean {
  return status === "failed" || status === "undelivered";
}

function authorOf({ item, person, words, userId }: MessageOptions): string {
  if (item.state !== "accepted") return words.t("message.you");
  const { direction, author, kind } = item.message;
  if (kind === "note" && author.name !== null) return words.t("message.note-by", { name: author.name });
  if (direction === "inbound") return person.label;
  if (author.kind === "user" && author.id !== null && author.id === userId) return words.t("message.you");
  return author.name ?? words.t("message.automatic");
}

function body(text: string, tabStop: boolean): unknown {
  const parts = linkify(text);
  if (parts.length === 1 && parts[0]?.kind === "text") return text;
  return parts.map((part) =>
    part.kind === "text"
      ? part.text
      : html`<a href=${part.href} target="_blank" rel="noopener noreferrer nofollow ugc" tabindex=${tabStop ? 0 : -1}
          >${part.text}</a
        >`,
  );
}

function media(item: MessageRow, words: Localizer): unknown {
  const count = item.state === "accepted" ? item.message.media.length : 0;
  return count === 0 ? nothing : html`<span class="media">${words.t("message.picture")} × ${count}</span>`;
}

function failure(options: MessageOptions, status: MessageStatus | null): unknown {
  const { item, words, tabStop, onRetry } = options;
  if (status === null || (!isBad(status) && status !== "unknown")) return nothing;
  return html`<p class="failure ${status}">
    <span>${reasonOf(options, status)}</span>
    ${
      onRetry && isBad(status) && !options.isRetried()
        ? html`<button class="text-button" type="button" tabindex=${tabStop ? 0 : -1} data-retry=${item.key} @click=${onRetry}>
            ${words.t("message.retry")}
          </button>`
        : nothing
    }
  </p>`;
}

function reasonOf({ item, words, person }: MessageOptions, status: MessageStatus): string {
  const failureOf: Pick<Failure, "code"> | null =
    item.state === "accepted" ? item.message.failure : item.state === "failed" ? item.error : null;
  const specific = `failure.${failureOf?.code ?? ""}`;
  const general: PhraseKey =
    status === "unknown" ? "failure.unknown" : status === "failed" ? "failure.failed" : "failure.undelivered";
  const reason =
    words.has(specific) && status !== "unknown" ? words.t(specific, { name: person.label }) : words.t(general);
  return status === "undelivered" && reason !== words.t(general) ? words.t("message.why", { reason }) : reason;
}
