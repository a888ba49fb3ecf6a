import type { Conversation, ConversationWithViewer, EventPage, Message, Problem } from "@trunkline/protocol";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createGateway } from "../src/gateway.ts";
import { postgresEngine } from "../src/node/postgres.ts";
import { plainCarrier, webhook } from "./support/plain-carrier.ts";
import { eachStore, newPostgresDatabase } from "./support/stores.ts";
import { type Caller, made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;
let phones = 0;
const newPhone = () => `+1425556${String(1000 + phones++)}`;

eachStore((store) => {
  let world: TestGateway;
  let acme: TestTenant;
  let tenants = 0;

  beforeAll(async () => {
    world = await testGateway(store, { fetch: plainCarrier().fetch });
    acme = await newTenant();
  });
  afterAll(() => world.stop());

  async function newTenant(): Promise<TestTenant> {
    const tenant = await world.newTenant(`acme ${tenants++}`);
    await made(tenant.call("PATCH", `/v1/lines/${tenant.line.id}`, { assignees: [tenant.users.member.id] }));
    return tenant;
  }
  const open = (tenant = acme, phone = newPhone()) =>
    made<Conversation>(tenant.call("POST", "/v1/conversations", { lineId: tenant.line.id, participants: [phone] }));
  const read = (id: string, call: Caller = acme.call) =>
    made<ConversationWithViewer>(call("GET", `/v1/conversations/${id}`));
  const patch = (id: string, changes: object, call: Caller = acme.call) =>
    call<ConversationWithViewer & Problem>("PATCH", `/v1/conversations/${id}`, changes);
  const end = async (tenant = acme) =>
    (await made<EventPage>(tenant.call("GET", "/v1/events?limit=1&types=none"))).cursor;
  const since = async (cursor: string, tenant = acme) =>
    (await made<EventPage>(tenant.call("GET", `/v1/events?limit=200&after=${cursor}`))).data;
  const receive = (from: string, text = "Hello", tenant = acme) =>
    webhook(world, tenant, "messages", {
      id: `in_${phones++}`,
      from,
      to: tenant.line.number,
      text,
      media: [],
      at: new Date(world.clock.now()).toISOString(),
    });

  test("of 32 who claim a conversation at once one gets it, and 31 are told who has it", async () => {
    const { id } = await open();
    const { owner, admin, member } = acme.users;
    const cursor = await end();
    const people = Array.from({ length: 32 }, (_, index) => [owner, admin, member][index % 3] ?? owner);
    const answers = await Promise.all(
      people.map(async (user) => ({
        user,
        ...(await user.call<ConversationWithViewer & Problem>("POST", `/v1/conversations/${id}/claim`)),
      })),
    );
    const { assigneeId } = await read(id);
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners.every(({ user, body }) => user.id === assigneeId && body.assigneeId === assigneeId)).toBe(true);
    // Whoever has it gets the same answer again.
    expect(winners).toHaveLength(people.filter(({ id: one }) => one === assigneeId).length);
    const losers = answers.filter(({ status }) => status === 409);
    expect(losers).toHaveLength(32 - winners.length);
    for (const { body } of losers) {
      expect(body).toMatchObject({
        code: "already_assigned",
        detail: expect.stringMatching(/^The (owner|admin|member) has this/),
        issues: [{ path: ["assigneeId"], message: `is ${assigneeId}` }],
      });
    }
    const events = await since(cursor);
    expect(events).toMatchObject([
      { type: "conversation.updated", actor: { kind: "user", id: assigneeId }, data: { id, assigneeId } },
    ]);
  });

  test("32 people claim one conversation: one winner, 31 answers", async () => {
    const { id } = await open();
    const people = await Promise.all(
      Array.from({ length: 32 }, async (_, index) => {
        const body = { user: { externalId: `agent ${index}`, name: `Agent ${index}` }, role: "admin" };
        return world.as((await made<{ token: string }>(acme.call("POST", "/v1/sessions", body))).token);
      }),
    );
    const answers = await Promise.all(people.map((call) => call<Problem>("POST", `/v1/conversations/${id}/claim`)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.code === "already_assigned")).toHaveLength(31);
  });

  test("a key claims nothing, a viewer may not, and what is not seen is not there", async () => {
    const { id } = await open();
    const claim = (call: Caller) => call<Problem>("POST", `/v1/conversations/${id}/claim`);
    expect(await claim(acme.call)).toMatchObject({ status: 403, body: { code: "forbidden" } });
    expect(await claim(acme.users.viewer.call)).toMatchObject({ status: 403 });
    const other = await newTenant();
    expect(await claim(other.users.owner.call)).toMatchObject({ status: 404 });
    expect((await read(id)).assigneeId).toBeNull();
  });

  test("a conversation is assigned only to somebody who sees its line", async () => {
    const { id } = await open();
    const issue = (message: string) => ({ status: 422, body: { issues: [{ path: ["assigneeId"], message }] } });
    const noSight = "does not see this line: assign them to the line first";
    expect(await patch(id, { assigneeId: "ext:viewer" })).toMatchObject(issue(noSight));
    expect(await patch(id, { assigneeId: acme.users.viewer.id })).toMatchObject(issue(noSight));
    expect((await patch(id, { assigneeId: "ext:nobody" })).body.code).toBe("not_found");
    expect(await patch(id, { assigneeId: "ext:member" })).toMatchObject({ body: { assigneeId: acme.users.member.id } });
    expect(await patch(id, { assigneeId: acme.users.admin.id })).toMatchObject({ status: 200 });
    expect(await patch(id, { assigneeId: null })).toMatchObject({ body: { assigneeId: null } });
    const { id: gone } = await made<{ id: string }>(
      acme.call("POST", "/v1/sessions", { user: { externalId: "away", name: "Away" }, role: "admin" }),
    ).then(() => made<{ id: string }>(acme.call("PATCH", "/v1/users/ext:away", { suspended: true })));
    expect(await patch(id, { assigneeId: gone })).toMatchObject(issue("is suspended"));
  });

  test("a person's first answer makes a conversation theirs, where the tenant wants that", async () => {
    const own = await newTenant();
    const write = (conversation: Conversation, call: Caller) =>
      made<Message>(call("POST", `/v1/conversations/${conversation.id}/messages`, { text: "Hi" }));
    const before = await open(own);
    await write(before, own.users.member.call);
    expect((await read(before.id, own.call)).assigneeId).toBeNull();
    const { teamwork } = await made<{ teamwork: object }>(
      own.call("PATCH", "/v1/tenant", { teamwork: { assignOnReply: true } }),
    );
    expect(teamwork).toEqual({ assignOnReply: true, closeAfter: null });
    await write(before, own.call); // a program is nobody
    expect((await read(before.id, own.call)).assigneeId).toBeNull();
    const cursor = await end(own);
    await write(before, own.users.member.call);
    await write(before, own.users.admin.call); // it stays who was first
    expect((await read(before.id, own.call)).assigneeId).toBe(own.users.member.id);
    const updates = (await since(cursor, own)).filter(({ type }) => type === "conversation.updated");
    expect(updates[0]).toMatchObject({
      actor: { id: own.users.member.id },
      data: { id: before.id, assigneeId: own.users.member.id },
    });
  });

  test("what is put off opens by itself at its time, once, and tells it", async () => {
    const { id } = await open();
    const until = new Date(world.clock.now() + 2 * HOUR).toISOString();
    expect(await patch(id, { state: "snoozed", snoozedUntil: until })).toMatchObject({
      body: { state: "snoozed", snoozedUntil: until },
    });
    const cursor = await end();
    world.clock.advance(HOUR);
    await world.gateway.idle();
    expect((await read(id)).state).toBe("snoozed");
    world.clock.advance(HOUR);
    await world.gateway.idle();
    expect(await read(id)).toMatchObject({ state: "open", snoozedUntil: null });
    expect(await since(cursor)).toMatchObject([
      { type: "conversation.updated", actor: null, data: { id, state: "open", snoozedUntil: null } },
    ]);
  });

  test("a time of day with its zone is the time on that clock", async () => {
    const { id } = await open();
    const local = { local: "2026-07-04T09:00", timeZone: "America/New_York" };
    const answer = await patch(id, { state: "snoozed", snoozedUntil: local });
    expect(answer.body.snoozedUntil).toBe("2026-07-04T13:00:00.000Z");
  });

  test("a snooze that was changed or ended wakes nobody at its old time", async () => {
    const [later, opened, closed] = await Promise.all([open(), open(), open()]);
    const at = (hours: number) => new Date(world.clock.now() + hours * HOUR).toISOString();
    for (const { id } of [later, opened, closed]) {
      await made(patch(id, { state: "snoozed", snoozedUntil: at(1) }));
      await made(patch(id, { state: "snoozed", snoozedUntil: at(1) })); // and again
    }
    await made(patch(later.id, { state: "snoozed", snoozedUntil: at(3) }));
    await made(patch(opened.id, { state: "open" }));
    await made(patch(closed.id, { state: "closed" }));
    const cursor = await end();
    world.clock.advance(HOUR);
    await world.gateway.idle();
    expect(await since(cursor)).toEqual([]);
    expect((await read(later.id)).state).toBe("snoozed");
    expect((await read(closed.id)).state).toBe("closed");
    world.clock.advance(2 * HOUR);
    await world.gateway.idle();
    expect((await read(later.id)).state).toBe("open");
  });

  test("who writes opens what is closed or put off", async () => {
    const phone = newPhone();
    const { id } = await open(acme, phone);
    await made(patch(id, { state: "closed" }));
    await receive(phone);
    expect((await read(id)).state).toBe("open");
    await made(patch(id, { state: "snoozed", snoozedUntil: new Date(world.clock.now() + DAY).toISOString() }));
    await receive(phone);
    expect(await read(id)).toMatchObject({ state: "open", snoozedUntil: null });
  });

  test("snoozed and its time go together, and the time lies within a year", async () => {
    const { id } = await open();
    const inAnHour = new Date(world.clock.now() + HOUR).toISOString();
    const wrong = [
      { state: "snoozed" },
      { snoozedUntil: inAnHour },
      { state: "open", snoozedUntil: inAnHour },
      { state: "snoozed", snoozedUntil: new Date(world.clock.now()).toISOString() },
      { state: "snoozed", snoozedUntil: new Date(world.clock.now() + 400 * DAY).toISOString() },
      { state: "snoozed", snoozedUntil: { local: "2026-07-04T09:00", timeZone: "Mars/Olympus" } },
      { state: "snoozed", snoozedUntil: null },
    ];
    for (const changes of wrong) {
      const { status, body } = await patch(id, changes);
      expect([status, body.issues?.[0]?.path[0]], JSON.stringify(changes)).toEqual([422, "snoozedUntil"]);
    }
  });

  test("a conversation in which nothing happens is closed after the tenant's days, and not before", async () => {
    const own = await newTenant();
    const phone = newPhone();
    const [quiet, busy] = [await open(own), await open(own, phone)];
    await made(own.call("PATCH", "/v1/tenant", { teamwork: { closeAfter: "P2D" } }));
    await world.gateway.idle();
    world.clock.advance(DAY);
    await receive(phone, "Still here", own);
    world.clock.advance(DAY - 1000);
    await world.gateway.idle();
    const states = async () => [(await read(quiet.id, own.call)).state, (await read(busy.id, own.call)).state];
    expect(await states()).toEqual(["open", "open"]);
    const cursor = await end(own);
    world.clock.advance(1000);
    await world.gateway.idle();
    expect(await states()).toEqual(["closed", "open"]);
    expect(await since(cursor, own)).toMatchObject([
      { type: "conversation.updated", actor: null, data: { id: quiet.id, state: "closed" } },
    ]);
    // Whoever opens it again by hand has the whole time anew.
    await made(patch(quiet.id, { state: "open" }, own.call));
    world.clock.advance(DAY);
    await world.gateway.idle();
    expect(await states()).toEqual(["open", "closed"]);
    await made(own.call("PATCH", "/v1/tenant", { teamwork: { closeAfter: null } }));
    world.clock.advance(30 * DAY);
    await world.gateway.idle();
    expect((await read(quiet.id, own.call)).state).toBe("open");
  });
});

test("a wake-up that one node was to give is given by another when that one is gone", async () => {
  const url = await newPostgresDatabase();
  const world = await testGateway({ name: "PostgreSQL", open: async () => postgresEngine({ url }) });
  const acme = await world.newTenant("acme");
  const { id } = await made<Conversation>(
    acme.call("POST", "/v1/conversations", { lineId: acme.line.id, participants: [newPhone()] }),
  );
  const until = new Date(world.clock.now() + HOUR).toISOString();
  await made(acme.call("PATCH", `/v1/conversations/${id}`, { state: "snoozed", snoozedUntil: until }));
  await world.stop();
  world.clock.advance(HOUR);
  const other = createGateway({
    engine: postgresEngine({ url }),
    clock: world.clock,
    masterKey: new Uint8Array(32).fill(7),
    environment: "sandbox",
  });
  await other.start();
  const read = async () => {
    const headers = { authorization: `Bearer ${acme.key.key}` };
    const answer = await other.fetch(new Request(`http://gateway.test/v1/conversations/${id}`, { headers }));
    return (await answer.json()) as Conversation;
  };
  await vi.waitFor(async () => expect((await read()).state).toBe("open"));
  await other.stop();
});
