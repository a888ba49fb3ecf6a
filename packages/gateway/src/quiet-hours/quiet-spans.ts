/* A policy of quiet hours as arithmetic on the wall's clock: what is quiet, and when it ends. */

export const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** From `start` to `end`, times of day as `21:00`; over midnight when `end` is the earlier one. */
export interface QuietSpan {
  readonly start: string;
  readonly end: string;
}

/** When texts are held. A span belongs to the local date on which it begins. */
export interface QuietHoursPolicy extends QuietSpan {
  /** Days that differ: another span, `none` for no span that begins on that day, `all_day` for the day beside its span. */
  readonly days?: Readonly<Partial<Record<Weekday, "all_day" | "none" | QuietSpan>>> | undefined;
  /** Local dates, `2026-12-25`, that are quiet all day beside the span that they have anyway. */
  readonly holidays?: readonly string[] | undefined;
  /** `recipient`: all zones of the recipient at once. @default "recipient" */
  readonly timeZone?: string | undefined;
}

/** A policy read once: the spans that begin on each date. */
export interface QuietSpans {
  /** Wall time from which it is not quiet any more, at or after `wall`; null when that is after `limit`. */
  endOfQuiet(wall: number, limit: number): number | null;
}

type Minutes = readonly [start: number, end: number];

const DAY_MINUTES = 1440;
const MINUTE_MS = 60_000;
const DAY_MS = DAY_MINUTES * MINUTE_MS;
const WHOLE_DAY: Minutes = [0, DAY_MINUTES];

/** Minutes after midnight of a time such as `21:00`; null for anything else. */
export function minutesOf(time: string): number | null {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time);
  return match ? Number(match[1]) * 60 + Number(match[2]) : null;
}

/** Days since 1970-01-01 of a date such as `2026-12-25`; null for a date that no calendar has. */
export function dayOf(date: string): number | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date);
  if (!match) return null;
  const instant = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  return new Date(instant).toISOString().startsWith(date) ? instant / DAY_MS : null;
}

/**
 * Reads a policy.
 * @throws RangeError for times and dates that are none; a stored policy has passed `checkQuietHours`
 */
export function quietSpans(policy: QuietHoursPolicy): QuietSpans {
  const base = spanMinutes(policy);
  const week = WEEKDAYS.map((weekday): readonly Minutes[] => {
    const rule = policy.days?.[weekday];
    if (rule === undefined) return [base];
    if (rule === "none") return [];
    return rule === "all_day" ? [WHOLE_DAY, base] : [spanMinutes(rule)];
  });
  const holidays = new Set((policy.holidays ?? []).map((date) => required(dayOf(date), date)));

  const beginningOn = (day: number): readonly Minutes[] => {
    const usual = week[(((day + 3) % 7) + 7) % 7] ?? []; // 1970-01-01 was a Thursday
    return holidays.has(day) ? [WHOLE_DAY, ...usual] : usual;
  };
  const quietTill = (wall: number): number => {
    const day = Math.floor(wall / DAY_MS);
    const ends = [day, day - 1].flatMap((begin) =>
      beginningOn(begin).flatMap(([start, end]) => {
        const [from, till] = [begin * DAY_MS + start * MINUTE_MS, begin * DAY_MS + end * MINUTE_MS];
        return from <= wall && wall < till ? [till] : [];
      }),
    );
    return Math.max(wall, ...ends);
  };
  return {
    endOfQuiet(wall, limit) {
      // Each round ends a span, and no span is empty, so `limit` is reached after as many rounds as it has days, twice.
      for (let at = wall; at <= limit; ) {
        const till = quietTill(at);
        if (till === at) return at;
        at = till;
      }
      return null;
    },
  };
}

function spanMinutes({ start, end }: QuietSpan): Minutes {
  const [from, till] = [required(minutesOf(start), start), required(minutesOf(end), end)];
  return till > from ? [from, till] : [from, till + DAY_MINUTES];
}

function required(value: number | null, given: string): number {
  if (value === null)
    throw new RangeError(`"${given}" is no time of day such as 21:00, nor a date such as 2026-12-25.`);
  return value;
}
