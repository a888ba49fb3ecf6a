import type { LineId, TenantId } from "@trunkline/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { memoryBus } from "../src/bus/memory.ts";
import { realPoll } from "../src/clock.ts";
import { encodeCursor, LOG_START, type Position } from "../src/events/cursor.ts";
import { createEventHub } from "../src/events/hub.ts";
import { createEventLog } from "../src/events/log.ts";
import { readPage } from "../src/events/page.ts";
import { readBounds, readLog } from "../src/events/reader.ts";
import { webOutlet } from "../src/http/outlet.ts";
import { silentLogger } from "../src/logger.ts";
import { idSource, platformRandom } from "../src/random.ts";
import type { Principal } from "../src/rights/principal.ts";
import { FULL_SIGHT } from "../src/rights/sight.ts";
import { type Database, openDatabase } from "../src/store/database.ts";
import { migrate } from "../src/store/migrate.ts";
import { manualClock } from "./support/manual-clock.ts";
import { POSTGRES } from "./support/stores.ts";

// The proof that a cursor skips nothing needs transactions that overlap, which only a server has.

const TENANT: TenantId = "ten_00000000000000000000000001";
const READER: Principal = {
  kind: "key",
  id: "key_1",
  tenantId: TENANT,
  permissions: new Set(["lines.read"]),
  sight: FULL_SIGHT,
  user: null,
  role: null,
  expiresAt: null,
  actor: { kind: "key", id: "key_1" },
  author: { kind: "api", id: "key_1", name: "key" },
};
const clock = manualClock();
let database: Database;
let log: ReturnType<typeof createEventLog>;

beforeAll(async () => {
  const engine = await POSTGRES.open();
  await migrate(engine, { environment: "sandbox", newEpoch: () => "epoch" });
  database = openDatabase(engine);
  log = createEventLog({ database, bus: memoryBus(silentLogger), ids: idSource(clock, platformRandom), clock });
});
afterAll(() => database.close());

let lines = 0;
const nextLine = (): LineId => `line_${String(lines++).padStart(26, "0")}`;
/** An event whose line's id tells it apart. */
const append = (tx: Parameters<typeof log.append>[0], id: LineId) =>
  log.append(tx, TENANT, [{ type: "line.removed", data: { id }, audience: { lineId: id }, actor: null }]);
const idOf = (body: string) => (JSON.parse(body) as { data: { id: LineId } }).data.id;

/** Writes an event and leaves its transaction open until `commit` is called. */
async function openWriter(): Promise<{ id: LineId; commit: () => Promise<void> }> {
  const id = nextLine();
  const gate = Promise.withResolvers<void>();
  const written = Promise.withResolvers<void>();
  const committed = database.tenant(TENANT, async (tx) => {
    await append(tx, id);
    written.resolve();
    await gate.promise;
  });
  await written.promise;
  return {
    id,
    commit: async () => {
      gate.resolve();
      await committed;
    },
  };
}

const end = async () => (await database.tenant(TENANT, (tx) => readBounds(tx, TENANT))).end;
const readAfter = (position: Position, limit = 100) =>
  database.tenant(TENANT, (tx) => readLog(tx, TENANT, position, limit));
/** Reads until nothing is held back any more: the server has transactions of its own, too. */
async function readAllAfter(position: Position): Promise<LineId[]> {
  const seen: LineId[] = [];
  for (;;) {
    const page = await readAfter(position);
    seen.push(...page.entries.map(({ body }) => idOf(body)));
    if (!page.hasMore && !page.isHeld) return seen;
    position = page.end;
  }
}

test("an event that commits late is waited for, not skipped", async () => {
  const start = await end();
  const late = await openWriter();
  const early = await openWriter();
  await early.commit();
  const during = await readAfter(start);
  expect(during).toMatchObject({ entries: [], hasMore: false, isHeld: true });
  await late.commit();
  expect(await readAllAfter(during.end)).toEqual([late.id, early.id]);
});

test("a cursor from any moment sees exactly what was not there to see", async () => {
  const open = [await openWriter(), await openWriter(), await openWriter()];
  const from = await end();
  for (const writer of [...open].reverse()) await writer.commit();
  expect(await readAllAfter(from)).toEqual(open.map(({ id }) => id));
});

test("with six writers, some of which commit late, readers see every event once and in one order", async () => {
  const start = await end();
  const written: LineId[] = [];
  let isOver = false;

  async function writer(seed: number): Promise<void> {
    for (let n = 0; n < 40; n++) {
      await database.tenant(TENANT, async (tx) => {
        const events = 1 + ((seed + n) % 3);
        for (let k = 0; k < events; k++) {
          const id = nextLine();
          await append(tx, id);
          written.push(id);
          // Some transactions stay open while many others begin and commit.
          if ((seed * 7 + n) % 5 === 0) for (let wait = 0; wait < 10; wait++) await readAfter(LOG_START, 1);
        }
      });
    }
  }
  async function reader(limit: number): Promise<string[]> {
    const seen: string[] = [];
    let position = start;
    for (;;) {
      const wasOver = isOver;
      const page = await readAfter(position, limit);
      seen.push(...page.entries.map(({ body }) => idOf(body)));
      position = page.end;
      if (wasOver && !page.hasMore && !page.isHeld) return seen;
    }
  }

  const readers = [reader(1000), reader(3)];
  await Promise.all(Array.from({ length: 6 }, (_, seed) => writer(seed)));
  isOver = true;
  const [first, second] = await Promise.all(readers);
  expect(new Set(first).size).toBe(first?.length);
  expect(new Set(first)).toEqual(new Set(written));
  expect(second).toEqual(first);
  expect(written.length).toBeGreaterThan(400);
});

test("a page waits for what holds back what its reader has written, and for nothing newer", async () => {
  const from = await end();
  const older = await openWriter();
  const own = await openWriter();
  await own.commit();
  const waits = Promise.withResolvers<void>();
  const committed = Promise.withResolvers<void>();
  // It waits a second in all. Here each of its waits lasts until the older transaction has ended.
  const poll: typeof realPoll = (_, look) => {
    waits.resolve();
    void committed.promise.then(look);
    return () => undefined;
  };
  const read = readPage({ database, clock: { ...clock, poll }, epoch: "epoch" }, READER, {
    after: encodeCursor("epoch", from),
  });
  await waits.promise;
  const newer = await openWriter();
  await older.commit();
  committed.resolve();
  const { bodies } = await read;
  expect(bodies.map(idOf)).toEqual([older.id, own.id]);
  await newer.commit();
});

test("a stream has caught up when what was open as it began has ended, and not before", async () => {
  const bus = memoryBus(silentLogger);
  const access = { reauthenticate: async (principal: Principal) => ({ kind: "stands" as const, principal }) };
  const hub = createEventHub({
    database,
    bus,
    clock: { ...clock, poll: realPoll },
    logger: silentLogger,
    epoch: () => "epoch",
    access,
  });
  hub.start();
  const from = encodeCursor("epoch", await end());
  const late = await openWriter();
  const early = await openWriter();
  await early.commit();

  const { outlet, body } = webOutlet();
  hub.open(outlet, READER, await hub.locate(TENANT, from));
  const chunks = body.getReader();
  let text = "";
  const readUntil = async (part: string) => {
    while (!text.includes(part)) text += new TextDecoder().decode((await chunks.read()).value);
  };
  await readUntil("stream.ready");
  for (let looks = 0; looks < 20; looks++) await readAfter(LOG_START, 1); // time enough to be wrong
  const caughtUp = readUntil("stream.caught_up");
  expect(text).not.toContain("stream.caught_up");
  await late.commit();
  await caughtUp;
  const told = [...text.matchAll(/^data: (.*"line.removed".*)$/gm)].map(([, data = ""]) => idOf(data));
  expect(told).toEqual([late.id, early.id]);
  expect(text.indexOf("stream.caught_up")).toBeGreaterThan(text.lastIndexOf("line.removed"));
  await hub.stop();
});
