import { expect, test } from "vitest";
import { isTimeZone, nextChange, offsetAt } from "./zone-clock.ts";

const at = (time: string) => Date.parse(time);
const HOUR = 3_600_000;

test("an offset is what the zone's clocks show beyond UTC, to the second", () => {
  expect(offsetAt("America/New_York", at("2026-01-15T12:00Z"))).toBe(-5 * HOUR);
  expect(offsetAt("America/New_York", at("2026-07-15T12:00Z"))).toBe(-4 * HOUR);
  expect(offsetAt("Asia/Kolkata", at("2026-07-15T12:00:00.250Z"))).toBe(5.5 * HOUR);
  expect(offsetAt("Pacific/Kiritimati", at("2026-07-15T12:00Z"))).toBe(14 * HOUR);
  expect(offsetAt("Africa/Monrovia", at("1971-06-01T00:00Z"))).toBe(-(44 * 60 + 30) * 1000);
});

test("a change of clocks is found to the millisecond, whatever instant the search begins at", () => {
  const change = at("2026-03-08T07:00Z");
  expect(nextChange("America/New_York", at("2026-01-01T00:00:00.123Z"), at("2026-06-01T00:00Z"))).toBe(change);
  expect(nextChange("America/New_York", change - 1, change)).toBe(change);
  expect(nextChange("America/New_York", change, at("2026-10-01T00:00Z"))).toBeNull();
  expect(nextChange("America/New_York", change - 2, change - 1)).toBeNull();
  expect(nextChange("Australia/Lord_Howe", at("2026-03-01T00:00Z"), at("2026-05-01T00:00Z"))).toBe(
    at("2026-04-04T15:00Z"),
  );
  expect(nextChange("Pacific/Apia", at("2011-12-20T00:00Z"), at("2012-01-05T00:00Z"))).toBe(at("2011-12-30T10:00Z"));
});

test("zones are names that the platform knows", () => {
  expect(["America/New_York", "UTC", "Europe/Kyiv", "america/new_york"].filter(isTimeZone)).toHaveLength(4);
  expect(["", "New York", "+02:00", "America/Nowhere", "America/New_York\0"].filter(isTimeZone)).toEqual([]);
  expect(() => offsetAt("America/Nowhere", 0)).toThrow(RangeError);
});
