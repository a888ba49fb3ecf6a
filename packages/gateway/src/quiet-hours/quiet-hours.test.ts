import fc from "fast-check";
import { expect, test } from "vitest";
import { offsetAt } from "../zone-clock.ts";
import { allowedAt, checkQuietHours, quietHours } from "./quiet-hours.ts";
import { type QuietHoursPolicy, WEEKDAYS } from "./quiet-spans.ts";
import { zonesOfNumber } from "./zones-of-number.ts";

const NIGHT = { start: "21:00", end: "08:00" };
const NEW_YORK = ["America/New_York"];
const decide = (policy: QuietHoursPolicy, zones: readonly string[], now: string) => {
  const decision = allowedAt(policy, zones, Date.parse(now));
  if (decision.allowed) return "allowed";
  return decision.until === null ? "never" : new Date(decision.until).toISOString();
};

test("a span over midnight holds from its first minute until its last", () => {
  expect(decide(NIGHT, NEW_YORK, "2026-01-15T20:59:59.999-05:00")).toBe("allowed");
  expect(decide(NIGHT, NEW_YORK, "2026-01-15T21:00:00.000-05:00")).toBe("2026-01-16T13:00:00.000Z");
  expect(decide(NIGHT, NEW_YORK, "2026-01-16T07:59:59.999-05:00")).toBe("2026-01-16T13:00:00.000Z");
  expect(decide(NIGHT, NEW_YORK, "2026-01-16T08:00:00.000-05:00")).toBe("allowed");
});

test("a span within a day holds in the middle of it", () => {
  const noon = { start: "12:00", end: "14:00" };
  expect(decide(noon, NEW_YORK, "2026-01-15T11:59-05:00")).toBe("allowed");
  expect(decide(noon, NEW_YORK, "2026-01-15T13:00-05:00")).toBe("2026-01-15T19:00:00.000Z");
});

test("several zones allow together: from eight in the west until nine in the east", () => {
  const zones = ["America/New_York", "America/Los_Angeles"];
  expect(decide(NIGHT, zones, "2026-01-15T09:00-05:00")).toBe("2026-01-15T16:00:00.000Z");
  expect(decide(NIGHT, zones, "2026-01-15T11:00-05:00")).toBe("allowed");
  expect(decide(NIGHT, zones, "2026-01-15T21:00-05:00")).toBe("2026-01-16T16:00:00.000Z");
});

test("a toll-free number, whose owner may be anywhere in +1, still has hours", () => {
  expect(decide(NIGHT, zonesOfNumber("+18005550100"), "2026-01-15T12:00Z")).toBe("2026-01-15T18:00:00.000Z");
  expect(decide(NIGHT, zonesOfNumber("+79161234567"), "2026-01-15T00:00Z")).toBe("2026-01-15T06:00:00.000Z");
});

test("no known zone, and zones that never agree, allow nothing", () => {
  expect(decide(NIGHT, [], "2026-01-15T12:00Z")).toBe("never");
  const afternoons = { start: "17:00", end: "12:00" };
  expect(decide(afternoons, ["Pacific/Honolulu", "Europe/Paris"], "2026-01-15T12:00Z")).toBe("never");
});

test("a policy with its own zone does not ask where the recipient is", () => {
  expect(decide({ ...NIGHT, timeZone: "Europe/Paris" }, NEW_YORK, "2026-01-15T21:30-05:00")).toBe(
    "2026-01-16T07:00:00.000Z",
  );
  expect(decide({ ...NIGHT, timeZone: "Europe/Paris" }, [], "2026-01-15T12:00Z")).toBe("allowed");
});

test("days have their own spans: Texas allows Sundays from noon", () => {
  const texas = { start: "21:00", end: "09:00", days: { saturday: { start: "21:00", end: "12:00" } } } as const;
  expect(decide(texas, ["America/Chicago"], "2026-01-18T09:30-06:00")).toBe("2026-01-18T18:00:00.000Z");
  expect(decide(texas, ["America/Chicago"], "2026-01-19T09:30-06:00")).toBe("allowed");
});

test("a day may be quiet as a whole, or not at all", () => {
  const policy = { ...NIGHT, days: { saturday: "none", sunday: "all_day" } } as const;
  expect(decide(policy, NEW_YORK, "2026-01-17T23:59-05:00"), "Saturday night").toBe("allowed");
  expect(decide(policy, NEW_YORK, "2026-01-18T12:00-05:00"), "Sunday, and its night").toBe("2026-01-19T13:00:00.000Z");
});

test("holidays are dates of the recipient's calendar", () => {
  const policy = { ...NIGHT, holidays: ["2026-12-25", "2026-12-26"] };
  expect(decide(policy, NEW_YORK, "2026-12-24T20:00-05:00")).toBe("allowed");
  expect(decide(policy, NEW_YORK, "2026-12-24T21:00-05:00")).toBe("2026-12-27T13:00:00.000Z");
  expect(decide(policy, ["Pacific/Auckland"], "2026-12-24T12:00Z"), "there it is Christmas already").toBe(
    "2026-12-26T19:00:00.000Z",
  );
});

test("a span that ends in the hour which a change of clocks leaves out ends with the gap", () => {
  const policy = { start: "21:00", end: "02:30" };
  expect(decide(policy, NEW_YORK, "2026-03-08T01:59-05:00")).toBe("2026-03-08T07:00:00.000Z");
});

test("a span in the hour that comes twice is quiet twice", () => {
  const policy = { start: "01:00", end: "01:30" };
  expect(decide(policy, NEW_YORK, "2026-11-01T01:10-04:00")).toBe("2026-11-01T05:30:00.000Z");
  expect(decide(policy, NEW_YORK, "2026-11-01T01:40-04:00")).toBe("allowed");
  expect(decide(policy, NEW_YORK, "2026-11-01T01:10-05:00")).toBe("2026-11-01T06:30:00.000Z");
});

test("the end of the night moves with the clocks", () => {
  expect(decide(NIGHT, NEW_YORK, "2026-03-07T22:00-05:00")).toBe("2026-03-08T12:00:00.000Z");
  expect(decide(NIGHT, NEW_YORK, "2026-10-31T22:00-04:00")).toBe("2026-11-01T13:00:00.000Z");
  expect(decide(NIGHT, ["Pacific/Apia"], "2011-12-29T22:00-10:00"), "Samoa had no 30 December").toBe(
    "2011-12-30T18:00:00.000Z",
  );
});

test.each([
  [{ start: "25:00", end: "08:00" }, "start"],
  [{ start: "21:00", end: "8:00" }, "end"],
  [{ start: "08:00", end: "08:00" }, "end"],
  [{ ...NIGHT, holidays: ["2026-02-30"] }, "holidays.0"],
  [{ ...NIGHT, timeZone: "Mars/Olympus" }, "timeZone"],
  [{ ...NIGHT, days: { monday: { start: "x", end: "08:00" } } }, "days.monday.start"],
  [{ ...NIGHT, days: Object.fromEntries(WEEKDAYS.map((day) => [day, "all_day"])) }, ""],
  [{ ...NIGHT, days: Object.fromEntries(WEEKDAYS.map((day) => [day, { start: "00:00", end: "23:59" }])) }, null],
])("%j is checked when it is stored", (policy, path) => {
  expect(checkQuietHours(policy)[0]?.path ?? null).toBe(path);
});

test("answers that are remembered are the ones that would be found", () => {
  const remembered = quietHours(NIGHT);
  for (let minute = 0; minute < 3000; minute += 7) {
    const now = Date.UTC(2026, 2, 7) + minute * 60_000;
    const zones = minute % 2 === 0 ? NEW_YORK : ["America/Chicago", "America/Denver"];
    expect(remembered(zones, now)).toEqual(allowedAt(NIGHT, zones, now));
  }
});

const time = fc
  .tuple(fc.nat(23), fc.nat(59))
  .map((parts) => parts.map((part) => String(part).padStart(2, "0")).join(":"));
const span = fc
  .tuple(time, time)
  .filter(([start, end]) => start !== end)
  .map(([start, end]) => ({ start, end }));
const rule = fc.oneof(span, fc.constantFrom("none" as const, "all_day" as const));
const ZONES = [
  "America/New_York",
  "America/Los_Angeles",
  "Europe/Paris",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
  "America/St_Johns",
];
// Weeks with a change of clocks somewhere, and one without.
const anyDay = fc.constantFrom("2026-03-06", "2026-03-27", "2026-04-03", "2026-10-23", "2026-10-30", "2026-07-10");

/** Quiet by the words of the policy, read off the wall's clock minute by minute. */
function isQuiet(policy: QuietHoursPolicy, zone: string, instant: number): boolean {
  const wall = new Date(instant + offsetAt(zone, instant));
  const spansOf = (date: Date) => {
    const given = policy.days?.[WEEKDAYS[(date.getUTCDay() + 6) % 7] ?? "monday"];
    const holiday = policy.holidays?.includes(date.toISOString().slice(0, 10)) ?? false;
    const whole = holiday || given === "all_day";
    return { whole, span: given === "none" ? null : typeof given === "object" ? given : policy };
  };
  const clock = wall.toISOString().slice(11, 16);
  const [today, yesterday] = [spansOf(wall), spansOf(new Date(wall.getTime() - 86_400_000))];
  if (today.whole) return true;
  const begun =
    today.span && clock >= today.span.start && (today.span.end < today.span.start || clock < today.span.end);
  const goesOn = yesterday.span && yesterday.span.end < yesterday.span.start && clock < yesterday.span.end;
  return Boolean(begun || goesOn);
}

test("the answer is the first minute that is quiet in no zone, found by walking through the minutes", () => {
  fc.assert(
    fc.property(
      fc.record({ base: span, days: fc.dictionary(fc.constantFrom(...WEEKDAYS), rule), holiday: anyDay }),
      fc.uniqueArray(fc.constantFrom(...ZONES), { minLength: 1, maxLength: 3 }),
      anyDay,
      fc.nat(3 * 1440),
      ({ base, days, holiday }, zones, date, minute) => {
        const policy: QuietHoursPolicy = { ...base, days, holidays: [holiday] };
        const now = Date.parse(`${date}T00:00Z`) + minute * 60_000;
        const decision = allowedAt(policy, zones, now);
        const found = decision.allowed ? now : (decision.until ?? Number.POSITIVE_INFINITY);
        const last = Math.min(found, now + 2 * 86_400_000);
        for (let instant = now; instant < last; instant += 60_000) {
          if (!zones.some((zone) => isQuiet(policy, zone, instant)))
            expect.fail(`free at ${new Date(instant).toISOString()}`);
        }
        if (found !== Number.POSITIVE_INFINITY) expect(zones.some((zone) => isQuiet(policy, zone, found))).toBe(false);
      },
    ),
    { numRuns: 150 },
  );
});
