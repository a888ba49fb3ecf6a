import * as z from "zod/mini";
import { assigneeInput, CONVERSATION_STATES } from "./conversations.ts";
import { id, text, timestamp } from "./schema.ts";

/** What a list of conversations can be asked with and that is still worth asking tomorrow. */
export const ConversationQuery = z.partial(
  z.strictObject({
    lineId: id("line"),
    state: z.enum(CONVERSATION_STATES),
    assigneeId: assigneeInput,
    unread: z.boolean(),
    tag: text({ min: 1, max: 64 }),
    participant: text({ min: 1, max: 64 }),
    record: text({ min: 5, max: 340 }),
  }),
);
export type ConversationQuery = z.infer<typeof ConversationQuery>;

/** A list of conversations that somebody has given a name. */
export const Filter = z.object({
  id: id("flt"),
  name: z.string(),
  query: ConversationQuery,
  /** For everybody of the tenant; otherwise for its maker alone. Each sees what they may see. */
  shared: z.boolean(),
  /** Null for a key. */
  createdBy: z.nullable(id("usr")),
  createdAt: timestamp,
  updatedAt: timestamp,
});
export type Filter = z.infer<typeof Filter>;

const fields = { name: text({ min: 1, max: 100 }), query: ConversationQuery };

/** `shared` is false by default for people, and true for keys, which have nothing of their own. */
export const CreateFilter = z.strictObject({ ...fields, shared: z.optional(z.boolean()) });
export type CreateFilter = z.infer<typeof CreateFilter>;

/** Changes what it names; `query` is replaced whole. */
export const UpdateFilter = z.partial(z.strictObject({ ...fields, shared: z.boolean() }));
export type UpdateFilter = z.infer<typeof UpdateFilter>;
