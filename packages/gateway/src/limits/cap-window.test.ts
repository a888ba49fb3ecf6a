import fc from "fast-check";
import { expect, test } from "vitest";
import { roomFor } from "./cap-window.ts";

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 2, 3, 9);

test("no 24 hours hold more texts than the cap, whenever they begin and whenever one tries", () => {
  const tries = fc.array(fc.record({ after: fc.nat(5 * HOUR), wanted: fc.integer({ min: 1, max: 8 }) }), {
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(
    fc.property(fc.nat(20), tries, (cap, given) => {
      const counts = new Map<number, number>();
      const sent: number[] = [];
      let now = START;
      for (const { after, wanted } of given) {
        now += after;
        const history = [...counts].map(([hour, texts]) => ({ hour, texts }));
        const granted = Math.min(roomFor(cap, history, now).left, wanted);
        const present = now - (now % HOUR);
        counts.set(present, (counts.get(present) ?? 0) + granted);
        sent.push(...Array<number>(granted).fill(now));
      }
      for (const from of sent) {
        expect(sent.filter((at) => at >= from && at < from + DAY).length).toBeLessThanOrEqual(cap);
      }
    }),
  );
});

test("there is room at the moment that was named, and not a millisecond earlier", () => {
  const history = fc.array(fc.record({ hour: fc.nat(30), texts: fc.integer({ min: 0, max: 9 }) }), { maxLength: 26 });
  fc.assert(
    fc.property(fc.nat(40), history, fc.nat(HOUR - 1), (cap, given, within) => {
      const counts = given.map(({ hour, texts }) => ({ hour: START - hour * HOUR, texts }));
      const now = START + within;
      const { left, freeAt } = roomFor(cap, counts, now);
      if (left > 0) expect(freeAt).toBe(now);
      else if (freeAt === null) expect(cap).toBe(0);
      else {
        expect(roomFor(cap, counts, freeAt - 1).left).toBe(0);
        expect(roomFor(cap, counts, freeAt).left).toBeGreaterThan(0);
      }
    }),
  );
});

test("a cap that was lowered below what was sent waits until enough of it has fallen out", () => {
  const counts = [
    { hour: START - 10 * HOUR, texts: 5 },
    { hour: START - 2 * HOUR, texts: 5 },
  ];
  expect(roomFor(4, counts, START)).toEqual({ left: 0, freeAt: START - 2 * HOUR + 25 * HOUR });
  expect(roomFor(6, counts, START)).toEqual({ left: 0, freeAt: START - 10 * HOUR + 25 * HOUR });
  expect(roomFor(0, [], START)).toEqual({ left: 0, freeAt: null });
});
