import * as z from "zod/mini";
import { MESSAGE_STATUSES } from "./message-status.ts";
import { cursor, id, languageTag, limit, metadata, sequenceInput, text, timestamp, userRef } from "./schema.ts";
import { SendAt } from "./sending.ts";

/** Who wrote a message. `contact` is the person at the other end; `api` a key, named by its name. */
export const Author = z.object({
  kind: z.enum(["user", "contact", "api", "system"]),
  id: z.nullable(z.string()),
  name: z.nullable(z.string()),
});
export type Author = z.infer<typeof Author>;

/** Why a text did not arrive. `code` is of our catalogue, `carrierCode` is the carrier's own, kept as it came. */
export const Failure = z.object({
  code: z.string(),
  carrierCode: z.nullable(z.string()),
  message: z.string(),
  retryable: z.boolean(),
});
export type Failure = z.infer<typeof Failure>;

export const MediaItem = z.object({
  id: z.string(),
  contentType: z.string(),
  bytes: z.number(),
  url: z.string(),
  expiresAt: timestamp,
});
export type MediaItem = z.infer<typeof MediaItem>;

/** A text that waits: `code` is of our catalogue, such as `quiet_hours`; it is looked at again at `until`. */
export const Held = z.object({ code: z.string(), until: timestamp });
export type Held = z.infer<typeof Held>;

export const DIRECTIONS = ["inbound", "outbound", "internal"] as const;
export const MESSAGE_KINDS = ["text", "note", "system"] as const;

/**
 * One message of a conversation. `sequence` is its place: 1, 2, 3, … without holes, assigned when it was stored.
 * `updatedAt` strictly increases with every change, so that of two versions the later one is known.
 */
export const Message = z.object({
  id: id("msg"),
  clientId: z.nullable(z.string()),
  conversationId: id("conv"),
  sequence: z.int(),
  direction: z.enum(DIRECTIONS),
  kind: z.enum(MESSAGE_KINDS),
  text: z.string(),
  media: z.array(MediaItem),
  from: z.nullable(z.string()),
  to: z.nullable(z.string()),
  author: Author,
  status: z.nullable(z.enum(MESSAGE_STATUSES)),
  failure: z.nullable(Failure),
  encoding: z.nullable(z.enum(["gsm7", "ucs2"])),
  segments: z.nullable(z.int()),
  /** When it was asked to leave; null for at once. */
  sendAt: z.nullable(timestamp),
  /** Why it waits although its time has come, and until when. */
  held: z.nullable(Held),
  sentAt: z.nullable(timestamp),
  deliveredAt: z.nullable(timestamp),
  retryOf: z.nullable(id("msg")),
  broadcastId: z.nullable(id("bct")),
  templateId: z.nullable(id("tpl")),
  carrierMessageId: z.nullable(z.string()),
  /**
   * The carrier's own word for where the text stands, when it is one that the gateway does not know; show it as unknown.
   * `status` stays what it was, and of several such words the same one is kept in whatever order they came.
   */
  carrierStatus: z.nullable(z.string()),
  /** Whom a note means; absent where it means nobody in particular. */
  mentions: z.optional(z.array(id("usr"))),
  /** Of a system line: where the conversation goes on, or where it comes from. */
  transfer: z.optional(z.object({ direction: z.enum(["to", "from"]), conversationId: id("conv"), lineId: id("line") })),
  metadata,
  createdAt: timestamp,
  updatedAt: timestamp,
});
export type Message = z.infer<typeof Message>;

/** A note that means somebody. */
export const Mention = z.object({ userId: id("usr"), message: Message });
export type Mention = z.infer<typeof Mention>;

/** What a list of conversations shows of the last message; `text` is cut after 200 characters. */
export const MessagePreview = z.object({
  id: id("msg"),
  sequence: z.int(),
  direction: z.enum(DIRECTIONS),
  kind: z.enum(MESSAGE_KINDS),
  text: z.string(),
  status: z.nullable(z.enum(MESSAGE_STATUSES)),
  /** When a text leaves that is scheduled or held; null for all others. */
  waitsUntil: z.nullable(timestamp),
  author: Author,
  createdAt: timestamp,
  updatedAt: timestamp,
});
export type MessagePreview = z.infer<typeof MessagePreview>;

/** Longest text that is accepted, in UTF-16 code units. Source: the smallest cap of the large vendors (Twilio, error 21617). */
export const MAX_TEXT_LENGTH = 1600;

/** Words of one text, written by the caller. */
export const messageText = text({ min: 1, max: MAX_TEXT_LENGTH });

/** Variables of one text of a template, and values in a call. */
export const MAX_VARIABLES = 50;

/** Values for the variables of a template, by name. */
export const templateValues = z
  .record(text({ min: 1, max: 64 }), text({ max: 500 }))
  .check(z.refine((value) => Object.keys(value).length <= MAX_VARIABLES, `must have at most ${MAX_VARIABLES} entries`));

/** What a text says: words, or a template with values. Exactly one of `text` and `templateId`. */
export const words = {
  text: z.optional(messageText),
  templateId: z.optional(id("tpl")),
  variables: z.optional(templateValues),
  /** Which variant of the template, as a BCP 47 tag; the nearest one is taken. */
  locale: z.optional(languageTag),
};

const content = {
  ...words,
  /** When to send it: later than now and within a year. Absent: at once. */
  sendAt: z.optional(SendAt),
  /** The sender's own id of this message; it comes back in answers and events, so that an optimistic row finds its twin. */
  clientId: z.optional(text({ min: 1, max: 64 })),
  metadata: z.optional(metadata),
};

interface GivenWords {
  text?: unknown;
  templateId?: unknown;
  variables?: unknown;
  locale?: unknown;
}

/** Both of words and template, or values without a template. */
const isContradictory = (given: GivenWords): boolean =>
  given.templateId === undefined
    ? given.variables !== undefined || given.locale !== undefined
    : given.text !== undefined;

const EITHER = "give either `text`, or `templateId` with its `variables` and `locale`";

/** Refuses neither and both of words and template, and values without a template. */
export const oneOfWords = z.refine<GivenWords>(
  (given) => !isContradictory(given) && (given.text !== undefined || given.templateId !== undefined),
  EITHER,
);

/** The same where there may be no words at all. */
const atMostOneOfWords = z.refine<GivenWords>((given) => !isContradictory(given), EITHER);

/** People that one note may mean. */
export const MAX_MENTIONS = 20;

/** What only a text may have, and what only a note. */
const fitsKind = z.refine<{ kind?: unknown; text?: unknown; sendAt?: unknown; mentions?: unknown }>(
  ({ kind, text: own, sendAt, mentions }) =>
    kind === "note" ? own !== undefined && sendAt === undefined : mentions === undefined,
  "a note has `text`, and `mentions` if it means somebody; templates and `sendAt` are for texts",
);

/** A text into a conversation, or a note beside it that never leaves. */
export const SendMessage = z
  .strictObject({
    ...content,
    /** @default "text" */
    kind: z.optional(z.enum(["text", "note"])),
    /** Whom a note means: people who see the conversation. */
    mentions: z.optional(z.array(userRef).check(z.maxLength(MAX_MENTIONS))),
  })
  .check(oneOfWords, fitsKind);
export type SendMessage = z.infer<typeof SendMessage>;

/** A text from a line to a number; the conversation is opened, or found. `from` is a line's number or sender id. */
export const SendMessageTo = z
  .strictObject({ from: text({ min: 1, max: 64 }), to: text({ min: 1, max: 64 }), ...content })
  .check(oneOfWords);
export type SendMessageTo = z.infer<typeof SendMessageTo>;

const asked = {
  text: z.optional(text({ max: MAX_TEXT_LENGTH })),
  templateId: words.templateId,
  variables: words.variables,
  locale: words.locale,
  sendAt: content.sendAt,
};

/** Asks whether a text could leave, before it is written; without words it is asked for any text. */
export const CheckMessage = z.strictObject(asked).check(atMostOneOfWords);
export type CheckMessage = z.infer<typeof CheckMessage>;

/** The same for a line and a number. */
export const CheckMessageTo = z
  .strictObject({ from: text({ min: 1, max: 64 }), to: text({ min: 1, max: 64 }), ...asked })
  .check(atMostOneOfWords);
export type CheckMessageTo = z.infer<typeof CheckMessageTo>;

/**
 * What would become of a text. With `canSend: false` the first reason comes as a refusal; with `canSend: true` a reason
 * says why it would wait. `sendAfter` is when it would leave; null for at once, or never. `timeZones` are those in which
 * the recipient may live, by their number; none where that tells nothing.
 */
export const MessageCheck = z.object({
  canSend: z.boolean(),
  reasons: z.array(z.object({ code: z.string(), message: z.string() })),
  encoding: z.nullable(z.enum(["gsm7", "ucs2"])),
  segments: z.nullable(z.int()),
  sendAfter: z.nullable(timestamp),
  timeZones: z.array(z.string()),
});
export type MessageCheck = z.infer<typeof MessageCheck>;

/** Pages of a conversation by sequence. At most one of `beforeSequence`, `afterSequence`, `aroundSequence`. */
export const ListMessages = z.strictObject({
  limit,
  cursor,
  order: z.optional(z.enum(["desc", "asc"])),
  beforeSequence: sequenceInput,
  afterSequence: sequenceInput,
  aroundSequence: sequenceInput,
});
export type ListMessages = z.infer<typeof ListMessages>;
