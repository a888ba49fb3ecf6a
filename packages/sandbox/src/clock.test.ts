import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { platformTime, WorldClock } from "./clock.ts";

const standing = (standsAt = 0) => new WorldClock({ host: platformTime, standsAt });

test("a standing clock stops at every timer on its way, in order, and settles there", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 2000 }), { maxLength: 60 }), async (times) => {
      const clock = standing();
      const woken: { due: number; at: number }[] = [];
      for (const due of times) clock.at(due, () => woken.push({ due, at: clock.now() }));
      let settled = 0;
      await clock.advance(1000, async () => {
        settled = woken.length;
      });
      const expected = times.filter((due) => due <= 1000).sort((a, b) => a - b);
      expect(woken).toEqual(expected.map((due) => ({ due, at: due })));
      expect(settled).toBe(expected.length);
      expect(clock.now()).toBe(1000);
    }),
  );
});

test("what a timer sets wakes on the same way when it becomes due there", async () => {
  const clock = standing();
  const seen: number[] = [];
  const beat = () => {
    seen.push(clock.now());
    clock.at(clock.now() + 100, beat);
  };
  clock.at(100, beat);
  await clock.advance(350);
  expect(seen).toEqual([100, 200, 300]);
});

test("a day over a heartbeat is gone in strides: no timer is early or lost, and the way is bounded", async () => {
  const clock = standing();
  let beats = 0;
  const beat = () => {
    beats++;
    clock.at(clock.now() + 1000, beat);
  };
  clock.at(1000, beat);
  const late = vi.fn(() => clock.now());
  clock.at(80_000_000, late);
  await clock.advance(86_400_000);
  expect(clock.now()).toBe(86_400_000);
  expect(beats).toBeLessThan(500);
  expect(late.mock.results[0]?.value).toBeGreaterThanOrEqual(80_000_000);
});

test("a timer that was called off never wakes, also when another one of the same moment does it", async () => {
  const clock = standing();
  const wake = vi.fn();
  let cancel: () => void = () => undefined;
  clock.at(10, () => cancel());
  cancel = clock.at(10, wake);
  await clock.advance(20);
  expect(wake).not.toHaveBeenCalled();
});

test("a timer that is due already wakes without the clock being moved", async () => {
  const clock = standing(50);
  await new Promise<void>((resolve) => {
    clock.at(50, resolve);
  });
  expect(clock.now()).toBe(50);
});

test("a running clock is its host's with an offset, and a jump wakes what became due in order", () => {
  let hostTime = 1000;
  const clock = new WorldClock({ host: { now: () => hostTime, after: () => () => undefined } });
  const seen: string[] = [];
  clock.at(9000, () => seen.push("later"));
  clock.at(5000, () => seen.push("sooner"));
  clock.at(99_000, () => seen.push("never"));
  hostTime = 2000;
  clock.setOffset(10_000);
  expect(clock.now()).toBe(12_000);
  expect(seen).toEqual(["sooner", "later"]);
});

test("polling follows the host, whatever the clock does", async () => {
  const clock = standing();
  let stop: () => void = () => undefined;
  let looks = 0;
  await new Promise<void>((resolve) => {
    stop = clock.poll(1, () => ++looks === 3 && resolve());
  });
  stop();
  expect(clock.now()).toBe(0);
});

test("the clock does not run backwards", async () => {
  await expect(standing().advance(-1)).rejects.toThrow(RangeError);
});
