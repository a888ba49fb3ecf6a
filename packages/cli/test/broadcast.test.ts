import { expect, test } from "vitest";
import { runBroadcastRig } from "../prove/broadcast-rig.ts";

// The short form of `npm run prove -- broadcast`.
test("a broadcast over which the gateway is killed gives everybody one result, and heeds every STOP", async () => {
  const { violations, states } = await runBroadcastRig({
    store: "pglite",
    recipients: 500,
    kills: 1,
    stops: 0.1,
    note: () => undefined,
  });
  expect(Object.fromEntries(violations)).toEqual({});
  expect((states.delivered ?? 0) + (states.opted_out ?? 0)).toBe(500);
});
