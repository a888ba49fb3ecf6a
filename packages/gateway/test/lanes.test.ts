import type { TenantId } from "@trunkline/protocol";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { systemClock } from "../src/clock.ts";
import { idSource, platformRandom } from "../src/random.ts";
import { type Database, openDatabase } from "../src/store/database.ts";
import type { SqlEngine } from "../src/store/engine.ts";
import { migrate } from "../src/store/migrate.ts";
import { closeTurns, openTurns, TurnOutdated } from "../src/work/lane-store.ts";
import { enqueue } from "../src/work/queue.ts";
import { POSTGRES } from "./support/stores.ts";

/* What only shows where two transactions run at once, so not on PGlite, which has one connection. */

const ids = idSource(systemClock(), platformRandom);
const tenantId: TenantId = ids("tenant");
const group = { tenantId, kind: "job" };
const OPEN = { lane: "line", fence: null, free: 1, inFlight: [], busySerials: [], withOrphans: true };
const BEGUN = { lane: "line", settlements: [], pauseUntil: null, release: false };
const one = { node: "one", now: 0, leaseMs: 15_000 };
const two = { node: "two", now: 20_000, leaseMs: 15_000 };

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
      const { rows } = await connection.query(
        "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
        [],
      );
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
    const turn = (await openTurns(tx, group, one, [OPEN])).get("line");
    expect(turn?.next.map((item) => item.id)).toEqual([id]);
    opened.resolve();
    await late.promise; // longer than the lease, as when the store is slow
    return closeTurns(tx, group, [{ ...BEGUN, fence: turn?.fence ?? 0, started: [id] }]);
  });
  await opened.promise;
  const second = database.tenant(tenantId, async (tx) => {
    const turn = (await openTurns(tx, group, two, [OPEN])).get("line");
    expect(turn?.next.map((item) => item.id)).toEqual([id]); // as it was before the wait
    return closeTurns(tx, group, [{ ...BEGUN, fence: turn?.fence ?? 0, started: [id] }]);
  });
  const outcome = second.catch((error: unknown) => error);
  await someoneWaits();
  late.resolve();
  await first;
  expect(await outcome).toBeInstanceOf(TurnOutdated);

  const reopened = await database.tenant(tenantId, (tx) => openTurns(tx, group, two, [OPEN]));
  const again = reopened.get("line");
  expect(again?.next).toEqual([]);
  expect(again?.orphans.map((item) => item.id)).toEqual([id]);
});
