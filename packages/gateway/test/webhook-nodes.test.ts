import type { EventPage, Page, WebhookDelivery, WebhookWithSecret } from "@trunkline/protocol";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createGateway } from "../src/gateway.ts";
import { guardedFetch } from "../src/node/guarded-fetch.ts";
import { postgresEngine } from "../src/node/postgres.ts";
import { type SqlEngine, StoreUnavailable } from "../src/store/engine.ts";
import { newPostgresDatabase, type StoreKind } from "./support/stores.ts";
import { made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";
import { answering, type WebhookReceiver, webhookReceiver } from "./support/webhook-receiver.ts";

const LEASE_MS = 15_000;

describe("webhooks of a gateway with several nodes", () => {
  const outside = guardedFetch({ privateAddresses: "loopback" });
  let store: StoreKind;
  let first: TestGateway;
  let acme: TestTenant;
  let receiver: WebhookReceiver;
  let hook: WebhookWithSecret;
  let isFirstDead = false;
  const others: TestGateway["gateway"][] = [];

  beforeEach(async () => {
    const url = await newPostgresDatabase();
    store = { name: "PostgreSQL", open: async () => postgresEngine({ url }) };
    isFirstDead = false;
    const mortal = { ...store, open: async () => dying(await store.open()) };
    first = await testGateway(mortal, { outsideFetch: outside.fetch, node: "first" });
    acme = await first.newTenant("acme");
    receiver = await webhookReceiver();
    const body = { url: receiver.url, events: ["line.updated"] };
    hook = await made<WebhookWithSecret>(acme.call("POST", "/v1/webhooks", body));
  });
  afterEach(async () => {
    receiver.answer = answering(204);
    for (const gateway of others.splice(0)) await gateway.stop();
    await first.stop();
    await receiver.close();
  });

  /** Nothing that a dead node does reaches the store. */
  const dying = (engine: SqlEngine): SqlEngine => ({
    kind: engine.kind,
    connections: engine.connections,
    connect: () => (isFirstDead ? Promise.reject(new StoreUnavailable("this node is dead")) : engine.connect()),
    close: () => engine.close(),
  });

  /** A node beside the first one, on the same store and by the same clock. */
  async function another(node: string): Promise<TestGateway["gateway"]> {
    const gateway = createGateway({
      engine: await store.open(),
      clock: first.clock,
      masterKey: new Uint8Array(32).fill(7),
      environment: "sandbox",
      fetch: () => Promise.reject(new TypeError("away")),
      outsideFetch: outside.fetch,
      node,
    });
    others.push(gateway);
    await gateway.start();
    return gateway;
  }
  const happen = (name: string) => made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { name }));
  const names = () => receiver.received.map(({ body }) => JSON.parse(body).data.name as string);
  const deliveries = async () =>
    (await made<Page<WebhookDelivery>>(acme.call("GET", `/v1/webhooks/${hook.id}/deliveries?limit=200`))).data;

  test("two nodes send each event once", async () => {
    const second = await another("second");
    for (let round = 0; round < 5; round++) {
      await Promise.all(Array.from({ length: 20 }, (_, n) => happen(`${round}.${n}`)));
      await Promise.all([first.gateway.idle(), second.idle()]);
    }
    await vi.waitFor(async () => expect(await deliveries()).toHaveLength(100));
    expect(receiver.received).toHaveLength(100);
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(100);
  });

  test("what a node had under way when it died is sent again by another, under the same id, and nothing is lost", async () => {
    receiver.answer = () => undefined;
    await happen("one");
    await vi.waitFor(() => expect(receiver.received).toHaveLength(1));
    await happen("two");
    isFirstDead = true;
    receiver.answer = answering(204);
    const second = await another("second");
    first.clock.advance(LEASE_MS + 1);
    await vi.waitFor(async () => {
      await second.idle();
      expect(names().sort()).toEqual(["one", "one", "two"]); // the order is not promised
    });
    isFirstDead = false; // and comes back, with what it thinks it had
    const { data } = await made<EventPage>(acme.call("GET", "/v1/events?types=line.updated"));
    expect(new Set(receiver.received.map(({ id }) => id))).toEqual(new Set(data.map(({ id }) => id)));
    await Promise.all([first.gateway.idle(), second.idle()]);
    expect((await deliveries()).map(({ status }) => status)).toEqual(["delivered", "delivered"]);
    expect(receiver.received).toHaveLength(3);
  });

  test("a gateway that stops does not wait for a receiver that does not answer; the event is sent by the next one", async () => {
    receiver.answer = () => undefined;
    await happen("one");
    await vi.waitFor(() => expect(receiver.received).toHaveLength(1));
    const second = await another("second");
    receiver.answer = answering(204);
    await first.gateway.stop();
    await vi.waitFor(() => expect(receiver.received).toHaveLength(2));
    await second.idle();
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(1);
  });
});
