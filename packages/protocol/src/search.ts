import * as z from "zod/mini";
import { CONVERSATION_STATES, ConversationWithViewer, Participant } from "./conversations.ts";
import { DIRECTIONS, Message } from "./messages.ts";
import { cursor, id, text, timestampInput, userRef } from "./schema.ts";

/** What can be searched. */
export const SEARCHED = ["messages", "conversations"] as const;
export type Searched = (typeof SEARCHED)[number];

const searched = z.array(
  z.enum(SEARCHED, {
    error: ({ input }) =>
      input === "contacts"
        ? "contacts cannot be searched yet: the names and numbers of people are found by `conversations`"
        : "must be messages or conversations",
  }),
);

/**
 * Searches for words, beginnings of words, and pieces of phone numbers in any notation; all of `q` must be found. `from`,
 * `to` and `direction` narrow messages alone, all other filters also conversations. A `cursor` goes with one kind.
 */
export const Search = z
  .strictObject({
    q: text({ min: 1, max: 200 }),
    in: z.optional(searched.check(z.minLength(1), z.maxLength(SEARCHED.length))),
    lineId: z.optional(id("line")),
    conversationId: z.optional(id("conv")),
    /** Of messages that were written at this time or later. */
    from: z.optional(timestampInput),
    /** Of messages that were written before this time. */
    to: z.optional(timestampInput),
    direction: z.optional(z.enum(DIRECTIONS)),
    state: z.optional(z.enum(CONVERSATION_STATES)),
    assigneeId: z.optional(userRef),
    tag: z.optional(text({ min: 1, max: 64 })),
    /** Whom the conversation is with, in international notation. */
    participant: z.optional(text({ min: 1, max: 64 })),
    /** `source:type:externalId` */
    record: z.optional(text({ min: 5, max: 340 })),
    limit: z.optional(z.int().check(z.gte(1), z.lte(200))),
    cursor,
  })
  .check(
    z.refine(({ cursor: after, in: kinds }) => after === undefined || kinds?.length === 1, {
      error: "goes on with one kind: name it in `in`",
      path: ["cursor"],
    }),
  );
export type Search = z.infer<typeof Search>;

/** A part of a text that matches, in UTF-16 code units: `text.slice(start, end)`. Ranges are in order and never overlap. */
export const TextRange = z.object({ start: z.int(), end: z.int() });
export type TextRange = z.infer<typeof TextRange>;

/** A message that matches, where in its text, and whom its conversation is with. */
export const MessageHit = z.object({
  message: Message,
  ranges: z.array(TextRange),
  lineId: id("line"),
  participants: z.array(Participant),
});
export type MessageHit = z.infer<typeof MessageHit>;

/** Where a participant matches; `index` is the participant's place in the conversation. */
export const ParticipantMatch = z.object({
  index: z.int(),
  field: z.enum(["name", "number"]),
  ranges: z.array(TextRange),
});
export type ParticipantMatch = z.infer<typeof ParticipantMatch>;

/** A conversation whose participants match. */
export const ConversationHit = z.object({
  conversation: ConversationWithViewer,
  matches: z.array(ParticipantMatch),
});
export type ConversationHit = z.infer<typeof ConversationHit>;

const hits = <Hit extends z.ZodMiniType>(hit: Hit) =>
  z.nullable(z.object({ data: z.array(hit), nextCursor: z.nullable(z.string()) }));

/**
 * What was found: the newest messages first, the conversations that were begun last first; null for what was not
 * searched. A page may be short, or empty, although there is a `nextCursor`: the search goes on from there.
 */
export const SearchResult = z.object({ messages: hits(MessageHit), conversations: hits(ConversationHit) });
export type SearchResult = z.infer<typeof SearchResult>;
