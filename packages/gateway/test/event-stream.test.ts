import type { AnyEvent, Conversation, CreatedKey, CreatedSession, EventPage, Line, Message } from "@trunkline/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeCursor } from "../src/events/cursor.ts";
import { clearEvents } from "../src/events/retention.ts";
import { type Frame, readEvents } from "./support/event-reader.ts";
import { plainCarrier } from "./support/plain-carrier.ts";
import { eachStore } from "./support/stores.ts";
import { made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

const parse = (data: string | undefined) => JSON.parse(data ?? "null") as AnyEvent;
const isEvent = ({ event }: Frame) => event !== undefined && !event.startsWith("stream.");

eachStore((store) => {
  let world: TestGateway;
  let acme: TestTenant;
  let conversation: Conversation;

  beforeAll(async () => {
    world = await testGateway(store, { fetch: plainCarrier().fetch });
    acme = await world.newTenant("acme");
    conversation = await made(
      acme.call("POST", "/v1/conversations", { lineId: acme.line.id, participants: ["+14255550101"] }),
    );
  });
  afterAll(() => world.stop());

  const send = (text: string) =>
    made<Message>(acme.call("POST", `/v1/conversations/${conversation.id}/messages`, { text }));
  const createdFrames = (text: string) => (frame: { event?: string; data?: string }) =>
    frame.event === "message.created" && (parse(frame.data).data as Message).text === text;
  const session = (scope: object | undefined, role = "member", expiresInSeconds = 600) =>
    made<CreatedSession>(
      acme.call("POST", "/v1/sessions", {
        user: { externalId: `${role}-${JSON.stringify(scope)}`, name: "A person" },
        role,
        expiresInSeconds,
        ...(scope ? { scope } : {}),
      }),
    );

  test("a stream begins with where it stands and then shows what happens", async () => {
    const stream = await readEvents(world, acme.key.key);
    expect(stream.response.headers.get("content-type")).toBe("text/event-stream");
    const ready = await stream.next();
    expect(ready).toMatchObject({ event: "stream.ready" });
    expect(JSON.parse(ready?.data ?? "")).toEqual({ cursor: ready?.id, heartbeatMs: 15_000 });
    await send("live");
    const frame = await stream.until(createdFrames("live"));
    expect(parse(frame.data)).toMatchObject({ type: "message.created", tenantId: acme.tenant.id });
    await stream.close();
  });

  test("a stream that comes back with its last id misses nothing and repeats nothing", async () => {
    const first = await readEvents(world, acme.key.key);
    await send("before the cut");
    const last = await first.until(createdFrames("before the cut"));
    await first.close();
    await send("during the cut");
    const second = await readEvents(world, acme.key.key, { lastEventId: last.id ?? "" });
    await send("after the cut");
    await second.until(createdFrames("after the cut"));
    const texts = second.frames
      .filter(({ event }) => event === "message.created")
      .map(({ data }) => (parse(data).data as Message).text);
    expect(texts).toEqual(["during the cut", "after the cut"]);
    const cursors = second.frames.flatMap(({ id }) => id ?? []);
    expect(new Set(cursors).size).toBe(cursors.length);
    await second.close();
  });

  test("a stream says once when it has told all that was missed", async () => {
    const { body: start } = await acme.call<EventPage>("GET", "/v1/events?limit=200");
    for (let n = 0; n < 3; n++) await send(`missed ${n}`);
    const stream = await readEvents(world, acme.key.key, { after: start.cursor });
    const caughtUp = await stream.until(({ event }) => event === "stream.caught_up");
    expect(JSON.parse(caughtUp.data ?? "")).toEqual({ cursor: caughtUp.id });
    const created = () => stream.frames.filter(({ event }) => event === "message.created").length;
    expect(created()).toBe(3);
    await send("live");
    await stream.until(createdFrames("live"));
    expect(stream.frames.filter(({ event }) => event === "stream.caught_up")).toHaveLength(1);
    await stream.close();

    const resumed = await readEvents(world, acme.key.key, { lastEventId: caughtUp.id ?? "" });
    await resumed.until(({ event }) => event === "stream.caught_up");
    expect(resumed.frames.filter(({ event }) => event === "message.created")).toHaveLength(1);
    await resumed.close();

    const fresh = await readEvents(world, acme.key.key);
    await fresh.until(({ event }) => event === "stream.caught_up");
    expect(fresh.frames.map(({ event }) => event)).toEqual(["stream.ready", "stream.caught_up"]);
    await fresh.close();
  });

  test("the pages and the stream are one log", async () => {
    const { body: start } = await acme.call<EventPage>("GET", "/v1/events?limit=200");
    const stream = await readEvents(world, acme.key.key, { after: start.cursor });
    for (let n = 0; n < 5; n++) await send(`both ${n}`);
    await world.gateway.idle();
    const ids: string[] = [];
    for (let cursor = start.cursor, hasMore = true; hasMore; ) {
      const { body } = await acme.call<EventPage>("GET", `/v1/events?after=${cursor}&limit=3`);
      ids.push(...body.data.map(({ id }) => id));
      ({ cursor, hasMore } = body);
    }
    await stream.until(({ data }) => parse(data).id === ids.at(-1));
    expect(stream.frames.filter(isEvent).map(({ data }) => parse(data).id)).toEqual(ids);
    expect(ids.length).toBeGreaterThanOrEqual(20);
    await stream.close();
  });

  test("only the types that were asked for are shown", async () => {
    const stream = await readEvents(world, acme.key.key, { types: "conversation.*,message.created" });
    await send("typed");
    await world.gateway.idle();
    await send("typed again");
    await stream.until(createdFrames("typed again"));
    expect(new Set(stream.frames.map(({ event }) => event))).toEqual(
      new Set(["stream.ready", "stream.caught_up", "message.created", "conversation.updated"]),
    );
    await stream.close();
  });

  test.each([
    ["of another epoch", () => encodeCursor("elsewhere", { xid: 3n, n: 1 })],
    ["that is none", () => "nonsense"],
  ])("a cursor %s resets a stream and is refused on pages", async (_, cursor) => {
    const stream = await readEvents(world, acme.key.key, { after: cursor() });
    const frame = await stream.until(({ event }) => event === "stream.reset");
    expect(frame.data).toBe('{"reason":"cursor_unknown"}');
    expect(frame.id).toBeTruthy();
    await send("after the reset");
    await stream.until(createdFrames("after the reset"));
    await stream.close();
    expect(await acme.call("GET", `/v1/events?after=${cursor()}`)).toMatchObject({
      status: 400,
      body: { code: "invalid_cursor" },
    });
  });

  test("a cursor before the kept log resets a stream, one within it does not", async () => {
    const other = await world.newTenant("forgetful");
    const { body: all } = await other.call<EventPage>("GET", "/v1/events");
    const { body: old } = await other.call<EventPage>("GET", "/v1/events?limit=1");
    expect(all.data.length).toBeGreaterThan(1);
    const later = new Date(world.clock.now() + 1);
    await world.database.tenant(other.tenant.id, (tx) => clearEvents(tx, other.tenant.id, later, 1000));
    const stream = await readEvents(world, other.key.key, { after: old.cursor });
    expect(await stream.until(({ event }) => event === "stream.reset")).toMatchObject({
      data: '{"reason":"cursor_too_old"}',
    });
    await stream.close();
    const fresh = await readEvents(world, other.key.key, { after: all.cursor });
    await fresh.until(({ event }) => event === "stream.caught_up"); // what comes sooner is part of the backlog
    await made(other.call("PATCH", `/v1/lines/${other.line.id}`, { name: "Renamed" }));
    await fresh.until(({ event }) => event === "line.updated");
    expect(fresh.frames.map(({ event }) => event)).toEqual(["stream.ready", "stream.caught_up", "line.updated"]);
    await fresh.close();
  });

  test("a stream ends with its token and says so", async () => {
    const { token } = await session(undefined, "owner", 60);
    const stream = await readEvents(world, token);
    await stream.next();
    world.clock.advance(60_000);
    const frames = await stream.rest();
    expect(frames.at(-1)).toMatchObject({ event: "stream.end", data: '{"reason":"token_expired"}' });
  });

  test("a revoked session's stream ends", async () => {
    const { id, token } = await session(undefined, "admin");
    const stream = await readEvents(world, token);
    await stream.next();
    await made(acme.call("DELETE", `/v1/sessions/${id}`));
    expect((await stream.rest()).at(-1)).toMatchObject({ event: "stream.end", data: '{"reason":"session_revoked"}' });
  });

  test("the stream of a key's old secret ends", async () => {
    const { id, key } = await made<CreatedKey>(
      acme.call("POST", "/v1/keys", { name: "leaked", scopes: ["conversations.read"] }),
    );
    const stream = await readEvents(world, key);
    await stream.next();
    await made(acme.call("POST", `/v1/keys/${id}/rotate`));
    expect((await stream.rest()).at(-1)).toMatchObject({ event: "stream.end", data: '{"reason":"session_revoked"}' });
  });

  test("a member who is given a line is told to read again, and sees its texts from then on", async () => {
    const { token, user } = await session(undefined);
    const stream = await readEvents(world, token);
    await stream.next();
    await send("unseen");
    await world.gateway.idle(); // the stream has passed it by
    await made<Line>(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { assignees: [user.id] }));
    const reset = await stream.until(({ event }) => event === "stream.reset");
    expect(reset.data).toBe('{"reason":"access_changed"}');
    await send("seen");
    await stream.until(createdFrames("seen"));
    await made<Line>(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { assignees: [] }));
    await stream.until(({ event }) => event === "stream.reset");
    await send("unseen again");
    await made(acme.call("PATCH", `/v1/users/${user.id}`, { name: "The last event" }));
    await stream.until(({ event }) => event === "user.updated");
    const texts = stream.frames.filter(({ event }) => event === "message.created").map(({ data }) => parse(data));
    expect(texts.map(({ data }) => (data as Message).text)).toEqual(["seen"]);
    await stream.close();
  });

  test("a stream shows nothing of another tenant", async () => {
    const other = await world.newTenant("other");
    const { body: start } = await acme.call<EventPage>("GET", "/v1/events?limit=200");
    const stream = await readEvents(world, other.key.key, { after: start.cursor });
    await send("private");
    await made(other.call("PATCH", `/v1/lines/${other.line.id}`, { name: "Ours" }));
    await stream.until(({ event, data }) => event === "line.updated" && parse(data).tenantId === other.tenant.id);
    const tenants = new Set(stream.frames.filter(isEvent).map(({ data }) => parse(data).tenantId));
    expect(tenants).toEqual(new Set([other.tenant.id]));
    await stream.close();
  });

  test("a key without the right to read conversations sees none of their events", async () => {
    const { key } = await made<{ key: string }>(
      acme.call("POST", "/v1/keys", { name: "lines only", scopes: ["lines.read"] }),
    );
    await send("not for this key");
    const narrow = world.as(key);
    const { body: page } = await narrow<EventPage>("GET", "/v1/events?limit=200");
    expect(page.data.length).toBeGreaterThan(0);
    expect(page.data.filter(({ type }) => !type.startsWith("line."))).toEqual([]);
  });
});
