import type { LineId, TenantId } from "@trunkline/protocol";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { manualClock } from "../../test/support/manual-clock.ts";
import { PGLITE } from "../../test/support/stores.ts";
import type { Bus } from "../bus/bus.ts";
import { memoryBus } from "../bus/memory.ts";
import type { Outlet } from "../http/outlet.ts";
import { silentLogger } from "../logger.ts";
import { idSource, platformRandom } from "../random.ts";
import type { Principal } from "../rights/principal.ts";
import { FULL_SIGHT } from "../rights/sight.ts";
import { type Database, openDatabase } from "../store/database.ts";
import { migrate } from "../store/migrate.ts";
import { createEventHub, type EventHub } from "./hub.ts";
import { createEventLog, type EventLog } from "./log.ts";
import { MAX_PENDING_BYTES, type Standing } from "./stream.ts";

const TENANT: TenantId = "ten_00000000000000000000000001";
const principal: Principal = {
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

/** A reader that takes nothing until it is told to. */
function reader(): Outlet & { chunks: Uint8Array[]; text(): string; isEnded: boolean; take(): void; leave(): void } {
  const listeners: (() => void)[] = [];
  const close = () => {
    for (const listener of listeners.splice(0)) listener();
  };
  return {
    chunks: [],
    pendingBytes: 0,
    isEnded: false,
    write(chunk) {
      this.chunks.push(chunk);
      (this as { pendingBytes: number }).pendingBytes += chunk.length;
    },
    end() {
      if (!this.isEnded) close();
      this.isEnded = true;
    },
    onClose: (listener) => listeners.push(listener),
    take() {
      (this as { pendingBytes: number }).pendingBytes = 0;
    },
    leave: close,
    text() {
      return this.chunks.map((chunk) => new TextDecoder().decode(chunk)).join("");
    },
  };
}

describe("the hub", () => {
  let database: Database;
  let bus: Bus;
  let log: EventLog;
  let hub: EventHub;
  let looks: { ms: number; look: () => void }[];
  let standing: (present: Principal) => Promise<Standing>;
  let queries: number;

  beforeEach(async () => {
    const engine = await PGLITE.open();
    await migrate(engine, { environment: "sandbox", newEpoch: () => "epoch" });
    const whole = openDatabase(engine);
    queries = 0;
    database = {
      ...whole,
      tenant: (tenantId, work) => {
        queries += 1;
        return whole.tenant(tenantId, work);
      },
    };
    looks = [];
    const clock = {
      ...manualClock(),
      poll: (ms: number, look: () => void) => {
        if (ms < 1000) return manualClock().poll(ms, look);
        const entry = { ms, look };
        looks.push(entry);
        return () => void looks.splice(looks.indexOf(entry), 1);
      },
    };
    bus = memoryBus(silentLogger);
    log = createEventLog({ database, bus, ids: idSource(clock, platformRandom), clock });
    standing = async (present) => ({ kind: "stands", principal: present });
    hub = createEventHub({
      database,
      bus,
      clock,
      logger: silentLogger,
      epoch: () => "epoch",
      access: { reauthenticate: (present) => standing(present) },
    });
    hub.start();
  });
  afterEach(async () => {
    await hub.stop();
    await database.close();
  });

  let lines = 0;
  const happen = (padding = "") =>
    log.transaction(TENANT, async (_, record) => {
      const id: LineId = `line_${String(lines++).padStart(26, "0")}`;
      record({ type: "line.removed", data: { id, padding } as { id: LineId }, audience: {}, actor: null });
    });
  const open = async (who: Principal = principal) => {
    const outlet = reader();
    hub.open(outlet, who, await hub.locate(TENANT, null));
    await hub.idle();
    return outlet;
  };
  const pass = (ms: number) => {
    for (const entry of [...looks]) if (entry.ms === ms) entry.look();
  };

  test("lets a reader go who has left before the stream begins", async () => {
    const outlet = { ...reader(), onClose: (listener: () => void) => listener() };
    hub.open(outlet, { ...principal, expiresAt: Number.MAX_SAFE_INTEGER }, await hub.locate(TENANT, null));
    await happen();
    const before = queries;
    await hub.idle();
    pass(1000);
    expect(queries).toBe(before);
    expect(outlet.text()).not.toContain("event: line.removed");
  });

  test("keeps a quiet stream alive with comments", async () => {
    const outlet = await open();
    const before = outlet.chunks.length;
    pass(15_000);
    expect(outlet.chunks.slice(before).map((chunk) => new TextDecoder().decode(chunk))).toEqual([": \n\n"]);
  });

  test("gives every reader of one sight the same bytes, read once", async () => {
    const outlets: ReturnType<typeof reader>[] = [];
    for (let n = 0; n < 5; n++) outlets.push(await open());
    queries = 0;
    await happen();
    await hub.idle();
    const last = outlets.map(({ chunks }) => chunks.at(-1));
    expect(new Set(last).size).toBe(1);
    expect(queries).toBeLessThanOrEqual(1 + 3); // the write, then looks: by the wake-up, and by idle()
  });

  test("finds what no wake-up told of within one poll", async () => {
    const outlet = await open();
    const silent = createEventLog({
      database,
      bus: { ...bus, publish: () => undefined },
      ids: idSource(manualClock(), platformRandom),
      clock: manualClock(),
    });
    await silent.transaction(TENANT, async (_, record) => {
      record({ type: "line.removed", data: { id: "line_unheard" }, audience: {}, actor: null });
    });
    expect(outlet.text()).not.toContain("line_unheard");
    pass(1000);
    await vi.waitFor(() => expect(outlet.text()).toContain("line_unheard"));
  });

  test("drops a reader that takes nothing, within bounded memory, and keeps the others", async () => {
    const slow = await open();
    const quick = await open();
    const padding = "x".repeat(16 * 1024);
    for (let n = 0; n < 40; n++) {
      await happen(padding);
      await hub.idle();
      quick.take();
    }
    expect(slow.isEnded).toBe(true);
    expect(slow.pendingBytes).toBeLessThan(MAX_PENDING_BYTES * 1.2);
    expect(slow.text().trimEnd()).toMatch(/event: stream\.reset\ndata: \{"reason":"too_slow"\}$/);
    expect(quick.isEnded).toBe(false);
    expect(quick.text().match(/event: line\.removed/g)).toHaveLength(40);
  });

  test("asks for everybody's rights again when it is told to, and shows nothing while it cannot", async () => {
    const outlet = await open();
    standing = () => Promise.reject(new Error("the store is away"));
    bus.publish({ topic: "access", tenantId: TENANT });
    await vi.waitFor(() => expect(outlet.isEnded).toBe(true));
    const suspended = await open();
    standing = async () => ({ kind: "gone", reason: "suspended" });
    bus.publish({ topic: "access", tenantId: TENANT });
    await vi.waitFor(() => expect(suspended.text()).toContain('event: stream.end\ndata: {"reason":"suspended"}'));
  });

  test("ends all streams when it stops and keeps nothing of those that left", async () => {
    const stays = await open();
    const leaves = await open();
    leaves.leave();
    await happen();
    await hub.idle();
    expect(leaves.text()).not.toContain("line.removed");
    await hub.stop();
    expect(stays.text().trimEnd()).toMatch(/event: stream\.end\ndata: \{"reason":"shutdown"\}$/);
    expect(stays.isEnded).toBe(true);
    expect(looks).toEqual([]);
  });
});
