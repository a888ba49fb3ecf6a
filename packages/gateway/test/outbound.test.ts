import type { Conversation, EventPage, Message, MessageStatus } from "@trunkline/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { silentLogger } from "../src/logger.ts";
import { enqueue } from "../src/work/queue.ts";
import { type PlainCarrier, plainCarrier, webhook } from "./support/plain-carrier.ts";
import { eachStore } from "./support/stores.ts";
import { made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

eachStore((store) => {
  let carrier: PlainCarrier;
  let world: TestGateway;
  let acme: TestTenant;
  let conversation: Conversation;

  let tenants = 0;
  /** What the gateway has logged as going wrong. */
  const failures: object[] = [];

  beforeAll(async () => {
    const note = (fields: object, event: string) => failures.push({ ...fields, event });
    world = await testGateway(store, {
      fetch: (input, init) => carrier.fetch(input, init),
      logger: { ...silentLogger, error: note, warn: note },
    });
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    carrier = plainCarrier();
    failures.length = 0;
    acme = await world.newTenant(`acme ${tenants++}`);
    conversation = await open("+14255550101");
  });

  afterEach(() => world.gateway.idle());

  const open = (phone: string) =>
    made<Conversation>(acme.call("POST", "/v1/conversations", { lineId: acme.line.id, participants: [phone] }));
  const send = (text: string, into = conversation) =>
    made<Message>(acme.call("POST", `/v1/conversations/${into.id}/messages`, { text }));
  const read = ({ id }: Message) => made<Message>(acme.call("GET", `/v1/messages/${id}`));
  /** Every status that clients were told of, in order. */
  const told = async ({ id }: Message): Promise<(MessageStatus | null)[]> => {
    const { data } = await made<EventPage>(acme.call("GET", "/v1/events?limit=200&types=message.*"));
    return data.flatMap((event) => ("status" in event.data && event.data.id === id ? event.data.status : []));
  };
  const advance = async (ms: number) => {
    world.clock.advance(ms);
    await world.gateway.idle();
  };
  const receipt = (message: Message, status: string, more: object = {}) =>
    webhook(world, acme, "status", {
      id: carrier.taken.find(({ reference }) => reference === message.id)?.id,
      reference: message.id,
      status,
      errorCode: null,
      at: new Date(world.clock.now()).toISOString(),
      ...more,
    });

  describe("a carrier that refuses a text", () => {
    test("fails it with our word and the carrier's own code, and only once", async () => {
      carrier.script.push({ refuse: "landline" });
      const message = await send("Hello");
      await world.gateway.idle();
      expect(await read(message)).toMatchObject({
        status: "failed",
        failure: { code: "landline", carrierCode: "landline", retryable: false },
      });
      expect(carrier.taken).toEqual([]);
    });

    test("a failed text is sent again as a new message that names it", async () => {
      carrier.script.push({ refuse: "unreachable" });
      const failed = await send("Try me");
      await world.gateway.idle();
      const retry = await acme.call<Message>("POST", `/v1/messages/${failed.id}/retry`, { clientId: "again" });
      expect(retry).toMatchObject({
        status: 202,
        body: { text: "Try me", retryOf: failed.id, sequence: 2, clientId: "again", status: "queued" },
      });
      await world.gateway.idle();
      expect(await read(retry.body)).toMatchObject({ status: "sent" });
      expect(await read(failed)).toMatchObject({ status: "failed" });
      expect(await acme.call("POST", `/v1/messages/${retry.body.id}/retry`, {})).toMatchObject({
        status: 409,
        body: { code: "conflict" },
      });
    });

    test("a text is sent again once, however often and in however many calls at once it is asked", async () => {
      carrier.script.push({ refuse: "unreachable" });
      const failed = await send("Try me once");
      await world.gateway.idle();
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => acme.call<Message>("POST", `/v1/messages/${failed.id}/retry`, {})),
      );
      const [again, ...more] = answers.filter(({ status }) => status === 202);
      expect(more).toEqual([]);
      await world.gateway.idle();
      expect(await acme.call("POST", `/v1/messages/${failed.id}/retry`, {})).toMatchObject({
        status: 409,
        body: { code: "conflict", detail: `This text was sent again already, as ${again?.body.id}.` },
      });
    });

    test("wrong credentials fail the text and say so", async () => {
      carrier.isLookUpUp = false; // or they would have been refused at once
      await made(
        acme.call("PATCH", `/v1/carrier-accounts/${acme.account.id}`, {
          credentials: { baseUrl: "http://carrier.test", apiKey: "wrong", webhookSecret: "webhook-secret" },
        }),
      );
      const message = await send("Hello");
      await world.gateway.idle();
      expect(await read(message)).toMatchObject({ status: "failed", failure: { code: "carrier_credentials" } });
    });
  });

  describe("a carrier that does not take a text", () => {
    test.each(["busy", "down"] as const)("because it is %s gets it later, in order and once", async (answer) => {
      carrier.script.push(answer, answer);
      const first = await send("first");
      const second = await send("second");
      await world.gateway.idle();
      expect(carrier.taken).toEqual([]);
      expect((await read(first)).status).toBe("sending");
      await advance(2000);
      await advance(2000);
      expect(carrier.taken.map(({ text }) => text)).toEqual(["first", "second"]);
      expect(await told(first)).toEqual(["queued", "sending", "sent"]);
      expect((await read(second)).status).toBe("sent");
    });

    test("for a day fails it as unavailable", async () => {
      carrier.script.push(...Array<"down">(50).fill("down"));
      const message = await send("Hello");
      await world.gateway.idle();
      await advance(24 * 60 * 60_000);
      expect(await read(message)).toMatchObject({ status: "failed", failure: { code: "carrier_unavailable" } });
      expect(carrier.taken).toEqual([]);
    });
  });

  describe("a carrier whose words are none of ours", () => {
    const endless = Array.from({ length: 2000 }, (_, index) => (Math.imul(index, 2654435761) >>> 0).toString(36)).join(
      "",
    );

    test.each([
      ["NUL", "a\0b", "ab"],
      ["half a surrogate pair", "a\ud800b", "a\ufffdb"],
    ])("and whose id holds %s does not hold up the line", async (_, acceptAs, kept) => {
      carrier.script.push({ acceptAs });
      const odd = await send("odd");
      const next = await send("next");
      await world.gateway.idle();
      expect(await read(odd)).toMatchObject({ status: "sent", carrierMessageId: kept });
      expect((await read(next)).status).toBe("sent");
    });

    test("and whose id has no end is asked by our own reference", async () => {
      carrier.script.push({ acceptAs: endless });
      const odd = await send("odd");
      const next = await send("next");
      await world.gateway.idle();
      expect((await read(odd)).status).toBe("unknown");
      expect((await read(next)).status).toBe("sent");
      expect((await receipt(odd, "delivered", { id: "short" })).status).toBe(204);
      expect((await read(odd)).status).toBe("delivered");
      await advance(60_000);
      expect(carrier.taken).toHaveLength(2);
    });

    test.each(["constructor", "__proto__", `\0${endless}`])("refuses with a code like %.20j", async (code) => {
      carrier.script.push({ refuse: code });
      const refused = await send("Hello");
      const next = await send("next");
      await world.gateway.idle();
      const { status, failure } = await read(refused);
      expect({ status, code: failure?.code }).toEqual({ status: "failed", code: "carrier_refused" });
      expect(code.replace("\0", "")).toContain(failure?.carrierCode);
      expect(failure?.carrierCode?.length).toBeLessThanOrEqual(200);
      expect((await read(next)).status).toBe("sent");
    });

    test.each([302, 307])("answers %i and is not followed with text and key", async (redirect) => {
      carrier.script.push({ redirect });
      const message = await send("Hello");
      await world.gateway.idle();
      expect(await read(message)).toMatchObject({ status: "failed", failure: { code: "carrier_refused" } });
      expect(carrier.taken).toEqual([]);
    });
  });

  describe("a hand-over without an answer", () => {
    test("is looked up once, also when another node has queued the look-up before", async () => {
      carrier.script.push("lost");
      carrier.beforeAnswer = async ({ reference }) => {
        await world.database.tenant(acme.tenant.id, (tx) =>
          enqueue(
            tx,
            acme.tenant.id,
            [
              {
                id: `look_up:${reference}`,
                kind: "look_up",
                lane: acme.account.id,
                serial: reference,
                dueAt: new Date(world.clock.now() + 2000),
                payload: { messageId: reference, handedOverAt: world.clock.now() },
              },
            ],
            world.clock.now(),
          ),
        );
      };
      const message = await send("Lost, and recovered elsewhere");
      await world.gateway.idle();
      expect((await read(message)).status).toBe("unknown");
      await advance(2000);
      expect((await read(message)).status).toBe("sent");
      expect(await told(message)).toEqual(["queued", "sending", "unknown", "sent"]);
      expect(carrier.taken).toHaveLength(1);
      expect(failures).toEqual([]);
    });

    test("is unknown, holds nobody up, and is settled by a receipt", async () => {
      carrier.isLookUpUp = false;
      carrier.script.push("lost");
      const lost = await send("lost");
      const next = await send("next");
      await world.gateway.idle();
      expect((await read(lost)).status).toBe("unknown");
      expect((await read(next)).status).toBe("sent");
      expect((await receipt(lost, "delivered")).status).toBe(204);
      expect(await read(lost)).toMatchObject({ status: "delivered", carrierMessageId: carrier.taken[0]?.id });
      await advance(60_000);
      expect(carrier.taken.map(({ text }) => text)).toEqual(["lost", "next"]);
    });

    test("is settled by a look-up and never sent twice when the carrier has it", async () => {
      carrier.script.push("lost");
      const message = await send("lost");
      await world.gateway.idle();
      await advance(2000);
      expect(await told(message)).toEqual(["queued", "sending", "unknown", "sent"]);
      await advance(60_000);
      expect(carrier.taken).toHaveLength(1);
    });

    test("is handed over again once a look-up shows that the carrier lacks it, without moving back", async () => {
      carrier.script.push("error");
      const message = await send("vanished");
      await world.gateway.idle();
      await advance(2000);
      expect((await read(message)).status).toBe("unknown");
      expect(carrier.taken).toHaveLength(0);
      await advance(8000);
      expect(carrier.taken).toHaveLength(1);
      expect(await told(message)).toEqual(["queued", "sending", "unknown", "sent"]);
    });

    test("is looked up in time however often a crash cut its look-ups off", async () => {
      carrier.script.push("error");
      const message = await send("vanished");
      await world.gateway.idle();
      // As several holders leave it that were killed in the middle of it.
      await world.database.tenant(acme.tenant.id, (tx) =>
        tx
          .updateTable("work")
          .set({ attempts: 5, started_fence: 1 })
          .where("tenant_id", "=", acme.tenant.id)
          .where("kind", "=", "look_up")
          .execute(),
      );
      await advance(2000);
      await advance(1000);
      expect((await read(message)).status).toBe("unknown");
      await advance(7000);
      expect(await told(message)).toEqual(["queued", "sending", "unknown", "sent"]);
      expect(carrier.taken).toHaveLength(1);
    });

    test("that never comes to light fails after a day, and a person may send it again", async () => {
      carrier.isLookUpUp = false;
      carrier.script.push("lost");
      const message = await send("lost");
      await world.gateway.idle();
      for (let hour = 0; hour < 23; hour++) await advance(60 * 60_000);
      expect((await read(message)).status).toBe("unknown");
      await advance(60 * 60_000);
      expect(await read(message)).toMatchObject({ status: "failed", failure: { code: "outcome_unknown" } });
      expect(carrier.taken).toHaveLength(1);
      expect((await acme.call("POST", `/v1/messages/${message.id}/retry`, {})).status).toBe(202);
    });

    test("a carrier that hangs is given up on after a while", async () => {
      const hanging = Promise.withResolvers<void>();
      carrier.beforeAnswer = () => hanging.promise;
      const plain = carrier.fetch;
      Object.assign(carrier, {
        fetch: (input: RequestInfo | URL, init?: RequestInit) =>
          Promise.race([
            plain(input, init),
            new Promise<never>((_, reject) => {
              init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
            }),
          ]),
      });
      const message = await send("slow");
      await vi.waitFor(() => expect(carrier.taken).toHaveLength(1));
      await advance(15_000);
      expect(await told(message)).toEqual(["queued", "sending", "unknown", "sent"]);
      hanging.resolve();
      expect(carrier.taken).toHaveLength(1);
    });
  });

  describe("receipts", () => {
    test("that overtake the carrier's own answer are merged, with and without our reference", async () => {
      carrier.beforeAnswer = async ({ id, reference, text }) => {
        const named = text === "named" ? reference : null;
        const at = "2026-03-03T09:00:01.000Z";
        const answer = await webhook(world, acme, "status", {
          id,
          reference: named,
          status: "delivered",
          errorCode: null,
          at,
        });
        expect(answer.status).toBe(204);
      };
      const named = await send("named");
      const unnamed = await send("unnamed");
      await world.gateway.idle();
      for (const message of [named, unnamed]) {
        expect(await read(message)).toMatchObject({ status: "delivered", deliveredAt: "2026-03-03T09:00:01.000Z" });
      }
    });

    test("in any order, repeated and in parallel, end in one status and keep the error", async () => {
      const message = await send("Hello");
      await world.gateway.idle();
      const statuses = ["undelivered", "sent", "failed", "sent", "undelivered", "failed"];
      await Promise.all(
        statuses.map((status) => receipt(message, status, { errorCode: status === "sent" ? null : "30003" })),
      );
      expect(await read(message)).toMatchObject({ status: "undelivered", failure: { carrierCode: "30003" } });
      await receipt(message, "sent");
      expect((await read(message)).status).toBe("undelivered");
    });

    test("with a word that is not known keep it, and leave the status as it is", async () => {
      const message = await send("Hello");
      await world.gateway.idle();
      const before = await read(message);
      expect((await receipt(message, "teleported")).status).toBe(204);
      const after = await read(message);
      expect(after).toEqual({ ...before, carrierStatus: "teleported", updatedAt: after.updatedAt });
      expect((await receipt(message, "teleported")).status).toBe(204);
      expect(await read(message)).toEqual(after);
      expect(await told(message)).toEqual(["queued", "sending", "sent", "sent"]);
    });

    test.each(["+275760-09-13T00:00:00.000Z", "-000001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "soon"])(
      "that happened at %s happened when they came",
      async (at) => {
        const message = await send("Hello");
        await world.gateway.idle();
        expect((await receipt(message, "delivered", { at })).status).toBe(204);
        const { deliveredAt } = await read(message);
        expect(deliveredAt).toBe(new Date(world.clock.now()).toISOString());
      },
    );

    test.each(["__proto__", "toString"])(
      "with the code %s keep it and say that the carrier refused",
      async (errorCode) => {
        const message = await send("Hello");
        await world.gateway.idle();
        expect((await receipt(message, "failed", { errorCode })).status).toBe(204);
        expect(await read(message)).toMatchObject({
          status: "failed",
          failure: { code: "carrier_refused", carrierCode: errorCode },
        });
      },
    );

    test("of another account do not reach the text, though they name it", async () => {
      const other = await world.newTenant(`other ${tenants}`);
      const message = await send("Hello");
      await world.gateway.idle();
      const payload = { id: carrier.taken[0]?.id, reference: message.id, status: "failed", errorCode: "x", at: null };
      expect((await webhook(world, other, "status", payload)).status).toBe(204);
      const { body: twin } = await acme.call<{ id: string }>("POST", "/v1/carrier-accounts", {
        carrier: "sandbox",
        name: "Twin",
        credentials: { baseUrl: "http://carrier.test", apiKey: "api-key", webhookSecret: "webhook-secret" },
      });
      const account = { ...acme.account, id: twin.id as typeof acme.account.id };
      expect((await webhook(world, { account }, "status", payload)).status).toBe(204);
      expect((await read(message)).status).toBe("sent");
    });
  });

  test("a line with a rate sends no faster", async () => {
    await made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { sendRate: 2 }));
    for (const n of [1, 2, 3, 4, 5]) await send(`text ${n}`, await open(`+1425555011${n}`));
    await world.gateway.idle();
    expect(carrier.taken).toHaveLength(1);
    await advance(500);
    expect(carrier.taken).toHaveLength(2);
    for (let n = 0; n < 3; n++) await advance(500);
    expect(carrier.taken.map(({ text }) => text)).toEqual([1, 2, 3, 4, 5].map((n) => `text ${n}`));
  });

  test("texts of one conversation leave in the order in which they were accepted", async () => {
    const texts = Array.from({ length: 30 }, (_, n) => `text ${n}`);
    for (const text of texts) await send(text);
    await world.gateway.idle();
    expect(carrier.taken.map(({ text }) => text)).toEqual(texts);
  });
});
