// One event to many open streams: when the last reader has it, and what an open stream costs in memory, beside the same
// with plain responses of Node's HTTP server.
import { parseArgs } from "node:util";
import { startPostgres } from "../test/support/postgres-server.ts";
import type { GatewayReady } from "./servers/gateway.ts";
import { startServer } from "./support/child.ts";
import { Caller, median } from "./support/load.ts";
import { Readers } from "./support/readers.ts";
import { table } from "./support/report.ts";

const { values } = parseArgs({
  options: { streams: { type: "string", default: "1000" }, events: { type: "string", default: "15" } },
});
const streams = Number(values.streams);
const events = Number(values.events);

interface Measured {
  /** From the request that causes the event to the first reader: storing it is part of that for the gateway. */
  firstMs: number;
  /** From the first reader to the last: the fan-out itself. */
  spreadMs: number;
  kibPerStream: number;
}

async function bare(size: number): Promise<Measured> {
  const server = await startServer<{ url: string }>("bare-streams");
  const before = await server.memory();
  const readers = await Readers.open(`${server.ready.url}/`, streams);
  const kibPerStream = (((await server.memory()) - before) * 1024) / streams;
  const times = await timed(readers, async (needle) => {
    await server.ask({ text: `${needle}${"x".repeat(Math.max(0, size - needle.length))}` });
  });
  readers.close();
  await server.stop();
  return { ...times, kibPerStream };
}

async function ours(databaseUrl: string): Promise<Measured & { size: number }> {
  const server = await startServer<GatewayReady>("gateway", { databaseUrl, conversations: 1 });
  const { url, key, sessionToken, conversationIds } = server.ready;
  const before = await server.memory();
  const readers = await Readers.open(
    `${url}/v1/events?types=message.created`,
    streams,
    `Authorization: Bearer ${sessionToken}\r\n`,
  );
  const kibPerStream = (((await server.memory()) - before) * 1024) / streams;
  const caller = await Caller.open(url);
  let size = 0;
  const times = await timed(readers, async (needle) => {
    const path = `/v1/conversations/${conversationIds[0]}/messages`;
    const answer = await caller.post(
      path,
      `Authorization: Bearer ${key}\r\n`,
      JSON.stringify({ text: "Hello", clientId: needle }),
    );
    size = answer.body.length;
  });
  caller.close();
  readers.close();
  await server.stop();
  return { ...times, kibPerStream, size };
}

/** Sends one event at a time, and takes the times at which the first and the last reader saw it. */
async function timed(readers: Readers, send: (needle: string) => Promise<void>) {
  const first: number[] = [];
  const spread: number[] = [];
  for (let index = 0; index < events + 3; index++) {
    const needle = `needle-${index}-end`;
    const arrived = readers.all(needle);
    const started = performance.now();
    await Promise.all([send(needle), arrived]);
    const at = await arrived;
    if (index < 3) continue; // the first ones warm both sides up
    const [soonest = Number.NaN, latest = Number.NaN] = [at.at(0), at.at(-1)];
    first.push(soonest - started);
    spread.push(latest - soonest);
  }
  return { firstMs: median(first), spreadMs: median(spread) };
}

const postgres = await startPostgres({ isDurable: true });
try {
  const gateway = await ours(postgres.url);
  const plain = await bare(gateway.size + 150);
  table(
    `One event to ${streams} streams (median of ${events} events)`,
    ["", "to the first reader ms", "first to last reader ms", "KiB a stream"],
    [
      ["node:http", plain.firstMs, plain.spreadMs, plain.kibPerStream],
      ["gateway", gateway.firstMs, gateway.spreadMs, gateway.kibPerStream],
      ["ratio", "", gateway.spreadMs / plain.spreadMs, gateway.kibPerStream / plain.kibPerStream],
    ],
  );
} finally {
  await postgres.stop();
}
