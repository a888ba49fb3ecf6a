import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDuration } from "./duration.ts";

test.each([
  ["PT15S", 15_000],
  ["PT0.5S", 500],
  ["PT1,25S", 1250],
  ["PT1H30M", 5_400_000],
  ["P2D", 172_800_000],
  ["P1DT1S", 86_401_000],
  ["P1W", 604_800_000],
  ["PT0S", 0],
])("%s is %i ms", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(["", "P", "PT", "15", "PT-1S", "P1Y", "P1M", "P1DT", "pt1s", "PT1S ", "P1W1D"])("%j is refused", (text) => {
  expect(parseDuration(text)).toBeNull();
});

test("every count of hours, minutes and seconds adds up", () => {
  const count = fc.integer({ min: 0, max: 5000 });
  fc.assert(
    fc.property(count, count, count, (hours, minutes, seconds) => {
      expect(parseDuration(`PT${hours}H${minutes}M${seconds}S`)).toBe(((hours * 60 + minutes) * 60 + seconds) * 1000);
    }),
  );
});
