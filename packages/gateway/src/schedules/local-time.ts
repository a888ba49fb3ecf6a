import { isTimeZone, offsetAt } from "../zone-clock.ts";

/** A time on the clock on the wall: `2026-03-08T09:30` (seconds may follow) in an IANA time zone. */
export interface LocalTime {
  readonly local: string;
  readonly timeZone: string;
}

/**
 * When something is meant to happen, in milliseconds since 1970. `clocks` says what a change of clocks did to a local time: `skipped`, it does not
 * exist and was moved forward by the gap; `repeated`, it comes twice and the first is meant.
 */
export type SendTime =
  | { readonly kind: "instant"; readonly instant: number; readonly clocks: "plain" | "skipped" | "repeated" }
  | { readonly kind: "invalid"; readonly message: string };

const DAY_MS = 86_400_000;
const DATE_TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?$/;
const OFFSET = /(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/;
const NOT_LOCAL = { kind: "invalid", message: "must be a local time such as 2026-03-08T09:30" } as const;
const NOT_INSTANT = { kind: "invalid", message: "must be an ISO 8601 time with `Z` or an offset" } as const;
const NO_ZONE = { kind: "invalid", message: "must be an IANA time zone such as America/New_York" } as const;

/** The instant of a local time. Gaps and repeats: see `SendTime`. */
export function toInstant({ local, timeZone }: LocalTime): SendTime {
  const wall = readWall(local);
  if (wall === null) return NOT_LOCAL;
  if (!isTimeZone(timeZone)) return NO_ZONE;
  // No wall is a day off UTC, so these are the offsets on both sides of a change that is near.
  const [before, after] = [offsetAt(timeZone, wall - DAY_MS), offsetAt(timeZone, wall + DAY_MS)];
  const [first, second] = [wall - Math.max(before, after), wall - Math.min(before, after)];
  const shown = [first, second].filter((instant) => instant + offsetAt(timeZone, instant) === wall);
  const clocks = shown.length === 0 ? "skipped" : first !== second && shown.length === 2 ? "repeated" : "plain";
  return { kind: "instant", instant: shown[0] ?? wall - before, clocks };
}

/** Reads when to send: an instant with `Z` or an offset, or a local time with its zone. */
export function parseSendAt(sendAt: string | LocalTime): SendTime {
  if (typeof sendAt !== "string") return toInstant(sendAt);
  const offset = OFFSET.exec(sendAt);
  const wall = offset ? readWall(sendAt.slice(0, offset.index)) : null;
  if (!offset || wall === null) return NOT_INSTANT;
  const [, sign, hours = 0, minutes = 0] = offset;
  const ahead = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return { kind: "instant", instant: sign === "-" ? wall + ahead : wall - ahead, clocks: "plain" };
}

/** Milliseconds of a date and time as if in UTC; null for days and hours that do not exist, and before 1970. */
function readWall(text: string): number | null {
  const match = DATE_TIME.exec(text);
  if (!match) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  if (year < 1970 || hour > 23 || minute > 59 || second > 59) return null;
  const fraction = Math.floor(Number(`0.${match[7] ?? 0}`) * 1000);
  const wall = Date.UTC(year, month - 1, day, hour, minute, second, fraction);
  const read = new Date(wall);
  return read.getUTCMonth() === month - 1 && read.getUTCDate() === day ? wall : null;
}
