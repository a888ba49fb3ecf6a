import * as z from "zod/mini";
import { id, text, timestamp } from "./schema.ts";

const fields = {
  name: text({ min: 1, max: 200 }),
  externalId: z.nullable(text({ min: 1, max: 200 })),
  members: z.array(id("usr")).check(z.maxLength(500)),
};

/** Users who see the same lines. A group gives nobody a role or a right: only the sight of the lines that name it. */
export const Group = z.object({ id: id("grp"), ...fields, createdAt: timestamp, updatedAt: timestamp });
export type Group = z.infer<typeof Group>;

export const CreateGroup = z.strictObject({
  name: fields.name,
  externalId: z.optional(fields.externalId),
  members: z.optional(fields.members),
});
export type CreateGroup = z.infer<typeof CreateGroup>;

/** `members` replaces the whole list. */
export const UpdateGroup = z.partial(z.strictObject(fields));
export type UpdateGroup = z.infer<typeof UpdateGroup>;
