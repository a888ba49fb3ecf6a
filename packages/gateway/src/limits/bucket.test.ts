import fc from "fast-check";
import { expect, test } from "vitest";
import { draw } from "./bucket.ts";

const size = fc.record({
  perSecond: fc.double({ min: 0.05, max: 5000, noNaN: true }),
  burst: fc.integer({ min: 1, max: 200 }),
});
const waits = fc.array(fc.double({ min: 0, max: 3000, noNaN: true }), { minLength: 1, maxLength: 80 });

test("however calls come, no span of time sees more than the burst and what fills in the meantime", () => {
  fc.assert(
    fc.property(size, waits, (bucket, gaps) => {
      const granted: number[] = [];
      let fullAt: number | undefined;
      let now = 1_000_000;
      for (const gap of gaps) {
        now += gap;
        const drawn = draw(fullAt, bucket, now);
        fullAt = drawn.fullAt;
        if (drawn.isGranted) granted.push(now);
      }
      for (const [first, from] of granted.entries()) {
        for (const [index, to] of granted.entries()) {
          if (index < first) continue;
          const filled = ((to - from) / 1000) * bucket.perSecond;
          expect(index - first + 1).toBeLessThanOrEqual(bucket.burst + filled + 0.01);
        }
      }
    }),
  );
});

test("as many as are left are granted at once, and one more when it was said", () => {
  fc.assert(
    fc.property(size, waits, (bucket, gaps) => {
      let fullAt: number | undefined;
      let now = 1_000_000;
      let drawn = draw(fullAt, bucket, now);
      for (const gap of gaps) {
        fullAt = drawn.fullAt;
        now += gap;
        drawn = draw(fullAt, bucket, now);
      }
      const { left, nextMs } = drawn;
      for (let n = 0; n < left; n++) {
        drawn = draw(drawn.fullAt, bucket, now);
        expect(drawn.isGranted).toBe(true);
      }
      expect(draw(drawn.fullAt, bucket, now)).toMatchObject({ isGranted: false, left: 0 });
      expect(draw(drawn.fullAt, bucket, now + nextMs + 0.01).isGranted).toBe(true);
      expect(draw(drawn.fullAt, bucket, now + nextMs - 0.01).isGranted).toBe(false);
    }),
  );
});

test("a clock that is put back does not keep a bucket empty for longer than it takes to fill", () => {
  const bucket = { perSecond: 10, burst: 10 };
  const { fullAt } = draw(undefined, bucket, 10_000_000);
  expect(draw(fullAt, bucket, 5_000)).toMatchObject({ isGranted: false, nextMs: 100 });
  expect(draw(fullAt, bucket, 5_100).isGranted).toBe(false); // still as far behind
  const behind = draw(fullAt, bucket, 5_000).fullAt;
  expect(draw(behind, bucket, 6_000)).toMatchObject({ isGranted: true, left: 9 });
});
