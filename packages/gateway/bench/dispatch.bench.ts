// How many queued texts of one line a second are handed to a carrier that takes everything at once, beside bare rows
// that are leased and settled in batches of the same size on the same server, in the same run.
import { parseArgs } from "node:util";
import pg from "pg";
import { createGateway } from "../src/index.ts";
import { postgresEngine } from "../src/node/index.ts";
import { startPostgres } from "../test/support/postgres-server.ts";
import { median } from "./support/load.ts";
import { table } from "./support/report.ts";

const { values } = parseArgs({
  options: { texts: { type: "string", default: "2000" }, rounds: { type: "string", default: "3" } },
});
const texts = Number(values.texts);
const rounds = Number(values.rounds);
/** As many as a line has on their way at once. */
const BATCH = 64;
const LINE = "+12065550100";
const masterKey = crypto.getRandomValues(new Uint8Array(32));

/** Leases and settles rows of a table like the gateway's, with two transactions a batch. */
async function bareDrain(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`drop table if exists bare_work;
    create table bare_work (id bigint generated always as identity primary key, due_at timestamptz not null default now(),
      leased_until timestamptz, payload jsonb not null);
    create index on bare_work (due_at, id);
    insert into bare_work (payload) select jsonb_build_object('messageId', n) from generate_series(1, ${texts}) n`);
  const started = performance.now();
  for (let settled = 0; settled < texts; ) {
    const { rows } = await client.query<{ id: number }>({
      name: "lease",
      text: `update bare_work set leased_until = now() + interval '15 seconds' where id in (
        select id from bare_work where leased_until is null and due_at <= now() order by due_at, id
        limit ${BATCH} for update skip locked) returning id, payload`,
    });
    await client.query({
      name: "settle",
      text: "delete from bare_work where id = any($1::bigint[])",
      values: [rows.map(({ id }) => id)],
    });
    settled += rows.length;
  }
  const rate = texts / ((performance.now() - started) / 1000);
  await client.end();
  return rate;
}

interface Queued {
  drain(): Promise<number>;
}

/** Queues texts to as many people while nobody hands them over. */
async function queue(url: string, round: number): Promise<Queued> {
  let taken = 0;
  const gateway = createGateway({
    engine: postgresEngine({ url }),
    masterKey,
    requestsPerSecond: 1_000_000,
    fetch: async () => Response.json({ id: `carrier-${round}-${++taken}`, status: "accepted" }, { status: 201 }),
  });
  const operatorKey = await gateway.firstOperatorKey();
  if (operatorKey === null) throw new Error("each round needs a database of its own");
  const call = async (bearer: string, path: string, body: object, tenantId?: string) => {
    const response = await gateway.fetch(
      new Request(`http://gateway.invalid${path}`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${bearer}`,
          "content-type": "application/json",
          ...(tenantId ? { "trunkline-tenant": tenantId } : {}),
        },
        body: JSON.stringify(body),
      }),
    );
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Record<string, string>;
  };
  const { id: tenant } = await call(operatorKey, "/v1/tenants", { name: "Measured" });
  const { key = "" } = await call(operatorKey, "/v1/keys", { name: "bench", scopes: ["*"] }, tenant);
  const account = await call(key, "/v1/carrier-accounts", {
    carrier: "sandbox",
    name: "Takes everything",
    credentials: { baseUrl: "http://carrier.invalid", apiKey: "none", webhookSecret: "none-none-none-none-none" },
  });
  await call(key, "/v1/lines", { name: "Line", carrierAccountId: account.id, number: LINE });
  for (let from = 0; from < texts; from += 200) {
    await Promise.all(
      Array.from({ length: Math.min(200, texts - from) }, (_, index) =>
        call(key, "/v1/messages", {
          from: LINE,
          to: `+1425${String(2_000_000 + from + index)}`,
          text: "Your boat is back in the water and ready when you are.",
        }),
      ),
    );
  }
  return {
    async drain() {
      const started = performance.now();
      await gateway.start();
      while (taken < texts) await new Promise((resolve) => setTimeout(resolve, 2));
      await gateway.idle();
      const rate = texts / ((performance.now() - started) / 1000);
      await gateway.stop();
      return rate;
    },
  };
}

const bare: number[] = [];
const ours: number[] = [];
const postgres = await startPostgres({ isDurable: true });
try {
  for (let round = 0; round < rounds; round++) {
    const url = new URL(postgres.url);
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    await client.query(`create database round_${round}`);
    await client.end();
    url.pathname = `/round_${round}`;
    const queued = await queue(url.href, round);
    bare.push(await bareDrain(url.href));
    ours.push(await queued.drain());
  }
} finally {
  await postgres.stop();
}
table(
  `${texts} queued texts of one line, handed over (median of ${rounds} rounds, batches of ${BATCH})`,
  ["", "a second", "of bare", "rows written for each"],
  [
    ["bare lease and settle", median(bare), "", "1 updated, 1 deleted"],
    ["gateway", median(ours), median(ours) / median(bare), "3 updated, 1 deleted, 2 events"],
  ],
);
