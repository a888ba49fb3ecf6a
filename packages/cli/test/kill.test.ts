import { expect, test } from "vitest";
import { runKillRig } from "../prove/kill-rig.ts";

// The short form of `npm run prove -- kill`.
test("a gateway that is killed under load loses nothing, stores nothing twice and sends nothing twice", async () => {
  const { violations, ...facts } = await runKillRig({
    store: "pglite",
    perSecond: 10,
    seconds: 4,
    kills: 2,
    note: () => undefined,
  });
  expect(Object.fromEntries(violations)).toEqual({});
  expect(facts.sent).toBeGreaterThan(20);
  expect(facts.texted).toBeGreaterThan(20);
});
