import { expect, test } from "vitest";
import {
  type AttemptResult,
  decideDelivery,
  decideHealth,
  FAILING_FOR_MS,
  pauseAfter,
  RETRY_WAITS_MS,
} from "./decide-attempt.ts";

const NOW = Date.parse("2026-03-03T09:00:00Z");
const result = (given: Partial<AttemptResult> = {}): AttemptResult => ({
  isDelivered: false,
  isGone: false,
  retryAfterMs: null,
  ...given,
});
const delivered = result({ isDelivered: true });

test("ten tries take 75 hours and 35 minutes, each wait moved by a tenth at most", () => {
  expect(RETRY_WAITS_MS.reduce((sum, wait) => sum + wait, 0)).toBe((75 * 60 + 35) * 60_000 + 5000);
  for (const [index, wait] of RETRY_WAITS_MS.entries()) {
    expect(decideDelivery(result(), index + 1, NOW, 0.5)).toEqual({ status: "pending", nextAt: NOW + wait });
    expect(decideDelivery(result(), index + 1, NOW, 0).nextAt).toBe(NOW + wait * 0.9);
    expect(decideDelivery(result(), index + 1, NOW, 1).nextAt).toBe(NOW + wait * 1.1);
  }
  expect(decideDelivery(result(), 10, NOW, 0.5)).toEqual({ status: "failed", nextAt: null });
});

test("success and 410 end it", () => {
  expect(decideDelivery(delivered, 3, NOW, 0)).toEqual({ status: "delivered", nextAt: null });
  expect(decideDelivery(result({ isGone: true }), 1, NOW, 0)).toEqual({ status: "failed", nextAt: null });
});

test("Retry-After puts a try off, by a day at most, and never brings it forward", () => {
  const after = (ms: number, attempts: number) =>
    (decideDelivery(result({ retryAfterMs: ms }), attempts, NOW, 0.5).nextAt ?? 0) - NOW;
  expect(after(60_000, 1)).toBe(60_000);
  expect(after(1000, 1)).toBe(5000);
  expect(after(400 * 3_600_000, 1)).toBe(24 * 3_600_000);
  expect(pauseAfter(result({ retryAfterMs: 60_000 }), NOW)).toBe(NOW + 60_000);
  expect(pauseAfter(result({ retryAfterMs: 24 * 3_600_000 }), NOW)).toBe(NOW + 3_600_000);
  expect(pauseAfter(result(), NOW)).toBe(0);
});

test("one success among failures makes a hook well again", () => {
  const since = new Date(NOW - FAILING_FOR_MS);
  expect(decideHealth(since, [result(), delivered, result()], NOW)).toEqual({ failingSince: null, disable: null });
  expect(decideHealth(since, [], NOW)).toEqual({ failingSince: since, disable: null });
});

test("five days of nothing but failure turn a hook off, not a moment less", () => {
  expect(decideHealth(null, [result()], NOW)).toEqual({ failingSince: new Date(NOW), disable: null });
  const almost = new Date(NOW - FAILING_FOR_MS + 1);
  expect(decideHealth(almost, [result()], NOW).disable).toBeNull();
  expect(decideHealth(new Date(NOW - FAILING_FOR_MS), [result()], NOW).disable).toBe("failing");
  expect(decideHealth(null, [delivered, result({ isGone: true })], NOW).disable).toBe("gone");
});
