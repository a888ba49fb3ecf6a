import { isTimeZone, nextChange, offsetAt } from "../zone-clock.ts";
import { dayOf, minutesOf, type QuietHoursPolicy, type QuietSpans, quietSpans, WEEKDAYS } from "./quiet-spans.ts";

/** Whether a text may go. `until` is the first instant (milliseconds) at which all zones allow it; null: none within a year. */
export type QuietDecision = { readonly allowed: true } | { readonly allowed: false; readonly until: number | null };

/** What is wrong with a policy, by the path of its field. */
export interface QuietHoursIssue {
  readonly path: string;
  readonly message: string;
}

/** How far ahead a free moment is looked for. */
const HORIZON_MS = 366 * 86_400_000;

/**
 * Decides one text. It is quiet when the clock on the wall says so: in the hour that a change of clocks repeats twice,
 * and in the hour that it leaves out never.
 *
 * @param zones - of the recipient, all of which must allow it; an empty list allows nothing, so give one when none is known
 * @throws RangeError for an unknown zone and for a policy that `checkQuietHours` refuses
 */
export function allowedAt(policy: QuietHoursPolicy, zones: readonly string[], now: number): QuietDecision {
  return quietHours(policy)(zones, now);
}

/**
 * Reads a policy once for many decisions. Answers are remembered for each list of zones, so that a broadcast to one
 * country costs one search; keep the function no longer than the policy.
 */
export function quietHours(policy: QuietHoursPolicy): (zones: readonly string[], now: number) => QuietDecision {
  const spans = quietSpans(policy);
  const own = policy.timeZone ?? "recipient";
  const held = new Map<string, { since: number; until: number; decision: QuietDecision }>();
  return (zones, now) => {
    const where = own === "recipient" ? zones : [own];
    const key = where.join(" ");
    const known = held.get(key);
    if (known && known.since <= now && now < known.until) return known.decision;
    const until = firstAllowed(spans, where, now);
    if (until === now) return { allowed: true };
    const decision: QuietDecision = { allowed: false, until };
    // "Not within a year" is looked at again tomorrow.
    held.set(key, { since: now, until: until ?? now + 86_400_000, decision });
    return decision;
  };
}

/** What is wrong with a policy; an empty list means that it can be stored. A policy that never allows is refused. */
export function checkQuietHours(policy: QuietHoursPolicy): QuietHoursIssue[] {
  const issues: QuietHoursIssue[] = [];
  const checkSpan = (path: string, { start, end }: { start: string; end: string }) => {
    if (minutesOf(start) === null)
      issues.push({ path: `${path}start`, message: "must be a time of day such as 21:00" });
    if (minutesOf(end) === null) issues.push({ path: `${path}end`, message: "must be a time of day such as 08:00" });
    if (start === end) issues.push({ path: `${path}end`, message: "must differ from `start`" });
  };
  checkSpan("", policy);
  for (const weekday of WEEKDAYS) {
    const rule = policy.days?.[weekday];
    if (typeof rule === "object") checkSpan(`days.${weekday}.`, rule);
  }
  for (const [index, date] of (policy.holidays ?? []).entries()) {
    if (dayOf(date) === null) issues.push({ path: `holidays.${index}`, message: "must be a date such as 2026-12-25" });
  }
  const zone = policy.timeZone ?? "recipient";
  if (zone !== "recipient" && !isTimeZone(zone)) {
    issues.push({ path: "timeZone", message: "must be `recipient` or an IANA time zone such as America/New_York" });
  }
  if (issues.length > 0) return issues;
  const week = 8 * 86_400_000; // a span of the last day may end on the next
  const free = quietSpans({ ...policy, holidays: [] }).endOfQuiet(0, week);
  return free === null ? [{ path: "", message: "leaves no moment of the week at which a text may go" }] : [];
}

/** Zones take turns to move the instant on until none does. Each turn ends one zone's quiet, and the year bounds them. */
function firstAllowed(spans: QuietSpans, zones: readonly string[], from: number): number | null {
  if (zones.length === 0) return null;
  const horizon = from + HORIZON_MS;
  let instant = from;
  for (let agreed = 0; agreed < zones.length; ) {
    for (const zone of zones) {
      const free = firstAllowedIn(spans, zone, instant, horizon);
      if (free === null) return null;
      agreed = free === instant ? agreed + 1 : 1;
      instant = free;
      if (agreed === zones.length) break;
    }
  }
  return instant;
}

/** Between two changes of a zone's clocks wall and instant run alike; at a change the wall is read anew. */
function firstAllowedIn(spans: QuietSpans, zone: string, from: number, horizon: number): number | null {
  let instant = from;
  while (instant <= horizon) {
    const offset = offsetAt(zone, instant);
    const wall = spans.endOfQuiet(instant + offset, horizon + offset);
    if (wall === instant + offset) return instant;
    const end = wall === null ? horizon + 1 : wall - offset;
    const change = nextChange(zone, instant, end);
    if (change === null) return wall === null ? null : end;
    instant = change;
  }
  return null;
}
