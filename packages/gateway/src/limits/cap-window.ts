/** Texts of one hour; `hour` is its beginning in milliseconds. */
export interface HourlyCount {
  readonly hour: number;
  readonly texts: number;
}

/** What a cap leaves. */
export interface Room {
  /** Texts that may be sent now. */
  readonly left: number;
  /** When there is room for one, in milliseconds: `now` when there is; null when no hour that ends brings any. */
  readonly freeAt: number | null;
}

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * What a cap on the texts of any 24 hours leaves at `now`. An hour counts in full until 24 hours after its end, so that
 * no 24 hours, wherever they begin, hold more than the cap; in return the last texts of an hour count up to 25 hours.
 */
export function roomFor(textsPerDay: number, counts: readonly HourlyCount[], now: number): Room {
  const counting = counts.filter(({ hour }) => endOf(hour) > now).sort((a, b) => a.hour - b.hour);
  let left = textsPerDay - counting.reduce((sum, { texts }) => sum + texts, 0);
  if (left > 0) return { left, freeAt: now };
  for (const { hour, texts } of counting) {
    left += texts;
    if (left > 0) return { left: 0, freeAt: endOf(hour) };
  }
  return { left: 0, freeAt: null };
}

const endOf = (hour: number): number => hour + HOUR_MS + DAY_MS;
