import * as z from "zod/mini";
import type { UserRef } from "./ids.ts";
import { MessagePreview } from "./messages.ts";
import { CrmRecord } from "./records.ts";
import { cursor, id, limit, MAX_SEQUENCE, metadata, text, timestamp, timestampInput, userRef } from "./schema.ts";
import { SendAt } from "./sending.ts";

export const CONVERSATION_STATES = ["open", "closed", "snoozed"] as const;
export type ConversationState = (typeof CONVERSATION_STATES)[number];

export const Participant = z.object({
  number: z.string(),
  contactId: z.nullable(z.string()),
  name: z.nullable(z.string()),
});
export type Participant = z.infer<typeof Participant>;

/** What only the asking user sees: never part of an event, because events are the same for every reader. */
export const Viewer = z.object({ readThroughSequence: z.int(), unreadCount: z.int() });
export type Viewer = z.infer<typeof Viewer>;

/** A thread between one line and one set of numbers. `sequence` is that of its last message, 0 while it has none. */
export const Conversation = z.object({
  id: id("conv"),
  lineId: id("line"),
  participants: z.array(Participant),
  state: z.enum(CONVERSATION_STATES),
  assigneeId: z.nullable(id("usr")),
  tags: z.array(z.string()),
  snoozedUntil: z.nullable(timestamp),
  records: z.array(CrmRecord),
  metadata,
  lastMessage: z.nullable(MessagePreview),
  sequence: z.int(),
  createdAt: timestamp,
  updatedAt: timestamp,
});
export type Conversation = z.infer<typeof Conversation>;

/** A conversation in an answer to a user; a key has no `viewer`. */
export const ConversationWithViewer = z.extend(Conversation, { viewer: z.optional(Viewer) });
export type ConversationWithViewer = z.infer<typeof ConversationWithViewer>;

/** Opens the thread of a line with a number, or gets the one that is there. Names are kept when they are new. */
export const OpenConversation = z.strictObject({
  lineId: id("line"),
  participants: z
    .array(
      z.union([
        text({ min: 1, max: 64 }),
        z.strictObject({ number: text({ min: 1, max: 64 }), name: z.optional(text({ min: 1, max: 200 })) }),
      ]),
    )
    .check(z.minLength(1), z.maxLength(1, "group texts are not supported yet: name one number")),
  records: z.optional(z.array(CrmRecord).check(z.maxLength(20))),
  metadata: z.optional(metadata),
});
export type OpenConversation = z.infer<typeof OpenConversation>;

/** Changes what it names; lists are replaced whole. `snoozed` and `snoozedUntil` go together. */
export const UpdateConversation = z
  .partial(
    z.strictObject({
      state: z.enum(CONVERSATION_STATES),
      assigneeId: z.nullable(userRef),
      tags: z.array(text({ min: 1, max: 64 })).check(z.maxLength(50)),
      /** When it opens again by itself: later than now and within a year. */
      snoozedUntil: SendAt,
      records: z.array(CrmRecord).check(z.maxLength(20)),
      metadata,
    }),
  )
  .check(
    z.refine(({ state, snoozedUntil }) => (state === "snoozed") === (snoozedUntil !== undefined), {
      error: "goes together with `state: snoozed`",
      path: ["snoozedUntil"],
    }),
  );
export type UpdateConversation = z.infer<typeof UpdateConversation>;

type AssigneeInput = UserRef | "me" | "none";

/** Whose: a user, the asking one, or nobody's. */
export const assigneeInput = z.union([userRef, z.literal("me"), z.literal("none")], {
  error: "a user id, ext:<externalId>, `me` or `none`",
}) as unknown as z.ZodMiniType<AssigneeInput, AssigneeInput>; // the pattern of a reference is the proof that the type asks for

export const ListConversations = z.strictObject({
  limit,
  cursor,
  lineId: z.optional(id("line")),
  state: z.optional(z.enum(CONVERSATION_STATES)),
  assigneeId: z.optional(assigneeInput),
  unread: z.optional(z.stringbool()),
  tag: z.optional(text({ min: 1, max: 64 })),
  /** Whom the conversation is with, in international notation. */
  participant: z.optional(text({ min: 1, max: 64 })),
  /** `source:type:externalId` */
  record: z.optional(text({ min: 5, max: 340 })),
  updatedAfter: z.optional(timestampInput),
});
export type ListConversations = z.infer<typeof ListConversations>;

export const MarkRead = z.strictObject({ throughSequence: z.int().check(z.gte(0), z.lte(MAX_SEQUENCE)) });
export type MarkRead = z.infer<typeof MarkRead>;

/** How far a user has read a conversation; also the data of `conversation.read`. */
export const ReadState = z.object({
  conversationId: id("conv"),
  userId: id("usr"),
  readThroughSequence: z.int(),
  unreadCount: z.int(),
});
export type ReadState = z.infer<typeof ReadState>;

/** What is unread for the asking user over all conversations they may see. */
export const Unread = z.object({
  conversations: z.int(),
  messages: z.int(),
  byLine: z.record(z.string(), z.object({ conversations: z.int(), messages: z.int() })),
});
export type Unread = z.infer<typeof Unread>;
