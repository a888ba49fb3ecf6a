import type { LineId, TenantId } from "@trunkline/protocol";
import { expect, test } from "vitest";
import { manualClock } from "../../test/support/manual-clock.ts";
import { createRecentStops } from "./recent-stops.ts";

const ACME: TenantId = "ten_acme";
const FRONT: LineId = "line_front";
const PHONE = "+14255550101";

test("a STOP stands against what was taken before it, and not against what was taken after it", () => {
  const stops = createRecentStops(manualClock());
  const before = stops.mark();
  stops.add(ACME, [{ lineId: null, number: PHONE }]);
  expect(stops.cameAfter(before, ACME, FRONT, PHONE)).toBe(true);
  expect(stops.cameAfter(stops.mark(), ACME, FRONT, PHONE)).toBe(false);
});

test("it reaches the line that it was sent to, or all, and no other number or tenant", () => {
  const stops = createRecentStops(manualClock());
  const before = stops.mark();
  stops.add(ACME, [
    { lineId: FRONT, number: PHONE },
    { lineId: null, number: "+14255550102" },
  ]);
  expect(stops.cameAfter(before, ACME, FRONT, PHONE)).toBe(true);
  expect(stops.cameAfter(before, ACME, "line_back", PHONE)).toBe(false);
  expect(stops.cameAfter(before, ACME, "line_back", "+14255550102")).toBe(true);
  expect(stops.cameAfter(before, ACME, FRONT, "+14255550103")).toBe(false);
  expect(stops.cameAfter(before, "ten_globex", FRONT, PHONE)).toBe(false);
});

test("what is long past is forgotten, whatever comes in between", () => {
  const clock = manualClock();
  const stops = createRecentStops(clock);
  const before = stops.mark();
  stops.add(ACME, [{ lineId: null, number: PHONE }]);
  clock.advance(60_000);
  stops.add(ACME, [{ lineId: null, number: "+14255550102" }]);
  expect(stops.cameAfter(before, ACME, FRONT, PHONE)).toBe(true);
  clock.advance(10 * 60_000);
  stops.add(ACME, [{ lineId: null, number: "+14255550103" }]);
  expect(stops.cameAfter(before, ACME, FRONT, PHONE)).toBe(false);
});
