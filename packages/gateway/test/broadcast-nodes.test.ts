import type { Broadcast, BroadcastRecipient, Page } from "@trunkline/protocol";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createGateway } from "../src/gateway.ts";
import { postgresEngine } from "../src/node/postgres.ts";
import type { Gateway } from "../src/options.ts";
import { type PlainCarrier, plainCarrier } from "./support/plain-carrier.ts";
import { newPostgresDatabase } from "./support/stores.ts";
import { made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

/* Several nodes on one database: broadcasts and lines go from hand to hand. */

let world: TestGateway;
let other: Gateway;
let carrier: PlainCarrier;
let acme: TestTenant;

beforeAll(async () => {
  const url = await newPostgresDatabase();
  carrier = plainCarrier();
  const store = { name: "PostgreSQL", open: async () => postgresEngine({ url }) };
  world = await testGateway(store, { fetch: carrier.fetch });
  other = createGateway({
    engine: postgresEngine({ url }),
    clock: world.clock,
    masterKey: new Uint8Array(32).fill(7),
    environment: "sandbox",
    fetch: carrier.fetch,
  });
  await other.start();
  acme = await world.newTenant("acme");
});
afterAll(async () => {
  await other.stop();
  await world.stop();
});

test("two nodes that take turns at several broadcasts of one line give everybody one text of each", async () => {
  const people = Array.from({ length: 300 }, (_, index) => ({ to: `+1425${2_000_000 + index}` }));
  const ids = await Promise.all(
    ["One", "Two", "Three", "Four"].map(async (text, index) => {
      const node = index % 2 === 0 ? world.gateway : other; // which begins with it, because nobody else is woken
      const answer = await node.fetch(
        new Request("http://gateway.test/v1/broadcasts", {
          method: "POST",
          headers: { authorization: `Bearer ${acme.key.key}`, "content-type": "application/json" },
          body: JSON.stringify({ lineId: acme.line.id, text, recipients: people }),
        }),
      );
      expect(answer.status).toBe(202);
      return ((await answer.json()) as Broadcast).id;
    }),
  );
  const read = (id: string) => made<Broadcast>(acme.call("GET", `/v1/broadcasts/${id}`));
  await vi.waitFor(async () => {
    // Time passes for looks of the one that were put off while the other was at it; not under the feet of who is at it.
    await Promise.all([world.gateway.idle(), other.idle()]);
    world.clock.advance(250);
    for (const id of ids) expect(await read(id)).toMatchObject({ state: "completed", counts: { sending: 300 } });
  });
  const taken = carrier.taken.map(({ to, text }) => `${text} ${to}`);
  expect(new Set(taken).size).toBe(1200);
  expect(taken).toHaveLength(1200);
  for (const id of ids) {
    const path = `/v1/broadcasts/${id}/recipients?limit=200`;
    const { data } = await made<Page<BroadcastRecipient>>(acme.call("GET", path));
    expect(data.every(({ state }) => state === "sent")).toBe(true);
  }
});
