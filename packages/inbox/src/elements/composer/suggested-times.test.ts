import { expect, test } from "vitest";
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
