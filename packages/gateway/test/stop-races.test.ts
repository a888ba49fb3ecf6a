import type { Message } from "@trunkline/protocol";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Ledger } from "../src/opt-ins/ledger.ts";
import { shareNumbers } from "../src/opt-ins/number-locks.ts";
import { idSource, platformRandom } from "../src/random.ts";
import type { Tx } from "../src/store/database.ts";
import { type PlainCarrier, plainCarrier, webhook } from "./support/plain-carrier.ts";
import { eachStore, POSTGRES, type StoreKind } from "./support/stores.ts";
import { made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

const PHONE = "+14255550101";

let carrier: PlainCarrier;
let world: TestGateway;
let acme: TestTenant;
/** To whom texts began to leave, and whose STOP was answered, in the order in which it happened. */
let journal: { event: "left" | "stopped"; number: string }[];
let stops: number;

async function begin(store: StoreKind): Promise<void> {
  carrier = plainCarrier();
  journal = [];
  stops = 0;
  world = await testGateway(store, {
    fetch: (input, init) => {
      const body = typeof init?.body === "string" ? JSON.parse(init.body) : {};
      if (init?.method === "POST") journal.push({ event: "left", number: body.to });
      return carrier.fetch(input, init);
    },
  });
  acme = await world.newTenant("acme");
  await made(acme.call("PATCH", "/v1/tenant", { sending: { answers: { optOut: "none" } } }));
}
const end = () => world.stop();

const send = (to = PHONE, more: object = {}) =>
  acme.call<Message>("POST", "/v1/messages", { from: acme.line.number, to, text: "Sale!", ...more });
const message = ({ id }: Message) => made<Message>(acme.call("GET", `/v1/messages/${id}`));
async function stop(number = PHONE): Promise<void> {
  const text = { id: `in_${stops++}`, from: number, to: acme.line.number, text: "STOP", media: [] };
  expect((await webhook(world, acme, "messages", text)).status).toBe(204);
  journal.push({ event: "stopped", number });
}

eachStore((store) => {
  beforeEach(() => begin(store));
  afterEach(end);

  test("a STOP stops what waits in the line, is scheduled or is held, and whoever wrote it sees why", async () => {
    carrier.script.push("busy"); // the line rests for two seconds
    const now = world.clock.now();
    const waiting = [
      await made<Message>(send()),
      await made<Message>(send(PHONE, { text: "Another" })),
      await made<Message>(send(PHONE, { sendAt: new Date(now + 60_000).toISOString() })),
    ];
    const quiet = { start: "00:00", end: "23:59", timeZone: "UTC", repliesWithin: null };
    await made(acme.call("PATCH", "/v1/tenant", { sending: { quietHours: quiet } }));
    waiting.push(await made<Message>(send()));
    await world.gateway.idle();
    await stop();
    world.clock.advance(25 * 60 * 60_000);
    await world.gateway.idle();
    for (const text of waiting) {
      expect(await message(text)).toMatchObject({
        status: "failed",
        failure: { code: "opted_out", carrierCode: null, retryable: false },
      });
    }
    expect(carrier.taken).toEqual([]);
    expect(await acme.call("POST", `/v1/messages/${waiting[0]?.id}/retry`, {})).toMatchObject({
      status: 422,
      body: { code: "opted_out" },
    });
  });

  test("a STOP that comes while the carrier takes a text is answered at once, and the text stays what it is", async () => {
    const bothAccepted = Promise.withResolvers<void>();
    carrier.beforeAnswer = async () => {
      carrier.beforeAnswer = async () => undefined;
      await bothAccepted.promise;
      await stop();
    };
    const first = await made<Message>(send());
    const second = await made<Message>(send());
    bothAccepted.resolve();
    await world.gateway.idle();
    expect(await message(first)).toMatchObject({ status: "sent" });
    expect(await message(second)).toMatchObject({ status: "failed", failure: { code: "opted_out" } });
  });

  test("of many texts under way at once none leaves after the STOP of its recipient was answered", async () => {
    const phones = Array.from({ length: 40 }, (_, n) => `+1425555${String(100 + n).padStart(4, "0")}`);
    const texts = await Promise.all(
      phones.flatMap((number, n) => [
        send(number),
        send(number),
        ...(n % 2 ? [stop(number).then(() => null)] : []),
        send(number),
      ]),
    );
    await world.gateway.idle();
    for (const [index, { event, number }] of journal.entries()) {
      if (event === "left") expect(journal.slice(0, index)).not.toContainEqual({ event: "stopped", number });
    }
    expect(journal.filter(({ event }) => event === "stopped")).toHaveLength(20);
    const accepted = texts.flatMap((answer) => (answer?.status === 202 ? [answer.body] : []));
    for (const text of accepted) expect((await message(text)).status).toMatch(/^(sent|failed)$/);
  });
});

describe("on PostgreSQL, between two transactions", () => {
  beforeEach(() => begin(POSTGRES));
  afterEach(end);

  /** Runs `hold` in a transaction that stays open until `release`. */
  function holding(hold: (tx: Tx) => Promise<unknown>) {
    const gate = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const done = world.database.tenant(acme.tenant.id, async (tx) => {
      await hold(tx);
      held.resolve();
      await gate.promise;
    });
    return {
      held: held.promise,
      release() {
        gate.resolve();
        return done;
      },
    };
  }
  const someoneWaits = () =>
    vi.waitFor(async () => {
      const { rows } = await world.database.system((tx) =>
        sql<{ n: number }>`select count(*)::int as n from pg_locks where locktype = 'advisory' and not granted
          and database = (select oid from pg_database where datname = current_database())`.execute(tx),
      );
      expect(rows[0]?.n).toBe(1);
    });

  test("a hand-over waits for a STOP that is being committed, and then does not begin", async () => {
    const context = { ids: idSource(world.clock, platformRandom), now: world.clock.now() };
    const stopping = holding(async (tx) => {
      const ledger = await Ledger.open(tx, acme.tenant.id, [PHONE], context);
      const by = { kind: "contact", id: null, name: null } as const;
      ledger.add({ number: PHONE, lineId: null, state: "opted_out", method: "keyword", at: null, by });
      await ledger.write(tx);
    });
    await stopping.held;
    const text = await made<Message>(send());
    await someoneWaits();
    expect((await message(text)).status).toBe("queued");
    await stopping.release();
    await world.gateway.idle();
    expect(await message(text)).toMatchObject({ status: "failed", failure: { code: "opted_out" } });
    expect(journal).toEqual([]);
  });

  test("a STOP waits for a hand-over that is being committed", async () => {
    const taking = holding((tx) => shareNumbers(tx, acme.tenant.id, [PHONE]));
    await taking.held;
    const stopping = stop();
    await someoneWaits();
    expect(journal).toEqual([]);
    await taking.release();
    await stopping;
    expect(await send()).toMatchObject({ status: 422, body: { code: "opted_out" } });
  });
});
