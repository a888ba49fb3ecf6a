import * as z from "zod/mini";
import { text, timestampInput } from "./schema.ts";
import { timeZone } from "./time-zone.ts";

/** A time on the clock on the wall, `2026-03-08T09:30`, without an offset. */
const localTime = z
  .string()
  .check(z.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/, "must be a local time such as 2026-03-08T09:30"));

/**
 * When to send: an instant with `Z` or an offset, or a local time with its zone. A local time that a change of clocks
 * leaves out moves forward by the gap; of one that comes twice the first is meant.
 */
export const SendAt = z.union([timestampInput, z.strictObject({ local: localTime, timeZone })], {
  error: "must be an ISO 8601 time with `Z` or an offset, or { local, timeZone }",
});
export type SendAt = z.infer<typeof SendAt>;

const clockTime = z.string().check(z.regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time of day such as 21:00"));
const span = z.strictObject({ start: clockTime, end: clockTime });
export const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
export type Weekday = (typeof WEEKDAYS)[number];
const day = z.union([z.literal("all_day"), z.literal("none"), span]);

/**
 * When texts are held instead of sent: from `start` to `end` in the recipient's time zone, over midnight when `end` is
 * the earlier one. A span belongs to the day on which it begins.
 */
export const QuietHours = z.strictObject({
  start: clockTime,
  end: clockTime,
  /** Days that differ from it. */
  days: z.optional(z.partialRecord(z.enum(WEEKDAYS), day)),
  /** Dates on which it is quiet all day, as the recipient's calendar has them: `2026-12-25`. */
  holidays: z.optional(z.array(z.iso.date()).check(z.maxLength(400))),
  /** `recipient`: the zones of the recipient's number, the strictest where there are several. @default "recipient" */
  timeZone: z.optional(z.union([z.literal("recipient"), timeZone])),
  /** A person's answer within this time after the recipient's last text is not held, as an ISO 8601 duration; null holds all. @default "PT24H" */
  repliesWithin: z.optional(
    z.nullable(
      z
        .string()
        .check(z.regex(/^P(?=.)(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?$/, "must be an ISO 8601 duration such as PT24H")),
    ),
  ),
});
export type QuietHours = z.infer<typeof QuietHours>;

/** An automatic answer: our wording in the language of the keyword, none, or one's own; `{{business}}` is the tenant's name. */
export const Wording = z.union([
  z.literal("standard"),
  z.literal("none"),
  z.strictObject({ text: text({ min: 1, max: 480 }) }),
]);
export type Wording = z.infer<typeof Wording>;

const countries = z.union([
  z.literal("all"),
  z.array(z.string().check(z.regex(/^[A-Z]{2}$/, "must be a country code such as US"))).check(z.maxLength(250)),
]);

const settings = {
  quietHours: z.nullable(QuietHours),
  /** Whether texts only go to numbers that agreed. */
  optInRequired: z.boolean(),
  /** Whether an agreement that a program records is confirmed by the number's owner first (they answer YES). */
  doubleOptIn: z.boolean(),
  /** How far a STOP reaches: all lines of the tenant, or the line that it was sent to. */
  optOutScope: z.enum(["tenant", "line"]),
  /** What is answered to keywords. */
  answers: z.strictObject({ optOut: Wording, optIn: Wording, help: Wording, doubleOptIn: Wording }),
  /** Countries that may be texted, beside those of the tenant's own lines and of people who wrote first. */
  countries,
};

/** How a tenant's texts are sent. */
export const SendingSettings = z.object(settings);
export type SendingSettings = z.infer<typeof SendingSettings>;

/** Changes what it names; `answers` likewise. */
export const UpdateSendingSettings = z.partial(z.strictObject({ ...settings, answers: z.partial(settings.answers) }));
export type UpdateSendingSettings = z.infer<typeof UpdateSendingSettings>;

/** The settings of a tenant that has not changed any. */
export const DEFAULT_SENDING: SendingSettings = {
  quietHours: null,
  optInRequired: false,
  doubleOptIn: false,
  optOutScope: "tenant",
  answers: { optOut: "standard", optIn: "standard", help: "standard", doubleOptIn: "standard" },
  countries: [],
};

/** What the operator lets a tenant do; null leaves it to the gateway's own defaults. */
export const TenantLimits = z.object({
  /** Requests a second over all of its keys and sessions, in bursts of ten times as many. */
  requestsPerSecond: z.nullable(z.number().check(z.gt(0), z.lte(100_000))),
  /** Texts in any 24 hours. */
  textsPerDay: z.nullable(z.int().check(z.gte(0), z.lte(1_000_000_000))),
  /** Days that the audit log is kept; null for 400. The operator's to set: whoever is recorded cannot shorten it. */
  auditDays: z.nullable(z.int().check(z.gte(30), z.lte(3650))),
});
export type TenantLimits = z.infer<typeof TenantLimits>;

export const UpdateTenantLimits = z.partial(z.strictObject(TenantLimits.shape));
export type UpdateTenantLimits = z.infer<typeof UpdateTenantLimits>;

/** Quiet hours of one line: null takes the tenant's, `none` has none. */
export const lineQuietHours = z.nullable(z.union([z.literal("none"), QuietHours]));
export type LineQuietHours = z.infer<typeof lineQuietHours>;
