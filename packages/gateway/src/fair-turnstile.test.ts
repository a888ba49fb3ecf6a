import fc from "fast-check";
import { expect, test } from "vitest";
import { fairTurnstile } from "./fair-turnstile.ts";

/** Work that ends when it is told to. */
function works() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (name: string) => () => {
    begun.push(name);
    return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
  };
  /** Ends whatever is inside, one by one, until all is done. */
  async function endAll(all: Promise<unknown>): Promise<void> {
    let isDone = false;
    void all.then(() => {
      isDone = true;
    });
    while (!isDone) {
      const [first] = ends;
      if (first) {
        ends.delete(first[0]);
        first[1]();
      }
      await Promise.resolve();
    }
  }
  return { begun, work, endAll };
}

test("whoever comes behind a crowd waits for one of them, not for all", async () => {
  const { begun, work, endAll } = works();
  const { pass } = fairTurnstile(2);
  const crowd = Array.from({ length: 500 }, (_, n) => pass("crowd", work(`crowd ${n}`)));
  const others = ["one", "two"].flatMap((party) => [1, 2, 3].map((n) => pass(party, work(`${party} ${n}`))));
  await endAll(Promise.all([...crowd, ...others]));
  expect(begun.slice(0, 2)).toEqual(["crowd 0", "crowd 1"]);
  expect(begun.indexOf("one 1")).toBeLessThan(5);
  expect(begun.indexOf("two 3")).toBeLessThan(2 + 3 * 3);
  expect(begun.filter((name) => name.startsWith("crowd"))).toEqual(Array.from({ length: 500 }, (_, n) => `crowd ${n}`));
});

test("never more than its width are inside, each runs once, and a party's own in their order", async () => {
  const comers = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(comers, fc.integer({ min: 1, max: 4 }), async (parties, width) => {
      const { begun, work, endAll } = works();
      const { pass } = fairTurnstile(width);
      let inside = 0;
      let most = 0;
      const all = parties.map((party, n) =>
        pass(party, async () => {
          inside += 1;
          most = Math.max(most, inside);
          const answer = await work(`${party} ${n}`)();
          inside -= 1;
          return answer;
        }),
      );
      await endAll(Promise.all(all));
      expect(most).toBeLessThanOrEqual(width);
      expect(await Promise.all(all)).toEqual(parties.map((party, n) => `${party} ${n}`));
      for (const party of "abcd") {
        const own = parties.flatMap((one, n) => (one === party ? `${party} ${n}` : []));
        expect(begun.filter((name) => name.startsWith(party))).toEqual(own);
      }
    }),
  );
});

test("work that fails makes room, and those who are turned away hear why while those inside go on", async () => {
  const { pass, turnAway } = fairTurnstile(1);
  const failed = pass("a", () => Promise.reject(new Error("broken")));
  const second = pass("a", async () => "second");
  await expect(failed).rejects.toThrow("broken");
  expect(await second).toBe("second");

  const held = Promise.withResolvers<string>();
  const inside = pass("a", () => held.promise);
  const waiting = [pass("a", async () => "never"), pass("b", async () => "never")];
  const outcomes = Promise.allSettled(waiting);
  turnAway(new Error("closed"));
  expect((await outcomes).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  held.resolve("done");
  expect(await inside).toBe("done");
  expect(await pass("b", async () => "open again")).toBe("open again");
});

test("who has waited too long is told so, and those who wait behind lose nothing", async () => {
  const { pass } = fairTurnstile(1, { ms: 20, error: () => new Error("too long") });
  const held = Promise.withResolvers<string>();
  const inside = pass("a", () => held.promise);
  await expect(pass("a", async () => "never")).rejects.toThrow("too long");
  const next = [pass("a", async () => "next"), pass("b", async () => "beside")];
  held.resolve("done");
  expect(await Promise.all([inside, ...next])).toEqual(["done", "next", "beside"]);
});
