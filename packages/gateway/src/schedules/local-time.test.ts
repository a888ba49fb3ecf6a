import fc from "fast-check";
import { expect, test } from "vitest";
import { offsetAt } from "../zone-clock.ts";
import { parseSendAt, toInstant } from "./local-time.ts";

const read = (local: string, timeZone: string) => {
  const time = toInstant({ local, timeZone });
  return time.kind === "invalid" ? time.message : `${new Date(time.instant).toISOString()} ${time.clocks}`;
};

test.each([
  ["2026-06-01T09:30", "America/New_York", "2026-06-01T13:30:00.000Z plain"],
  ["2026-06-01T09:30:15", "Asia/Kolkata", "2026-06-01T04:00:15.000Z plain"],
  ["2026-03-08T01:59", "America/New_York", "2026-03-08T06:59:00.000Z plain"],
  ["2026-03-08T02:30", "America/New_York", "2026-03-08T07:30:00.000Z skipped"],
  ["2026-03-08T03:00", "America/New_York", "2026-03-08T07:00:00.000Z plain"],
  ["2026-11-01T01:30", "America/New_York", "2026-11-01T05:30:00.000Z repeated"],
  ["2026-11-01T02:00", "America/New_York", "2026-11-01T07:00:00.000Z plain"],
  ["2026-10-04T02:15", "Australia/Lord_Howe", "2026-10-03T15:45:00.000Z skipped"],
  ["2026-04-05T01:45", "Australia/Lord_Howe", "2026-04-04T14:45:00.000Z repeated"],
  ["2011-12-30T12:00", "Pacific/Apia", "2011-12-30T22:00:00.000Z skipped"],
  ["2026-01-01T00:00", "UTC", "2026-01-01T00:00:00.000Z plain"],
])("%s in %s is %s", (local, timeZone, expected) => {
  expect(read(local, timeZone)).toBe(expected);
});

test.each([
  "2026-02-30T10:00",
  "2026-13-01T10:00",
  "2026-06-01T24:00",
  "2026-06-01T10:60",
  "2026-06-01 10:00",
  "2026-06-01",
  "tomorrow",
  "1969-12-31T23:59",
  "2026-06-01T10:00Z",
  "",
])("%j is no local time", (local) => {
  expect(toInstant({ local, timeZone: "UTC" }).kind).toBe("invalid");
});

test("an unknown zone is refused, and a bare offset is none", () => {
  for (const timeZone of ["Mars/Olympus", "", "+02:00", "__proto__"]) {
    expect(toInstant({ local: "2026-06-01T10:00", timeZone })).toMatchObject({ kind: "invalid", message: /IANA/ });
  }
});

test("an instant needs Z or an offset, and a date that exists", () => {
  const instant = (text: string) => {
    const time = parseSendAt(text);
    return time.kind === "instant" ? new Date(time.instant).toISOString() : null;
  };
  expect(instant("2026-06-01T10:00:00Z")).toBe("2026-06-01T10:00:00.000Z");
  expect(instant("2026-06-01T10:00:00.1239+02:00")).toBe("2026-06-01T08:00:00.123Z");
  expect(instant("2026-06-01T10:00-05:30")).toBe("2026-06-01T15:30:00.000Z");
  for (const text of [
    "2026-06-01T10:00",
    "2026-02-30T10:00Z",
    "2026-06-01T10:00+2",
    "2026-06-01T10:00+24:00",
    "now",
    "2026-06-01T10:00:60Z",
  ]) {
    expect(instant(text), text).toBeNull();
  }
  expect(parseSendAt({ local: "2026-06-01T10:00", timeZone: "Europe/Paris" })).toMatchObject({ kind: "instant" });
});

const ZONES = [
  "America/New_York",
  "Europe/London",
  "Australia/Lord_Howe",
  "Asia/Kathmandu",
  "America/St_Johns",
  "Africa/Casablanca",
  "America/Santiago",
  "Pacific/Chatham",
];

test("every local time of a year becomes the first instant that shows it, or moves by exactly the gap", () => {
  const kinds = { plain: 0, skipped: 0, repeated: 0 };
  const check = (timeZone: string, wall: number) => {
    const time = toInstant({ local: new Date(wall).toISOString().slice(0, 16), timeZone });
    if (time.kind === "invalid") return expect.fail(time.message);
    const instant = time.instant;
    const shown = instant + offsetAt(timeZone, instant);
    const offsets = [offsetAt(timeZone, instant - 86_400_000), offsetAt(timeZone, instant + 86_400_000)];
    const step = Math.max(...offsets) - Math.min(...offsets);
    kinds[time.clocks]++;
    if (time.clocks === "skipped") expect(shown - wall).toBe(step);
    else expect(shown).toBe(wall);
    const again = instant + step;
    expect(time.clocks === "repeated").toBe(step > 0 && again + offsetAt(timeZone, again) === wall);
  };
  const year = Date.UTC(2026, 0, 1);
  const quarters = fc.nat(366 * 96);
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), quarters, (timeZone, quarter) => check(timeZone, year + quarter * 900_000)),
    { numRuns: 10_000 },
  );
  // Few quarters of an hour lie at a change of clocks: each of them is tried.
  for (const timeZone of ZONES) {
    for (let day = year; day < year + 366 * 86_400_000; day += 86_400_000) {
      if (offsetAt(timeZone, day) === offsetAt(timeZone, day + 86_400_000)) continue;
      for (let wall = day - 86_400_000; wall < day + 2 * 86_400_000; wall += 900_000) check(timeZone, wall);
    }
  }
  expect(Math.min(...Object.values(kinds))).toBeGreaterThan(0);
});
