import { PGlite } from "@electric-sql/pglite";
import type { TenantId } from "@trunkline/protocol";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { manualClock } from "../../test/support/manual-clock.ts";
import { memoryBus } from "../bus/memory.ts";
import { type Clock, systemClock } from "../clock.ts";
import { silentLogger } from "../logger.ts";
import { idSource, platformRandom } from "../random.ts";
import { type Database, openDatabase } from "../store/database.ts";
import { migrate } from "../store/migrate.ts";
import { pgliteEngine } from "../store/pglite.ts";
import { type AnyWorkKind, type KindTurn, type WorkKind, workKind } from "./kind.ts";
import { openTurns } from "./lane-store.ts";
import { enqueue, withdraw } from "./queue.ts";
import { createWorker } from "./worker.ts";

interface Job {
  name: string;
}
type JobTurn = KindTurn<Job, Job, string>;
type JobChanges = Partial<JobTurn & Pick<WorkKind<Job, Job, string>, "window" | "perform">>;

const clock = systemClock();
const ids = idSource(clock, platformRandom);
const tenantId: TenantId = ids("tenant");
let database: Database;

beforeAll(async () => {
  const engine = pgliteEngine(await PGlite.create());
  await migrate(engine, { environment: "sandbox", newEpoch: () => "epoch" });
  database = openDatabase(engine);
});
afterAll(() => database.close());

/** A kind that settles everything as done, changed by what a test cares for. */
function jobs(
  kind: string,
  { window = 4, perform = async ({ name }) => name, ...changes }: JobChanges = {},
): AnyWorkKind {
  const turn: JobTurn = {
    take: (_lane, items) => ({ takes: items.map((item) => ({ item, task: item.payload })) }),
    settle: (_lane, results) => ({ settlements: results.map(({ item }) => ({ id: item.id, kind: "done" })) }),
    recover: (_lane, items) => ({ settlements: items.map(({ id }) => ({ id, kind: "done" })) }),
    write: async () => undefined,
    ...changes,
  };
  return workKind<Job, Job, string>({ kind, window, perform, open: async () => turn, committed: () => undefined });
}

function workerOf(kind: AnyWorkKind, ownClock: Clock = clock) {
  const bus = memoryBus(silentLogger);
  const parts = { database, clock: ownClock, logger: silentLogger, node: "one", leaseMs: 15_000, bus, kinds: [kind] };
  return { worker: createWorker(parts), bus };
}

async function put(kind: string, names: string[], { lane = "lane", serial }: { lane?: string; serial?: string } = {}) {
  const items = names.map((name) => ({
    id: ids("message"),
    kind,
    lane,
    serial: serial ?? name,
    dueAt: new Date(clock.now()),
    payload: { name },
  }));
  await database.tenant(tenantId, (tx) => enqueue(tx, tenantId, items, clock.now()));
  return items.map(({ id }) => id);
}

const TURN = { lane: "lane", fence: null, free: 1, inFlight: [], busySerials: [], withOrphans: false };

const left = (kind: string) =>
  database.tenant(tenantId, (tx) => tx.selectFrom("work").select("id").where("kind", "=", kind).execute());

describe("a lane", () => {
  test("works its items in order, and leaves nothing behind", async () => {
    const begun: string[] = [];
    const perform = async ({ name }: Job) => {
      begun.push(name);
      return name;
    };
    const names = Array.from({ length: 25 }, (_, index) => `job ${index}`);
    await put("ordered", names);
    const { worker } = workerOf(jobs("ordered", { perform }));
    worker.start();
    await worker.idle();
    expect(begun).toEqual(names);
    expect(await left("ordered")).toEqual([]);
    await worker.stop();
  });

  test("has at most a window in flight, and never two of one serial", async () => {
    const inFlight = new Set<string>();
    let most = 0;
    const perform = async ({ name }: Job) => {
      const serial = name.split(" ")[0] ?? "";
      expect(inFlight.has(serial)).toBe(false);
      inFlight.add(serial);
      most = Math.max(most, inFlight.size);
      await new Promise(setImmediate);
      inFlight.delete(serial);
      return name;
    };
    for (const serial of ["a", "b", "c", "d", "e", "f"]) {
      await put("windowed", [`${serial} 1`, `${serial} 2`, `${serial} 3`], { serial });
    }
    const { worker } = workerOf(jobs("windowed", { perform }));
    worker.start();
    await worker.idle();
    expect(most).toBe(4);
    expect(await left("windowed")).toEqual([]);
    await worker.stop();
  });

  test("is held by one node; another gets it when the lease has ended, and finds what was begun", async () => {
    const [id = ""] = await put("orphaned", ["begun by a node that died"]);
    const past = clock.now() - 60_000;
    await database.tenant(tenantId, async (tx) => {
      await openTurns(tx, { tenantId, kind: "orphaned" }, { node: "dead", now: past, leaseMs: 15_000 }, [TURN]);
      await tx.updateTable("work").set({ started_fence: 1 }).where("id", "=", id).execute();
    });
    const recovered: string[] = [];
    const performed = vi.fn(async ({ name }: Job) => name);
    const recover: JobTurn["recover"] = (_lane, items) => {
      recovered.push(...items.map((item) => item.id));
      return { settlements: items.map((item) => ({ id: item.id, kind: "done" })) };
    };
    const { worker } = workerOf(jobs("orphaned", { recover, perform: performed }));
    worker.start();
    await worker.idle();
    expect(recovered).toEqual([id]);
    expect(performed).not.toHaveBeenCalled();
    await worker.stop();
  });

  test("that another node holds is left alone", async () => {
    await put("held", ["theirs"]);
    const other = { node: "other", now: clock.now(), leaseMs: 60 * 60_000 };
    await database.tenant(tenantId, (tx) => openTurns(tx, { tenantId, kind: "held" }, other, [TURN]));
    const { worker } = workerOf(jobs("held"));
    worker.start();
    await worker.idle();
    expect(await left("held")).toHaveLength(1);
    await worker.stop();
  });

  test("that pauses begins nothing until the pause is over, and keeps its order", async () => {
    const begun: string[] = [];
    let refused = false;
    await put("paused", ["first", "second"]);
    const still = manualClock(clock.now());
    const kind = jobs("paused", {
      window: 1,
      perform: async ({ name }) => {
        begun.push(name);
        return name;
      },
      settle: (_lane, results) => {
        if (refused) return { settlements: results.map(({ item }) => ({ id: item.id, kind: "done" })) };
        refused = true;
        return {
          settlements: results.map(({ item }) => ({ id: item.id, kind: "back" })),
          pauseUntil: still.now() + 150,
        };
      },
    });
    const { worker } = workerOf(kind, still);
    worker.start();
    await worker.idle();
    still.advance(149);
    await worker.idle();
    expect(begun).toEqual(["first"]);
    still.advance(1);
    await worker.idle();
    expect(begun).toEqual(["first", "first", "second"]);
    expect(await left("paused")).toEqual([]);
    await worker.stop();
  });
});

test("an item whose work throws is recovered, not lost and not repeated", async () => {
  const recovered: string[] = [];
  const perform = vi.fn(async () => Promise.reject(new Error("the line broke")));
  const recover: JobTurn["recover"] = (_lane, items) => {
    recovered.push(...items.map(({ payload }) => payload.name));
    return { settlements: items.map(({ id }) => ({ id, kind: "done" })) };
  };
  await put("thrown", ["odd"]);
  const { worker } = workerOf(jobs("thrown", { perform, recover }));
  worker.start();
  await worker.idle();
  expect(perform).toHaveBeenCalledTimes(1);
  expect(recovered).toEqual(["odd"]);
  await worker.stop();
});

test("a turn whose transaction fails is tried again with the same outcome", async () => {
  let failures = 2;
  const settle: JobTurn["settle"] = (_lane, results) => {
    if (failures-- > 0) throw new Error("the store went away");
    return { settlements: results.map(({ item }) => ({ id: item.id, kind: "done" })) };
  };
  const perform = vi.fn(async ({ name }: Job) => name);
  await put("flaky", ["once"]);
  const { worker } = workerOf(jobs("flaky", { settle, perform }));
  worker.start();
  await worker.idle();
  expect(perform).toHaveBeenCalledTimes(1);
  expect(await left("flaky")).toEqual([]);
  await worker.stop();
});

test("a wake-up starts work at once, and work committed while a lane closes is not forgotten", async () => {
  const { worker, bus } = workerOf(jobs("woken"));
  worker.start();
  await worker.idle();
  for (let round = 0; round < 30; round++) {
    await put("woken", [`round ${round}`]);
    bus.publish({ topic: "work", tenantId, kind: "woken", lane: "lane" });
  }
  await worker.idle();
  expect(await left("woken")).toEqual([]);
  await worker.stop();
});

test("stopping waits for what is in flight and begins nothing more", async () => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const perform = vi.fn(async ({ name }: Job) => {
    await gate;
    return name;
  });
  await put("stopped", ["a", "b", "c", "d", "e", "f"]);
  const { worker } = workerOf(jobs("stopped", { perform }));
  worker.start();
  await vi.waitFor(() => expect(perform).toHaveBeenCalledTimes(4));
  const stopped = worker.stop();
  open();
  await stopped;
  expect(perform).toHaveBeenCalledTimes(4);
  expect(await left("stopped")).toHaveLength(2);
});

test("work that nobody has begun can be taken back", async () => {
  const [first = "", second = ""] = await put("withdrawn", ["a", "b"]);
  const taken = await database.tenant(tenantId, async (tx) => {
    await tx.updateTable("work").set({ started_fence: 1 }).where("id", "=", second).execute();
    return withdraw(tx, tenantId, [first, second]);
  });
  expect(taken).toEqual([first]);
});
