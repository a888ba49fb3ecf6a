import type { Conversation, EventPage, Message, Page, Template } from "@trunkline/protocol";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type PlainCarrier, plainCarrier } from "./support/plain-carrier.ts";
import { eachStore, POSTGRES } from "./support/stores.ts";
import { made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

eachStore((store) => {
  let world: TestGateway;
  let acme: TestTenant;
  let carrier: PlainCarrier;
  let conversation: Conversation;
  let tenants = 0;

  beforeAll(async () => {
    world = await testGateway(store, { fetch: (input, init) => carrier.fetch(input, init) });
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    carrier = plainCarrier();
    acme = await world.newTenant(`acme ${tenants++}`);
    const opening = { lineId: acme.line.id, participants: ["+14255550101"] };
    conversation = await made(acme.call("POST", "/v1/conversations", opening));
  });
  afterEach(() => world.gateway.idle());

  const path = () => `/v1/conversations/${conversation.id}/messages`;
  const send = (body: object) => made<Message>(acme.call("POST", path(), body));
  const read = ({ id }: Message) => made<Message>(acme.call("GET", `/v1/messages/${id}`));
  const cancel = ({ id }: Message) => acme.call<Message>("POST", `/v1/messages/${id}/cancel`);
  const later = (ms: number) => new Date(world.clock.now() + ms).toISOString();
  const advance = async (ms: number) => {
    world.clock.advance(ms);
    await world.gateway.idle();
  };
  const told = async ({ id }: Message) => {
    const { data } = await made<EventPage>(acme.call("GET", "/v1/events?limit=200&types=message.*"));
    return data.flatMap((event) => ("status" in event.data && event.data.id === id ? [event.data.status] : []));
  };

  describe("a scheduled text", () => {
    test("waits in its thread, and leaves when its time has come", async () => {
      const message = await send({ text: "Good morning", sendAt: later(2 * HOUR), clientId: "c1" });
      expect(message).toMatchObject({ status: "scheduled", sendAt: later(2 * HOUR), held: null, clientId: "c1" });
      await advance(2 * HOUR - 1);
      expect(carrier.taken).toEqual([]);
      await advance(1);
      expect(carrier.taken.map(({ reference }) => reference)).toEqual([message.id]);
      expect(await read(message)).toMatchObject({ status: "sent", sendAt: message.sendAt });
      expect(await told(message)).toEqual(["scheduled", "sending", "sent"]);
    });

    test("lets what is said meanwhile pass", async () => {
      await send({ text: "Later", sendAt: later(HOUR) });
      await send({ text: "Now" });
      await world.gateway.idle();
      expect(carrier.taken.map(({ text }) => text)).toEqual(["Now"]);
      await advance(HOUR);
      expect(carrier.taken.map(({ text }) => text)).toEqual(["Now", "Later"]);
    });

    test("can be given by the clock on a wall, whose changes are defined", async () => {
      const at = async (local: string) => {
        const message = await send({ text: "Hi", sendAt: { local, timeZone: "America/New_York" } });
        await made(cancel(message));
        return message.sendAt;
      };
      expect(await at("2026-03-07T09:30")).toBe("2026-03-07T14:30:00.000Z");
      expect(await at("2026-03-08T02:30")).toBe("2026-03-08T07:30:00.000Z"); // left out: moves on by the gap
      expect(await at("2026-11-01T01:30")).toBe("2026-11-01T05:30:00.000Z"); // comes twice: the first
    });

    test.each([
      ["the past", () => later(-1), "later than now"],
      ["this very moment", () => later(0), "later than now"],
      ["more than a year ahead", () => later(366 * DAY + 1), "within a year"],
      ["a day that does not exist", () => ({ local: "2026-02-30T09:00", timeZone: "UTC" }), "local time"],
    ])("at %s is refused with what to do", async (_name, sendAt, message) => {
      const answer = await acme.call("POST", path(), { text: "Hi", sendAt: sendAt() });
      expect(answer).toMatchObject({
        status: 422,
        body: { code: "invalid_input", issues: [{ path: ["sendAt"], message: expect.stringContaining(message) }] },
      });
    });

    test("has a day of tries from its own time on, like any other", async () => {
      const message = await send({ text: "Hi", sendAt: later(3 * DAY) });
      carrier.script.push("down");
      await advance(3 * DAY);
      expect(await read(message)).toMatchObject({ status: "sending" });
      await advance(2000);
      expect(await read(message)).toMatchObject({ status: "sent" });
    });

    test("that a repeated Idempotency-Key asks for again is one text", async () => {
      const body = { text: "Once", sendAt: later(HOUR) };
      const key = { "idempotency-key": "k" };
      const answers = await Promise.all(Array.from({ length: 5 }, () => acme.call<Message>("POST", path(), body, key)));
      expect(new Set(answers.map(({ body: { id } }) => id)).size).toBe(1);
      await advance(HOUR);
      expect(carrier.taken).toHaveLength(1);
    });
  });

  describe("a text that is taken back", () => {
    test("before its time never leaves, and says so once", async () => {
      const message = await send({ text: "Oops", sendAt: later(HOUR) });
      const answers = await Promise.all(Array.from({ length: 32 }, () => cancel(message)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
      expect(answers[0]?.body).toMatchObject({ status: "canceled", failure: null, held: null });
      expect(await told(message)).toEqual(["scheduled", "canceled"]);
      await advance(DAY);
      expect(carrier.taken).toEqual([]);
      const left = sql`select from work where id = ${message.id}`;
      expect((await world.database.tenant(acme.tenant.id, (tx) => left.execute(tx))).rows).toEqual([]);
    });

    test("tells who did it", async () => {
      const message = await send({ text: "Oops", sendAt: later(HOUR) });
      await made(acme.users.member.call("POST", `/v1/messages/${message.id}/cancel`)).catch(() => undefined);
      await made(acme.users.owner.call("POST", `/v1/messages/${message.id}/cancel`));
      const { data } = await made<EventPage>(acme.call("GET", "/v1/events?limit=200&types=message.updated"));
      expect(data.map(({ actor }) => actor)).toEqual([{ kind: "user", id: acme.users.owner.id }]);
    });

    test("may be one that the carrier did not take and that waits for its next try", async () => {
      carrier.script.push("down");
      const message = await send({ text: "Oops" });
      await world.gateway.idle();
      expect(await read(message)).toMatchObject({ status: "sending" });
      expect(await cancel(message)).toMatchObject({ status: 200, body: { status: "canceled" } });
      await advance(HOUR);
      expect(carrier.taken).toEqual([]);
    });

    test("too late stays what it is", async () => {
      const message = await send({ text: "Gone" });
      await world.gateway.idle();
      expect(await cancel(message)).toMatchObject({ status: 409, body: { code: "conflict" } });
      expect(await read(message)).toMatchObject({ status: "sent" });
    });

    test("can be sent again as it was", async () => {
      const message = await send({ text: "After all", metadata: { order: "7" }, sendAt: later(HOUR) });
      await made(cancel(message));
      const again = await made<Message>(acme.call("POST", `/v1/messages/${message.id}/retry`, {}));
      expect(again).toMatchObject({ text: "After all", metadata: { order: "7" }, retryOf: message.id, sendAt: null });
      await world.gateway.idle();
      expect(carrier.taken.map(({ reference }) => reference)).toEqual([again.id]);
    });
  });

  describe("words of a template", () => {
    const template = (body: object) => made<Template>(acme.call("POST", "/v1/templates", { name: "T", ...body }));

    test("are rendered when the text is accepted, and stay so", async () => {
      const { id } = await template({
        text: "Hi {{name|there}}, order {{order}} is ready",
        locale: "en",
        variants: [{ locale: "es", text: "Hola {{name|}}: {{order}} €5" }],
      });
      const sendAt = later(HOUR);
      const english = await send({ templateId: id, variables: { order: "{{name}}" }, sendAt });
      expect(english).toMatchObject({ text: "Hi there, order {{name}} is ready", templateId: id, segments: 1 });
      const spanish = await send({ templateId: id, variables: { order: "7" }, locale: "es-MX" });
      expect(spanish).toMatchObject({ text: "Hola : 7 €5", encoding: "gsm7", segments: 1 });
      await made(acme.call("PATCH", `/v1/templates/${id}`, { text: "Changed" }));
      await made(acme.call("DELETE", `/v1/templates/${id}`));
      await advance(HOUR);
      expect(carrier.taken.map(({ text }) => text)).toEqual([spanish.text, english.text]);
    });

    test("that lack values are refused, and the values named", async () => {
      const { id } = await template({ text: "{{a}} {{b|b}} {{c}}" });
      expect(await acme.call("POST", path(), { templateId: id, variables: { b: "x" } })).toMatchObject({
        status: 422,
        body: {
          code: "missing_variables",
          detail: expect.stringContaining("a, c"),
          issues: [{ path: ["variables", "a"] }, { path: ["variables", "c"] }],
        },
      });
    });

    test("that grow too long with their values, say nothing, or are not there are refused", async () => {
      const long = await template({ text: "{{a}}{{a}}{{a}}{{a}}" });
      const variables = { a: "x".repeat(500) };
      const answer = await acme.call("POST", path(), { templateId: long.id, variables });
      expect(answer).toMatchObject({ status: 422, body: { code: "too_long" } });
      const blank = await template({ text: "{{a}}" });
      expect((await acme.call("POST", path(), { templateId: blank.id, variables: { a: " " } })).status).toBe(422);
      const missing = await acme.call("POST", path(), { templateId: `tpl_${"0".repeat(26)}` });
      expect(missing).toMatchObject({ status: 404, body: { issues: [{ path: ["templateId"] }] } });
    });

    test("come alone: neither both of words and template nor neither, and no values without one", async () => {
      const { id } = await template({ text: "Hello" });
      const bodies = [{}, { text: "a", templateId: id }, { text: "a", variables: {} }, { text: "a", locale: "es" }];
      for (const body of bodies) expect((await acme.call("POST", path(), body)).status).toBe(422);
    });
  });

  test("every outbound text says what it costs; inbound ones and what was never sent do not count for it", async () => {
    expect(await send({ text: "x".repeat(161) })).toMatchObject({ encoding: "gsm7", segments: 2 });
    expect(await send({ text: "“Hi”" })).toMatchObject({ encoding: "ucs2", segments: 1 });
    const [last, first] = (await made<Page<Message>>(acme.call("GET", path()))).data;
    expect([first?.segments, last?.encoding]).toEqual([2, "ucs2"]);
  });
});

describe("a text that is taken back while it is taken up, on PostgreSQL", () => {
  let world: TestGateway;
  let carrier: PlainCarrier;
  beforeAll(async () => {
    world = await testGateway(POSTGRES, { fetch: (input, init) => carrier.fetch(input, init) });
  });
  afterAll(() => world.stop());

  async function scheduled(name: string) {
    carrier = plainCarrier();
    const acme = await world.newTenant(name);
    const body = { from: acme.line.number, to: "+14255550101", text: "Hi", sendAt: soon() };
    const message = await made<Message>(acme.call("POST", "/v1/messages", body));
    const read = () => made<Message>(acme.call("GET", `/v1/messages/${message.id}`));
    const cancel = () => acme.call<Message>("POST", `/v1/messages/${message.id}/cancel`);
    /** Holds a row until it is let go, as a transaction that is in its way does. */
    const hold = async (statement: ReturnType<typeof sql>) => {
      const held = Promise.withResolvers<void>();
      const over = Promise.withResolvers<void>();
      const done = world.database.tenant(acme.tenant.id, async (tx) => {
        await statement.execute(tx);
        held.resolve();
        await over.promise;
      });
      await held.promise;
      return async () => {
        over.resolve();
        await done;
      };
    };
    return { message, read, cancel, hold };
  }
  const soon = () => new Date(world.clock.now() + HOUR).toISOString();
  /** Resolves when as many transactions wait for a lock. */
  const waiting = async (count: number) => {
    for (;;) {
      const { rows } = await world.database.system((tx) =>
        sql<{ n: number }>`select count(distinct pid)::int as n from pg_locks join pg_stat_activity using (pid)
          where datname = current_database() and not granted`.execute(tx),
      );
      if (rows[0]?.n === count) return;
    }
  };

  test("the one who cancels comes first: it never leaves", async () => {
    const { message, read, cancel, hold } = await scheduled("cancel first");
    // The text is held, so that both wait for it: first the one who cancels, then the one who takes it.
    const letGo = await hold(sql`select from messages where id = ${message.id} for update`);
    const canceling = cancel();
    await waiting(1);
    world.clock.advance(HOUR);
    await waiting(2);
    await letGo();
    expect(await canceling).toMatchObject({ status: 200, body: { status: "canceled" } });
    await world.gateway.idle();
    expect(await read()).toMatchObject({ status: "canceled" });
    expect(carrier.taken).toEqual([]);
  });

  test("the one who hands over comes first: it is too late", async () => {
    const { message, read, cancel, hold } = await scheduled("take first");
    // Its work is held: whoever takes it has marked the text as begun, and waits to mark its work.
    const letGo = await hold(sql`select from work where id = ${message.id} for update`);
    world.clock.advance(HOUR);
    await waiting(1);
    const canceling = cancel();
    await waiting(2);
    await letGo();
    expect(await canceling).toMatchObject({ status: 409 });
    await world.gateway.idle();
    expect(await read()).toMatchObject({ status: "sent" });
    expect(carrier.taken).toHaveLength(1);
  });
});
