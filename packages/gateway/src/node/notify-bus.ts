import { randomUUID } from "node:crypto";
import pg from "pg";
import type { Bus, Wake } from "../bus/bus.ts";
import { memoryBus } from "../bus/memory.ts";
import { readWakes, writeWakes } from "../bus/wake-message.ts";
import type { Logger } from "../logger.ts";

export interface NotifyBusOptions {
  /** Address of the PostgreSQL server that is also the store. Not of a PgBouncer: LISTEN needs a session of its own. */
  url: string;
  logger: Logger;
}

const CHANNEL = "trunkline_wake";
/** PostgreSQL takes payloads shorter than 8,000 bytes. Source: PostgreSQL 15 documentation, NOTIFY. */
const MAX_PAYLOAD = 7000;
/** How long to wait before connecting again, in milliseconds; the pollers bridge it. */
const RECONNECT_MS = 1000;

/** A bus between nodes over PostgreSQL's NOTIFY: one connection, and one statement for all wake-ups of a moment. */
export function notifyBus({ url, logger }: NotifyBusOptions): Bus {
  const local = memoryBus(logger);
  const from = randomUUID();
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let waiting: Wake[] = [];
  let sending: Promise<void> | undefined;

  async function connect(): Promise<void> {
    const next = new pg.Client({ connectionString: url, application_name: "trunkline bus", keepAlive: true });
    const lost = once(() => {
      client = undefined;
      void next.end().catch(() => undefined); // it is broken already
      if (!isClosed) timer = setTimeout(() => void connect(), RECONNECT_MS);
    });
    next.on("error", lost);
    next.on("end", lost);
    next.on("notification", ({ payload }) => {
      const message = readWakes(payload ?? "");
      if (message.from !== from) for (const wake of message.wakes) local.publish(wake);
    });
    try {
      await next.connect();
      await next.query(`listen ${CHANNEL}`);
      if (isClosed) return await next.end();
      client = next;
    } catch (error) {
      logger.warn({ error }, "the bus cannot reach PostgreSQL; it tries again");
      lost();
    }
  }
  const connecting = connect();

  /** Sends what has gathered while the last statement was under way. */
  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const wakes = unique(waiting);
      waiting = [];
      const payloads = split(wakes).map((part) => writeWakes({ from, wakes: part }));
      try {
        await client?.query("select pg_notify($1, payload) from unnest($2::text[]) as payload", [CHANNEL, payloads]);
      } catch (error) {
        logger.warn({ error }, "wake-ups were lost; the other nodes will look by themselves");
      }
    }
  }

  return {
    publish(wake) {
      local.publish(wake);
      waiting.push(wake);
      sending ??= Promise.resolve()
        .then(flush)
        .finally(() => {
          sending = undefined;
        });
    },
    subscribe: local.subscribe,
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await connecting;
      await sending;
      await client?.end();
      await local.close();
    },
  };
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    work();
  };
}

const unique = (wakes: readonly Wake[]): Wake[] => [
  ...new Map(wakes.map((wake) => [JSON.stringify(wake), wake])).values(),
];

/** Parts that each fit into one notification. */
function split(wakes: readonly Wake[]): Wake[][] {
  const parts: Wake[][] = [];
  let room = 0;
  for (const wake of wakes) {
    const size = Buffer.byteLength(JSON.stringify(wake)) + 1;
    const last = parts.at(-1);
    if (last && room >= size) {
      last.push(wake);
      room -= size;
    } else {
      parts.push([wake]);
      room = MAX_PAYLOAD - size;
    }
  }
  return parts;
}
