// How many texts a second the gateway accepts durably, and how soon a reader sees them, beside the limits of the parts
// that it is made of, in the same run: a bare HTTP framework, and a bare insert of one row.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { PGlite } from "@electric-sql/pglite";
import pg from "pg";
import { startPostgres } from "../test/support/postgres-server.ts";
import type { GatewayBenchOptions, GatewayReady } from "./servers/gateway.ts";
import { type ServerProcess, startServer } from "./support/child.ts";
import { Caller, median, percentile, perSecond } from "./support/load.ts";
import { Readers } from "./support/readers.ts";
import { table } from "./support/report.ts";

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "4" }, rounds: { type: "string", default: "3" } },
});
const ms = Number(values.seconds) * 1000;
const rounds = Number(values.rounds);

/** As many callers as connections in the gateway's pool, and four and sixteen times as many, so that commits can be shared. */
const CONCURRENCY = [8, 32, 128] as const;
/** More connections than this make bare inserts slower, not faster. */
const BARE_CONNECTIONS = 32;
/** Lines with one conversation each. */
const CONVERSATIONS = 32;
const TEXT = "Your boat is back in the water and ready when you are. See you at the dock!";

const ROW = `create table bare (id bigint generated always as identity primary key, tenant_id text not null,
  conversation_id text not null, sequence int not null, text text not null, created_at timestamptz not null default now())`;
const INSERT = "insert into bare (tenant_id, conversation_id, sequence, text) values ($1, $2, $3, $4)";
const rowOf = (turn: number) => ["ten_bench", "conv_bench", turn, TEXT];

async function barePost(concurrency: number): Promise<number> {
  const server = await startServer<{ url: string }>("bare-hono");
  const callers = await Promise.all(Array.from({ length: concurrency }, () => Caller.open(server.ready.url)));
  const body = JSON.stringify({ text: TEXT });
  const rate = await perSecond(concurrency, ms, async (index) => {
    await callers[index]?.post("/messages", "", body);
  });
  for (const caller of callers) caller.close();
  await server.stop();
  return rate;
}

async function bareInsertPostgres(url: string, concurrency: number): Promise<number> {
  const pool = new pg.Pool({ connectionString: url, max: Math.min(concurrency, BARE_CONNECTIONS) });
  await pool.query(`drop table if exists bare; ${ROW}`);
  const rate = await perSecond(concurrency, ms, async (_, turn) => {
    await pool.query({ name: "bare", text: INSERT, values: rowOf(turn) });
  });
  await pool.end();
  return rate;
}

async function bareInsertPglite(dir: string): Promise<number> {
  const database = await PGlite.create(dir);
  await database.exec(`drop table if exists bare; ${ROW}`);
  const rate = await perSecond(1, ms, async (_, turn) => {
    await database.query(INSERT, rowOf(turn));
  });
  await database.close();
  return rate;
}

async function accepted(server: ServerProcess<GatewayReady>, concurrency: number): Promise<number> {
  const { url, key, conversationIds } = server.ready;
  const callers = await Promise.all(Array.from({ length: concurrency }, () => Caller.open(url)));
  const body = JSON.stringify({ text: TEXT });
  const rate = await perSecond(concurrency, ms, async (index) => {
    const path = `/v1/conversations/${conversationIds[index % conversationIds.length]}/messages`;
    const answer = await callers[index]?.post(path, `Authorization: Bearer ${key}\r\n`, body);
    if (answer?.status !== 202) throw new Error(`not accepted: ${answer?.status} ${answer?.body}`);
  });
  for (const caller of callers) caller.close();
  await server.ask({ idle: true });
  return rate;
}

/** From the request to the moment at which another client has the event, at a steady 100 texts a second. */
async function latency(server: ServerProcess<GatewayReady>): Promise<number[]> {
  const { url, key, sessionToken, conversationIds } = server.ready;
  const readers = await Readers.open(`${url}/v1/events`, 1, `Authorization: Bearer ${sessionToken}\r\n`);
  const callers = await Promise.all(Array.from({ length: 16 }, () => Caller.open(url)));
  const waits: number[] = [];
  const started = performance.now();
  const pending: Promise<void>[] = [];
  const waiting = new Map<string, (at: number) => void>();
  readers.watch(/"type":"message\.created".*"clientId":"([^"]+)"/g, ([, clientId = ""], at) =>
    waiting.get(clientId)?.(at),
  );
  for (let turn = 0; turn * 10 < ms; turn++) {
    const due = started + turn * 10;
    while (performance.now() < due) await new Promise(setImmediate);
    const clientId = `latency-${turn}`;
    const sent = performance.now();
    const seen = new Promise<void>((resolve) => {
      waiting.set(clientId, (at) => {
        waits.push(at - sent);
        waiting.delete(clientId);
        resolve();
      });
    });
    const caller = callers[turn % callers.length];
    const path = `/v1/conversations/${conversationIds[turn % conversationIds.length]}/messages`;
    pending.push(seen);
    void caller?.post(path, `Authorization: Bearer ${key}\r\n`, JSON.stringify({ text: TEXT, clientId }));
  }
  await Promise.all(pending);
  for (const caller of callers) caller.close();
  readers.close();
  return waits;
}

async function measure(
  name: string,
  options: Omit<GatewayBenchOptions, "conversations">,
  bareInsert: (concurrency: number) => Promise<number>,
): Promise<void> {
  const server = await startServer<GatewayReady>("gateway", { ...options, conversations: CONVERSATIONS });
  const rows: (string | number)[][] = [];
  for (const concurrency of CONCURRENCY) {
    const posts: number[] = [];
    const inserts: number[] = [];
    const ours: number[] = [];
    // In turns, so that a machine that speeds up or slows down does so for all of them.
    for (let round = 0; round < rounds; round++) {
      posts.push(await barePost(concurrency));
      inserts.push(await bareInsert(concurrency));
      ours.push(await accepted(server, concurrency));
    }
    const [post, insert, our] = [median(posts), median(inserts), median(ours)];
    rows.push([`${concurrency} callers`, post, insert, our, our / post, our / insert]);
  }
  table(
    `${name}: texts accepted a second (median of ${rounds} rounds of ${ms / 1000} s)`,
    ["", "bare POST", "bare insert", "accepted", "of POST", "of insert"],
    rows,
  );
  const waits = await latency(server);
  table(
    `${name}: from request to event at 100 texts a second (${waits.length} texts)`,
    ["", "p50 ms", "p99 ms"],
    [["accept to event", percentile(waits, 0.5), percentile(waits, 0.99)]],
  );
  console.log(`memory of the gateway's process: ${Math.round(await server.memory())} MiB`);
  await server.stop();
}

const scratch = await mkdtemp(join(tmpdir(), "trunkline-bench-"));
try {
  const postgres = await startPostgres({ isDurable: true });
  await measure("PostgreSQL", { databaseUrl: postgres.url }, (concurrency) =>
    bareInsertPostgres(postgres.url, concurrency),
  );
  await postgres.stop();
  await measure("PGlite", { directory: join(scratch, "gateway") }, () => bareInsertPglite(join(scratch, "bare")));
} finally {
  await rm(scratch, { recursive: true, force: true });
}
