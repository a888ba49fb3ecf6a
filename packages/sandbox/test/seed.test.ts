import { createGateway, type Gateway } from "@trunkline/gateway";
import { openPgliteMemory } from "@trunkline/gateway/node";
import { afterEach, expect, test } from "vitest";
import { platformTime, WorldClock } from "../src/clock.ts";
import { createWorld } from "../src/create-world.ts";
import { gatewayApi } from "../src/gateway-api.ts";
import { inProcessFetch } from "../src/in-process-fetch.ts";
import { memoryJournal } from "../src/journal.ts";
import type { WorldEntry } from "../src/state.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

type Handlers = Record<string, (request: Request) => Promise<Response>>;

async function worldAt(url: string, handlers: Handlers, entries: readonly WorldEntry[] = []) {
  const journal = memoryJournal<WorldEntry>([...entries]);
  const fetch = inProcessFetch(handlers);
  const running = await createWorld({ url, journal, fetch: (request) => fetch(request) });
  handlers[url] = running.fetch;
  closing.push(running.stop);
  return { ...running, journal };
}

async function gatewayAt(url: string, handlers: Handlers): Promise<{ gateway: Gateway; operatorKey: string }> {
  const gateway = createGateway({
    engine: await openPgliteMemory(),
    masterKey: new Uint8Array(32),
    environment: "sandbox",
    clock: new WorldClock({ host: platformTime }),
    fetch: inProcessFetch(handlers),
  });
  await gateway.start();
  closing.push(() => gateway.stop());
  handlers[url] = (request) => gateway.fetch(request);
  return { gateway, operatorKey: (await gateway.firstOperatorKey()) ?? "" };
}

const numbersIn = (tenants: readonly { lines: readonly { number: string }[] }[]) =>
  tenants.flatMap(({ lines }) => lines.map(({ number }) => number));

test("attaching again, from another address, finds everything and changes nothing but the address", async () => {
  const handlers: Handlers = {};
  const { world } = await worldAt("http://world.test", handlers);
  const { operatorKey, gateway } = await gatewayAt("http://one.test", handlers);
  const first = await world.announce({ address: "http://one.test", operatorKey }, null);
  handlers["http://two.test"] = (request) => gateway.fetch(request);
  const second = await world.announce({ address: "http://two.test", operatorKey }, null);
  expect(second).toEqual({ ...first, address: "http://two.test" });
  const api = gatewayApi({
    address: "http://two.test",
    key: operatorKey,
    tenant: String(first.tenants[0]?.tenantId),
    fetch: (request) => gateway.fetch(request),
  });
  expect((await api.call("listLines")).data).toHaveLength(first.tenants[0]?.lines.length ?? 0);
  expect((await api.call("listKeys")).data).toHaveLength(1);
  expect((await api.call("listCarrierAccounts")).data).toHaveLength(1);
});

test("two stores in one world have lines of their own, and each gets its own texts", async () => {
  const handlers: Handlers = {};
  const { world } = await worldAt("http://world.test", handlers);
  const one = await gatewayAt("http://one.test", handlers);
  const two = await gatewayAt("http://two.test", handlers);
  const [first, second] = [
    await world.announce({ address: "http://one.test", operatorKey: one.operatorKey }, null),
    await world.announce({ address: "http://two.test", operatorKey: two.operatorKey }, null),
  ];
  const numbers = [...numbersIn(first.tenants), ...numbersIn(second.tenants)];
  expect(new Set(numbers).size).toBe(numbers.length);
  for (const { address, tenants } of [first, second]) {
    const [tenant] = tenants;
    await world.text("+14255550123", String(tenant?.lines[0]?.number), `for ${address}`);
    const api = gatewayApi({ address, key: String(tenant?.apiKey), fetch: inProcessFetch(handlers) });
    const { data } = await api.call("listConversations");
    expect(data.map(({ lastMessage }) => lastMessage?.text)).toEqual([`for ${address}`]);
  }
});

test("a world that has lost its journal, or moved, takes a gateway over as it finds it", async () => {
  const handlers: Handlers = {};
  const { world: lost, journal } = await worldAt("http://world.test", handlers);
  const { operatorKey } = await gatewayAt("http://one.test", handlers);
  const before = await lost.announce({ address: "http://one.test", operatorKey }, null);
  for (const entries of [[], journal.entries]) {
    const { world } = await worldAt("http://moved.test", handlers, entries);
    const after = await world.announce({ address: "http://one.test", operatorKey }, null);
    expect(after.tenants.map(({ lines, users }) => ({ lines, users }))).toEqual(
      before.tenants.map(({ lines, users }) => ({ lines, users })),
    );
    const [tenant] = after.tenants;
    const api = gatewayApi({
      address: "http://one.test",
      key: String(tenant?.apiKey),
      fetch: inProcessFetch(handlers),
    });
    const from = String(tenant?.lines[0]?.number);
    const { id } = await api.call("sendMessageTo", {
      body: { from, to: "+14255550123", text: "from the moved world" },
    });
    await expect.poll(() => world.accepted("sandbox")).toMatchObject([{ reference: id }]);
    const { webhook } = await world.text("+14255550123", from, "and back");
    expect(webhook).toEqual({ kind: "answered", status: 204 });
    await world.stop(); // the next one takes its place
    closing.pop();
  }
});
