import * as z from "zod/mini";
import { cursor, id, limit, text, timestamp, timestampInput } from "./schema.ts";

/** One change, and who made it. */
export const AuditEntry = z.object({
  id: id("aud"),
  timestamp,
  /** Who answers for it. */
  actor: z.object({ kind: z.enum(["user", "key", "operator"]), id: z.string() }),
  /** What they came with: the session, the key, or for `entra` the user. */
  by: z.object({ kind: z.enum(["session", "entra", "key", "operator"]), id: z.string() }),
  /** The answer's `Request-Id`; null for what a sign-in at Microsoft did. */
  requestId: z.nullable(z.string()),
  /** The operation, as the API's description calls it, such as `updateLine`; `connectMicrosoft` and `provisionUser` of a sign-in. */
  action: z.string(),
  /** What was changed; `id` is null where there is one of a kind, or where it would be a phone number. */
  object: z.object({ kind: z.string(), id: z.nullable(z.string()) }),
  /** The fields that changed, as they were; null for what was made. */
  before: z.nullable(z.record(z.string(), z.unknown())),
  /** The fields that changed, as they are since; null for what was deleted. */
  after: z.nullable(z.record(z.string(), z.unknown())),
  /** Names of secrets that were changed. Their values stand nowhere in the log. */
  secrets: z.array(z.string()),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

const filters = {
  actorId: z.optional(text({ min: 1, max: 64 })),
  action: z.optional(
    z.string().check(z.regex(/^[A-Za-z]{1,64}$/, "must be the name of an operation, such as updateLine")),
  ),
  objectId: z.optional(text({ min: 1, max: 64 })),
  /** At this time or later. */
  from: z.optional(timestampInput),
  /** Before this time. */
  to: z.optional(timestampInput),
};

export const ListAudit = z.strictObject({ limit, cursor, ...filters });
export type ListAudit = z.infer<typeof ListAudit>;

/** @default format "csv" */
export const ExportAudit = z.strictObject({ format: z.optional(z.enum(["csv", "ndjson"])), ...filters });
export type ExportAudit = z.infer<typeof ExportAudit>;
