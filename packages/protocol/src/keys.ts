import * as z from "zod/mini";
import { PERMISSIONS } from "./roles.ts";
import { id, text, timestamp } from "./schema.ts";

const scopes = z
  .array(z.enum([...PERMISSIONS, "*"]))
  .check(z.minLength(1, "name at least one scope, or *"), z.maxLength(50));

/** A tenant key without its secret, which is shown once at creation. `hint` is its last four characters. */
export const Key = z.object({
  id: id("key"),
  name: text({ min: 1, max: 200 }),
  scopes,
  hint: z.string(),
  createdAt: timestamp,
  lastUsedAt: z.nullable(timestamp),
});
export type Key = z.infer<typeof Key>;

export const CreateKey = z.strictObject({ name: text({ min: 1, max: 200 }), scopes: z.optional(scopes) });
export type CreateKey = z.infer<typeof CreateKey>;

/** The one answer that bears the secret: `tlk_…`. */
export const CreatedKey = z.extend(Key, { key: z.string() });
export type CreatedKey = z.infer<typeof CreatedKey>;
