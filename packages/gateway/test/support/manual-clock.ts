import { type Clock, realPoll } from "../../src/clock.ts";

/** A clock that stands still until it is moved. */
export interface ManualClock extends Clock {
  /** Moves the clock by `ms`, and calls whoever waited for that time, in order. */
  advance(ms: number): void;
}

export function manualClock(start = Date.parse("2026-03-03T09:00:00Z")): ManualClock {
  let time = start;
  const waiting = new Set<{ time: number; wake: () => void }>();
  return {
    now: () => time,
    at(due, wake) {
      const entry = { time: due, wake };
      if (due <= time) queueMicrotask(() => waiting.delete(entry) && wake());
      waiting.add(entry);
      return () => waiting.delete(entry);
    },
    poll: realPoll,
    advance(ms) {
      time += ms;
      const due = [...waiting].filter((entry) => entry.time <= time).sort((a, b) => a.time - b.time);
      for (const entry of due) if (waiting.delete(entry)) entry.wake();
    },
  };
}
