// How many queued texts of one line a second are handed to a carrier that takes everything at once, beside bare rows
// that are leased and settled in batches of the same size on the same server, in the same run.
import { parseArgs } from "node:util";
import { postgresEngine } from "../src/node/index.ts";
import { startPostgres } from "../test/support/postgres-server.ts";
import { drainBareWork } from "./support/bare-work.ts";
import { median } from "./support/load.ts";
import { type LocalGateway, localGateway } from "./support/local-gateway.ts";
import { newDatabase } from "./support/new-database.ts";
import { table } from "./support/report.ts";

const { values } = parseArgs({
  options: { texts: { type: "string", default: "2000" }, rounds: { type: "string", default: "3" } },
});
const texts = Number(values.texts);
const rounds = Number(values.rounds);
/** As many as a line has on their way at once. */
const BATCH = 64;

/** Queues texts to as many people while nobody hands them over. */
async function queue({ line, call }: LocalGateway): Promise<void> {
  for (let from = 0; from < texts; from += 200) {
    await Promise.all(
      Array.from({ length: Math.min(200, texts - from) }, (_, index) =>
        call("POST", "/v1/messages", {
          from: line.number,
          to: `+1425${2_000_000 + from + index}`,
          text: "Your boat is back in the water and ready when you are.",
        }),
      ),
    );
  }
}

async function drain(local: LocalGateway): Promise<number> {
  const started = performance.now();
  await local.gateway.start();
  while (local.taken < texts) await new Promise((resolve) => setTimeout(resolve, 2));
  await local.gateway.idle();
  const rate = texts / ((performance.now() - started) / 1000);
  await local.gateway.stop();
  return rate;
}

const bare: number[] = [];
const ours: number[] = [];
const postgres = await startPostgres({ isDurable: true });
try {
  for (let round = 0; round < rounds; round++) {
    const url = await newDatabase(postgres.url, `round_${round}`);
    const local = await localGateway(postgresEngine({ url }));
    await queue(local);
    const engine = postgresEngine({ url });
    bare.push(await drainBareWork(engine, texts, BATCH));
    await engine.close();
    ours.push(await drain(local));
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
