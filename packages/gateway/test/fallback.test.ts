import type { CarrierAccount, EventOf, Line, Message } from "@trunkline/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type PlainCarrier, plainCarrier, webhook } from "./support/plain-carrier.ts";
import { eachStore } from "./support/stores.ts";
import { CREDENTIALS, made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

/* A line with two accounts, at two carriers that keep their own books. */

const SECOND = "http://second.test";

eachStore((store) => {
  let first: PlainCarrier;
  let second: PlainCarrier;
  let world: TestGateway;
  let acme: TestTenant;
  let other: CarrierAccount;
  let line: Line;
  let tenants = 0;

  beforeAll(async () => {
    world = await testGateway(store, {
      fetch: (input, init) => (String(input).startsWith(SECOND) ? second : first).fetch(input, init),
    });
  });
  afterAll(() => world.stop());
  afterEach(() => world.gateway.idle());
  beforeEach(async () => {
    [first, second] = [plainCarrier(), plainCarrier()];
    acme = await world.newTenant(`fallback ${tenants++}`);
    const credentials = { ...CREDENTIALS, baseUrl: SECOND };
    other = await made(acme.call("POST", "/v1/carrier-accounts", { carrier: "sandbox", name: "Second", credentials }));
    line = await made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { fallbackCarrierAccountId: other.id }));
  });

  const phone = (n: number) => `+1425555${String(1000 + n)}`;
  const send = (n: number, text = `Text ${n}`) =>
    made<Message>(acme.call("POST", "/v1/messages", { from: line.number, to: phone(n), text }));
  const read = ({ id }: Message) => made<Message>(acme.call("GET", `/v1/messages/${id}`));
  const account = (id: string) => made<CarrierAccount>(acme.call("GET", `/v1/carrier-accounts/${id}`));
  const pass = async (seconds: number) => {
    for (let passed = 0; passed < seconds; passed++) {
      world.clock.advance(1_000);
      await world.gateway.idle();
    }
  };
  const always = (carrier: PlainCarrier, answer: PlainCarrier["script"][number]) =>
    carrier.script.push(...Array<typeof answer>(1000).fill(answer));
  /** What it took for the line: texts that another test has left in doubt may still be handed over. */
  const takenBy = ({ taken }: PlainCarrier) => taken.filter(({ from }) => from === line.number);
  const textsOf = (carrier: PlainCarrier) =>
    takenBy(carrier)
      .map(({ text }) => text)
      .toSorted();

  test("texts leave through the other account while the line's own cannot be reached, each once", async () => {
    always(first, "down");
    const sent: Message[] = [];
    for (let n = 0; n < 30; n++) sent.push(await send(n));
    await world.gateway.idle();
    await pass(3);
    expect(takenBy(first)).toEqual([]);
    expect(textsOf(second)).toEqual(sent.map(({ text }) => text).toSorted());
    for (const message of sent) expect((await read(message)).status).toBe("sent");

    // Its receipts and what people answer come in by the other account.
    const [{ id = "" } = {}] = takenBy(second);
    const status = { id, reference: null, status: "delivered", errorCode: null, at: null };
    expect((await webhook(world, { ...acme, account: other }, "status", status)).status).toBe(204);
    const inbound = { id: "in-1", from: phone(1), to: line.number, text: "By the other way", at: null };
    expect((await webhook(world, { ...acme, account: other }, "messages", inbound)).status).toBe(204);
    const statuses = await Promise.all(sent.map(async (message) => (await read(message)).status));
    expect(statuses.filter((word) => word === "delivered")).toHaveLength(1);

    // And when it is back, they leave through it again.
    first.script.splice(0);
    await pass(60);
    await send(40, "Back again");
    await pass(70);
    await send(41, "And for good");
    await world.gateway.idle();
    expect(textsOf(first)).toContain("And for good");
  });

  test("what may have been taken is never handed to the other account", async () => {
    first.isLookUpUp = false; // nobody can say what became of it
    first.script.push("lost", "error", "lost");
    const doubtful = [await send(0), await send(1), await send(2)];
    await world.gateway.idle();
    always(first, "down");
    for (let n = 3; n < 20; n++) await send(n);
    await pass(30);
    for (const message of doubtful) expect((await read(message)).status).toBe("unknown");
    expect(takenBy(second)).toHaveLength(17);
    const references = new Set(doubtful.map(({ id }) => id as string));
    expect(takenBy(second).filter(({ reference }) => references.has(reference))).toEqual([]);

    // The carrier says that it never got one of them: it is handed over there again, wherever the others go meanwhile.
    first.isLookUpUp = true;
    await pass(120);
    expect(takenBy(second).filter(({ reference }) => references.has(reference))).toEqual([]);
    expect(new Set(takenBy(first).map(({ reference }) => reference)).size).toBe(takenBy(first).length);
  });

  test("a carrier that is only busy is waited for", async () => {
    first.script.push("busy", "account busy");
    await send(0);
    await send(1);
    await world.gateway.idle();
    await pass(10);
    expect([takenBy(first).length, takenBy(second).length]).toEqual([2, 0]);
  });

  test("a line that is moved to another account sends through it from then on, what waits included", async () => {
    await made(acme.call("PATCH", `/v1/lines/${line.id}`, { fallbackCarrierAccountId: null }));
    always(first, "down");
    const waiting = await send(0);
    await world.gateway.idle();
    expect(takenBy(second)).toEqual([]);
    const change = { carrierAccountId: other.id, fallbackCarrierAccountId: null };
    const moved = await made<Line>(acme.call("PATCH", `/v1/lines/${line.id}`, change));
    expect(moved).toMatchObject({ carrierAccountId: other.id, fallbackCarrierAccountId: null });
    await pass(10);
    expect(textsOf(second)).toEqual(["Text 0"]);
    expect((await read(waiting)).status).toBe("sent");
  });

  test("how an account fares is told, and when its texts stop and leave again", async () => {
    expect((await account(acme.account.id)).health).toEqual({
      circuit: "closed",
      lastSuccessAt: null,
      lastFailureAt: null,
      calls: 0,
      failures: 0,
    });
    await send(0);
    await world.gateway.idle();
    const at = new Date(world.clock.now()).toISOString();
    expect((await account(acme.account.id)).health).toMatchObject({ lastSuccessAt: at, calls: 1, failures: 0 });

    always(first, "down");
    always(second, "down");
    for (let n = 1; n < 20; n++) await send(n);
    await world.gateway.idle();
    await pass(12);
    const away = await account(acme.account.id);
    expect(away.health).toMatchObject({ circuit: "open", lastSuccessAt: at });
    expect(away.health.failures).toBeGreaterThanOrEqual(10);
    first.script.splice(0);
    for (let tries = 0; tries < 60 && takenBy(first).length < 20; tries++) await pass(10);
    const references = takenBy(first).map(({ reference }) => reference);
    expect([references.length, new Set(references).size]).toEqual([20, 20]);
    await pass(11);
    await send(20);
    await world.gateway.idle();
    expect((await account(acme.account.id)).health.circuit).toBe("closed");
    const { data: events } = await made<{ data: EventOf<"carrier_account.updated">[] }>(
      acme.call("GET", "/v1/events?limit=200&types=carrier_account.updated"),
    );
    const told = events.filter(({ data }) => data.id === acme.account.id).map(({ data }) => data.health.circuit);
    expect(told).toEqual(["closed", "open", "closed"]); // as it was made, and since
    world.clock.advance(3 * 3_600_000);
    expect((await account(acme.account.id)).health).toMatchObject({ calls: 0, failures: 0, circuit: "closed" });
  });

  test("refuses what is no account of the tenant, twice the same one, and to remove one that is needed", async () => {
    const patch = (body: object) => acme.call("PATCH", `/v1/lines/${line.id}`, body);
    const refusal = async (answer: ReturnType<typeof patch>) => {
      const { status, body } = await answer;
      return [status, (body as { code: string }).code];
    };
    expect(await refusal(patch({ fallbackCarrierAccountId: acme.account.id }))).toEqual([422, "invalid_input"]);
    expect(await refusal(patch({ carrierAccountId: other.id }))).toEqual([422, "invalid_input"]);
    const stranger = await world.newTenant(`stranger ${tenants++}`);
    expect((await refusal(patch({ fallbackCarrierAccountId: stranger.account.id })))[1]).toBe("not_found");
    expect(await refusal(acme.call("DELETE", `/v1/carrier-accounts/${other.id}`))).toEqual([409, "conflict"]);
  });
});
