import type { Conversation, CrmRecord, EventOf, EventPage, Problem } from "@trunkline/protocol";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { createGateway } from "../src/gateway.ts";
import { silentLogger } from "../src/logger.ts";
import { notifyBus } from "../src/node/notify-bus.ts";
import { postgresEngine } from "../src/node/postgres.ts";
import { type EventReader, readEvents } from "./support/event-reader.ts";
import { eachStore, newPostgresDatabase } from "./support/stores.ts";
import { type Caller, made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

type Told = EventOf<"conversation.typing">;
const record = (externalId: string): CrmRecord => ({ source: "crm", type: "account", externalId });
const isSignal = ({ event }: { event?: string }) => event === "conversation.typing" || event === "conversation.viewing";
const told = (stream: EventReader) => stream.frames.filter(isSignal).map(({ data }) => JSON.parse(data ?? "") as Told);

eachStore((store) => {
  let world: TestGateway;
  let acme: TestTenant;
  let conversation: Conversation;
  let tenants = 0;

  beforeAll(async () => {
    world = await testGateway(store);
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    acme = await world.newTenant(`acme ${tenants++}`);
    await made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { assignees: [acme.users.member.id] }));
    conversation = await made<Conversation>(
      acme.call("POST", "/v1/conversations", {
        lineId: acme.line.id,
        participants: ["+14255550123"],
        records: [record("1")],
      }),
    );
  });

  const signal = (call: Caller, kind: "typing" | "viewing", state = "started", id = conversation.id) =>
    call<Problem>("POST", `/v1/conversations/${id}/${kind}`, { state });
  /** Reads all that was told before this moment. */
  async function catchUp(stream: EventReader): Promise<void> {
    await made(acme.call("PATCH", `/v1/conversations/${conversation.id}`, { tags: [`${Math.random()}`] }));
    await stream.until(({ event }) => event === "conversation.updated");
  }

  test("typing is told at once, without a cursor, and says until when it holds", async () => {
    const { owner, member } = acme.users;
    const stream = await readEvents(world, owner.session.token);
    expect(await signal(member.call, "typing")).toMatchObject({ status: 204 });
    const frame = await stream.until(isSignal);
    expect(frame).not.toHaveProperty("id");
    expect(JSON.parse(frame.data ?? "")).toMatchObject({
      id: expect.stringMatching(/^evt_/),
      type: "conversation.typing",
      tenantId: acme.tenant.id,
      actor: { kind: "user", id: member.id },
      data: {
        conversationId: conversation.id,
        userId: member.id,
        name: "The member",
        state: "started",
        expiresAt: new Date(world.clock.now() + 6_000).toISOString(),
      },
    });
    expect((await signal(owner.call, "viewing")).status).toBe(204);
    const viewing = await stream.until(isSignal);
    expect(viewing.event).toBe("conversation.viewing");
    expect((JSON.parse(viewing.data ?? "") as Told).data.expiresAt).toBe(
      new Date(world.clock.now() + 60_000).toISOString(),
    );
    await stream.close();
  });

  test("it is in no page of the log, and whoever comes later does not hear of it", async () => {
    const { owner, member } = acme.users;
    const early = await readEvents(world, owner.session.token);
    const start = (await early.until(({ event }) => event === "stream.ready")).id ?? "";
    await signal(member.call, "typing");
    await early.until(isSignal);
    const { data } = await made<EventPage>(owner.call("GET", "/v1/events?limit=200"));
    expect(data.filter(({ type }) => isSignal({ event: type }))).toEqual([]);
    const late = await readEvents(world, owner.session.token, { after: start });
    await late.until(({ event }) => event === "stream.caught_up");
    await catchUp(late);
    expect(told(late)).toEqual([]);
    await Promise.all([early.close(), late.close()]);
  });

  test("the same again within two seconds is not told again; another state and a later time are", async () => {
    const { owner, member } = acme.users;
    const stream = await readEvents(world, owner.session.token);
    for (let count = 0; count < 20; count++) expect((await signal(member.call, "typing")).status).toBe(204);
    await signal(member.call, "typing", "stopped");
    await signal(member.call, "typing", "started");
    world.clock.advance(2_000);
    await signal(member.call, "typing", "started");
    await catchUp(stream);
    expect(told(stream).map(({ data }) => data.state)).toEqual(["started", "stopped", "started", "started"]);
    expect(told(stream)[1]?.data.expiresAt).toBe(told(stream)[1]?.timestamp);
    await stream.close();
  });

  test("only those who see the conversation hear of it", async () => {
    const session = async (scope: object) => {
      const user = { externalId: "admin", name: "The admin" };
      return (await made<{ token: string }>(acme.call("POST", "/v1/sessions", { user, scope }))).token;
    };
    const { owner, member, viewer } = acme.users;
    const other = await world.newTenant(`other ${tenants++}`);
    const hears = [owner.session.token, member.session.token, acme.key.key, await session({ records: [record("1")] })];
    const deaf = [
      viewer.session.token,
      await session({ records: [record("2")] }),
      await session({ assignedOnly: true }),
    ];
    const [heard, silent] = await Promise.all(
      [hears, deaf].map((tokens) => Promise.all(tokens.map((token) => readEvents(world, token)))),
    );
    const foreign = await readEvents(world, other.key.key);
    await signal(owner.call, "typing");
    for (const stream of heard ?? []) await stream.until(isSignal);
    // What all of them hear comes after it.
    await made(acme.call("PATCH", "/v1/users/ext:viewer", { name: "After" }));
    for (const stream of silent ?? []) {
      await stream.until(({ event }) => event === "user.updated");
      expect(told(stream)).toEqual([]);
    }
    await made(other.call("PATCH", "/v1/users/ext:viewer", { name: "After" }));
    await foreign.until(({ event }) => event === "user.updated");
    expect(told(foreign)).toEqual([]);
    await Promise.all([...(heard ?? []), ...(silent ?? []), foreign].map((stream) => stream.close()));
  });

  test("streams that asked for some types hear of it by its name", async () => {
    const { owner, member } = acme.users;
    const [asked, others] = await Promise.all([
      readEvents(world, owner.session.token, { types: "conversation.typing,conversation.updated" }),
      readEvents(world, owner.session.token, { types: "conversation.updated" }),
    ]);
    await signal(member.call, "typing");
    await asked.until(isSignal);
    await catchUp(others);
    expect(told(others)).toEqual([]);
    await Promise.all([asked.close(), others.close()]);
  });

  test("a key neither types nor looks, and a viewer looks but does not type", async () => {
    const { viewer } = acme.users;
    await made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { assignees: [viewer.id] }));
    expect(await signal(acme.call, "typing")).toMatchObject({ status: 403, body: { code: "forbidden" } });
    expect((await signal(acme.call, "viewing")).status).toBe(403);
    expect((await signal(viewer.call, "typing")).status).toBe(403);
    expect((await signal(viewer.call, "viewing")).status).toBe(204);
    expect((await signal(viewer.call, "viewing", "away")).status).toBe(422);
  });
});

test("typing at one node is told on the streams of another", async () => {
  const url = await newPostgresDatabase();
  const bus = () => notifyBus({ url, logger: silentLogger });
  const world = await testGateway({ name: "PostgreSQL", open: async () => postgresEngine({ url }) }, { bus: bus() });
  const other = createGateway({
    engine: postgresEngine({ url }),
    clock: world.clock,
    masterKey: new Uint8Array(32).fill(7),
    environment: "sandbox",
    bus: bus(),
  });
  await other.start();
  const acme = await world.newTenant("acme");
  const { id } = await made<Conversation>(
    acme.call("POST", "/v1/conversations", { lineId: acme.line.id, participants: ["+14255550123"] }),
  );
  const fetch = (path: string, init?: RequestInit) => other.fetch(new Request(`http://gateway.test${path}`, init));
  const stream = await readEvents({ fetch }, acme.users.owner.session.token);
  let isHeard = false;
  const hearing = stream.until(isSignal).then((frame) => {
    isHeard = true;
    return frame;
  });
  // Buses connect in the background, and what is told before is lost.
  await vi.waitFor(async () => {
    world.clock.advance(2_000);
    await made(acme.users.admin.call("POST", `/v1/conversations/${id}/typing`, { state: "started" }));
    expect(isHeard).toBe(true);
  });
  expect((JSON.parse((await hearing).data ?? "") as Told).data).toMatchObject({ conversationId: id, state: "started" });
  await stream.close();
  await other.stop();
  await world.stop();
});
