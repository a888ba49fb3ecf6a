import type { TenantId } from "@trunkline/protocol";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { memoryBus } from "../src/bus/memory.ts";
import { systemClock } from "../src/clock.ts";
import { silentLogger } from "../src/logger.ts";
import { idSource, platformRandom } from "../src/random.ts";
import { type Database, openDatabase } from "../src/store/database.ts";
import { migrate } from "../src/store/migrate.ts";
import { type KindTurn, type WorkKind, workKind } from "../src/work/kind.ts";
import { closeTurns, openTurns } from "../src/work/lane-store.ts";
import { enqueue, withdraw } from "../src/work/queue.ts";
import { createWorker } from "../src/work/worker.ts";
import { eachStore } from "./support/stores.ts";

/* Several lanes of one tenant and kind that move in one transaction. */

const HOUR = 60 * 60_000;

interface Job {
  name: string;
}
type JobKind = WorkKind<Job, Job, string>;
type JobTurn = KindTurn<Job, Job, string>;

eachStore((store) => {
  const clock = systemClock();
  const ids = idSource(clock, platformRandom);
  const tenantId: TenantId = ids("tenant");
  const other = { node: "other", leaseMs: 15_000 };
  const asked = { fence: null, free: 4, inFlight: [], busySerials: [], withOrphans: true };
  let database: Database;
  beforeAll(async () => {
    const engine = await store.open();
    await migrate(engine, { environment: "sandbox", newEpoch: () => "epoch" });
    database = openDatabase(engine);
  });
  afterAll(() => database.close());

  async function put(kind: string, lane: string, names: readonly string[]): Promise<string[]> {
    const items = names.map((name) => ({
      id: ids("message"),
      kind,
      lane,
      serial: name,
      dueAt: new Date(clock.now()),
      payload: { name },
    }));
    await database.tenant(tenantId, (tx) => enqueue(tx, tenantId, items, clock.now()));
    return items.map(({ id }) => id);
  }

  const left = (kind: string) =>
    database.tenant(tenantId, (tx) => tx.selectFrom("work").select(["id", "lane"]).where("kind", "=", kind).execute());

  /** A kind that settles everything as done, and tells the sizes of its turns in items. */
  function jobs(kind: string, changes: Partial<JobTurn & Pick<JobKind, "open" | "perform">> = {}) {
    const turns: number[] = [];
    const { open, perform = async ({ name }: Job) => name, ...decisions } = changes;
    const turn: JobTurn = {
      take: (_lane, items) => ({ takes: items.map((item) => ({ item, task: item.payload })) }),
      settle: (_lane, results) => ({ settlements: results.map(({ item }) => ({ id: item.id, kind: "done" })) }),
      recover: (_lane, items) => ({ settlements: items.map(({ id }) => ({ id, kind: "done" })) }),
      write: async () => undefined,
      ...decisions,
    };
    const made = workKind<Job, Job, string>({
      kind,
      window: 4,
      async open(tx, tenant, items) {
        turns.push(items.length);
        return open ? open(tx, tenant, items) : turn;
      },
      perform,
      committed: () => undefined,
    });
    return { kind: made, turn, turns };
  }

  function workerOf(kind: ReturnType<typeof jobs>["kind"]) {
    const bus = memoryBus(silentLogger);
    const worker = createWorker({
      database,
      clock,
      logger: silentLogger,
      node: "one",
      leaseMs: 15_000,
      bus,
      kinds: [kind],
    });
    return { worker, bus };
  }

  const lanes = Array.from({ length: 20 }, (_, index) => `line ${index + 10}`);

  test("lanes that are due at the same time share their turns", async () => {
    const performed: string[] = [];
    const { kind, turns } = jobs("shared", {
      perform: async ({ name }) => {
        performed.push(name);
        return name;
      },
    });
    for (const lane of lanes) await put("shared", lane, [`${lane} a`, `${lane} b`]);
    const { worker } = workerOf(kind);
    worker.start();
    await worker.idle();
    await worker.stop();
    expect(performed.toSorted()).toEqual(lanes.flatMap((lane) => [`${lane} a`, `${lane} b`]));
    expect(await left("shared")).toEqual([]);
    expect(turns.length).toBeLessThan(lanes.length); // each alone would take two
    expect(Math.max(...turns)).toBeGreaterThan(4); // more than one lane's window
  });

  test("one statement opens lanes that are free, held here, held elsewhere and paused, each by its own rules", async () => {
    const group = { tenantId, kind: "mixed" };
    const names = ["free", "ours", "outdated", "paused", "theirs"];
    for (const lane of names) await put("mixed", lane, [`${lane} 1`, `${lane} 2`]);
    const now = clock.now();
    const one = { node: "one", now, leaseMs: 15_000 };
    const opened = await database.tenant(tenantId, async (tx) => {
      const ours = await openTurns(tx, group, one, [
        { ...asked, lane: "ours" },
        { ...asked, lane: "outdated" },
        { ...asked, lane: "paused" },
      ]);
      await openTurns(tx, group, { ...other, now }, [{ ...asked, lane: "theirs" }]);
      await closeTurns(tx, group, [
        { lane: "paused", fence: 1, started: [], settlements: [], pauseUntil: now + 60_000, release: true },
      ]);
      return ours;
    });
    expect([...opened.keys()].toSorted()).toEqual(["ours", "outdated", "paused"]);
    // Somebody else took it once its lease was over.
    await database.tenant(tenantId, (tx) =>
      openTurns(tx, group, { ...other, now: now + 20_000 }, [{ ...asked, lane: "outdated" }]),
    );
    const turn = await database.tenant(tenantId, (tx) =>
      openTurns(
        tx,
        group,
        one,
        names.map((lane) => ({
          ...asked,
          lane,
          fence: lane === "ours" || lane === "outdated" ? 1 : null,
          busySerials: lane === "ours" ? ["ours 1"] : [],
        })),
      ),
    );
    expect([...turn.keys()].toSorted()).toEqual(["free", "ours"]);
    expect(turn.get("free")?.next.map(({ serial }) => serial)).toEqual(["free 1", "free 2"]);
    expect(turn.get("ours")?.next.map(({ serial }) => serial)).toEqual(["ours 2"]);
  });

  test("a lane that another node holds keeps the others from nothing", async () => {
    for (const lane of lanes) await put("held-one", lane, [lane]);
    const [theirs = ""] = lanes;
    await database.tenant(tenantId, (tx) =>
      openTurns(tx, { tenantId, kind: "held-one" }, { ...other, leaseMs: HOUR, now: clock.now() }, [
        { ...asked, lane: theirs },
      ]),
    );
    const { worker, bus } = workerOf(jobs("held-one").kind);
    worker.start();
    for (const lane of lanes) bus.publish({ topic: "work", tenantId, kind: "held-one", lane }); // also the held one
    await worker.idle();
    await worker.stop();
    expect((await left("held-one")).map(({ lane }) => lane)).toEqual([theirs]);
  });

  test("what a dead holder of one lane had begun is recovered in the turn that takes the others' work", async () => {
    const [orphaned = "", ...others] = lanes;
    const [orphan = ""] = await put("orphan-one", orphaned, ["begun by a node that died"]);
    for (const lane of others) await put("orphan-one", lane, [lane]);
    const past = clock.now() - 60_000;
    await database.tenant(tenantId, async (tx) => {
      const group = { tenantId, kind: "orphan-one" };
      await openTurns(tx, group, { ...other, now: past }, [{ ...asked, lane: orphaned }]);
      await closeTurns(tx, group, [
        { lane: orphaned, fence: 1, started: [orphan], settlements: [], pauseUntil: null, release: false },
      ]);
    });
    const recovered: string[] = [];
    const performed: string[] = [];
    const { kind } = jobs("orphan-one", {
      recover(lane, items) {
        recovered.push(...items.map(({ id }) => `${lane} ${id}`));
        return { settlements: items.map(({ id }) => ({ id, kind: "done" })) };
      },
      perform: async ({ name }) => {
        performed.push(name);
        return name;
      },
    });
    const { worker } = workerOf(kind);
    worker.start();
    await worker.idle();
    await worker.stop();
    expect(recovered).toEqual([`${orphaned} ${orphan}`]);
    expect(performed.toSorted()).toEqual(others);
    expect(await left("orphan-one")).toEqual([]);
  });

  test("when what one lane would begin has gone meanwhile, it reads anew and the others lose nothing", async () => {
    const withdrawn = new Map((await put("outdated", "line a", ["gone"])).map((id) => [id, "gone"]));
    const names = Array.from({ length: 6 }, (_, index) => `stays ${index}`);
    for (const name of names) await put("outdated", `line b ${name}`, [name]);
    const performed = vi.fn(async ({ name }: Job) => name);
    const made = jobs("outdated", { perform: performed });
    let isFirst = true;
    const { kind } = jobs("outdated", {
      perform: performed,
      async open(tx, tenant) {
        // As another transaction would, between what the turn has read and what it writes.
        if (isFirst) await withdraw(tx, tenant, [...withdrawn.keys()]);
        isFirst = false;
        return made.turn;
      },
    });
    const { worker } = workerOf(kind);
    worker.start();
    await worker.idle();
    await worker.stop();
    // The first turn rolled back, the withdrawal with it, so in the end everything was begun; and once.
    expect(performed.mock.calls.map(([{ name }]) => name).toSorted()).toEqual(["gone", ...names]);
    expect(await left("outdated")).toEqual([]);
  });

  test("a lane whose results cannot be stored is tried again and again, and the others go on", async () => {
    for (const lane of lanes) await put("sick-one", lane, [lane]);
    const [sick = ""] = lanes;
    let failures = 0;
    let isSick = true;
    const { kind } = jobs("sick-one", {
      settle(lane, results) {
        if (lane === sick && isSick) {
          failures += 1;
          throw new Error("this one cannot be stored");
        }
        return { settlements: results.map(({ item }) => ({ id: item.id, kind: "done" })) };
      },
    });
    const { worker } = workerOf(kind);
    worker.start();
    await vi.waitFor(async () => expect((await left("sick-one")).map(({ lane }) => lane)).toEqual([sick]));
    await vi.waitFor(() => expect(failures).toBeGreaterThanOrEqual(3));
    isSick = false;
    await worker.idle();
    await worker.stop();
    expect(await left("sick-one")).toEqual([]);
  });
});
