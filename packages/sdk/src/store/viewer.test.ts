import fc from "fast-check";
import { expect, test } from "vitest";
import { countInbound, type ReadMark, readThrough, showMark, takeAnswer } from "./viewer.ts";

/** What the gateway answers for a conversation whose messages up to `sequence` are all inbound. */
const answer = (sequence: number, through: number) => ({
  readThroughSequence: through,
  unreadCount: Math.max(0, sequence - through),
});

test("a text is counted once, also when the answer, a page and an event all tell of it", () => {
  let mark = takeAnswer(undefined, 4, answer(4, 1));
  mark = countInbound(countInbound(countInbound(mark, 4), 5), 5);
  expect(showMark(mark)).toEqual({ readThroughSequence: 1, unreadCount: 4, isExact: true });
});

test("reading never moves back", () => {
  const mark = readThrough(takeAnswer(undefined, 4, answer(4, 3)), 2);
  expect(showMark(mark)).toMatchObject({ readThroughSequence: 3, unreadCount: 1 });
});

test("reading a part of what an answer counted is not exact, and never shows too little", () => {
  const shown = showMark(readThrough(takeAnswer(undefined, 9, { readThroughSequence: 0, unreadCount: 3 }), 5));
  expect(shown).toEqual({ readThroughSequence: 5, unreadCount: 3, isExact: false });
});

test("events, readings and answers in any order end in the gateway's count", () => {
  const inbound = fc.integer({ min: 1, max: 30 });
  fc.assert(
    fc.property(fc.shuffledSubarray([...Array(30).keys()].map((n) => n + 1)), inbound, inbound, (seen, base, read) => {
      const through = Math.max(base, read); // everything the answer spoke of has been read, so that the count is exact
      let mark: ReadMark = takeAnswer(undefined, base, answer(base, 0));
      for (const [index, sequence] of seen.entries()) {
        if (index === read % seen.length) mark = readThrough(mark, through);
        mark = countInbound(mark, sequence);
        mark = countInbound(mark, sequence);
      }
      mark = readThrough(mark, through);
      expect(showMark(mark).unreadCount).toBe(seen.filter((sequence) => sequence > through).length);
    }),
  );
});
