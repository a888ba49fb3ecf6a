import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { TenantId } from "@trunkline/protocol";
import pg from "pg";
import { afterEach, describe, expect, test, vi } from "vitest";
import { findNatsServer } from "../../../scripts/lib/tools.mjs";
import type { Bus, Wake } from "../src/bus/bus.ts";
import { memoryBus } from "../src/bus/memory.ts";
import { readWakes, writeWakes } from "../src/bus/wake-message.ts";
import { systemClock } from "../src/clock.ts";
import { silentLogger } from "../src/logger.ts";
import { natsBus } from "../src/node/nats-bus.ts";
import { notifyBus } from "../src/node/notify-bus.ts";
import { idSource, platformRandom } from "../src/random.ts";
import { newPostgresDatabase } from "./support/stores.ts";

const ids = idSource(systemClock(), platformRandom);
const tenantId: TenantId = ids("tenant");

interface Nodes {
  one: Bus;
  two: Bus;
}

/** Two nodes of each kind of bus that goes from process to process. */
const KINDS: { name: string; open(): Promise<Nodes & { stop(): Promise<void> }> }[] = [
  {
    name: "PostgreSQL's NOTIFY",
    async open() {
      const url = await newPostgresDatabase();
      const open = () => notifyBus({ url, logger: silentLogger });
      const nodes = { one: open(), two: open() };
      return { ...nodes, stop: async () => void (await Promise.all([nodes.one.close(), nodes.two.close()])) };
    },
  },
  {
    name: "NATS",
    async open() {
      const program = findNatsServer();
      if (program === null) throw new Error("nats-server is missing: npm test says how to get it");
      const server = spawn(program, ["-a", "127.0.0.1", "-p", "-1"], { stdio: ["ignore", "ignore", "pipe"] });
      const url = `nats://${await addressOf(server)}`; // -1 is a port of its own choice
      const open = () => natsBus({ url, logger: silentLogger });
      const nodes = { one: await open(), two: await open() };
      return {
        ...nodes,
        async stop() {
          await Promise.all([nodes.one.close(), nodes.two.close()]);
          const ended = once(server, "exit");
          server.kill();
          await ended;
        },
      };
    },
  },
];

/** Where a NATS server says that it listens. */
function addressOf(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let log = "";
    server.stderr?.setEncoding("utf8").on("data", (text: string) => {
      log += text;
      const address = /Listening for client connections on (\S+)\n/.exec(log)?.[1];
      if (address !== undefined) resolve(address);
    });
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`nats-server ended with ${code}:\n${log}`)));
  });
}

describe.each(KINDS)("a bus over $name", ({ open }) => {
  let stop: (() => Promise<void>) | undefined;
  afterEach(async () => {
    await stop?.();
    stop = undefined;
  });

  async function opened() {
    const { one, two, stop: end } = await open();
    stop = end;
    const heard = { one: [] as Wake[], two: [] as Wake[] };
    one.subscribe((wake) => heard.one.push(wake));
    two.subscribe((wake) => heard.two.push(wake));
    // Connections are made in the background; what is published before is lost, as a bus may. Each hears itself at once,
    // so what counts is that each hears the other.
    const [ofOne, ofTwo] = [ids("tenant"), ids("tenant")];
    await vi.waitFor(() => {
      one.publish({ topic: "access", tenantId: ofOne });
      two.publish({ topic: "access", tenantId: ofTwo });
      expect(heard.one.some((wake) => wake.tenantId === ofTwo)).toBe(true);
      expect(heard.two.some((wake) => wake.tenantId === ofOne)).toBe(true);
    });
    return { one, two, heard };
  }

  test("wakes the other node, and its own listeners once", async () => {
    const { one, two, heard } = await opened();
    const other = ids("tenant");
    one.publish({ topic: "events", tenantId: other });
    two.publish({ topic: "work", tenantId: other, kind: "send", lane: "line_1" });
    const seen = (wakes: Wake[]) => wakes.filter((wake) => wake.tenantId === other);
    await vi.waitFor(() => {
      expect(seen(heard.one)).toHaveLength(2);
      expect(seen(heard.two)).toHaveLength(2);
    });
    expect(seen(heard.one)).toContainEqual({ topic: "work", tenantId: other, kind: "send", lane: "line_1" });
    expect(seen(heard.two)).toContainEqual({ topic: "events", tenantId: other });
  });

  test("carries who types, as it is, and whatever alphabet their names are in", async () => {
    const { one, heard } = await opened();
    const signals = Array.from({ length: 40 }, (_, index): Wake => {
      const body = JSON.stringify({ id: `evt_${index}`, data: { name: "王小明".repeat(30) } });
      return { topic: "signal", tenantId, type: "conversation.typing", audience: { lineId: "line_1" }, body };
    });
    for (const signal of signals) one.publish(signal);
    await vi.waitFor(() => expect(heard.two.filter(({ topic }) => topic === "signal")).toEqual(signals));
  });

  test("carries a thousand wake-ups of one moment", async () => {
    const { one, heard } = await opened();
    const lanes = Array.from({ length: 1000 }, (_, index) => `line_${String(index).padStart(26, "0")}`);
    for (const lane of lanes) one.publish({ topic: "work", tenantId, kind: "send", lane });
    await vi.waitFor(() => {
      const seen = new Set(heard.two.flatMap((wake) => (wake.topic === "work" ? [wake.lane] : [])));
      expect(seen.size).toBe(1000);
    });
  });

  test("a listener that left hears nothing more, one that throws starves nobody", async () => {
    const { one, two } = await opened();
    const left = vi.fn();
    const stays = vi.fn();
    two.subscribe(() => {
      throw new Error("mine");
    });
    two.subscribe(left)();
    two.subscribe(stays);
    one.publish({ topic: "events", tenantId: ids("tenant") });
    await vi.waitFor(() => expect(stays).toHaveBeenCalled());
    expect(left).not.toHaveBeenCalled();
  });
});

test("a connection that breaks is made again", async () => {
  const url = await newPostgresDatabase();
  const one = notifyBus({ url, logger: silentLogger });
  const two = notifyBus({ url, logger: silentLogger });
  const heard = vi.fn();
  two.subscribe(heard);
  const hears = async () => {
    heard.mockClear();
    await vi.waitFor(() => {
      one.publish({ topic: "events", tenantId });
      expect(heard).toHaveBeenCalled();
    });
  };
  await hears();
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  const { rows } = await admin.query(
    "select count(pg_terminate_backend(pid))::int as cut from pg_stat_activity where application_name = 'trunkline bus' and datname = current_database()",
  );
  await admin.end();
  expect(rows).toEqual([{ cut: 2 }]);
  await hears();
  await Promise.all([one.close(), two.close()]);
});

test("a bus whose server is away says so, wakes its own process, and closes", async () => {
  const warn = vi.fn();
  const bus = notifyBus({ url: "postgres://nobody@127.0.0.1:1/x", logger: { ...silentLogger, warn } });
  const heard = vi.fn();
  bus.subscribe(heard);
  bus.publish({ topic: "events", tenantId });
  await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(1));
  await vi.waitFor(() => expect(warn).toHaveBeenCalled());
  await bus.close();
});

test("in one process listeners are called later, each once, and all of them", async () => {
  const error = vi.fn();
  const bus = memoryBus({ ...silentLogger, error });
  const heard: string[] = [];
  bus.subscribe(() => heard.push("first"));
  bus.subscribe(() => {
    throw new Error("mine");
  });
  bus.subscribe(() => heard.push("third"));
  bus.publish({ topic: "events", tenantId });
  expect(heard).toEqual([]);
  await vi.waitFor(() => expect(heard).toEqual(["first", "third"]));
  expect(error).toHaveBeenCalledTimes(1);
});

test("what is no wake-up of a gateway wakes nobody", () => {
  const wakes: Wake[] = [{ topic: "events", tenantId }];
  expect(readWakes(writeWakes({ from: "a", wakes }))).toEqual({ from: "a", wakes });
  const strange = [
    "",
    "{",
    "null",
    "[]",
    '{"from":1,"wakes":[]}',
    '{"from":"a","wakes":[{"topic":"events","tenantId":"x"}]}',
  ];
  for (const text of strange) expect(readWakes(text).wakes, text).toEqual([]);
  const newer = JSON.stringify({
    from: "a",
    wakes: [{ topic: "moon", tenantId }, { topic: "work", tenantId }, ...wakes],
  });
  expect(readWakes(newer).wakes).toEqual(wakes);
});
