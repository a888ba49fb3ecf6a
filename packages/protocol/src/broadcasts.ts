import * as z from "zod/mini";
import { MESSAGE_STATUSES } from "./message-status.ts";
import { Author, Failure, Held, oneOfWords, templateValues, words } from "./messages.ts";
import { cursor, id, languageTag, limit, metadata, text, timestamp } from "./schema.ts";
import { SendAt } from "./sending.ts";
import { templateText } from "./templates.ts";

export const BROADCAST_STATES = ["scheduled", "running", "paused", "completed", "canceled"] as const;
export type BroadcastState = (typeof BROADCAST_STATES)[number];

/** Recipients in one broadcast. */
export const MAX_RECIPIENTS = 10_000;

/**
 * Where one recipient's text stands: `waiting` has no text yet, `skipped` will never have one (`failure` says why), the
 * others are the status of the text.
 */
export const RECIPIENT_STATES = ["waiting", "skipped", ...MESSAGE_STATUSES] as const;
export type RecipientState = (typeof RECIPIENT_STATES)[number];

/** Recipients by where they stand; together they are `total`. */
export const BroadcastCounts = z.object({
  total: z.int(),
  /** Not begun: `waiting`, `scheduled` or `queued`. */
  waiting: z.int(),
  /** `sending`, `unknown` or `sent`. */
  sending: z.int(),
  delivered: z.int(),
  /** `failed` or `undelivered`. */
  failed: z.int(),
  /** Opted out, no number, and the like. */
  skipped: z.int(),
  canceled: z.int(),
});
export type BroadcastCounts = z.infer<typeof BroadcastCounts>;

/**
 * One text to many. It is `completed` when every recipient has a text that was handed over, or a reason why not; receipts
 * move the counts on after that. `text` is null where a template was named.
 */
export const Broadcast = z.object({
  id: id("bct"),
  name: z.nullable(z.string()),
  lineId: id("line"),
  text: z.nullable(z.string()),
  templateId: z.nullable(id("tpl")),
  state: z.enum(BROADCAST_STATES),
  counts: BroadcastCounts,
  author: Author,
  sendAt: z.nullable(timestamp),
  /** Why it makes no progress although it runs, such as a cap on texts, and until when. */
  held: z.nullable(Held),
  metadata,
  createdAt: timestamp,
  startedAt: z.nullable(timestamp),
  completedAt: z.nullable(timestamp),
  updatedAt: timestamp,
});
export type Broadcast = z.infer<typeof Broadcast>;

const recipient = z.strictObject({
  to: text({ min: 1, max: 64 }),
  variables: z.optional(templateValues),
  locale: z.optional(languageTag),
});

/**
 * `text` may hold variables like a template's. Numbers are read as the line's country writes them. A recipient that
 * cannot get a text does not refuse the others: it is `skipped`, with `invalid_number`, `missing_variables`, `too_long`,
 * or `duplicate_recipient` for a number that comes twice and gets one text.
 */
export const CreateBroadcast = z
  .strictObject({
    name: z.optional(text({ min: 1, max: 200 })),
    lineId: id("line"),
    text: z.optional(templateText),
    templateId: words.templateId,
    recipients: z.array(recipient).check(z.minLength(1), z.maxLength(MAX_RECIPIENTS)),
    sendAt: z.optional(SendAt),
    metadata: z.optional(metadata),
  })
  .check(oneOfWords);
export type CreateBroadcast = z.infer<typeof CreateBroadcast>;

/** One recipient and what became of them. `index` is the place in the call that made the broadcast, from 0. */
export const BroadcastRecipient = z.object({
  index: z.int(),
  to: z.string(),
  state: z.enum(RECIPIENT_STATES),
  messageId: z.nullable(id("msg")),
  conversationId: z.nullable(id("conv")),
  failure: z.nullable(Failure),
});
export type BroadcastRecipient = z.infer<typeof BroadcastRecipient>;

export const ListBroadcasts = z.strictObject({
  limit,
  cursor,
  lineId: z.optional(id("line")),
  state: z.optional(z.enum(BROADCAST_STATES)),
});
export type ListBroadcasts = z.infer<typeof ListBroadcasts>;

/** In the order of the call that made the broadcast. */
export const ListRecipients = z.strictObject({ limit, cursor, state: z.optional(z.enum(RECIPIENT_STATES)) });
export type ListRecipients = z.infer<typeof ListRecipients>;
