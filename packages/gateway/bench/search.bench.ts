// How long a search over a million messages of one tenant takes, under row-level security on PostgreSQL, beside a bare
// look-up of the same messages by their ids in the same run, in turns. Checks that the index is used, and that what is
// searched for is found.
import { parseArgs } from "node:util";
import type { Message, TenantId } from "@trunkline/protocol";
import pg from "pg";
import { postgresEngine } from "../src/node/index.ts";
import type { Principal } from "../src/rights/principal.ts";
import { FULL_SIGHT, type Sight } from "../src/rights/sight.ts";
import { readMessages } from "../src/search/hit-store.ts";
import { narrow } from "../src/search/narrow.ts";
import { needlesOf } from "../src/search/needles.ts";
import { findMessages } from "../src/search/search.ts";
import { openDatabase } from "../src/store/database.ts";
import { startPostgres } from "../test/support/postgres-server.ts";
import { median, percentile } from "./support/load.ts";
import { type LocalGateway, localGateway } from "./support/local-gateway.ts";
import { newDatabase } from "./support/new-database.ts";
import { table } from "./support/report.ts";

const { values } = parseArgs({
  options: { messages: { type: "string", default: "1000000" }, calls: { type: "string", default: "100" } },
});
const size = Number(values.messages);
const calls = Number(values.calls);
/** A search may take this much longer than a look-up of what it found. */
const MOST = 3;
const PAGE = 50;
const CONVERSATIONS = 20_000;
const LINES = 20;
const BATCH = 5000;
const BEGUN = Date.parse("2025-11-01T00:00:00Z");
/** Between two messages, in milliseconds: a year for a million. */
const STEP = Math.floor((365 * 86_400_000) / size);

/** The same numbers in every run. Source: Numerical Recipes, the quick and dirty generator. */
let state = 1;
function random(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}
const pick = (letters: string) => letters.charAt(Math.floor(random() * letters.length));
const VOCABULARY = Array.from({ length: 20_000 }, () =>
  Array.from({ length: 2 + Math.floor(random() * 3) }, () => pick("bcdfgklmnprstvz") + pick("aeiou")).join(""),
);
/** As in any language, few words are in nearly every text, and most of them hardly anywhere. */
const word = () => VOCABULARY[Math.floor(VOCABULARY.length ** random()) - 1] ?? "";

/** Words that are in one of so many messages. */
const PLANTED = { appointment: 5, reschedule: 100, warranty: 1000, carburettor: 10_000, gyroscope: 200_000 } as const;

function textOf(n: number): string {
  const words = Array.from({ length: 12 }, word);
  for (const [planted, every] of Object.entries(PLANTED)) if (n % every === 0) words.push(planted);
  if (n % 50 === 0) words.push(`call 425-555-${String(n % 10_000).padStart(4, "0")}`);
  if (n % 500 === 0) words.push("明日は京都に行きます");
  // A campaign long ago: a word that is nowhere else stands in a tenth of all messages.
  if (n > size * 0.3 && n < size * 0.4) words.push("jubilee");
  return words.join(" ");
}

async function fill(url: string, { tenantId, line, call }: LocalGateway): Promise<string[]> {
  const lineIds = [line.id];
  for (let index = 1; index < LINES; index++) {
    const account = (await call("GET", "/v1/carrier-accounts")) as { data: { id: string }[] };
    const number = `+1206555${String(1000 + index)}`;
    const made = await call("POST", "/v1/lines", {
      name: `Line ${index}`,
      carrierAccountId: account.data[0]?.id,
      number,
    });
    lineIds.push(String(made.id));
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query("set session_replication_role = replica"); // what is generated fits together
  await client.query(
    `insert into conversations (tenant_id, id, line_id, participants, participant_key, sequence, last_activity_at, created_at, updated_at)
     select $1, 'conv_' || lpad(n::text, 26, '0'), ($2::text[])[1 + n % $3],
       jsonb_build_array(jsonb_build_object('number', '+1425' || (2000000 + n), 'contactId', null, 'name', null)),
       '+1425' || (2000000 + n), 50, $5, $5, $5
     from generate_series(0, $4::int - 1) n`,
    [tenantId, lineIds, LINES, CONVERSATIONS, new Date(BEGUN)],
  );
  for (let from = 1; from <= size; from += BATCH) {
    const texts = Array.from({ length: Math.min(BATCH, size - from + 1) }, (_, index) => textOf(from + index));
    await client.query(
      `insert into messages (tenant_id, id, conversation_id, line_id, sequence, inbound_count, direction, kind, text, sender,
         recipient, author, status, created_at, updated_at)
       select $1, 'msg_' || lpad(n::text, 26, '0'), 'conv_' || lpad((n % $4)::text, 26, '0'), ($5::text[])[1 + (n % $4) % $6],
         n, n, 'inbound', 'text', t.text, '+14252000001', $3, '{"kind": "contact", "id": null, "name": null}', 'received', at, at
       from unnest($2::text[]) with ordinality t (text, i), lateral (select (t.i + $7)::int as n) k,
         lateral (select $8::timestamptz + n * $9::float8 * interval '1 millisecond' as at) w`,
      [tenantId, texts, line.number, CONVERSATIONS, lineIds, LINES, from - 1, new Date(BEGUN), STEP],
    );
  }
  await client.query("insert into search_gaps (tenant_id, searched) values ($1, 'conversations'), ($1, 'messages')", [
    tenantId,
  ]);
  await client.query("vacuum analyze conversations, messages");
  await client.end();
  return lineIds;
}

/** What is searched for, by what it is; `sees` narrows what the asker sees. */
const SEARCHES: Readonly<Record<string, { q: string; isMember?: true }>> = {
  "in 1 of 5": { q: "appointment" },
  "in 1 of 100": { q: "reschedule" },
  "in 1 of 1,000": { q: "warranty" },
  "in 1 of 10,000": { q: "carburettor" },
  "in 1 of 200,000": { q: "gyroscope" },
  "in none": { q: "zzyzx" },
  "beginning of many words": { q: "ba" },
  "two frequent words": { q: "appointment reschedule" },
  "a frequent and a rare word": { q: "appointment gyroscope" },
  "long ago, then in all": { q: "jubilee" },
  "piece of a number": { q: "555-01" },
  京都: { q: "京都" },
  "1 of 5, on one of 20 lines": { q: "appointment", isMember: true },
  "1 of 1,000, on one of 20 lines": { q: "warranty", isMember: true },
};

function principalOf(tenantId: string, sight: Sight): Principal {
  return {
    kind: "key",
    id: "key_bench",
    tenantId: tenantId as TenantId,
    permissions: new Set(["conversations.read"]),
    sight,
    user: null,
    role: null,
    expiresAt: null,
    actor: null,
    author: { kind: "api", id: null, name: null },
  } as unknown as Principal; // what a search asks of it
}

const postgres = await startPostgres();
const rows: (string | number)[][] = [];
try {
  const url = await newDatabase(postgres.url, "searched");
  const engine = postgresEngine({ url });
  const local = await localGateway(engine);
  const lineIds = await fill(url, local);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  // Filled and then indexed, because a million rows one after another would take minutes more.
  const { rows: indexes } = await client.query<{ made: string }>(
    "select indexdef as made from pg_indexes where indexname = 'search_entries_by_terms'",
  );
  await client.query("drop index search_entries_by_terms");
  const started = performance.now();
  await local.gateway.start();
  await local.gateway.idle();
  await client.query(`set maintenance_work_mem = '512MB'; ${indexes[0]?.made}`);
  console.log(`made findable: ${Math.round((size / (performance.now() - started)) * 1000)} messages a second`);
  await client.query("vacuum analyze search_entries");
  const { rows: sizes } = await client.query<{ name: string; mib: number }>(
    `select relname as name, (pg_relation_size(oid) / 1048576)::int as mib from pg_class
     where relname in ('messages', 'search_entries', 'search_entries_pkey', 'search_entries_by_terms') order by 1`,
  );
  console.log(sizes.map(({ name, mib }) => `${name} ${mib} MiB`).join(", "));
  await client.end();

  const database = openDatabase(engine);
  const tenantId = local.tenantId as TenantId;
  const everybody = principalOf(tenantId, FULL_SIGHT);
  const member = principalOf(tenantId, { ...FULL_SIGHT, lineIds: new Set([lineIds[0]]) } as Sight);
  const end = new Date(BEGUN + (size + 1) * STEP).toISOString();

  async function search(q: string, principal: Principal): Promise<Message[]> {
    const body = { q };
    return database.tenant(
      tenantId,
      async (tx) => {
        const narrowed = await narrow(tx, principal, body);
        if (narrowed === null) return [];
        const asked = {
          principal,
          search: body,
          needles: needlesOf(q),
          narrowed,
          limit: PAGE,
          begin: { at: end, id: null },
        };
        return (await findMessages(tx, asked)).hits.map(({ message }) => message);
      },
      { byKeys: true },
    );
  }
  const lookUp = (ids: readonly string[], principal: Principal) =>
    database.tenant(tenantId, (tx) => readMessages(tx, principal, ids, []), { byKeys: true });

  const all: [number[], number[]] = [[], []];
  for (const [name, { q, isMember }] of Object.entries(SEARCHES)) {
    const principal = isMember ? member : everybody;
    const found = await search(q, principal);
    const ids = found.map(({ id }) => id);
    const times: [number[], number[]] = [[], []];
    for (let turn = -10; turn < calls; turn++) {
      const begun = performance.now();
      await lookUp(ids, principal);
      const between = performance.now();
      await search(q, principal);
      const ended = performance.now();
      if (turn < 0) continue; // the first ones warm up caches and the compiler
      times[0].push(between - begun);
      times[1].push(ended - between);
    }
    all[0].push(...times[0]);
    all[1].push(...times[1]);
    const p95 = [percentile(times[0], 0.95), percentile(times[1], 0.95)] as const;
    rows.push([name, String(found.length), median(times[0]), median(times[1]), ...p95, p95[1] / p95[0]]);
  }
  const p95 = [percentile(all[0], 0.95), percentile(all[1], 0.95)] as const;
  rows.push(["all", "", median(all[0]), median(all[1]), ...p95, p95[1] / p95[0]]);
  if (p95[1] / p95[0] > MOST) process.exitCode = 1;
  await local.gateway.stop();
} finally {
  await postgres.stop();
}
table(
  `A page of ${PAGE} of ${size} messages, in ms (${calls} calls each; p95 of all at most ${MOST} times the look-up's)`,
  ["", "found", "look-up", "search", "look-up p95", "search p95", "ratio"],
  rows,
);
