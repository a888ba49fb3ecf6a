import * as z from "zod/mini";
import { text } from "./schema.ts";
import { UpdateUser, User } from "./users.ts";

/** Users in one call. */
const MAX_UPSERTED = 1000;

/** A user by the host's own id: made when there is none, who then needs a name; otherwise changed where a field differs. */
export const UpsertUser = z.extend(UpdateUser, { externalId: text({ min: 1, max: 200 }) });
export type UpsertUser = z.infer<typeof UpsertUser>;

export const UpsertUsers = z.strictObject({
  users: z.array(UpsertUser).check(z.minLength(1), z.maxLength(MAX_UPSERTED)),
});
export type UpsertUsers = z.infer<typeof UpsertUsers>;

/** What became of a user: they as they are now, or why they stay as they were. */
export const UpsertedUser = z.union([
  z.object({ result: z.enum(["created", "updated", "unchanged"]), user: User }),
  z.object({ result: z.literal("refused"), code: z.string(), message: z.string() }),
]);
export type UpsertedUser = z.infer<typeof UpsertedUser>;

/** A result for each user that was given, in their order. */
export const UpsertedUsers = z.object({
  counts: z.object({ created: z.int(), updated: z.int(), unchanged: z.int(), refused: z.int() }),
  results: z.array(UpsertedUser),
});
export type UpsertedUsers = z.infer<typeof UpsertedUsers>;
