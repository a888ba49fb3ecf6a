// How long a page of conversations and of messages takes when a tenant has 10,000 of them, and when it has a million:
// the same requests against two databases on one PostgreSQL server, in turns. Also checks that no plan reads a whole table.
import { parseArgs } from "node:util";
import pg from "pg";
import { openPage } from "../src/http/paging.ts";
import { postgresEngine } from "../src/node/index.ts";
import type { SqlEngine } from "../src/store/engine.ts";
import { startPostgres } from "../test/support/postgres-server.ts";
import { median, percentile } from "./support/load.ts";
import { type LocalGateway, localGateway } from "./support/local-gateway.ts";
import { newDatabase } from "./support/new-database.ts";
import { table } from "./support/report.ts";

const { values } = parseArgs({
  options: {
    few: { type: "string", default: "10000" },
    many: { type: "string", default: "1000000" },
    calls: { type: "string", default: "300" },
  },
});
const SIZES = [Number(values.few), Number(values.many)] as const;
const calls = Number(values.calls);
/** A page of the many may take this much longer than one of the few. */
const MOST = 1.5;

const idOf = (prefix: string, n: number) => `${prefix}_${String(n).padStart(26, "0")}`;
const BEGUN = Date.parse("2026-01-01T00:00:00Z");
const LONG = idOf("conv", 1);

/**
 * A tenant's rows: as many conversations, and as many messages, all of them in the first conversation; each is also some
 * conversation's last one.
 */
async function fill(url: string, { tenantId, line }: LocalGateway, size: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query("set session_replication_role = replica"); // what is generated fits together
  await client.query(
    `insert into conversations (tenant_id, id, line_id, participants, participant_key, sequence, inbound_count,
       last_message_id, last_activity_at, created_at, updated_at)
     select $1, 'conv_' || lpad(n::text, 26, '0'), $2,
       jsonb_build_array(jsonb_build_object('number', '+1425' || (2000000 + n), 'contactId', null, 'name', null)),
       '+1425' || (2000000 + n), $3, $3, 'msg_' || lpad(n::text, 26, '0'), at, at, at
     from generate_series(1, $3::int) n, lateral (select $4::timestamptz + n * interval '1 second' as at) t`,
    [tenantId, line.id, size, new Date(BEGUN)],
  );
  await client.query(
    `insert into messages (tenant_id, id, conversation_id, line_id, sequence, inbound_count, direction, kind, text, sender,
       recipient, author, status, created_at, updated_at)
     select $1, 'msg_' || lpad(n::text, 26, '0'), $2, $3, n, n, 'inbound', 'text', 'Is my boat back in the water?',
       '+14252000001', $4, '{"kind": "contact", "id": null, "name": null}', 'received', at, at
     from generate_series(1, $5::int) n, lateral (select $6::timestamptz + n * interval '1 second' as at) t`,
    [tenantId, LONG, line.id, line.number, size, new Date(BEGUN)],
  );
  await client.query("vacuum analyze conversations, messages");
  await client.end();
}

interface Store {
  readonly size: number;
  readonly local: LocalGateway;
  /** The statements of the last request, with their parameters. */
  readonly statements: { sql: string; parameters: readonly unknown[] }[];
  /** The plan of a statement, as the tenant's role gets it. */
  explain(sql: string, parameters: readonly unknown[]): Promise<string>;
}

async function openStore(serverUrl: string, size: number): Promise<Store> {
  const url = await newDatabase(serverUrl, `rows_${size}`);
  const engine = postgresEngine({ url });
  const statements: Store["statements"] = [];
  const recording: SqlEngine = {
    ...engine,
    async connect() {
      const connection = await engine.connect();
      return {
        exec: (sql) => connection.exec(sql),
        release: (error) => connection.release(error),
        query: (sql, parameters) => {
          statements.push({ sql, parameters });
          return connection.query(sql, parameters);
        },
      };
    },
  };
  const local = await localGateway(recording);
  await local.gateway.start();
  await fill(url, local, size);
  return {
    size,
    local,
    statements,
    async explain(sql, parameters) {
      const connection = await engine.connect();
      await connection.exec(`begin; set local role trunkline_tenant; set local app.tenant = '${local.tenantId}'`);
      const plan = await connection.query<{ "QUERY PLAN": string }>(`explain ${sql}`, parameters);
      await connection.exec("rollback");
      connection.release();
      return plan.rows.map((row) => row["QUERY PLAN"]).join("\n");
    },
  };
}

/** The address of a page of a list that is `size` long. */
type Page = (size: number) => string;

/** The pages that are asked for, by what they are. */
const PAGES: Readonly<Record<string, Page>> = {
  "conversations, first page": () => "/v1/conversations",
  "conversations, middle page": (size) => `/v1/conversations?cursor=${middleOfConversations(size)}`,
  "messages, first page": () => `/v1/conversations/${LONG}/messages`,
  "messages, middle page": (size) => `/v1/conversations/${LONG}/messages?beforeSequence=${Math.floor(size / 2)}`,
};

/** The cursor that a client would have after half of the pages. */
function middleOfConversations(size: number): string {
  const page = openPage("listConversations", { limit: 1 }, ["time", "id"]);
  const middle = Math.floor(size / 2);
  const at = new Date(BEGUN + middle * 1000).toISOString();
  const { nextCursor } = page.answer(
    [middle, middle - 1],
    (n) => [at, idOf("conv", n)],
    (n) => n,
  );
  return nextCursor ?? "";
}

async function ask({ local, size, statements }: Store, page: Page): Promise<number> {
  statements.length = 0;
  const started = performance.now();
  const { data } = await local.call("GET", page(size));
  const took = performance.now() - started;
  if (!Array.isArray(data) || data.length !== 50) throw new Error(`${page(size)} is no full page`);
  return took;
}

/** Plans that read a whole table of the tenant's rows. */
async function wholeReads(store: Store, page: Page): Promise<string[]> {
  await ask(store, page);
  const plans: string[] = [];
  for (const { sql, parameters } of [...store.statements]) {
    if (/from\s+"?(conversations|messages)"?/i.test(sql)) plans.push(await store.explain(sql, parameters));
  }
  if (plans.length === 0) throw new Error("no statement was recorded");
  return plans.filter((plan) => /(Seq|Bitmap Heap) Scan on (conversations|messages)|^\s*->\s*Sort/m.test(plan));
}

const postgres = await startPostgres();
const rows: (string | number)[][] = [];
try {
  const few = await openStore(postgres.url, SIZES[0]);
  const many = await openStore(postgres.url, SIZES[1]);
  for (const [name, page] of Object.entries(PAGES)) {
    for (const plan of await wholeReads(many, page)) {
      console.error(`${name}: reads all rows\n${plan}`);
      process.exitCode = 1;
    }
    const times: [number[], number[]] = [[], []];
    for (let call = -20; call < calls; call++) {
      const took = [await ask(few, page), await ask(many, page)] as const;
      if (call < 0) continue; // the first ones warm up caches and the compiler
      times[0].push(took[0]);
      times[1].push(took[1]);
    }
    const [small, large] = [median(times[0]), median(times[1])];
    rows.push([name, small, large, large / small, percentile(times[0], 0.95), percentile(times[1], 0.95)]);
    if (large / small > MOST) process.exitCode = 1;
  }
  await few.local.gateway.stop();
  await many.local.gateway.stop();
} finally {
  await postgres.stop();
}
table(
  `A page of 50, in ms, from the request to its answer (median of ${calls}; at most ${MOST} times as long)`,
  ["", `of ${SIZES[0]}`, `of ${SIZES[1]}`, "ratio", "p95", "p95"],
  rows,
);
