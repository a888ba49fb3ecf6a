import { waitsUntil } from "@trunkline/protocol/vocabulary";
import type { Failure, MessageCheck, MessageRow, MessageStatus } from "@trunkline/sdk";
import { html, nothing, type TemplateResult } from "lit";
import type { Localizer } from "../../locales/localizer.ts";
import { say, sayCode } from "../../locales/sending.ts";
import { avatar } from "../../shared/avatar.ts";
import { CLOSE } from "../../shared/close-icon.ts";
import { isEmojiOnly } from "../../shared/emoji.ts";
import { type IconName, type IconShape, icon } from "../../shared/icons.ts";
import { hrefOf, type LinkFor } from "../../shared/link-for.ts";
import { linkify } from "../../shared/links.ts";
import type { Person } from "../../shared/people.ts";
import { ownZone, sharedZone, soonIn, wallClock, zoneName } from "../../shared/zone-times.ts";
import { STATUS_ICONS } from "./status-icons.ts";

export interface MessageOptions {
  readonly item: MessageRow;
  readonly first: boolean;
  readonly person: Person;
  readonly words: Localizer;
  readonly userId: string | null;
  /** The one message of the thread that Tab reaches, with the links and buttons in it. */
  readonly tabStop: boolean;
  /** Absent where the reader may not send. */
  readonly onRetry?: ((item: MessageRow) => void) | undefined;
  /** Asked only of a text that failed. */
  readonly isRetried: (item: MessageRow) => boolean;
  /** Absent where the reader may not send. */
  readonly onCancel?: ((item: MessageRow) => void) | undefined;
  readonly now: Date;
  /** Whether a text could leave, and which clocks they may have; null while that is not known. */
  readonly check: MessageCheck | null;
  /** It is the message that the thread was opened for. */
  readonly isSought: boolean;
  readonly linkFor: LinkFor | null;
}

const ICON_OF: Readonly<Record<MessageStatus, IconName | IconShape>> = {
  ...STATUS_ICONS,
  scheduled: STATUS_ICONS.queued,
  undelivered: "failed",
  failed: "failed",
  canceled: CLOSE,
  received: STATUS_ICONS.delivered,
};

/** One message: who and when at the head of a group, the words in a bubble, and how far an outgoing one has come. */
export function messageView(options: MessageOptions): TemplateResult {
  const { item, first, words, tabStop, isSought } = options;
  const { message } = item;
  const side = message.kind === "text" ? message.direction : `internal ${message.kind}`;
  const at = new Date(message.createdAt);
  const author = authorOf(options);
  const status = statusOf(item);
  const name =
    status === null
      ? say(words, "message.name", { author, time: words.moment(at) })
      : say(words, "message.name-status", { author, time: words.moment(at), status: words.t(`status.${status}`) });
  const shown = status === "scheduled" && isStopped(options) ? "canceled" : status;
  const more = failure(options, status) ?? waiting(options, status) ?? carrierWord(options);
  const large = message.kind === "text" && isEmojiOnly(message.text);
  return html`<article
    class="message ${side} ${first ? "first" : ""} ${isSought ? "sought" : ""}"
    data-key=${item.key}
    tabindex=${tabStop ? 0 : -1}
    aria-label=${name}
    aria-describedby="text-${item.key}${more === null ? "" : ` more-${item.key}`}"
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
    ${first && message.kind !== "system" ? header(options, author, at) : nothing}
    <div class="line">
      <div
        class="bubble ${large ? "large" : ""} ${isBad(status) ? "bad" : ""} ${shown ?? ""}"
        part="bubble bubble-${message.kind === "text" ? side : "internal"}"
        title=${first ? nothing : words.moment(at)}
      >
        <p id="text-${item.key}" dir="auto">${body(message.text, tabStop)}${media(item, words)}</p>
      </div>
      ${
        side === "outbound" && shown !== null
          ? html`<span class="status ${shown}" part="status" title=${words.t(`status.${shown}`)} aria-hidden="true"
              >${icon(ICON_OF[shown])}</span
            >`
          : nothing
      }
    </div>
    ${more ?? nothing}
  </article>`;
}

/** Who and when, over a group. What it says is in the message's own name already; the link alone is news. */
function header({ item, words, linkFor, tabStop }: MessageOptions, author: string, at: Date): TemplateResult {
  const { message } = item;
  const isOwn = message.kind === "text" && message.direction === "outbound" && author === say(words, "message.you");
  const time = html`<time dir="auto" datetime=${at.toISOString()} title=${words.moment(at)}>${words.time(at)}</time>`;
  const href =
    item.state === "accepted"
      ? hrefOf(linkFor, { conversationId: item.message.conversationId, messageId: item.message.id })
      : null;
  return html`<header>
    ${isOwn ? nothing : html`<span class="author" dir="auto" aria-hidden="true">${author}</span>`}
    ${
      href === null
        ? html`<span aria-hidden="true">${time}</span>`
        : html`<a
            href=${href}
            tabindex=${tabStop ? 0 : -1}
            aria-label=${say(words, "message.link", { time: words.moment(at) })}
            >${time}</a
          >`
    }
  </header>`;
}

/** How far a text has come; null where that is not a question. Unknown words of a newer gateway count as not confirmed. */
function statusOf(item: MessageRow): MessageStatus | null {
  if (item.state === "sending") return "sending";
  if (item.state === "failed") return "failed";
  const { status, direction, carrierStatus } = item.message;
  if (carrierStatus !== null && (status === "sending" || status === "sent")) return "unknown";
  if (direction !== "outbound" || status === null) return null;
  return Object.hasOwn(ICON_OF, status) ? status : "unknown";
}

function isBad(status: MessageStatus | null): boolean {
  return status === "failed" || status === "undelivered";
}

/** However often it is tried: such a number cannot be texted, or somebody else has to do something first. */
const HOPELESS: ReadonlySet<string> = new Set([
  "landline",
  "invalid_number",
  "opted_out",
  "no_opt_in",
  "line_not_assigned",
  "line_unregistered",
  "invalid_sender",
  "carrier_credentials",
  "country_not_confirmed",
]);

function isHopeless(item: MessageRow): boolean {
  const code =
    item.state === "accepted" ? item.message.failure?.code : item.state === "failed" ? item.error.code : undefined;
  return HOPELESS.has(code ?? "");
}

function authorOf({ item, person, words, userId }: MessageOptions): string {
  if (item.state !== "accepted") return say(words, "message.you");
  const { direction, author, kind } = item.message;
  if (kind === "note" && author.name !== null) return say(words, "message.note-by", { name: author.name });
  if (direction === "inbound") return person.label;
  if (author.kind === "user" && author.id !== null && author.id === userId) return say(words, "message.you");
  return author.name ?? say(words, "message.automatic");
}

function body(text: string, tabStop: boolean): unknown {
  const parts = linkify(text);
  if (parts.length === 1 && parts[0]?.kind === "text") return text;
  return parts.map((part) =>
    part.kind === "text"
      ? part.text
      : html`<a href=${part.href} target="_blank" rel="noopener noreferrer nofollow ugc" tabindex=${tabStop ? 0 : -1}
          >${breakable(part.text)}</a
        >`,
  );
}

/** An address that does not fit on a line goes on behind a slash, not in the middle of a word. */
function breakable(address: string): unknown[] {
  return address.split(SEAMS).map((piece, index) => (index === 0 ? piece : html`<wbr />${piece}`));
}
const SEAMS = /(?<=[^:/]\/|[?&=#])(?=.)/;

function media(item: MessageRow, words: Localizer): unknown {
  const count = item.state === "accepted" ? item.message.media.length : 0;
  return count === 0 ? nothing : html`<span class="media">${words.t("message.picture")} × ${count}</span>`;
}

/** What is said under a text that waits, or that was taken back. */
function waiting(options: MessageOptions, status: MessageStatus | null) {
  const { item, words, tabStop, onCancel } = options;
  if (item.state === "sending") return delayed(item, options);
  if (item.state !== "accepted") return null;
  if (status === "canceled") return html`<p class="waiting" id="more-${item.key}">${say(words, "row.canceled")}</p>`;
  const until = waitsUntil(item.message);
  if (until === null) return null;
  return html`<p class="waiting" id="more-${item.key}">
    <span title=${words.moment(new Date(until))}
      >${goes(options, new Date(until), item.message.held?.code === "quiet_hours")}</span
    >
    ${
      onCancel
        ? html`<button class="text-button" type="button" tabindex=${tabStop ? 0 : -1} @click=${() => onCancel(item)}>
            ${say(words, isStopped(options) ? "row.remove" : "row.cancel")}
          </button>`
        : nothing
    }
  </p>`;
}

/** Why a text has not left this page, and when it is tried again; a lost connection is told once, over everything. */
function delayed({ key, delay }: Extract<MessageRow, { state: "sending" }>, { words, now }: MessageOptions) {
  if (delay === null || delay.error.status === null) return null;
  const until = new Date(delay.until);
  const isSoon = until.getTime() - now.getTime() < 60_000;
  const when = isSoon ? say(words, "row.moment") : say(words, "check.at-today", { time: words.time(until) });
  const why = delay.error.code === "rate_limited" ? "row.limited" : "row.delayed";
  return html`<p class="waiting" id="more-${key}">${say(words, why, { when })}</p>`;
}

/** They have opted out since: it will not leave, whatever its time. */
function isStopped({ check }: MessageOptions): boolean {
  return check?.canSend === false && check.reasons[0]?.code === "opted_out";
}

/** Whether it goes at all, and when: on the recipient's clock, as it was chosen, and on the reader's where that shows another time. */
function goes(options: MessageOptions, at: Date, isQuiet: boolean): string {
  const { check, now, person, words } = options;
  if (isStopped(options)) return say(words, "row.stopped");
  const zone = sharedZone(check?.timeZones ?? [], now);
  const when =
    zone === null || wallClock(at, zone) === wallClock(at, ownZone())
      ? words.soon(at, now)
      : say(words, "row.both", {
          theirs: soonIn(at, now, zone, words),
          zone: zoneName(zone, at, words),
          own: soonIn(at, now, undefined, words),
        });
  return isQuiet ? say(words, "row.held", { name: person.label, when }) : say(words, "row.goes", { when });
}

/** A word of the carrier's own that nobody here knows, as it came. */
function carrierWord({ item, words }: MessageOptions): TemplateResult | null {
  if (item.state !== "accepted" || !item.message.carrierStatus) return null; // an older gateway does not say
  return html`<p class="waiting" id="more-${item.key}">${say(words, "row.carrier", { word: item.message.carrierStatus })}</p>`;
}

function failure(options: MessageOptions, status: MessageStatus | null): TemplateResult | null {
  const { item, words, tabStop, onRetry, onCancel } = options;
  const isUnclear = status === "unknown" && (item.state !== "accepted" || !item.message.carrierStatus);
  if (status === null || (!isBad(status) && !isUnclear)) return null;
  return html`<p class="failure ${status}" id="more-${item.key}">
    <span>${reasonOf(options, status)}</span>
    ${
      onRetry && isBad(status) && !isHopeless(item) && !options.isRetried(item)
        ? html`<button class="text-button" type="button" tabindex=${tabStop ? 0 : -1} data-retry=${item.key} @click=${() => onRetry(item)}>
            ${say(words, "message.retry")}
          </button>`
        : nothing
    }
    ${
      onCancel && item.state === "failed"
        ? html`<button class="text-button" type="button" tabindex=${tabStop ? 0 : -1} @click=${() => onCancel(item)}>
            ${say(words, "row.remove")}
          </button>`
        : nothing
    }
  </p>`;
}

function reasonOf({ item, words, person }: MessageOptions, status: MessageStatus): string {
  const failureOf: Pick<Failure, "code"> | null =
    item.state === "accepted" ? item.message.failure : item.state === "failed" ? item.error : null;
  const name = { name: person.label };
  const general =
    status === "unknown" ? "failure.unknown" : status === "failed" ? "failure.failed" : "failure.undelivered";
  const told = status === "unknown" ? null : sayCode(words, `failure.${failureOf?.code ?? ""}`, name);
  if (told === null) return say(words, general);
  return status === "undelivered" ? say(words, "message.why", { reason: told }) : told;
}
