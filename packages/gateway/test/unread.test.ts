import type {
  Conversation,
  ConversationWithViewer,
  EventOf,
  Message,
  Page,
  ReadState,
  Unread,
} from "@trunkline/protocol";
import fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { MIGRATIONS } from "../src/store/migrate.ts";
import { readEvents } from "./support/event-reader.ts";
import { plainCarrier, webhook } from "./support/plain-carrier.ts";
import { eachStore } from "./support/stores.ts";
import { type Caller, made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

eachStore((store) => {
  let world: TestGateway;
  let acme: TestTenant;
  let second: string;
  let tenants = 0;
  let texts = 0;

  beforeAll(async () => {
    world = await testGateway(store, { fetch: plainCarrier().fetch });
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    acme = await world.newTenant(`acme ${tenants++}`);
    const { admin, member } = acme.users;
    await made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { assignees: [member.id] }));
    const line = { name: "Second", carrierAccountId: acme.account.id, number: "+12065550190", assignees: [admin.id] };
    second = (await made<{ id: string }>(acme.call("POST", "/v1/lines", line))).id;
  });

  const phone = (index: number) => `+142555501${String(10 + index)}`;
  const receive = (from: string, to: string | null = acme.line.number) =>
    webhook(world, acme, "messages", {
      id: `in_${texts++}`,
      from,
      to,
      text: "Hello",
      media: [],
      at: new Date(world.clock.now()).toISOString(),
    });
  const unread = (call: Caller) => made<Unread>(call("GET", "/v1/unread"));
  const list = async (call: Caller) =>
    (await made<Page<ConversationWithViewer>>(call("GET", "/v1/conversations?limit=200"))).data;
  const markRead = (call: Caller, { id }: Conversation, throughSequence: number) =>
    made<ReadState>(call("POST", `/v1/conversations/${id}/read`, { throughSequence }));

  /** What the counters must say: counted over everything that the caller sees. */
  async function counted(call: Caller): Promise<Unread> {
    const total: Unread = { conversations: 0, messages: 0, byLine: {} };
    for (const { lineId, viewer } of await list(call)) {
      const count = viewer?.unreadCount ?? 0;
      if (count === 0) continue;
      const line = total.byLine[lineId] ?? { conversations: 0, messages: 0 };
      total.conversations += 1;
      total.messages += count;
      total.byLine[lineId] = { conversations: line.conversations + 1, messages: line.messages + count };
    }
    return total;
  }

  test("whatever happens in whatever order, the counters say what counting everything says", async () => {
    const { owner, admin, member } = acme.users;
    const people = [owner, admin, member];
    const place = fc.record({ who: fc.nat(3), line: fc.nat(1) });
    const step = fc.oneof(
      place.map((at) => ({ kind: "receive" as const, ...at })),
      place.map((at) => ({ kind: "receive" as const, ...at })),
      fc.record({ kind: fc.constant("read" as const), user: fc.nat(2), index: fc.nat(7), through: fc.nat(4) }),
      fc.record({ kind: fc.constant("write" as const), user: fc.nat(2), index: fc.nat(7), isNote: fc.boolean() }),
      place.map((at) => ({ kind: "open" as const, ...at })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 6 }), async (rounds) => {
        for (const round of rounds) {
          // What stands in one round happens at once.
          await Promise.all(
            round.map(async (one) => {
              if (one.kind === "receive")
                return receive(phone(one.who), one.line === 0 ? acme.line.number : "+12065550190");
              if (one.kind === "open") {
                const lineId = one.line === 0 ? acme.line.id : second;
                return acme.users.owner.call("POST", "/v1/conversations", { lineId, participants: [phone(one.who)] });
              }
              const { call } = people[one.user] ?? owner;
              const conversation = (await list(call))[one.index];
              if (!conversation) return undefined;
              if (one.kind === "read") return markRead(call, conversation, one.through);
              const body = one.isNote ? { kind: "note", text: "Note" } : { text: "Hi" };
              return made<Message>(call("POST", `/v1/conversations/${conversation.id}/messages`, body));
            }),
          );
          for (const { call } of people) expect(await unread(call)).toEqual(await counted(call));
        }
      }),
      { numRuns: 12 },
    );
  });

  test("who is limited to some conversations counts those", async () => {
    await receive(phone(0));
    await receive(phone(1));
    const [first] = await list(acme.call);
    const user = { externalId: "owner", name: "The owner" };
    const { token } = await made<{ token: string }>(
      acme.call("POST", "/v1/sessions", { user, scope: { assignedOnly: true } }),
    );
    expect(await unread(world.as(token))).toMatchObject({ conversations: 0, messages: 0, byLine: {} });
    await made(acme.call("PATCH", `/v1/conversations/${first?.id}`, { assigneeId: "ext:owner" }));
    expect(await unread(world.as(token))).toMatchObject({ conversations: 1, messages: 1 });
    expect(await unread(acme.users.owner.call)).toMatchObject({ conversations: 2, messages: 2 });
    expect(await unread(acme.users.viewer.call)).toMatchObject({ conversations: 0, messages: 0 });
  });

  test("a user or a line that goes takes its counters along", async () => {
    await receive(phone(0));
    const [conversation] = await list(acme.users.member.call);
    if (!conversation) throw new Error("nothing came in");
    await markRead(acme.users.member.call, conversation, 1);
    await made(acme.call("DELETE", "/v1/users/ext:member"));
    const { rows } = await world.database.tenant(acme.tenant.id, (tx) =>
      sql`select from read_totals where user_id = ${acme.users.member.id}`.execute(tx),
    );
    expect(rows).toEqual([]);
    await made(acme.call("DELETE", `/v1/lines/${second}`));
  });

  test("counters of a store that is older are made of what it has", async () => {
    await receive(phone(0));
    await receive(phone(0));
    await receive(phone(1));
    const { owner, admin } = acme.users;
    const [first, other] = await list(owner.call);
    if (!first || !other) throw new Error("nothing came in");
    await markRead(owner.call, first, 1);
    await markRead(owner.call, other, 1);
    const before = [await unread(owner.call), await unread(admin.call)];
    const statements = MIGRATIONS.find(({ name }) => name === "unread")?.statements ?? [];
    const filling = statements.filter((statement) => /^(insert into|update) /.test(statement));
    expect(filling).toHaveLength(3);
    const connection = await world.engine.connect();
    try {
      await connection.exec("delete from read_totals; delete from line_inbound; update read_states set behind = false");
      for (const statement of filling) await connection.exec(statement);
    } finally {
      connection.release();
    }
    expect([await unread(owner.call), await unread(admin.call)]).toEqual(before);
  });

  test("reading in one window is told in the user's other one, and on nobody else's stream", async () => {
    await receive(phone(0));
    const { owner, admin, member } = acme.users;
    const windows = await Promise.all(
      [owner.session.token, owner.session.token, admin.session.token, member.session.token, acme.key.key].map((token) =>
        readEvents(world, token),
      ),
    );
    const [, mine, ...others] = windows;
    const [conversation] = await list(owner.call);
    if (!mine || !conversation) throw new Error("nothing came in");
    await markRead(owner.call, conversation, 1);
    const frame = await mine.until(({ event }) => event === "conversation.read");
    const told = JSON.parse(frame.data ?? "") as EventOf<"conversation.read">;
    expect(told.data).toEqual({
      conversationId: conversation.id,
      userId: owner.id,
      readThroughSequence: 1,
      unreadCount: 0,
    });
    expect(await unread(owner.call)).toMatchObject({ conversations: 0, messages: 0 });
    // What comes after it is heard by all; whatever they were to hear of the reading, they would have heard before.
    await made(acme.call("PATCH", `/v1/conversations/${conversation.id}`, { tags: ["after"] }));
    for (const stream of others) {
      await stream.until(({ event }) => event === "conversation.updated");
      expect(stream.frames.map(({ event }) => event)).not.toContain("conversation.read");
    }
    await Promise.all(windows.map((stream) => stream.close()));
  });
});
