import type { LineQuietHours, QuietHours } from "@trunkline/protocol";
import { type QuietDecision, quietHours } from "../quiet-hours/quiet-hours.ts";
import { zonesOfNumber } from "../quiet-hours/zones-of-number.ts";
import type { MessagePurpose } from "../store/tables/message-tables.ts";
import { offsetAt } from "../zone-clock.ts";

/** The quiet hours that hold for a line, read once for many decisions. */
export interface QuietRule {
  readonly decide: (zones: readonly string[], at: number) => QuietDecision;
  /** An IANA zone, or the recipient's. */
  readonly timeZone: string;
  /** An answer within this time after the recipient's last text is not held, in milliseconds; null holds all. */
  readonly repliesWithinMs: number | null;
}

const DAY_MS = 24 * 60 * 60_000;

/** The rule of a line, or the tenant's where the line has none of its own; null when texts may go at any time. */
export function quietRuleOf(line: LineQuietHours, tenant: QuietHours | null): QuietRule | null {
  const policy = line === "none" ? null : (line ?? tenant);
  if (policy === null) return null;
  const { repliesWithin } = policy;
  return {
    decide: quietHours(policy),
    timeZone: policy.timeZone ?? "recipient",
    repliesWithinMs:
      repliesWithin === undefined ? DAY_MS : repliesWithin === null ? null : millisecondsOf(repliesWithin),
  };
}

/** A text, and when it would go. */
export interface QuietQuestion {
  readonly recipient: string;
  /** When the recipient wrote last, in milliseconds; null for never. */
  readonly lastInboundAt: number | null;
  readonly purpose: MessagePurpose | null;
  readonly isBroadcast: boolean;
  /** In milliseconds. */
  readonly at: number;
  /** Of the tenant; it stands for a recipient of whom no zone is known. */
  readonly homeZone: string;
}

/** `until` is when all zones allow it, in milliseconds; null when none does within a year. */
export type Quiet = { readonly until: number | null; readonly zones: readonly string[] };

/** Whether a text has to wait; null when it may go. */
export function quietFor(
  rule: QuietRule | null,
  { recipient, lastInboundAt, purpose, isBroadcast, at, homeZone }: QuietQuestion,
): Quiet | null {
  if (rule === null || isAnswerToKeyword(purpose)) return null;
  const { repliesWithinMs } = rule;
  const isReply = lastInboundAt !== null && repliesWithinMs !== null && at - lastInboundAt <= repliesWithinMs;
  if (isReply && !isBroadcast) return null;
  const own = zonesOfNumber(recipient);
  const zones = rule.timeZone !== "recipient" ? [rule.timeZone] : own.length > 0 ? own : [homeZone];
  const decision = rule.decide(zones, at);
  return decision.allowed ? null : { until: decision.until, zones };
}

/** Whoever sends a keyword waits for its answer, at any hour. */
export const isAnswerToKeyword = (purpose: MessagePurpose | null): boolean =>
  purpose === "opt_out_answer" || purpose === "help_answer" || purpose === "opt_in_answer";

/** Why a text waits, and when it will go on the recipient's clock. */
export function describeQuiet({ until, zones }: Quiet): string {
  const [zone = "UTC"] = zones;
  if (until === null) {
    return "There is no hour at which the quiet hours let a text go to all zones in which the recipient may be. Name one zone in them, or change them.";
  }
  const local = new Date(until + offsetAt(zone, until)).toISOString();
  return `It is a time of quiet at the recipient's. The text goes on ${local.slice(0, 10)} at ${local.slice(11, 16)}, ${zone}.`;
}

/** The length of an ISO 8601 duration of days, hours, minutes and seconds. */
function millisecondsOf(duration: string): number {
  const parts = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(duration) ?? [];
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}
