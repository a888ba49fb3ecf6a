import type { Conversation, EventPage, Line, Message, Page } from "@trunkline/protocol";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { plainCarrier, webhook } from "./support/plain-carrier.ts";
import { eachStore } from "./support/stores.ts";
import { made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

eachStore((store) => {
  let world: TestGateway;
  let acme: TestTenant;
  let tenants = 0;

  beforeAll(async () => {
    world = await testGateway(store, { fetch: plainCarrier().fetch });
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    acme = await world.newTenant(`acme ${tenants++}`);
  });

  const inbound = (more: object = {}) => ({
    id: "in_1",
    from: "+14255550101",
    to: acme.line.number,
    text: "Hello",
    media: [],
    at: new Date(world.clock.now()).toISOString(),
    ...more,
  });
  const conversations = async () => (await made<Page<Conversation>>(acme.call("GET", "/v1/conversations"))).data;
  const messages = async ({ id }: Conversation) =>
    (await made<Page<Message>>(acme.call("GET", `/v1/conversations/${id}/messages?order=asc`))).data;

  test("a text that is delivered five times at once is stored once, and every delivery is answered", async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => webhook(world, acme, "messages", inbound())));
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204, 204]);
    const [conversation, ...others] = await conversations();
    expect(others).toEqual([]);
    expect(conversation).toMatchObject({ sequence: 1, lastMessage: { text: "Hello" } });
    const { data } = await made<EventPage>(acme.call("GET", "/v1/events?types=message.created,conversation.*"));
    expect(data.map(({ type }) => type)).toEqual(["conversation.created", "message.created"]);
  });

  test("two first texts of a new number at once begin one conversation", async () => {
    const [first, second] = await Promise.all([
      webhook(world, acme, "messages", inbound({ id: "a", text: "one" })),
      webhook(world, acme, "messages", inbound({ id: "b", text: "two" })),
    ]);
    expect([first?.status, second?.status]).toEqual([204, 204]);
    const [conversation, ...others] = await conversations();
    expect(others).toEqual([]);
    const stored = conversation ? await messages(conversation) : [];
    expect(stored.map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect(new Set(stored.map(({ text }) => text))).toEqual(new Set(["one", "two"]));
  });

  test("texts that come together are stored in their order, and a forged one among them sinks none", async () => {
    const other = await made<Line>(
      acme.call("POST", "/v1/lines", { name: "Other", carrierAccountId: acme.account.id, number: "+12065550198" }),
    );
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        webhook(
          world,
          acme,
          "messages",
          inbound({ id: `in_${n % 30}`, from: `+1425555011${n % 3}`, to: n % 2 ? other.number : acme.line.number }),
          n % 10 === 7 ? { secret: "guessed" } : {},
        ),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(
      Array.from({ length: 40 }, (_, n) => (n % 10 === 7 ? 401 : 204)),
    );
    const found = await conversations();
    expect(found).toHaveLength(6);
    const stored = (await Promise.all(found.map(messages))).flat();
    expect(new Set(stored.map(({ carrierMessageId }) => carrierMessageId)).size).toBe(27);
    expect(stored).toHaveLength(27);
    for (const conversation of found) {
      const sequences = (await messages(conversation)).map(({ sequence }) => sequence);
      expect(sequences).toEqual(sequences.map((_, index) => index + 1));
    }
  });

  test("one carrier's id in two tenants is two texts", async () => {
    const other = await world.newTenant(`other ${tenants}`);
    await webhook(world, acme, "messages", inbound());
    await webhook(world, other, "messages", inbound({ to: other.line.number }));
    expect(await conversations()).toHaveLength(1);
    expect((await made<Page<Conversation>>(other.call("GET", "/v1/conversations"))).data).toHaveLength(1);
  });

  test("a number is one number however the carrier writes it", async () => {
    await webhook(world, acme, "messages", inbound({ id: "a", from: "+1 425 555 0101" }));
    await webhook(world, acme, "messages", inbound({ id: "b", from: "(425) 555-0101" }));
    await webhook(world, acme, "messages", inbound({ id: "c", from: "72345" }));
    expect((await conversations()).map(({ participants, sequence }) => [participants[0]?.number, sequence])).toEqual([
      ["72345", 1],
      ["+14255550101", 2],
    ]);
  });

  test("what the store cannot hold is made storable, and the body is kept as it came", async () => {
    const body = JSON.stringify(inbound()).replace("Hello", "a\\u0000b\\ud800c 👋");
    expect((await webhook(world, acme, "messages", body)).status).toBe(204);
    const [conversation] = await conversations();
    expect(conversation?.lastMessage?.text).toBe("ab\ufffdc 👋");
    const { rows } = await world.database.tenant(acme.tenant.id, (tx) =>
      sql<{ raw: Uint8Array }>`select raw from inbound_texts`.execute(tx),
    );
    expect(new TextDecoder().decode(rows[0]?.raw)).toBe(body);
  });

  test.each([
    ["another secret", async () => webhook(world, acme, "messages", inbound(), { secret: "guessed" })],
    ["an old time", async () => webhook(world, acme, "messages", inbound(), { at: world.clock.now() - 301_000 })],
    ["a time ahead", async () => webhook(world, acme, "messages", inbound(), { at: world.clock.now() + 302_000 })],
    [
      "no signature",
      async () =>
        world.fetch(`/carriers/sandbox/${acme.account.id}/messages`, {
          method: "POST",
          body: JSON.stringify(inbound()),
        }),
    ],
  ])("a webhook with %s is refused and stores nothing", async (_, call) => {
    const answer = await call();
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: "signature_invalid" });
    expect(await conversations()).toEqual([]);
  });

  test("an id that no carrier gives is no text and no receipt", async () => {
    const id = Array.from({ length: 2000 }, (_, index) => (Math.imul(index, 2654435761) >>> 0).toString(36)).join("");
    for (const [kind, payload] of [
      ["messages", { ...inbound(), id }],
      ["messages", { ...inbound(), id: "\0" }],
      ["status", { id, reference: null, status: "sent", errorCode: null, at: null }],
    ] as const) {
      const answer = await webhook(world, acme, kind, payload);
      expect(answer.status).toBe(422);
    }
    expect(await conversations()).toEqual([]);
  });

  test("a webhook for an account that does not exist is answered like any missing thing", async () => {
    const account = { ...acme.account, id: "acc_00000000000000000000000000" as const };
    expect((await webhook(world, { account }, "messages", inbound())).status).toBe(404);
  });

  test("a text for a number that is no line yet is not taken, so that the carrier brings it again", async () => {
    const text = inbound({ to: "+12065550199" });
    expect((await webhook(world, acme, "messages", text)).status).toBe(404);
    await made(
      acme.call("POST", "/v1/lines", { name: "New", carrierAccountId: acme.account.id, number: "+12065550199" }),
    );
    expect((await webhook(world, acme, "messages", text)).status).toBe(204);
    expect(await conversations()).toHaveLength(1);
  });

  test.each(["{", '"text"', "{}", '{"id":"","from":"+14255550101","to":"x","text":""}'])(
    "a signed body that is no text is refused: %s",
    async (body) => {
      expect((await webhook(world, acme, "messages", body)).status).toBe(422);
      expect(await conversations()).toEqual([]);
    },
  );

  test("an inbound text opens a closed conversation again and counts as unread for everybody", async () => {
    await webhook(world, acme, "messages", inbound({ id: "a" }));
    const [conversation] = await conversations();
    const path = `/v1/conversations/${conversation?.id}`;
    await made(acme.call("PATCH", path, { state: "closed" }));
    await webhook(world, acme, "messages", inbound({ id: "b" }));
    expect(await made(acme.call("GET", path))).toMatchObject({ state: "open" });
    const { owner, admin } = acme.users;
    expect(await made(owner.call("GET", path))).toMatchObject({ viewer: { readThroughSequence: 0, unreadCount: 2 } });
    expect(await made(owner.call("POST", `${path}/read`, { throughSequence: 1 }))).toMatchObject({ unreadCount: 1 });
    expect(await made(owner.call("POST", `${path}/read`, { throughSequence: 99 }))).toMatchObject({
      readThroughSequence: 2,
      unreadCount: 0,
    });
    expect(await made(owner.call("POST", `${path}/read`, { throughSequence: 1 }))).toMatchObject({
      readThroughSequence: 2,
    });
    expect(await made(owner.call("GET", "/v1/unread"))).toMatchObject({ conversations: 0, messages: 0 });
    expect(await made(admin.call("GET", "/v1/unread"))).toMatchObject({
      conversations: 1,
      messages: 2,
      byLine: { [acme.line.id]: { conversations: 1, messages: 2 } },
    });
    expect(await made<Page<Conversation>>(admin.call("GET", "/v1/conversations?unread=true"))).toMatchObject({
      data: [{ id: conversation?.id }],
    });
    await made(admin.call("POST", `${path}/messages`, { text: "Answered" }));
    expect(await made(admin.call("GET", path))).toMatchObject({ viewer: { readThroughSequence: 3, unreadCount: 0 } });
    expect((await made<Page<Conversation>>(admin.call("GET", "/v1/conversations?unread=true"))).data).toEqual([]);
  });
});
