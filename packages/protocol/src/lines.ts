import * as z from "zod/mini";
import { CARRIERS } from "./carrier-accounts.ts";
import { id, text, timestamp } from "./schema.ts";
import { lineQuietHours } from "./sending.ts";

export const LINE_KINDS = ["long_code", "toll_free", "short_code", "alphanumeric"] as const;
export type LineKind = (typeof LINE_KINDS)[number];

export const LineCapabilities = z.strictObject({ sms: z.boolean(), mms: z.boolean(), voice: z.boolean() });
export type LineCapabilities = z.infer<typeof LineCapabilities>;

/** Texts a second that a line hands to its carrier; null leaves the pace to the carrier's own limits. */
const sendRate = z.nullable(z.number().check(z.gt(0), z.lte(1000)));
const assignees = z.array(id("usr")).check(z.maxLength(500));
/** Groups of users who see the line, beside its assignees. */
const groups = z.array(id("grp")).check(z.maxLength(100));

/**
 * The account that takes texts over while the line's own cannot be reached: those alone that it certainly has not got.
 * The line's number must be enabled there, too.
 */
const fallbackCarrierAccountId = z.nullable(id("acc"));

/** A business number. `number` is canonical; alphanumeric senders have none and use `senderId`. */
export const Line = z.object({
  id: id("line"),
  name: text({ min: 1, max: 200 }),
  number: z.nullable(z.string()),
  senderId: z.nullable(z.string()),
  kind: z.enum(LINE_KINDS),
  carrier: z.enum(CARRIERS),
  carrierAccountId: id("acc"),
  fallbackCarrierAccountId,
  capabilities: LineCapabilities,
  sendRate,
  quietHours: lineQuietHours,
  assignees,
  groups,
  channel: z.nullable(z.object({ teamId: z.string(), channelId: z.string() })),
  registration: z.nullable(z.object({ state: z.string() })),
  createdAt: timestamp,
  updatedAt: timestamp,
});
export type Line = z.infer<typeof Line>;

export const CreateLine = z.strictObject({
  name: text({ min: 1, max: 200 }),
  carrierAccountId: id("acc"),
  fallbackCarrierAccountId: z.optional(fallbackCarrierAccountId),
  number: z.optional(text({ min: 1, max: 64 })),
  senderId: z.optional(text({ min: 1, max: 11 })),
  kind: z.optional(z.enum(LINE_KINDS)),
  capabilities: z.optional(z.partial(LineCapabilities)),
  sendRate: z.optional(sendRate),
  quietHours: z.optional(lineQuietHours),
  assignees: z.optional(assignees),
  groups: z.optional(groups),
});
export type CreateLine = z.infer<typeof CreateLine>;

export const UpdateLine = z.partial(
  z.strictObject({
    name: text({ min: 1, max: 200 }),
    carrierAccountId: id("acc"),
    fallbackCarrierAccountId,
    capabilities: z.partial(LineCapabilities),
    sendRate,
    quietHours: lineQuietHours,
    assignees,
    groups,
  }),
);
export type UpdateLine = z.infer<typeof UpdateLine>;
