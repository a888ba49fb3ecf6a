// How many recipients of one broadcast a second get their texts through a carrier that takes everything at once, from the
// call until all is settled, beside bare rows that are leased and settled in batches on the same store, in the same run.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openPgliteDirectory, postgresEngine } from "../src/node/index.ts";
import type { SqlEngine } from "../src/store/engine.ts";
import { startPostgres } from "../test/support/postgres-server.ts";
import { drainBareWork } from "./support/bare-work.ts";
import { median } from "./support/load.ts";
import { localGateway } from "./support/local-gateway.ts";
import { newDatabase } from "./support/new-database.ts";
import { table } from "./support/report.ts";

const { values } = parseArgs({
  options: {
    recipients: { type: "string", default: "10000" },
    rounds: { type: "string", default: "3" },
    store: { type: "string" },
  },
});
const recipients = Number(values.recipients);
const rounds = Number(values.rounds);
/** As many as a line has on their way at once. */
const BATCH = 64;

async function broadcast(engine: SqlEngine): Promise<number> {
  const local = await localGateway(engine);
  await local.gateway.start();
  const people = Array.from({ length: recipients }, (_, index) => ({
    to: `+1425${2_000_000 + index}`,
    variables: { name: `Guest ${index}` },
  }));
  const started = performance.now();
  const { id } = await local.call("POST", "/v1/broadcasts", {
    lineId: local.line.id,
    text: "Hi {{name}}, your boat is back in the water and ready when you are.",
    recipients: people,
  });
  while (local.taken < recipients) await new Promise((resolve) => setTimeout(resolve, 2));
  for (let state: unknown; state !== "completed"; ) ({ state } = await local.call("GET", `/v1/broadcasts/${id}`));
  const rate = recipients / ((performance.now() - started) / 1000);
  await local.gateway.stop();
  return rate;
}

/** @param open - opens the same store every time it is asked in one round, and a new one for each */
async function measure(name: string, open: (round: number) => Promise<SqlEngine>): Promise<void> {
  const bare: number[] = [];
  const ours: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const engine = await open(round);
    bare.push(await drainBareWork(engine, recipients, BATCH));
    await engine.close();
    ours.push(await broadcast(await open(round)));
  }
  table(
    `${name}: a broadcast to ${recipients} (median of ${rounds} rounds, batches of ${BATCH})`,
    ["", "a second", "of bare", "rows written for each"],
    [
      ["bare lease and settle", median(bare), "", "1 updated, 1 deleted"],
      ["broadcast", median(ours), median(ours) / median(bare), "4 inserted, 5 updated, 1 deleted, 4 events"],
    ],
  );
}

if (values.store !== "pglite") {
  const postgres = await startPostgres({ isDurable: true });
  const urls: string[] = [];
  try {
    await measure("PostgreSQL", async (round) => {
      urls[round] ??= await newDatabase(postgres.url, `broadcast_${round}`);
      return postgresEngine({ url: urls[round] });
    });
  } finally {
    await postgres.stop();
  }
}
if (values.store !== "postgres") {
  const scratch = await mkdtemp(join(tmpdir(), "trunkline-bench-"));
  try {
    await measure("PGlite", (round) => openPgliteDirectory({ dir: join(scratch, String(round)) }));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
