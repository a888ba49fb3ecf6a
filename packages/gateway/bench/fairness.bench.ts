// How long another tenant's texts take to be accepted while one makes ten times the calls that it may, and while one has
// ten thousand texts queued, beside how long they take when nobody else is there, in the same run. And what it costs to
// count a call.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { systemClock } from "../src/clock.ts";
import { createRateLimiter } from "../src/limits/rate-limiter.ts";
import type { Principal } from "../src/rights/principal.ts";
import { FULL_SIGHT } from "../src/rights/sight.ts";
import { startPostgres } from "../test/support/postgres-server.ts";
import type { BenchTenant, TwoTenantsOptions, TwoTenantsReady } from "./servers/two-tenants.ts";
import { type ServerProcess, startServer } from "./support/child.ts";
import { Caller, median, percentile } from "./support/load.ts";
import { table } from "./support/report.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
    rounds: { type: "string", default: "3" },
    quota: { type: "string", default: "50" },
    queued: { type: "string", default: "10000" },
    store: { type: "string" },
  },
});
const ms = Number(values.seconds) * 1000;
const rounds = Number(values.rounds);
const quota = Number(values.quota);
const queued = Number(values.queued);
/** The other tenant's texts a second. */
const STEADY = 40;
const TEXT = JSON.stringify({ text: "Your boat is back in the water and ready when you are. See you at the dock!" });

const pathOf = ({ conversationIds }: BenchTenant, turn: number) =>
  `/v1/conversations/${conversationIds[turn % conversationIds.length]}/messages`;
const auth = ({ key }: BenchTenant) => `Authorization: Bearer ${key}\r\n`;

interface Steadiness {
  perSecond: number;
  connections: number;
  until: () => boolean;
  onRefused?: () => void;
}

/** Calls at a steady rate, whatever the answers take; gives how long each took, in milliseconds, and its status. */
async function steadily(
  url: string,
  tenant: BenchTenant,
  { perSecond, connections, until, onRefused }: Steadiness,
): Promise<{ took: number; status: number }[]> {
  const free = await Promise.all(Array.from({ length: connections }, () => Caller.open(url)));
  const all = [...free];
  const answers: { took: number; status: number }[] = [];
  const pending = new Set<Promise<void>>();
  const started = performance.now();
  for (let turn = 0; !until(); turn++) {
    const due = started + (turn * 1000) / perSecond;
    while (performance.now() < due) await setTimeout(1);
    while (free.length === 0) await Promise.race(pending);
    const caller = free.pop();
    if (!caller) throw new Error("a connection was free");
    const call = caller.post(pathOf(tenant, turn), auth(tenant), TEXT).then(({ status }) => {
      answers.push({ took: performance.now() - due, status }); // from when it was due: a late start counts
      if (status === 429) onRefused?.();
      free.push(caller);
    });
    pending.add(call);
    void call.finally(() => pending.delete(call));
  }
  await Promise.all(pending);
  for (const caller of all) caller.close();
  return answers;
}

interface Latency {
  p50: number;
  p99: number;
}

/** How long the other tenant's texts take for a while. */
async function otherTenant({ url, other }: TwoTenantsReady): Promise<Latency> {
  const ends = performance.now() + ms;
  const answers = await steadily(url, other, {
    perSecond: STEADY,
    connections: 64, // so that it is the gateway that it waits for
    until: () => performance.now() > ends,
  });
  const refused = answers.filter(({ status }) => status !== 202).length;
  if (refused > 0) throw new Error(`${refused} of the other tenant's texts were refused`);
  const times = answers.map(({ took }) => took);
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}

async function beside(
  server: ServerProcess<TwoTenantsReady>,
): Promise<{ latency: Latency; granted: number; refused: number }> {
  const { url, crowd } = server.ready;
  let isOver = false;
  const { promise: first429, resolve: onRefused } = Promise.withResolvers<void>();
  const flood = steadily(url, crowd, { perSecond: quota * 10, connections: 32, until: () => isOver, onRefused });
  await first429; // what it had saved up is used up
  const latency = await otherTenant(server.ready);
  isOver = true;
  const answers = await flood;
  const granted = answers.filter(({ status }) => status === 202).length;
  return { latency, granted, refused: answers.length - granted };
}

/** With a broadcast's texts on their way. */
async function behindQueue(server: ServerProcess<TwoTenantsReady>): Promise<Latency> {
  const { url, crowd } = server.ready;
  const recipients = Array.from({ length: queued }, (_, n) => ({ to: `+1425${2_000_000 + n}` }));
  const ask = () =>
    fetch(`${url}/v1/broadcasts`, {
      method: "POST",
      headers: { authorization: `Bearer ${crowd.key}`, "content-type": "application/json" },
      body: JSON.stringify({ lineId: crowd.lineId, text: "We are open again.", recipients }),
    });
  let answer = await ask();
  while (answer.status === 429) {
    // The flood before may have left it nothing.
    await setTimeout(Number(answer.headers.get("retry-after") ?? 1) * 1000);
    answer = await ask();
  }
  if (!answer.ok) throw new Error(`no broadcast: ${answer.status} ${await answer.text()}`);
  const latency = await otherTenant(server.ready);
  await server.ask({ idle: true });
  return latency;
}

async function measure(name: string, options: Omit<TwoTenantsOptions, "quota">): Promise<void> {
  const server = await startServer<TwoTenantsReady>("two-tenants", { ...options, quota });
  const alone: Latency[] = [];
  const flooded: Latency[] = [];
  const queuedBehind: Latency[] = [];
  let granted = 0;
  let refused = 0;
  await otherTenant(server.ready); // what is run for the first time takes longer
  // In turns, so that a machine that speeds up or slows down does so for all of them.
  for (let round = 0; round < rounds; round++) {
    alone.push(await otherTenant(server.ready));
    const flood = await beside(server);
    flooded.push(flood.latency);
    granted += flood.granted;
    refused += flood.refused;
    queuedBehind.push(await behindQueue(server));
  }
  await server.stop();
  const p50 = (all: readonly Latency[]) => median(all.map((one) => one.p50));
  const p99 = (all: readonly Latency[]) => median(all.map((one) => one.p99));
  const row = (title: string, all: readonly Latency[]) => [
    title,
    p50(all),
    p99(all),
    p50(all) / p50(alone),
    p99(all) / p99(alone),
  ];
  table(
    `${name}: until another tenant's text is accepted, ${STEADY} a second (median of ${rounds} rounds of ${ms / 1000} s)`,
    ["", "p50 ms", "p99 ms", "p50 ratio", "p99 ratio"],
    [
      row("alone", alone),
      row(`beside ${quota * 10} calls/s, quota ${quota}`, flooded),
      row(`beside a broadcast to ${queued}`, queuedBehind),
    ],
  );
  console.log(`the crowd: ${granted} calls accepted, ${refused} answered 429`);
}

/** What one call costs to count, in nanoseconds. */
function costOfCounting(): number {
  const limiter = createRateLimiter({ clock: systemClock(), requestsPerSecond: 1_000_000 });
  const callers = Array.from(
    { length: 1000 },
    (_, n): Principal => ({
      kind: "key",
      id: `key_${n}`,
      tenantId: `ten_${n % 100}`,
      permissions: new Set(),
      sight: FULL_SIGHT,
      user: null,
      role: null,
      expiresAt: null,
      actor: { kind: "key", id: `key_${n}` },
      author: { kind: "api", id: `key_${n}`, name: "bench" },
    }),
  );
  const count = 1_000_000;
  const run = () => {
    const started = performance.now();
    for (let n = 0; n < count; n++) {
      const caller = callers[n % callers.length];
      if (caller && limiter.charge(caller).refusal) throw new Error("nobody is refused here");
    }
    return ((performance.now() - started) / count) * 1e6;
  };
  run();
  return median([run(), run(), run()]);
}

console.log(`counting a call against its tenant's and its key's limit: ${Math.round(costOfCounting())} ns`);
const scratch = await mkdtemp(join(tmpdir(), "trunkline-bench-"));
try {
  if (values.store !== "pglite") {
    const postgres = await startPostgres({ isDurable: true });
    await measure("PostgreSQL", { databaseUrl: postgres.url });
    await postgres.stop();
  }
  if (values.store !== "postgres") await measure("PGlite", { directory: join(scratch, "gateway") });
} finally {
  await rm(scratch, { recursive: true, force: true });
}
