import type {
  Conversation,
  ConversationWithViewer,
  EventOf,
  EventPage,
  Message,
  Page,
  Problem,
  Unread,
} from "@trunkline/protocol";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type PlainCarrier, plainCarrier, webhook } from "./support/plain-carrier.ts";
import { eachStore } from "./support/stores.ts";
import { type Caller, made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

const PHONE = "+14255550123";

eachStore((store) => {
  let carrier: PlainCarrier;
  let world: TestGateway;
  let acme: TestTenant;
  let conversation: Conversation;
  let tenants = 0;

  beforeAll(async () => {
    carrier = plainCarrier();
    world = await testGateway(store, { fetch: carrier.fetch });
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    acme = await world.newTenant(`acme ${tenants++}`);
    await made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { assignees: [acme.users.member.id] }));
    conversation = await made<Conversation>(
      acme.call("POST", "/v1/conversations", { lineId: acme.line.id, participants: [PHONE] }),
    );
    carrier.taken.length = 0;
  });

  const path = () => `/v1/conversations/${conversation.id}`;
  const send = (body: object, call: Caller = acme.users.owner.call, headers: Record<string, string> = {}) =>
    call<Message & Pick<Problem, "code" | "issues">>("POST", `${path()}/messages`, body, headers);
  const note = (text: string, more: object = {}, call?: Caller) =>
    made<Message>(send({ kind: "note", text, ...more }, call));
  const read = (call: Caller = acme.call) => made<ConversationWithViewer>(call("GET", path()));
  const mentions = async (call: Caller) =>
    (await made<EventPage>(call("GET", "/v1/events?limit=200&types=mention.created")))
      .data as EventOf<"mention.created">[];
  const receive = (text: string) =>
    webhook(world, acme, "messages", {
      id: `in_${text}`,
      from: PHONE,
      to: acme.line.number,
      text,
      media: [],
      at: new Date(world.clock.now()).toISOString(),
    });

  test("a note stands in the thread at its place, and never leaves", async () => {
    await receive("Is it ready?");
    const written = await note("She called before, be kind", { clientId: "n1", metadata: { from: "crm" } });
    expect(written).toMatchObject({
      direction: "internal",
      kind: "note",
      status: null,
      from: null,
      to: null,
      sequence: 2,
      clientId: "n1",
      encoding: null,
      segments: null,
      author: { kind: "user", name: "The owner" },
      metadata: { from: "crm" },
    });
    expect(written).not.toHaveProperty("mentions");
    await made(send({ text: "Yes" }));
    await world.gateway.idle();
    world.clock.advance(48 * 60 * 60_000);
    await world.gateway.idle();
    expect(carrier.taken.map(({ text }) => text)).toEqual(["Yes"]);
    const { data } = await made<Page<Message>>(acme.call("GET", `${path()}/messages?order=asc`));
    expect(data.map(({ kind, text }) => [kind, text])).toEqual([
      ["text", "Is it ready?"],
      ["note", "She called before, be kind"],
      ["text", "Yes"],
    ]);
    expect(await made<Message>(acme.call("GET", `/v1/messages/${written.id}`))).toEqual(data[1]);
  });

  test("lists show a note as what it is, and it opens nothing that is closed", async () => {
    await made(acme.call("PATCH", path(), { state: "closed" }));
    await note("Refunded");
    expect(await read()).toMatchObject({
      state: "closed",
      lastMessage: { kind: "note", direction: "internal", text: "Refunded", status: null, waitsUntil: null },
    });
  });

  test("a note is written where no text may go: to a number that said STOP", async () => {
    await receive("STOP");
    expect(await send({ text: "Sale!" })).toMatchObject({ status: 422, body: { code: "opted_out" } });
    await note("Do not text her again");
  });

  test("a note is not counted as unread; what its writer had before them is read", async () => {
    const unread = async (call: Caller) => (await made<Unread>(call("GET", "/v1/unread"))).messages;
    const { owner, member } = acme.users;
    await receive("One");
    expect([await unread(owner.call), await unread(member.call)]).toEqual([1, 1]);
    await note("I take it", {}, owner.call);
    expect([await unread(owner.call), await unread(member.call)]).toEqual([0, 1]);
    await note("Fine", {}, member.call);
    expect([await unread(owner.call), await unread(member.call)]).toEqual([0, 0]);
  });

  test("whom a note means hears of it, and nobody else hears that they were meant", async () => {
    const { owner, admin, member } = acme.users;
    const written = await note("@The member @The admin look", { mentions: [member.id, "ext:admin", member.id] });
    expect(written.mentions).toEqual([member.id, admin.id]);
    for (const user of [member, admin]) {
      expect(await mentions(user.call)).toMatchObject([
        { actor: { id: owner.id }, data: { userId: user.id, message: { id: written.id, text: written.text } } },
      ]);
    }
    expect(await mentions(owner.call)).toEqual([]);
    expect(await mentions(acme.call)).toEqual([]);
    const { data } = await made<Page<Message>>(acme.call("GET", `${path()}/messages`));
    expect(data[0]?.mentions).toEqual([member.id, admin.id]);
  });

  test("a session that is narrowed hears of no note in what it does not see", async () => {
    const narrow = async (scope: object) => {
      const user = { externalId: "admin", name: "The admin" };
      const { token } = await made<{ token: string }>(acme.call("POST", "/v1/sessions", { user, scope }));
      return world.as(token);
    };
    const record = { source: "crm", type: "account", externalId: "1" };
    const other = await narrow({ records: [{ ...record, externalId: "2" }] });
    const own = await narrow({ records: [record] });
    await made(acme.call("PATCH", path(), { records: [record] }));
    await note("Look", { mentions: ["ext:admin"] });
    expect(await mentions(own)).toHaveLength(1);
    expect(await mentions(other)).toEqual([]);
    expect(JSON.stringify(await made<EventPage>(other("GET", "/v1/events?limit=200")))).not.toContain(conversation.id);
    expect(await send({ kind: "note", text: "Hello" }, other)).toMatchObject({ status: 404 });
    expect(await send({ kind: "note", text: "Hello" }, own)).toMatchObject({ status: 202 });
  });

  test("a note means only people who see the conversation", async () => {
    const refused = (message: string) => ({ status: 422, body: { issues: [{ path: ["mentions", 1], message }] } });
    const meaning = (ref: string) => send({ kind: "note", text: "Look", mentions: ["ext:member", ref] });
    expect(await meaning("ext:viewer")).toMatchObject(refused("does not see this line: assign them to the line first"));
    expect(await meaning("ext:nobody")).toMatchObject({ status: 404, body: { code: "not_found" } });
    expect(await mentions(acme.users.member.call)).toEqual([]);
    expect((await read()).sequence).toBe(0);
  });

  test("what only texts may have is refused on notes, and the other way round", async () => {
    const at = new Date(world.clock.now() + 1000).toISOString();
    const wrong = [
      { kind: "note" },
      { kind: "note", text: " " },
      { kind: "note", text: "Later", sendAt: at },
      { kind: "note", templateId: `tpl_${"0".repeat(26)}` },
      { text: "Hi", mentions: ["ext:member"] },
      { kind: "system", text: "Hi" },
      { kind: "note", text: "Hi", mentions: Array.from({ length: 21 }, (_, index) => `ext:${index}`) },
    ];
    for (const body of wrong) expect((await send(body)).status, JSON.stringify(body)).toBe(422);
    const to = { from: acme.line.number, to: PHONE, text: "Hi", kind: "note" };
    expect(await acme.call("POST", "/v1/messages", to)).toMatchObject({ status: 422, body: { code: "unknown_field" } });
  });

  test("a note can neither be canceled nor sent again", async () => {
    const { id } = await note("Here");
    expect(await acme.call("POST", `/v1/messages/${id}/cancel`)).toMatchObject({ status: 409 });
    expect(await acme.call("POST", `/v1/messages/${id}/retry`, {})).toMatchObject({ status: 409 });
  });

  test("a note with a key is written once, and a viewer writes none", async () => {
    const { admin, viewer } = acme.users;
    await made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { assignees: [viewer.id] }));
    const key = { "idempotency-key": "note-1" };
    const first = await send({ kind: "note", text: "Once" }, admin.call, key);
    expect((await send({ kind: "note", text: "Once" }, admin.call, key)).body.id).toBe(first.body.id);
    expect((await send({ text: "Once" }, admin.call, key)).body.code).toBe("idempotency_key_reused");
    expect(await send({ kind: "note", text: "Hm" }, viewer.call)).toMatchObject({ status: 403 });
    expect((await read()).sequence).toBe(1);
  });
});
