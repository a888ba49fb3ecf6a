import { expect, test } from "vitest";
import { momentOf } from "../../shared/zone-times.ts";
import { sharesDay, suggestedTimes } from "./suggested-times.ts";

const at = (iso: string, zone = "America/New_York") => suggestedTimes(new Date(iso), zone).map(({ local }) => local);

test("later today, tomorrow and Monday, on the wall where the recipient is", () => {
  expect(at("2026-03-04T15:30-05:00")).toEqual(["2026-03-04T17:00", "2026-03-05T09:00", "2026-03-09T09:00"]);
  expect(at("2026-03-04T15:30-05:00", "Asia/Tokyo")).toEqual([
    "2026-03-05T13:00",
    "2026-03-06T09:00",
    "2026-03-09T09:00",
  ]);
});

test("today is another day where it is already tomorrow", () => {
  const now = new Date("2026-03-04T23:30-08:00");
  expect(sharesDay(now, "America/Los_Angeles", "America/Phoenix")).toBe(false);
  expect(sharesDay(now, "America/New_York", "Europe/Berlin")).toBe(true);
});

test("in the evening nothing is left of today, and on Sunday tomorrow is Monday", () => {
  expect(at("2026-03-04T18:00-05:00")).toEqual(["2026-03-05T09:00", "2026-03-09T09:00"]);
  expect(at("2026-03-08T20:00-04:00")).toEqual(["2026-03-09T09:00"]);
  expect(at("2026-03-09T20:00-04:00")).toEqual(["2026-03-10T09:00", "2026-03-16T09:00"]);
});

test("a time on a wall is a moment, also on the days when clocks change", () => {
  const momentIn = (zone: string, local: string) => momentOf(local, zone).toISOString();
  expect(momentIn("America/New_York", "2026-03-07T09:00")).toBe("2026-03-07T14:00:00.000Z");
  expect(momentIn("America/New_York", "2026-03-08T09:00")).toBe("2026-03-08T13:00:00.000Z");
  expect(momentIn("America/New_York", "2026-11-01T09:00")).toBe("2026-11-01T14:00:00.000Z");
  expect(momentIn("Pacific/Auckland", "2026-04-05T09:00")).toBe("2026-04-04T21:00:00.000Z");
  expect(momentIn("Asia/Kathmandu", "2026-01-01T00:00")).toBe("2025-12-31T18:15:00.000Z");
});
