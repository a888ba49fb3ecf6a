import type {
  Conversation,
  ConversationWithViewer,
  CrmRecord,
  EventPage,
  Line,
  Message,
  Page,
  Problem,
} from "@trunkline/protocol";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type PlainCarrier, plainCarrier, webhook } from "./support/plain-carrier.ts";
import { eachStore } from "./support/stores.ts";
import { type Caller, made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

const PHONE = "+14255550123";
const record = (externalId: string): CrmRecord => ({ source: "crm", type: "account", externalId });

eachStore((store) => {
  let carrier: PlainCarrier;
  let world: TestGateway;
  let acme: TestTenant;
  let desk: Line;
  let sales: Line;
  let conversation: Conversation;
  let tenants = 0;
  let texts = 0;

  beforeAll(async () => {
    carrier = plainCarrier();
    world = await testGateway(store, { fetch: carrier.fetch });
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    acme = await world.newTenant(`acme ${tenants++}`);
    const { member } = acme.users;
    desk = await made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { assignees: [member.id] }));
    const line = { name: "Sales", carrierAccountId: acme.account.id, number: "+12065550190" };
    sales = await made<Line>(acme.call("POST", "/v1/lines", line));
    conversation = await made<Conversation>(
      acme.call("POST", "/v1/conversations", {
        lineId: desk.id,
        participants: [{ number: PHONE, name: "Eva" }],
        records: [record("1")],
        metadata: { order: "7" },
      }),
    );
  });

  const transfer = (
    lineId: string,
    call: Caller = acme.users.owner.call,
    id: string = conversation.id,
    headers: Record<string, string> = {},
  ) => call<ConversationWithViewer & Problem>("POST", `/v1/conversations/${id}/transfer`, { lineId }, headers);
  const read = (id: string) => made<ConversationWithViewer>(acme.call("GET", `/v1/conversations/${id}`));
  const messages = async (id: string) =>
    (await made<Page<Message>>(acme.call("GET", `/v1/conversations/${id}/messages?order=asc`))).data;
  const receive = (text: string, line: Line) =>
    webhook(world, acme, "messages", {
      id: `in_${texts++}`,
      from: PHONE,
      to: line.number,
      text,
      media: [],
      at: new Date(world.clock.now()).toISOString(),
    });
  const end = async () => (await made<EventPage>(acme.call("GET", "/v1/events?limit=1&types=none"))).cursor;
  const since = async (cursor: string) =>
    (await made<EventPage>(acme.call("GET", `/v1/events?limit=200&after=${cursor}`))).data;

  test("a conversation goes on from the other line, closed here and linked both ways", async () => {
    const { owner, admin } = acme.users;
    await receive("Do you sell boats?", desk);
    await made(acme.call("PATCH", `/v1/conversations/${conversation.id}`, { assigneeId: admin.id, tags: ["boats"] }));
    const cursor = await end();
    const { status, body: there } = await transfer(sales.id);
    expect(status).toBe(200);
    expect(there).toMatchObject({
      lineId: sales.id,
      state: "open",
      assigneeId: admin.id,
      tags: ["boats"],
      records: [record("1")],
      metadata: { order: "7" },
      participants: [{ number: PHONE, name: "Eva" }],
      lastMessage: { kind: "system", direction: "internal" },
      viewer: { unreadCount: 0 },
    });
    const here = await read(conversation.id);
    expect(here).toMatchObject({ state: "closed", lastMessage: { kind: "system" } });
    const author = { kind: "user", id: owner.id, name: "The owner" };
    expect((await messages(here.id)).at(-1)).toMatchObject({
      kind: "system",
      direction: "internal",
      status: null,
      text: "Moved to Sales.",
      author,
      transfer: { direction: "to", conversationId: there.id, lineId: sales.id },
    });
    expect(await messages(there.id)).toMatchObject([
      {
        text: "Moved here from Front desk.",
        author,
        transfer: { direction: "from", conversationId: here.id, lineId: desk.id },
      },
    ]);
    expect((await since(cursor)).map(({ type, data }) => [type, "lineId" in data ? data.lineId : null])).toEqual([
      ["message.created", null],
      ["conversation.updated", desk.id],
      ["conversation.created", sales.id],
      ["message.created", null],
    ]);
    await made(owner.call("POST", `/v1/conversations/${there.id}/messages`, { text: "We do" }));
    await world.gateway.idle();
    expect(carrier.taken.at(-1)).toMatchObject({ from: sales.number, to: PHONE, text: "We do" });
  });

  test("a thread that is there is opened and takes up what it lacks; its own stays", async () => {
    const { owner, admin } = acme.users;
    const opening = { lineId: sales.id, participants: [PHONE], records: [record("2")] };
    const { id } = await made<Conversation>(acme.call("POST", "/v1/conversations", opening));
    await made(acme.call("PATCH", `/v1/conversations/${id}`, { state: "closed", assigneeId: owner.id, tags: ["old"] }));
    await made(acme.call("PATCH", `/v1/conversations/${conversation.id}`, { assigneeId: admin.id, tags: ["new"] }));
    expect((await transfer(sales.id)).body).toMatchObject({
      id,
      state: "open",
      assigneeId: owner.id,
      tags: ["old", "new"],
      records: [record("2"), record("1")],
      participants: [{ name: "Eva" }],
    });
    const query = `/v1/conversations?lineId=${sales.id}&record=crm:account:1`;
    expect((await made<Page<Conversation>>(acme.call("GET", query))).data.map((one) => one.id)).toEqual([id]);
    // And back again: the two threads are the same two.
    expect((await transfer(desk.id, acme.users.owner.call, id)).body).toMatchObject({
      id: conversation.id,
      state: "open",
    });
  });

  test("whoever had it and does not see the other line does not have it there", async () => {
    const { member } = acme.users;
    await made(acme.call("PATCH", `/v1/conversations/${conversation.id}`, { assigneeId: member.id }));
    expect((await transfer(sales.id)).body.assigneeId).toBeNull();
  });

  test("a STOP to either line is not got around by changing the line", async () => {
    await made(acme.call("PATCH", "/v1/tenant", { sending: { optOutScope: "line" } }));
    await receive("STOP", desk);
    expect(await transfer(sales.id)).toMatchObject({ status: 422, body: { code: "opted_out" } });
    await receive("START", desk);
    await receive("STOP", sales);
    expect(await transfer(sales.id)).toMatchObject({ status: 422, body: { code: "opted_out" } });
    expect(await messages(conversation.id)).not.toContainEqual(expect.objectContaining({ kind: "system" }));
    await receive("START", sales);
    expect((await transfer(sales.id)).status).toBe(200);
  });

  test("both lines must be seen, and they must be two", async () => {
    const { member, viewer } = acme.users;
    expect(await transfer(sales.id, member.call)).toMatchObject({ status: 404 });
    expect(await transfer(desk.id)).toMatchObject({ status: 422, body: { issues: [{ path: ["lineId"] }] } });
    expect((await transfer(`line_${"0".repeat(26)}`)).status).toBe(404);
    await made(acme.call("PATCH", `/v1/lines/${desk.id}`, { assignees: [viewer.id] }));
    expect((await transfer(sales.id, viewer.call)).status).toBe(403);
    const other = await world.newTenant(`other ${tenants++}`);
    expect((await transfer(other.line.id)).status).toBe(404);
    const { data } = await made<Page<Conversation>>(acme.call("GET", `/v1/conversations?lineId=${sales.id}`));
    expect(data).toEqual([]);
  });

  test("a session that is narrowed by record hands over what is about it, and reaches no other thread", async () => {
    const narrow = async (externalId: string) => {
      const user = { externalId: "owner", name: "The owner" };
      const body = { user, scope: { records: [record(externalId)] } };
      return world.as((await made<{ token: string }>(acme.call("POST", "/v1/sessions", body))).token);
    };
    const [own, foreign] = [await narrow("1"), await narrow("2")];
    expect(await transfer(sales.id, foreign)).toMatchObject({ status: 404 });
    const opening = { lineId: sales.id, participants: [PHONE], records: [record("2")] };
    const { id } = await made<Conversation>(acme.call("POST", "/v1/conversations", opening));
    expect(await transfer(sales.id, own)).toMatchObject({ status: 404 });
    expect(await read(id)).toMatchObject({ sequence: 0, records: [record("2")] });
    await made(acme.call("PATCH", `/v1/conversations/${id}`, { records: [record("1"), record("2")] }));
    expect(await transfer(sales.id, own)).toMatchObject({ status: 200, body: { id } });
  });

  test("with a key it happens once, and many at once make one thread", async () => {
    const key = { "idempotency-key": "transfer-1" };
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => transfer(sales.id, acme.users.owner.call, conversation.id, key)),
    );
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(await messages(conversation.id)).toHaveLength(1);
    const back = answers[0]?.body.id ?? "";
    await Promise.all([
      transfer(desk.id, acme.users.owner.call, back),
      transfer(sales.id, acme.users.admin.call),
      transfer(desk.id, acme.users.admin.call, back),
    ]);
    const { data } = await made<Page<Conversation>>(acme.call("GET", "/v1/conversations"));
    expect(data).toHaveLength(2);
  });
});
