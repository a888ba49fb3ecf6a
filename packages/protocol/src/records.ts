import * as z from "zod/mini";
import { text } from "./schema.ts";

/** A record of the host's CRM that a conversation is about. `source`, `type` and `externalId` together identify it. */
export const CrmRecord = z.strictObject({
  source: text({ min: 1, max: 64 }),
  type: text({ min: 1, max: 64 }),
  externalId: text({ min: 1, max: 200 }),
  label: z.optional(text({ min: 1, max: 200 })),
  url: z.optional(z.url().check(z.maxLength(2000))),
});
export type CrmRecord = z.infer<typeof CrmRecord>;

/** A record's identity alone, as filters and session scopes name it. */
export const CrmRecordRef = z.strictObject({
  source: text({ min: 1, max: 64 }),
  type: text({ min: 1, max: 64 }),
  externalId: text({ min: 1, max: 200 }),
});
export type CrmRecordRef = z.infer<typeof CrmRecordRef>;

/** A record in a query string: `source:type:externalId`; only the last part may hold a colon. */
export function parseRecordRef(value: string): CrmRecordRef | null {
  const match = /^([^:]{1,64}):([^:]{1,64}):(.{1,200})$/su.exec(value);
  if (!match) return null;
  const [, source = "", type = "", externalId = ""] = match;
  return { source, type, externalId };
}
