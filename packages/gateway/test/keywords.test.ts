import type { Conversation, EventPage, Message, OptIn, Page, Tenant } from "@trunkline/protocol";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type PlainCarrier, plainCarrier, webhook } from "./support/plain-carrier.ts";
import { eachStore } from "./support/stores.ts";
import { made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

const PHONE = "+14255550101";
const MINUTE = 60_000;

eachStore((store) => {
  let carrier: PlainCarrier;
  let world: TestGateway;
  let acme: TestTenant;
  let tenants = 0;
  let texts = 0;

  beforeAll(async () => {
    carrier = plainCarrier();
    world = await testGateway(store, { fetch: carrier.fetch });
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    acme = await world.newTenant(`acme ${tenants++}`);
    carrier.taken.length = 0;
  });
  afterEach(() => world.gateway.idle()); // nothing of one test reaches the carrier in the next

  const says = async (text: string, more: { from?: string; to?: string | null; at?: string } = {}) => {
    const { from = PHONE, to = acme.line.number, at } = more;
    const answer = await webhook(world, acme, "messages", { id: `in_${texts++}`, from, to, text, media: [], at });
    expect(answer.status).toBe(204);
  };
  const settings = (sending: object) => made<Tenant>(acme.call("PATCH", "/v1/tenant", { sending }));
  const send = (text = "Sale!") =>
    acme.call<Message>("POST", "/v1/messages", { from: acme.line.number, to: PHONE, text });
  const thread = async () => {
    const { data } = await made<Page<Conversation>>(acme.call("GET", "/v1/conversations"));
    const [first] = data;
    if (!first) throw new Error("there is no conversation");
    return (await made<Page<Message>>(acme.call("GET", `/v1/conversations/${first.id}/messages?order=asc`))).data;
  };
  const answers = async () => {
    await world.gateway.idle();
    return carrier.taken.map(({ text }) => text);
  };
  const changes = async () => {
    const { data } = await made<EventPage>(acme.call("GET", "/v1/events?types=opt_in.changed&limit=200"));
    return data.map((one) => one.data as OptIn);
  };
  const ledger = async () => {
    const { rows } = await world.database.tenant(acme.tenant.id, (tx) =>
      sql<{ state: string; method: string; line_id: string; certain: boolean; wording: string }>`
        select state, method, line_id, certain, wording from opt_in_entries order by at, id`.execute(tx),
    );
    return rows;
  };

  describe("a STOP", () => {
    test("is in force when its webhook is answered: recorded, told, answered once, and nothing else leaves", async () => {
      await says("Stop.");
      expect(await send()).toMatchObject({ status: 422, body: { code: "opted_out" } });
      expect(await ledger()).toEqual([
        { state: "opted_out", method: "keyword", line_id: "", certain: true, wording: "Stop." },
      ]);
      expect(await changes()).toMatchObject([{ number: PHONE, lineId: null, state: "opted_out", needsReview: false }]);
      expect(await answers()).toEqual([expect.stringContaining("unsubscribed")]);
      const [, answer] = await thread();
      expect(answer).toMatchObject({ direction: "outbound", status: "sent", author: { kind: "system" } });
      expect(answer?.text).toContain(acme.tenant.name);
    });

    test("that is repeated, in any way and at once, is on record, changes nothing and is not answered again", async () => {
      await Promise.all([says("STOP"), says("stop"), says("Unsubscribe"), says("STOPALL")]);
      world.clock.advance(10 * MINUTE);
      await says("stop");
      expect(await ledger()).toHaveLength(5);
      expect(await answers()).toHaveLength(1);
      expect(await changes()).toHaveLength(1);
    });

    test("reaches all lines, or the one that it was sent to, as the tenant has it", async () => {
      const other = await made<{ id: string; number: string }>(
        acme.call("POST", "/v1/lines", { name: "Other", carrierAccountId: acme.account.id, number: "+12065550197" }),
      );
      const fromOther = (to: string) => acme.call("POST", "/v1/messages", { from: other.number, to, text: "Hi" });
      await says("stop");
      expect(await fromOther(PHONE)).toMatchObject({ status: 422, body: { code: "opted_out" } });
      await settings({ optOutScope: "line" });
      await says("stop", { from: "+14255550102" });
      expect(await fromOther("+14255550102")).toMatchObject({ status: 202 });
      expect((await changes()).map(({ lineId }) => lineId)).toEqual([null, acme.line.id]);
      await says("stop", { from: "+14255550102", to: other.number });
      expect(await fromOther("+14255550102")).toMatchObject({ status: 422, body: { code: "opted_out" } });
    });

    test("is lifted by START, whatever scope it had, and START is answered", async () => {
      await settings({ optOutScope: "line" });
      await says("stop");
      await settings({ optOutScope: "tenant" });
      await says("stop"); // out on this line, not yet on all
      world.clock.advance(MINUTE);
      await says("start");
      expect(await send()).toMatchObject({ status: 202 });
      expect((await ledger()).map(({ state, line_id }) => [state, line_id])).toEqual([
        ["opted_out", acme.line.id],
        ["opted_out", ""],
        ["opted_in", ""],
        ["opted_in", acme.line.id],
      ]);
      expect((await answers()).filter((text) => text.includes("You will get texts"))).toHaveLength(1);
    });

    test("is not lifted by a START that was sent before it and comes late", async () => {
      await says("STOP", { at: "2026-11-01T10:00:02Z" });
      await says("START", { at: "2026-11-01T10:00:01Z" });
      expect(await send()).toMatchObject({ status: 422, body: { code: "opted_out" } });
      expect(await answers()).toHaveLength(1);
      await says("START", { at: "2026-11-01T10:00:03Z" });
      expect((await send()).status).toBe(202);
    });

    test("that is repeated is not lifted by a START from between that comes late", async () => {
      await says("STOP", { at: "2026-11-01T10:00:01Z" });
      await says("STOP", { at: "2026-11-01T10:00:03Z" });
      await says("START", { at: "2026-11-01T10:00:02Z" });
      expect(await send()).toMatchObject({ status: 422, body: { code: "opted_out" } });
      expect(await changes()).toHaveLength(1);
      await says("START", { at: "2026-11-01T10:00:04Z" });
      expect((await send()).status).toBe(202);
    });

    test("and a START of the same millisecond count in the order in which they came", async () => {
      for (const word of ["stop", "start", "stop", "start"]) await says(word);
      expect(await send()).toMatchObject({ status: 202 });
      expect(await answers()).toHaveLength(3); // one for each kind of keyword in five minutes, and ours
    });
  });

  describe("plain words", () => {
    test("that ask for no more texts block at once, ask for a person's look, and are not answered", async () => {
      await says("please stop texting me");
      expect(await send()).toMatchObject({ status: 422, body: { code: "opted_out" } });
      expect(await changes()).toMatchObject([{ state: "opted_out", method: "phrase", needsReview: true }]);
      expect(await ledger()).toMatchObject([{ certain: false, wording: "please stop texting me" }]);
      expect(await answers()).toEqual([]);
    });

    test("that may be a joke wait for a person's look, and are never certain", async () => {
      await says("Stop it, you're too funny");
      expect(await changes()).toMatchObject([{ state: "opted_out", method: "phrase", needsReview: true }]);
      expect(await ledger()).toMatchObject([{ certain: false }]);
    });

    test("become certain with a STOP, which is answered", async () => {
      await says("please stop texting me");
      await says("STOP");
      expect((await changes()).at(-1)).toMatchObject({ state: "opted_out", method: "keyword", needsReview: false });
      expect(await answers()).toHaveLength(1);
    });

    test("in an ordinary sentence are an ordinary text", async () => {
      await says("Can you stop by at five?");
      expect(await ledger()).toEqual([]);
      expect(await send()).toMatchObject({ status: 202 });
    });
  });

  describe("answers", () => {
    test("to HELP come once in five minutes, in the language of the word, and change nothing", async () => {
      await says("HELP");
      await says("info");
      world.clock.advance(5 * MINUTE);
      await says("Help!");
      await world.gateway.idle(); // one of another conversation may overtake it
      await says("AIDE", { from: "+33639980012" });
      expect(await answers()).toEqual([
        expect.stringContaining("Reply STOP"),
        expect.stringContaining("Reply STOP"),
        expect.stringContaining("Répondez STOP"),
      ]);
      expect(await ledger()).toEqual([]);
    });

    test("are worded by the business, left out, or left to the carrier", async () => {
      await settings({ answers: { help: { text: "{{business}}: call 555-0100" }, optOut: "none" } });
      await says("HELP");
      await says("STOP");
      expect(await answers()).toEqual([`${acme.tenant.name}: call 555-0100`]);
      await made(acme.call("PATCH", `/v1/carrier-accounts/${acme.account.id}`, { keywordAnswers: "carrier" }));
      world.clock.advance(10 * MINUTE);
      await says("HELP");
      await says("START");
      expect(await answers()).toHaveLength(1);
      expect(await send()).toMatchObject({ status: 202 });
    });

    test("never come from a line that cannot send, nor go to what is no telephone", async () => {
      await says("STOP", { from: "72345" });
      await made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { capabilities: { sms: false } }));
      await says("STOP");
      await says("HELP", { from: "+14255550102" });
      expect(await answers()).toEqual([]);
      expect(await ledger()).toHaveLength(2);
    });
  });

  test("YES agrees only where somebody was asked", async () => {
    await says("Yes");
    expect(await ledger()).toEqual([]);
  });
});
