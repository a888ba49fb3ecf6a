import type { Conversation, EventPage, Message, MessageCheck, Page, Problem, Template } from "@trunkline/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type PlainCarrier, plainCarrier, webhook } from "./support/plain-carrier.ts";
import { eachStore } from "./support/stores.ts";
import { made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

const US = "+14255550101";
const CANADA = "+16045550123";
const BRITAIN = "+447700900123";
const SATELLITE = "+88213300655";

eachStore((store) => {
  let world: TestGateway;
  let acme: TestTenant;
  let carrier: PlainCarrier;
  let tenants = 0;
  let inbound = 0;

  beforeAll(async () => {
    world = await testGateway(store, { fetch: (input, init) => carrier.fetch(input, init) });
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    carrier = plainCarrier();
    acme = await world.newTenant(`acme ${tenants++}`);
  });
  afterEach(() => world.gateway.idle());

  const content = (to: string, more: object = {}) => ({ from: acme.line.number, to, text: "Hi", ...more });
  const send = (to: string, more?: object) => acme.call<Message>("POST", "/v1/messages", content(to, more));
  const check = (to: string, more?: object) =>
    made<MessageCheck>(acme.call("POST", "/v1/messages/check", content(to, more)));
  const set = (sending: object) => made(acme.call("PATCH", "/v1/tenant", { sending }));
  const write = async (from: string, text: string) => {
    const body = { id: `in_${inbound++}`, from, to: acme.line.number, text };
    expect((await webhook(world, acme, "messages", body)).status).toBeLessThan(300);
  };

  describe("what a check says is what a refusal says", () => {
    const cases: Record<string, { to?: string; more?: object; code: string; before?: () => Promise<unknown> }> = {
      "a number that opted out": { code: "opted_out", before: () => write(US, "STOP") },
      "a number that has not agreed": { code: "no_opt_in", before: () => set({ optInRequired: true }) },
      "a country that nobody has confirmed": { code: "country_not_confirmed", to: BRITAIN },
      "no number": { code: "invalid_number", to: "12" },
      "a sender's name": { code: "invalid_number", to: "ACME" },
      "a time that is past": { code: "invalid_input", more: { sendAt: "2020-01-01T00:00:00Z" } },
      "a template that is not there": {
        code: "not_found",
        more: { text: undefined, templateId: `tpl_${"0".repeat(26)}` },
      },
      "a line that cannot send": {
        code: "invalid_input",
        before: () => made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { capabilities: { sms: false } })),
      },
      "a cap that is reached": {
        code: "send_cap_reached",
        before: () => made(world.operator("PATCH", `/v1/tenants/${acme.tenant.id}`, { limits: { textsPerDay: 0 } })),
      },
    };
    for (const [name, { to = US, more = {}, code, before }] of Object.entries(cases)) {
      test(`for ${name}`, async () => {
        await before?.();
        const checked = await check(to, more);
        const refused = await acme.call<Problem>("POST", "/v1/messages", content(to, more));
        expect(checked).toMatchObject({ canSend: false, sendAfter: null });
        expect(checked.reasons[0]).toEqual({ code, message: refused.body.detail });
        expect(refused.body.code).toBe(code);
      });
    }

    test("for a template that lacks values, and into a conversation", async () => {
      const template = await made<Template>(acme.call("POST", "/v1/templates", { name: "T", text: "{{a}}" }));
      const words = { templateId: template.id };
      const opening = { lineId: acme.line.id, participants: [US] };
      const { id } = await made<Conversation>(acme.call("POST", "/v1/conversations", opening));
      const checked = await made<MessageCheck>(acme.call("POST", `/v1/conversations/${id}/check`, words));
      const refused = await acme.call<Problem>("POST", `/v1/conversations/${id}/messages`, words);
      expect(checked.reasons).toEqual([{ code: "missing_variables", message: refused.body.detail }]);
      expect(checked).toMatchObject({ canSend: false, encoding: null, segments: null });
    });

    test("several reasons at once, the weightiest first", async () => {
      await write(BRITAIN, "hello");
      await write(US, "STOP");
      await made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { capabilities: { sms: false } }));
      const { reasons } = await check(US, { sendAt: "2020-01-01T00:00:00Z" });
      expect(reasons.map(({ code }) => code)).toEqual(["invalid_input", "invalid_input", "opted_out"]);
    });
  });

  test("a check counts segments, takes no words at all, and makes nothing", async () => {
    expect(await check(US, { text: `${"x".repeat(159)}€` })).toEqual({
      canSend: true,
      reasons: [],
      encoding: "gsm7",
      segments: 2,
      sendAfter: null,
      timeZones: ["America/Los_Angeles"],
    });
    const sendAt = new Date(world.clock.now() + 60_000).toISOString();
    expect(await check(US, { text: undefined, sendAt })).toMatchObject({ encoding: null, sendAfter: sendAt });
    const { data } = await made<Page<Conversation>>(acme.call("GET", "/v1/conversations"));
    expect(data).toEqual([]);
  });

  test("a check shows a member neither lines nor conversations that they do not see", async () => {
    const { member } = acme.users; // assigned to no line
    expect(await member.call("POST", "/v1/messages/check", content(US))).toMatchObject({ status: 404 });
    const opening = { lineId: acme.line.id, participants: [US] };
    const { id } = await made<Conversation>(acme.call("POST", "/v1/conversations", opening));
    expect(await member.call("POST", `/v1/conversations/${id}/check`, {})).toMatchObject({ status: 404 });
    expect(await acme.users.viewer.call("POST", `/v1/conversations/${id}/check`, {})).toMatchObject({ status: 403 });
  });

  describe("a country", () => {
    test("of one of the business's own lines needs nobody's word", async () => {
      expect(await send(US)).toMatchObject({ status: 202 });
      expect(await send(CANADA)).toMatchObject({ status: 422, body: { code: "country_not_confirmed" } });
      const line = { name: "Toronto", carrierAccountId: acme.account.id, number: "+14165550123" };
      await made(acme.call("POST", "/v1/lines", line));
      expect(await send(CANADA)).toMatchObject({ status: 202 }); // from the American line, too
    });

    test("is confirmed by naming it, or all", async () => {
      await set({ countries: ["GB"] });
      expect((await send(BRITAIN)).status).toBe(202);
      expect((await send(SATELLITE)).status).toBe(422);
      await set({ countries: "all" });
      expect((await send(SATELLITE)).status).toBe(202);
    });

    test("from which somebody wrote may be answered", async () => {
      await write(BRITAIN, "Do you ship to London?");
      expect((await send(BRITAIN)).status).toBe(202);
      expect((await send("+447700900124")).status).toBe(422);
    });

    test("is none for short codes, which work in their own alone", async () => {
      expect((await send("12345")).status).toBe(202);
    });
  });

  test("a refused text to a new number leaves no conversation and no event, and its twins are none the worse", async () => {
    await write(US, "STOP");
    await world.gateway.idle();
    const before = await made<EventPage>(acme.call("GET", "/v1/events?limit=200"));
    const answers = await Promise.all([
      send("+447700900125"),
      send("+14255550177"),
      send("+447700900125"),
      send(US),
      send("+14255550177"),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([422, 202, 422, 422, 202]);
    const { data } = await made<Page<Conversation>>(acme.call("GET", "/v1/conversations"));
    expect(data.map(({ participants }) => participants[0]?.number).sort()).toEqual([US, "+14255550177"].sort());
    const after = await made<EventPage>(
      acme.call("GET", `/v1/events?limit=200&after=${encodeURIComponent(before.cursor)}`),
    );
    expect(JSON.stringify(after)).not.toContain("+447700900125");
    // What is left behind would keep the number's conversation from being made.
    await set({ countries: ["GB"] });
    expect((await send("+447700900125")).status).toBe(202);
  });

  test("a cap lets as many texts pass as it holds, however they come, and no STOP goes unanswered for it", async () => {
    await made(world.operator("PATCH", `/v1/tenants/${acme.tenant.id}`, { limits: { textsPerDay: 5 } }));
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => send(`+1425555011${n % 10}`)));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(5);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(7);
    expect(refused[0]?.body).toMatchObject({ code: "send_cap_reached" });
    expect(Number(refused[0]?.headers.get("retry-after"))).toBeGreaterThan(23 * 3600);
    await write("+14255550110", "STOP");
    await world.gateway.idle();
    expect(carrier.taken.filter(({ to }) => to === "+14255550110").length).toBeGreaterThan(0);
    const { data } = await made<Page<Conversation>>(acme.call("GET", "/v1/conversations?limit=200"));
    expect(data.length).toBeLessThanOrEqual(6);
  });

  test("a scheduled text fails when its recipient has opted out meanwhile, and people see why", async () => {
    const sendAt = new Date(world.clock.now() + 60 * 60_000).toISOString();
    const message = (await send(US, { sendAt })).body;
    await write(US, "stop");
    await world.gateway.idle();
    const before = carrier.taken.length; // the answer to it
    world.clock.advance(60 * 60_000);
    await world.gateway.idle();
    expect(carrier.taken).toHaveLength(before);
    expect(await made<Message>(acme.call("GET", `/v1/messages/${message.id}`))).toMatchObject({
      status: "failed",
      failure: { code: "opted_out", carrierCode: null, retryable: false },
    });
    const again = await acme.call("POST", `/v1/messages/${message.id}/retry`, {});
    expect(again).toMatchObject({ status: 422, body: { code: "opted_out" } });
    await write(US, "START");
    expect((await acme.call("POST", `/v1/messages/${message.id}/retry`, {})).status).toBe(202);
  });
});
