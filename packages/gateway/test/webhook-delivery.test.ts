import type { EventPage, Page, Webhook, WebhookDelivery, WebhookTest, WebhookWithSecret } from "@trunkline/protocol";
import { Webhook as Verifier } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { guardedFetch } from "../src/node/guarded-fetch.ts";
import { RETRY_WAITS_MS } from "../src/webhooks/decide-attempt.ts";
import { eachStore } from "./support/stores.ts";
import { made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";
import { answering, hangUp, type WebhookReceiver, webhookReceiver } from "./support/webhook-receiver.ts";

const HOUR = 60 * 60_000;

eachStore((store) => {
  const outside = guardedFetch({ privateAddresses: "loopback" });
  let world: TestGateway;
  let acme: TestTenant;
  let receiver: WebhookReceiver;
  let tenants = 0;

  beforeAll(async () => {
    world = await testGateway(store, { outsideFetch: outside.fetch });
  });
  afterAll(async () => {
    await world.stop();
    await outside.close();
  });
  beforeEach(async () => {
    acme = await world.newTenant(`acme ${tenants++}`);
    receiver = await webhookReceiver();
  });
  afterEach(async () => {
    const { data } = await made<Page<Webhook>>(acme.call("GET", "/v1/webhooks"));
    for (const { id } of data) await acme.call("DELETE", `/v1/webhooks/${id}`);
    await receiver.close();
  });

  const hook = (body: object = {}) =>
    made<WebhookWithSecret>(
      acme.call("POST", "/v1/webhooks", { url: receiver.url, events: ["line.updated"], ...body }),
    );
  /** Makes something happen: one event of the type line.updated. */
  const happen = (name = "Desk") => made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { name }));
  const settled = () => world.gateway.idle();
  const deliveries = async (id: string, query = "") =>
    (await made<Page<WebhookDelivery>>(acme.call("GET", `/v1/webhooks/${id}/deliveries?limit=200${query}`))).data;
  const get = (id: string) => made<Webhook>(acme.call("GET", `/v1/webhooks/${id}`));
  /** Moves the clock to the next try of any delivery. */
  async function nextTry(id: string): Promise<void> {
    const times = (await deliveries(id, "&status=pending")).map(({ nextAttemptAt }) => Date.parse(nextAttemptAt ?? ""));
    world.clock.advance(Math.max(0, Math.min(...times) - world.clock.now()));
    await settled();
  }
  const verify = (secret: string, { body, headers }: WebhookReceiver["received"][number]) => {
    // The library looks at the machine's clock, the gateway at one that stands still.
    vi.useFakeTimers({ toFake: ["Date"], now: world.clock.now() });
    try {
      return new Verifier(secret).verify(body, headers as Record<string, string>);
    } finally {
      vi.useRealTimers();
    }
  };

  test("an event is sent as it is on streams, signed so that the official library agrees", async () => {
    const { id, secret } = await hook();
    await happen("Süd ✓");
    await settled();
    expect(receiver.received).toHaveLength(1);
    const [one] = receiver.received;
    if (!one) throw new Error("nothing came");
    const page = await made<EventPage>(acme.call("GET", "/v1/events?types=line.updated"));
    expect(JSON.parse(one.body)).toEqual(page.data.at(-1));
    expect(one).toMatchObject({ id: page.data.at(-1)?.id, path: "/hooks", timestamp: world.clock.now() / 1000 });
    expect(one.headers).toMatchObject({ "content-type": "application/json" });
    expect(verify(secret, one)).toEqual(page.data.at(-1));
    expect(() => verify(secret, { ...one, body: `${one.body} ` })).toThrow("No matching signature");
    expect(await deliveries(id)).toMatchObject([
      {
        eventId: one.id,
        eventType: "line.updated",
        status: "delivered",
        attempts: 1,
        isReplay: false,
        nextAttemptAt: null,
        lastAttempt: { status: 204, error: null },
      },
    ]);
  });

  test("only what was asked for is sent, of this tenant alone, nothing personal, and nothing of before", async () => {
    await happen("before");
    await hook({ events: ["*"] });
    const other = await world.newTenant(`other ${tenants++}`);
    await made(other.call("PATCH", `/v1/lines/${other.line.id}`, { name: "Theirs" }));
    const opening = { lineId: acme.line.id, participants: ["+14255550123"] };
    const { id } = await made<{ id: string }>(acme.call("POST", "/v1/conversations", opening));
    await made(acme.users.owner.call("POST", `/v1/conversations/${id}/read`, { throughSequence: 0 }));
    await happen("after");
    await settled();
    const events = receiver.received.map(({ body }) => JSON.parse(body) as { type: string; tenantId: string });
    expect(events.map(({ type }) => type).sort()).toEqual(["conversation.created", "line.updated"]);
    expect(new Set(events.map(({ tenantId }) => tenantId))).toEqual(new Set([acme.tenant.id]));
  });

  test("two hundred events in a second are one delivery each", async () => {
    const { id } = await hook();
    await Promise.all(Array.from({ length: 200 }, (_, n) => happen(`Desk ${n}`)));
    await settled();
    const ids = receiver.received.map((one) => one.id);
    expect(ids).toHaveLength(200);
    expect(new Set(ids).size).toBe(200);
    const listed = await deliveries(id);
    expect(new Set(listed.map(({ eventId }) => eventId))).toEqual(new Set(ids));
    expect(listed.every(({ status, attempts }) => status === "delivered" && attempts === 1)).toBe(true);
  });

  test("a receiver that is down for 36 hours loses nothing: one id over all tries, at the times that are documented", async () => {
    const { id, secret } = await hook();
    receiver.answer = hangUp;
    const start = world.clock.now();
    for (let next = start; world.clock.now() < start + 36 * HOUR; ) {
      if (world.clock.now() >= next) {
        await happen(`Desk ${next}`);
        next = world.clock.now() + 3 * HOUR;
      }
      await settled();
      await nextTry(id);
    }
    const whileDown = receiver.received.length;
    receiver.answer = answering(200);
    await happen("at last");
    await settled();
    while ((await deliveries(id, "&status=pending")).length > 0) await nextTry(id);

    const page = await made<EventPage>(acme.call("GET", "/v1/events?types=line.updated&limit=200"));
    const happened = page.data.map((event) => event.id);
    expect(happened.length).toBeGreaterThan(3);
    const listed = await deliveries(id);
    expect(listed.map(({ eventId }) => eventId).sort()).toEqual([...happened].sort());
    expect(listed.every(({ status }) => status === "delivered")).toBe(true);
    expect(whileDown).toBeGreaterThan(happened.length);
    for (const event of page.data) {
      const tries = receiver.received.filter((one) => one.id === event.id);
      expect(tries.map(({ body }) => JSON.parse(body))).toEqual(tries.map(() => event));
      for (const [index, { timestamp }] of tries.entries()) {
        const before = tries[index - 1];
        const wait = RETRY_WAITS_MS[index - 1];
        if (!before || wait === undefined) continue;
        const waited = (timestamp - before.timestamp) * 1000;
        expect(Math.abs(waited - wait)).toBeLessThanOrEqual(wait * 0.1 + 1000); // timestamps are whole seconds
      }
    }
    expect(RETRY_WAITS_MS.map((ms) => ms / 1000)).toEqual([5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]);
    const last = receiver.received.at(-1);
    expect(last && verify(secret, { ...last, headers: last.headers })).toMatchObject({ type: "line.updated" });
    expect((await get(id)).failingSince).toBeNull();
  });

  test("after ten tries an event has failed, and a hook that does nothing but fail for five days is turned off, with notice", async () => {
    const { id } = await hook();
    receiver.answer = answering(500, {}, "out of order");
    await happen("first");
    await settled();
    const since = world.clock.now();
    while ((await deliveries(id, "&status=pending")).length > 0) await nextTry(id);
    expect(await deliveries(id)).toMatchObject([
      {
        status: "failed",
        attempts: 10,
        nextAttemptAt: null,
        lastAttempt: { status: 500, body: "out of order", error: "status" },
      },
    ]);
    expect(await get(id)).toMatchObject({ enabled: true, failingSince: new Date(since).toISOString() });

    world.clock.advance(since + 5 * 24 * HOUR - world.clock.now());
    await happen("second");
    await settled();
    const off = { enabled: false, disabled: { reason: "failing", at: new Date(world.clock.now()).toISOString() } };
    expect(await get(id)).toMatchObject(off);
    const { data } = await made<EventPage>(acme.call("GET", "/v1/events?types=webhook.disabled"));
    expect(data).toMatchObject([{ type: "webhook.disabled", data: { id, ...off } }]);
    expect(JSON.stringify(data)).not.toContain("whsec_");

    await happen("while it is off");
    const before = receiver.received.length;
    await nextTry(id);
    expect(receiver.received).toHaveLength(before);
    expect((await deliveries(id))[0]).toMatchObject({ status: "canceled", attempts: 1 });

    receiver.answer = answering(204);
    expect(await made(acme.call("PATCH", `/v1/webhooks/${id}`, { enabled: true }))).toMatchObject({
      enabled: true,
      failingSince: null,
    });
    await happen("on again");
    await settled();
    expect(receiver.received.slice(before).map(({ body }) => JSON.parse(body).data.name)).toEqual(["on again"]);
  });

  test("410 turns a hook off at once", async () => {
    const { id } = await hook();
    receiver.answer = answering(410);
    await happen();
    await settled();
    expect(await get(id)).toMatchObject({ enabled: false, disabled: { reason: "gone" } });
    expect(await deliveries(id)).toMatchObject([{ status: "failed", attempts: 1 }]);
    await happen();
    await settled();
    expect(receiver.received).toHaveLength(1);
  });

  test("a redirect is a failure, and nobody follows it", async () => {
    const elsewhere = await webhookReceiver();
    const { id } = await hook();
    for (const status of [301, 302, 307, 308]) {
      receiver.answer = answering(status, { location: elsewhere.url });
      await happen();
      await settled();
    }
    expect((await deliveries(id)).map(({ lastAttempt }) => lastAttempt?.status).sort()).toEqual([301, 302, 307, 308]);
    expect(elsewhere.received).toEqual([]);
    await elsewhere.close();
  });

  test("Retry-After of a 429 or 503 is honoured, and what follows waits as well", async () => {
    const { id } = await hook();
    receiver.answer = answering(503, { "retry-after": "600" });
    await happen("one");
    await settled();
    const [waiting] = await deliveries(id);
    expect(Date.parse(waiting?.nextAttemptAt ?? "") - world.clock.now()).toBe(600_000);
    receiver.answer = answering(204);
    await happen("two");
    await settled();
    expect(receiver.received).toHaveLength(1);
    world.clock.advance(600_000);
    await settled();
    expect(receiver.received.map(({ body }) => JSON.parse(body).data.name).sort()).toEqual(["one", "one", "two"]);
    expect((await deliveries(id)).every(({ status }) => status === "delivered")).toBe(true);
  });

  test("a receiver that never answers is given up after 15 seconds and holds up nobody else", async () => {
    const slow = await webhookReceiver();
    slow.answer = () => undefined;
    const stuck = await hook({ url: slow.url });
    const { id } = await hook();
    await happen();
    await vi.waitFor(() => expect(slow.received).toHaveLength(1));
    await vi.waitFor(async () => expect(await deliveries(id)).toHaveLength(1));
    await happen();
    await vi.waitFor(async () => expect(await deliveries(id)).toHaveLength(2));
    world.clock.advance(15_000);
    await vi.waitFor(() => expect(slow.received).toHaveLength(2)); // the next in line
    world.clock.advance(15_000);
    await vi.waitFor(async () =>
      expect(await deliveries(stuck.id)).toMatchObject([{ lastAttempt: { error: "timeout" } }, {}]),
    );
    await made(acme.call("DELETE", `/v1/webhooks/${stuck.id}`));
    await slow.close();
  });

  test("for a day after a rotation both secrets sign, and then the new one alone", async () => {
    const { id, secret } = await hook();
    const { secret: next } = await made<WebhookWithSecret>(acme.call("POST", `/v1/webhooks/${id}/rotate-secret`));
    await happen();
    await settled();
    const [both] = receiver.received;
    if (!both) throw new Error("nothing came");
    expect(String(both.headers["webhook-signature"]).split(" ")).toHaveLength(2);
    for (const one of [secret, next]) expect(verify(one, both)).toMatchObject({ type: "line.updated" });
    world.clock.advance(24 * HOUR);
    await happen();
    await settled();
    const alone = receiver.received[1];
    if (!alone) throw new Error("nothing came");
    expect(verify(next, alone)).toMatchObject({ type: "line.updated" });
    expect(() => verify(secret, alone)).toThrow("No matching signature");
    expect(await get(id)).toMatchObject({ formerSecretUntil: null });
  });

  test("a replay sends the events of a time once more, under the ids that they have", async () => {
    const { id } = await hook();
    for (const name of ["one", "two", "three"]) {
      world.clock.advance(60_000);
      await happen(name);
    }
    await settled();
    const first = receiver.received.map((one) => one.id);
    expect(first).toHaveLength(3);
    const [, two] = receiver.received;
    const from = JSON.parse(two?.body ?? "{}").timestamp as string;
    await made(acme.call("POST", `/v1/webhooks/${id}/replay`, { from, to: from }));
    await settled();
    expect(receiver.received.slice(3).map((one) => one.id)).toEqual([two?.id]);
    await made(acme.call("POST", `/v1/webhooks/${id}/replay`, { from: "2020-01-01T00:00:00Z" }));
    await settled();
    const names = receiver.received.slice(4).map(({ body }) => JSON.parse(body).data.name as string);
    expect(names.filter((name) => ["one", "two", "three"].includes(name)).sort()).toEqual(["one", "three", "two"]);
    const listed = await deliveries(id);
    expect(listed.filter(({ isReplay }) => isReplay)).toHaveLength(4);
    expect(listed.every(({ status }) => status === "delivered")).toBe(true);
  });

  test("a test is sent at once, is tried once, and says what came of it", async () => {
    const { id, secret } = await hook();
    const path = `/v1/webhooks/${id}/test`;
    const good = await made<WebhookTest>(acme.call("POST", path));
    expect(good).toMatchObject({ delivered: true, attempt: { status: 204, error: null } });
    const [one] = receiver.received;
    expect(one && verify(secret, one)).toMatchObject({
      id: good.eventId,
      type: "webhook.test",
      data: { webhookId: id },
    });
    receiver.answer = answering(400, {}, `\0${"é".repeat(5000)}`);
    const bad = await made<WebhookTest>(acme.call("POST", path));
    expect(bad).toMatchObject({ delivered: false, attempt: { status: 400, error: "status" } });
    expect(bad.attempt.body?.length).toBeLessThanOrEqual(1000);
    expect(bad.attempt.body).toContain("ééé");
    receiver.answer = hangUp;
    expect(await made(acme.call("POST", path))).toMatchObject({
      delivered: false,
      attempt: { status: null, error: "connection" },
    });
    expect((await deliveries(id)).map(({ status }) => status)).toEqual(["failed", "failed", "delivered"]);
  });

  test("a hook that is deleted while an event is on its way gets nothing more", async () => {
    const { id } = await hook();
    receiver.answer = hangUp;
    await happen();
    await settled();
    expect((await acme.call("DELETE", `/v1/webhooks/${id}`)).status).toBe(204);
    world.clock.advance(HOUR);
    await settled();
    expect(receiver.received).toHaveLength(1);
  });
});
