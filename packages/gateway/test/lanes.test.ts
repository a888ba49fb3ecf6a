import type { TenantId } from "@trunkline/protocol";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { systemClock } from "../src/clock.ts";
import { idSource, platformRandom } from "../src/random.ts";
import { type Database, openDatabase } from "../src/store/database.ts";
import type { SqlEngine } from "../src/store/engine.ts";
import { migrate } from "../src/store/migrate.ts";
import { closeTurn, openTurn, TurnOutdated } from "../src/work/lane-store.ts";
import { enqueue } from "../src/work/queue.ts";
import { POSTGRES } from "./support/stores.ts";

/* What only shows where two transactions run at once, so not on PGlite, which has one connection. */

const ids = idSource(systemClock(), platformRandom);
const tenantId: TenantId = ids("tenant");
const lane = { tenantId, kind: "job", lane: "line" };
const OPEN = { leaseMs: 15_000, fence: null, free: 1, inFlight: [], busySerials: [], withOrphans: true };
const BEGUN = { settlements: [], pauseUntil: null, release: false };

let engine: SqlEngine;
let database: Database;
beforeAll(async () => {
  engine = await POSTGRES.open();
  await migrate(engine, { environment: "sandbox", newEpoch: () => "epoch" });
  database = openDatabase(engine);
});
afterAll(() => database.close());

/** Resolves when a connection waits for another's lock. */
async function someoneWaits(): Promise<void> {
  const connection = await engine.connect();
  try {
    await vi.waitFor(async () => {
      const { rows } = await connection.query("select from pg_locks where not granted", []);
      expect(rows).toHaveLength(1);
    });
  } finally {
    connection.release();
  }
}

test("whoever waits for a late holder's commit does not begin once more what that one has begun", async () => {
  const id = ids("message");
  const work = { id, kind: "job", lane: "line", serial: "conversation", dueAt: new Date(0), payload: {} };
  await database.tenant(tenantId, (tx) => enqueue(tx, tenantId, [work], 0));

  const late = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  const first = database.tenant(tenantId, async (tx) => {
    const turn = await openTurn(tx, lane, { ...OPEN, node: "one", now: 0 });
    expect(turn?.next.map((item) => item.id)).toEqual([id]);
    opened.resolve();
    await late.promise; // longer than the lease, as when the store is slow
    return closeTurn(tx, lane, { ...BEGUN, fence: turn?.fence ?? 0, started: [id] });
  });
  await opened.promise;
  const second = database.tenant(tenantId, async (tx) => {
    const turn = await openTurn(tx, lane, { ...OPEN, node: "two", now: 20_000 });
    expect(turn?.next.map((item) => item.id)).toEqual([id]); // as it was before the wait
    return closeTurn(tx, lane, { ...BEGUN, fence: turn?.fence ?? 0, started: [id] });
  });
  const outcome = second.catch((error: unknown) => error);
  await someoneWaits();
  late.resolve();
  await first;
  expect(await outcome).toBeInstanceOf(TurnOutdated);

  const again = await database.tenant(tenantId, (tx) => openTurn(tx, lane, { ...OPEN, node: "two", now: 20_000 }));
  expect(again?.next).toEqual([]);
  expect(again?.orphans.map((item) => item.id)).toEqual([id]);
});
