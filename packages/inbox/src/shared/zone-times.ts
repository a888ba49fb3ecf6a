import type { Localizer } from "../locales/localizer.ts";

/** The zone that the reader's own clock keeps. */
export function ownZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Zones that this browser knows; a newer gateway may name others. */
function knownZones(zones: readonly string[]): string[] {
  return zones.filter((timeZone) => {
    try {
      return Boolean(new Intl.DateTimeFormat("en", { timeZone }));
    } catch {
      return false;
    }
  });
}

/** The one zone whose clock they all show at that moment; null where they differ, or there are none. */
export function sharedZone(zones: readonly string[], at: Date): string | null {
  const [first, ...others] = knownZones(zones);
  if (first === undefined) return null;
  const clock = wallClock(at, first);
  return others.every((zone) => wallClock(at, zone) === clock) ? first : null;
}

/** "2026-03-08T09:30" as the clock on the wall shows it in a zone. */
export function wallClock(at: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en-US-u-ca-gregory-nu-latn", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(at);
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.find((part) => part.type === type)?.value ?? "";
  return `${of("year").padStart(4, "0")}-${of("month")}-${of("day")}T${of("hour")}:${of("minute")}`;
}

/** The moment at which the clock on the wall of a zone shows `local`; where a clock change skips it, one beside it. */
export function momentOf(local: string, timeZone: string): Date {
  const wanted = Date.parse(`${local}Z`);
  const shiftAt = (at: number) => Date.parse(`${wallClock(new Date(at), timeZone)}Z`) - at;
  return new Date(wanted - shiftAt(wanted - shiftAt(wanted)));
}

/** "8:00 AM" in a zone; it does not break over two lines. */
export function timeIn(at: Date, timeZone: string | undefined, words: Localizer): string {
  return unbroken(format(words, at, { timeZone, hour: "numeric", minute: "2-digit" }));
}

/** As short as it is still clear within a week: "8:00 AM", "Tue 8:00 AM", else with its date. */
export function soonIn(at: Date, now: Date, timeZone: string | undefined, words: Localizer): string {
  const zone = timeZone ?? ownZone();
  const time = timeIn(at, zone, words);
  return daysApart(now, at, zone) === 0 ? time : unbroken(`${dayIn(at, now, zone, words)} ${time}`);
}

/** Days on the calendar of a zone from one moment to another. */
export function daysApart(from: Date, to: Date, timeZone: string): number {
  const day = (at: Date) => Date.parse(`${wallClock(at, timeZone).slice(0, 10)}T00:00Z`);
  return (day(to) - day(from)) / 86_400_000;
}

/** "Tue" within a week, else "Nov 21". */
export function dayIn(at: Date, now: Date, timeZone: string, words: Localizer): string {
  const isNear = Math.abs(at.getTime() - now.getTime()) < 6 * 86_400_000;
  const day = isNear ? { weekday: "short" as const } : { month: "short" as const, day: "numeric" as const };
  return format(words, at, { timeZone, ...day });
}

/** "Nov 21", with the year where it is another one. */
export function dateOf(at: Date, now: Date, words: Localizer): string {
  const year = at.getFullYear() === now.getFullYear() ? {} : { year: "numeric" as const };
  return format(words, at, { month: "short", day: "numeric", ...year });
}

/** "Los Angeles, Pacific Time": a place that people know, and the name of its time. */
export function zoneName(timeZone: string, at: Date, words: Localizer): string {
  const part = new Intl.DateTimeFormat(words.locale, { timeZone, timeZoneName: "shortGeneric" })
    .formatToParts(at)
    .find(({ type }) => type === "timeZoneName");
  return part?.value ?? timeZone;
}

function unbroken(time: string): string {
  return time.replaceAll(" ", "\u00a0");
}

function format(words: Localizer, at: Date, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(words.locale, options).format(at);
}
