/*
 * The clock on the wall in a time zone. Instants and wall times are milliseconds: an instant since 1970 in UTC, a wall
 * time as if the wall were in UTC. The rules are those of the platform's IANA time zone database.
 */

const DAY_MS = 86_400_000;
/** A zone's formatter costs a thousand times a look-up, and holds nothing but its zone, so that all may share it. */
const formatters = new Map<string, Intl.DateTimeFormat>();
/** More names than there are zones; spellings in other cases count as names. */
const MAX_FORMATTERS = 1000;

/** True for a name that the platform knows, such as `America/New_York`. Bare offsets (`+02:00`) are not zones. */
export function isTimeZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    formatter(zone);
    return true;
  } catch {
    return false; // RangeError is how the platform says "no such zone"
  }
}

/**
 * What the zone's clocks show beyond UTC at an instant, in milliseconds; seconds count, as in zones before 1972.
 * @throws RangeError for an unknown zone
 */
export function offsetAt(zone: string, instant: number): number {
  const field: Record<string, number> = {};
  for (const { type, value } of formatter(zone).formatToParts(instant)) field[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = field;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000;
}

/**
 * The first instant after `from`, up to and including `until`, from which the zone's offset is another; null for none.
 * Two changes less than a day apart that cancel each other would be missed; no zone has had such a day since 1970.
 */
export function nextChange(zone: string, from: number, until: number): number | null {
  const offset = offsetAt(zone, from);
  for (let before = from; before < until; before += DAY_MS) {
    const after = Math.min(before + DAY_MS, until);
    if (offsetAt(zone, after) === offset) continue;
    let [same, other] = [before, after];
    while (other - same > 1) {
      const middle = Math.floor((same + other) / 2);
      if (offsetAt(zone, middle) === offset) same = middle;
      else other = middle;
    }
    return other;
  }
  return null;
}

function formatter(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-US-u-ca-gregory-nu-latn", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  if (formatters.size >= MAX_FORMATTERS) formatters.clear();
  formatters.set(zone, made);
  return made;
}
