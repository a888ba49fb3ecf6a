import * as z from "zod/mini";
import { CrmRecordRef } from "./records.ts";
import { id, timestamp } from "./schema.ts";
import { RoleName, SessionUser, User } from "./users.ts";

/** What a session may see at most. It can only narrow what its user may do, never widen it. */
export const SessionScope = z.strictObject({
  lineIds: z.optional(z.array(id("line")).check(z.minLength(1), z.maxLength(200))),
  records: z.optional(z.array(CrmRecordRef).check(z.minLength(1), z.maxLength(200))),
  assignedOnly: z.optional(z.boolean()),
});
export type SessionScope = z.infer<typeof SessionScope>;

/**
 * Mints a session. An unknown `externalId` makes the user, with `role` (`member` when absent); for a known one `role`
 * only narrows this session. `expiresInSeconds` is 600 when absent and 3,600 at most.
 */
export const CreateSession = z.strictObject({
  user: SessionUser,
  role: z.optional(RoleName),
  scope: z.optional(SessionScope),
  expiresInSeconds: z.optional(z.int().check(z.gte(30), z.lte(3600))),
});
export type CreateSession = z.infer<typeof CreateSession>;

/** The one answer that bears the token: `tls_…`. */
export const CreatedSession = z.object({ id: id("ses"), token: z.string(), expiresAt: timestamp, user: User });
export type CreatedSession = z.infer<typeof CreatedSession>;
