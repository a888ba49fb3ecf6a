import type { Conversation, Message, Page } from "@trunkline/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { plainCarrier } from "./support/plain-carrier.ts";
import { eachStore } from "./support/stores.ts";
import { made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

eachStore((store) => {
  let world: TestGateway;
  let acme: TestTenant;
  let conversation: Conversation;
  let tenants = 0;

  beforeAll(async () => {
    world = await testGateway(store, { fetch: plainCarrier().fetch });
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    acme = await world.newTenant(`acme ${tenants++}`);
    conversation = await made(acme.call("POST", "/v1/conversations", openBody("+14255550101")));
  });

  const openBody = (phone: string) => ({ lineId: acme.line.id, participants: [phone] });
  const path = () => `/v1/conversations/${conversation.id}/messages`;
  const send = (body: object, key?: string) =>
    acme.call<Message>("POST", path(), body, key ? { "idempotency-key": key } : {});
  const stored = async () => (await made<Page<Message>>(acme.call("GET", `${path()}?limit=200&order=asc`))).data;

  test("opening a conversation 32 times at once makes one", async () => {
    const answers = await Promise.all(
      Array.from({ length: 32 }, (_, n) =>
        acme.call<Conversation>("POST", "/v1/conversations", openBody(n % 2 ? "+14255550102" : "(425) 555-0102")),
      ),
    );
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.map(({ status }) => status).filter((status) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(31);
  });

  describe("an Idempotency-Key", () => {
    test("used five times at once gives one message and five equal answers", async () => {
      const answers = await Promise.all(Array.from({ length: 5 }, () => send({ text: "Once" }, "k1")));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
      expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
      expect(answers.filter(({ headers }) => headers.get("idempotency-replayed") === "true")).toHaveLength(4);
      expect(await stored()).toHaveLength(1);
    });

    test("with another body is refused, beside its twin or after it", async () => {
      const answers = await Promise.all(["One", "One", "Two"].map((text) => send({ text }, "k1")));
      const accepted = answers.filter(({ status }) => status === 202);
      const refused = answers.filter(({ status }) => status === 422);
      expect(new Set(accepted.map(({ body }) => body.id)).size).toBe(1); // whichever came first, the other is refused
      expect([accepted.length, refused.length].sort()).toEqual([1, 2]);
      expect(await send({ text: "Three" }, "k1")).toMatchObject({
        status: 422,
        body: { code: "idempotency_key_reused" },
      });
      expect(await stored()).toHaveLength(1);
    });

    test("of a refused send is free again", async () => {
      await made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { capabilities: { sms: false } }));
      expect(await send({ text: "Hello" }, "k1")).toMatchObject({ status: 422 });
      await made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { capabilities: { sms: true } }));
      expect(await send({ text: "Hello" }, "k1")).toMatchObject({ status: 202 });
    });

    test("answers for a day, and then stands for a new request", async () => {
      const first = await send({ text: "Hello" }, "k1");
      world.clock.advance(24 * 60 * 60_000 - 1);
      expect((await send({ text: "Hello" }, "k1")).body.id).toBe(first.body.id);
      world.clock.advance(1);
      const later = await send({ text: "Hello" }, "k1");
      expect(later).toMatchObject({ status: 202 });
      expect(later.body.id).not.toBe(first.body.id);
    });
  });

  test("texts that are accepted together keep their order, and one that is refused sinks none", async () => {
    const missing = "/v1/conversations/conv_00000000000000000000000000/messages";
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        n % 10 === 3
          ? acme.call<Message>("POST", missing, { text: "nowhere" })
          : send({ text: `text ${n}`, clientId: `c${n}` }, n % 2 ? `k${n}` : undefined),
      ),
    );
    expect(answers.filter(({ status }) => status === 404)).toHaveLength(6);
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(54);
    const all = await stored();
    expect(all.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 54 }, (_, n) => n + 1));
    expect(new Set(all.map(({ clientId }) => clientId)).size).toBe(54);
    const { body } = await acme.call<Conversation>("GET", `/v1/conversations/${conversation.id}`);
    expect(body).toMatchObject({ sequence: 54, lastMessage: { id: all.at(-1)?.id } });
  });

  test("a text to a number opens its conversation, however often and at once", async () => {
    const answers = await Promise.all(
      ["+14255550103", "425-555-0103", "+1 (425) 555 0103"].map((to) =>
        acme.call<Message>("POST", "/v1/messages", { from: acme.line.number, to, text: "Hi" }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(new Set(answers.map(({ body }) => body.conversationId)).size).toBe(1);
    expect(answers.map(({ body }) => body.sequence).sort()).toEqual([1, 2, 3]);
  });

  test.each([
    ["a number that cannot be", { to: "+1 425" }, 422, "invalid_number"],
    ["a name", { to: "ACME" }, 422, "invalid_number"],
    ["from a number that is no line", { from: "+12065550000" }, 404, "not_found"],
    ["from a line to itself", { to: "self" }, 422, "invalid_number"],
  ])("a text to %s is refused and opens nothing", async (_, change, status, code) => {
    const body = { from: acme.line.number, to: "+14255550104", text: "Hi", ...change };
    const answer = await acme.call(
      "POST",
      "/v1/messages",
      body.to === "self" ? { ...body, to: acme.line.number } : body,
    );
    expect(answer).toMatchObject({ status, body: { code } });
    expect((await made<Page<Conversation>>(acme.call("GET", "/v1/conversations"))).data).toHaveLength(1);
  });

  test("authors are named as they were when they wrote", async () => {
    const { owner } = acme.users;
    const byUser = await made<Message>(owner.call("POST", path(), { text: "By a person" }));
    expect(byUser.author).toEqual({ kind: "user", id: owner.id, name: "The owner" });
    await made(acme.call("PATCH", `/v1/users/${owner.id}`, { name: "Renamed" }));
    expect((await made<Message>(acme.call("GET", `/v1/messages/${byUser.id}`))).author.name).toBe("The owner");
    expect((await made<Message>(send({ text: "By a key" }))).author).toMatchObject({ kind: "api", name: "server" });
  });
});
