import type { Conversation, CreatedSession, CrmRecord, EventPage, Line, Message, Page } from "@trunkline/protocol";
import fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { seenBy } from "../src/messaging/sight-condition.ts";
import { type Sight, sees } from "../src/rights/sight.ts";
import { plainCarrier } from "./support/plain-carrier.ts";
import { eachStore } from "./support/stores.ts";
import { type Caller, made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

const record = (externalId: string): CrmRecord => ({ source: "crm", type: "account", externalId });

eachStore((store) => {
  let world: TestGateway;
  let acme: TestTenant;
  let ours: Line;
  let theirs: Line;
  let seen: Conversation;
  let unseen: Conversation;
  let tenants = 0;

  beforeAll(async () => {
    world = await testGateway(store, { fetch: plainCarrier().fetch });
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    acme = await world.newTenant(`acme ${tenants++}`);
    ours = await made(
      acme.call("PATCH", `/v1/lines/${acme.line.id}`, { assignees: [acme.users.member.id, acme.users.viewer.id] }),
    );
    theirs = await made(
      acme.call("POST", "/v1/lines", { name: "Theirs", carrierAccountId: acme.account.id, number: "+12065550199" }),
    );
    seen = await open(ours, [record("1")]);
    unseen = await open(theirs, [record("2")]);
  });

  const open = (line: Line, records: CrmRecord[] = [], phone = "+14255550101") =>
    made<Conversation>(acme.call("POST", "/v1/conversations", { lineId: line.id, participants: [phone], records }));
  const session = async (scope: object, role = "owner"): Promise<{ call: Caller; session: CreatedSession }> => {
    const minted = await made<CreatedSession>(
      acme.call("POST", "/v1/sessions", {
        user: { externalId: role, name: `The ${role}` },
        scope,
        expiresInSeconds: 600,
      }),
    );
    return { call: world.as(minted.token), session: minted };
  };
  const listed = async (call: Caller) =>
    (await made<Page<Conversation>>(call("GET", "/v1/conversations"))).data.map(({ id }) => id).sort();

  /** Everything that could show or change the unseen conversation, tried with a caller who must not know of it. */
  async function knowsNothing(call: Caller): Promise<void> {
    const message = await made<Message>(
      acme.call("POST", `/v1/conversations/${unseen.id}/messages`, { text: "Hidden" }),
    );
    const path = `/v1/conversations/${unseen.id}`;
    const missing = { status: 404, body: { code: "not_found" } };
    expect(await call("GET", path)).toMatchObject(missing);
    expect(await call("PATCH", path, { state: "closed" })).toMatchObject(missing);
    expect(await call("POST", `${path}/claim`)).toMatchObject(missing);
    expect(await call("POST", `${path}/transfer`, { lineId: ours.id })).toMatchObject(missing);
    for (const below of ["typing", "viewing"]) {
      expect(await call("POST", `${path}/${below}`, { state: "started" })).toMatchObject(missing);
    }
    expect(await call("POST", `${path}/read`, { throughSequence: 1 })).toMatchObject(missing);
    expect(await call("GET", `${path}/messages`)).toMatchObject(missing);
    expect(await call("POST", `${path}/messages`, { text: "Hello" })).toMatchObject(missing);
    expect(await call("GET", `/v1/messages/${message.id}`)).toMatchObject(missing);
    expect(await call("POST", `/v1/messages/${message.id}/retry`, {})).toMatchObject(missing);
    expect(await listed(call)).not.toContain(unseen.id);
    const { data } = await made<EventPage>(call("GET", "/v1/events?limit=200"));
    expect(JSON.stringify(data)).not.toContain(unseen.id);
  }

  test("a member sees the conversations of assigned lines, and nothing of others", async () => {
    const { member } = acme.users;
    expect(await listed(member.call)).toEqual([seen.id]);
    await knowsNothing(member.call);
    const toTheirs = { lineId: theirs.id, participants: ["+14255550150"] };
    expect(await member.call("POST", "/v1/conversations", toTheirs)).toMatchObject({ status: 404 });
    const fromTheirs = { from: theirs.number, to: "+14255550150", text: "Hi" };
    expect(await member.call("POST", "/v1/messages", fromTheirs)).toMatchObject({ status: 404 });
    expect(await listed(acme.users.owner.call)).toEqual([seen.id, unseen.id].sort());
  });

  test("a viewer reads and may not write", async () => {
    const { viewer } = acme.users;
    expect(await listed(viewer.call)).toEqual([seen.id]);
    expect(await viewer.call("POST", `/v1/conversations/${seen.id}/messages`, { text: "Hi" })).toMatchObject({
      status: 403,
    });
    expect(await viewer.call("PATCH", `/v1/conversations/${seen.id}`, { state: "closed" })).toMatchObject({
      status: 403,
    });
  });

  test("a session for some lines sees those", async () => {
    const { call } = await session({ lineIds: [ours.id] });
    expect(await listed(call)).toEqual([seen.id]);
    await knowsNothing(call);
  });

  describe("a session for some records", () => {
    test("sees what is about them, and nothing else", async () => {
      const { call } = await session({ records: [record("1")] });
      expect(await listed(call)).toEqual([seen.id]);
      await knowsNothing(call);
      expect((await call("POST", `/v1/conversations/${seen.id}/messages`, { text: "Hi" })).status).toBe(202);
    });

    test("opens conversations about them alone, and cannot reach others by attaching its record", async () => {
      const { call } = await session({ records: [record("1")] });
      const body = (phone: string, records?: CrmRecord[]) => ({ lineId: ours.id, participants: [phone], records });
      const own = await call<Conversation>("POST", "/v1/conversations", body("+14255550160", [record("1")]));
      expect(own).toMatchObject({ status: 201, body: { records: [record("1")] } });
      expect(await call("POST", "/v1/conversations", body("+14255550161"))).toMatchObject({ status: 403 });
      expect(await call("POST", "/v1/conversations", body("+14255550161", [record("2")]))).toMatchObject({
        status: 403,
      });
      const other = await open(ours, [record("2")], "+14255550162");
      expect(await call("POST", "/v1/conversations", body("+14255550162", [record("1")]))).toMatchObject({
        status: 404,
      });
      expect((await made<Conversation>(acme.call("GET", `/v1/conversations/${other.id}`))).records).toEqual([
        record("2"),
      ]);
      expect(await call("PATCH", `/v1/conversations/${seen.id}`, { records: [] })).toMatchObject({ status: 403 });
    });
  });

  test("a session for one's own assignments sees them, and lets go of what is assigned away", async () => {
    const { call, session: own } = await session({ assignedOnly: true });
    expect(await listed(call)).toEqual([]);
    await knowsNothing(call);
    await made(acme.call("PATCH", `/v1/conversations/${unseen.id}`, { assigneeId: own.user.id }));
    expect(await listed(call)).toEqual([unseen.id]);
    const opened = await made<Conversation>(
      call("POST", "/v1/conversations", { lineId: ours.id, participants: ["+14255550170"] }),
    );
    expect(opened.assigneeId).toBe(own.user.id);
    await world.gateway.idle(); // the hidden text is on its way no more
    const { cursor } = await made<EventPage>(call("GET", "/v1/events?limit=200"));
    await made(acme.call("PATCH", `/v1/conversations/${unseen.id}`, { assigneeId: "ext:admin" }));
    const { data } = await made<EventPage>(call("GET", `/v1/events?after=${cursor}`));
    expect(data).toMatchObject([{ type: "conversation.removed", data: { id: unseen.id, lineId: theirs.id } }]);
    const { data: full } = await made<EventPage>(acme.call("GET", `/v1/events?after=${cursor}`));
    expect(full.map(({ type }) => type)).toEqual(["conversation.updated"]);
  });

  test("reading is told to the reader alone", async () => {
    const { owner, admin } = acme.users;
    await made(acme.call("POST", `/v1/conversations/${seen.id}/messages`, { text: "Hi" }));
    await made(owner.call("POST", `/v1/conversations/${seen.id}/read`, { throughSequence: 1 }));
    const types = async (call: Caller) =>
      (await made<EventPage>(call("GET", "/v1/events?limit=200&types=conversation.read"))).data.length;
    expect(await types(owner.call)).toBe(1);
    expect(await types(admin.call)).toBe(0);
    expect(await types(acme.call)).toBe(0);
  });

  test("rows and events are guarded by one rule", async () => {
    const conversations = [
      seen,
      unseen,
      await open(ours, [], "+14255550181"),
      await open(ours, [record("1"), record("2")], "+14255550182"),
      await made<Conversation>(
        acme.call("PATCH", `/v1/conversations/${(await open(theirs, [record("1")], "+14255550183")).id}`, {
          assigneeId: "ext:owner",
        }),
      ),
    ];
    const sights = fc.record<Sight>({
      lineIds: fc.oneof(
        fc.constant("all" as const),
        fc.subarray([ours.id, theirs.id]).map((ids) => new Set(ids)),
      ),
      records: fc.oneof(fc.constant(null), fc.subarray([record("1"), record("2"), record("3")])),
      assignedTo: fc.constantFrom(null, acme.users.member.id, acme.users.owner.id),
      userId: fc.constant(null),
    });
    await fc.assert(
      fc.asyncProperty(sights, async (sight) => {
        const { rows } = await world.database.tenant(acme.tenant.id, (tx) =>
          sql<{ id: string }>`select c.id from conversations c where ${seenBy(sight)}`.execute(tx),
        );
        const bySight = conversations.filter(({ lineId, assigneeId, records }) =>
          sees(sight, { lineId, conversation: { assigneeId, records } }),
        );
        expect(rows.map(({ id }) => id).sort()).toEqual(bySight.map(({ id }) => id).sort());
      }),
      { numRuns: 60 },
    );
  });
});
