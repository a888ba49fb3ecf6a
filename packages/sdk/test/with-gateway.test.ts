import type { CreateSession } from "@trunkline/protocol";
import { createSandbox, type Sandbox } from "@trunkline/sandbox";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import {
  apiKeyAuth,
  type Conversation,
  type ConversationId,
  createTrunkline,
  type Live,
  type MessageRow,
  sessionAuth,
  type Trunkline,
  type TrunklineOptions,
} from "../src/index.ts";
import { BreakableLine, hastyClock } from "./breakable-line.ts";
import { memoryStorage, outcomeOf, watch } from "./client.ts";
import { eventually } from "./sandbox.ts";

/* The real gateway with a simulated world outside: what the mechanics of the other tests are for. */

let sandbox: Sandbox;
let line: { id: `line_${string}`; number: string };
let lastNumber = 0;

beforeAll(async () => {
  sandbox = await createSandbox({ now: "2026-11-02T09:00:00Z" });
  const [first] = sandbox.lines;
  if (!first) throw new Error("the sandbox has a line");
  line = first as typeof line;
});
afterAll(() => sandbox.close());

/** A number that nobody has texted yet. */
function newNumber(): string {
  lastNumber += 1;
  return `+1425555${String(1_000 + lastNumber)}`;
}

function connect(options: Partial<TrunklineOptions> = {}, user = "ada") {
  const wire = new BreakableLine(sandbox.fetch);
  const trunkline = createTrunkline({
    gateway: sandbox.url,
    auth: sandbox.auth(user),
    fetch: wire.fetch,
    ...options,
    platform: { clock: hastyClock, random: () => 0.5, ...options.platform },
  });
  onTestFinished(() => trunkline.close());
  return { wire, trunkline };
}

/** The thread with a number that has texted the line. */
async function threadWith(trunkline: Trunkline, number: string, text = "Hello"): Promise<Conversation> {
  await sandbox.handset(number).text(line.number, text);
  return trunkline.conversations.open({ lineId: line.id, participants: [number] });
}

const textsOf = (live: Live<MessageRow>) => live.getSnapshot().data.map(({ message }) => message.text);

async function listOf(trunkline: Trunkline, id: ConversationId): Promise<string[]> {
  const texts: string[] = [];
  for await (const { text } of trunkline.messages.list(id, { order: "asc", limit: 200 })) texts.push(text);
  return texts;
}

test("a text comes in, is answered, and its answer's status goes on to delivered", async () => {
  const { trunkline } = connect();
  const number = newNumber();
  const inbox = trunkline.conversations.live();
  watch(inbox);
  await eventually(() => expect(inbox.getSnapshot().status).toBe("ready"));
  const { id } = await threadWith(trunkline, number, "Do you open on Sunday?");
  const first = () => inbox.getSnapshot().data[0];
  await eventually(() => expect(first()).toMatchObject({ id, viewer: { unreadCount: 1 } }));

  const thread = trunkline.messages.live(id);
  watch(thread);
  await eventually(() => expect(textsOf(thread)).toEqual(["Do you open on Sunday?"]));
  const sending = trunkline.messages.send(id, { text: "From ten to four." });
  const row = thread.getSnapshot().data[1];
  expect(row).toMatchObject({ state: "sending", message: { text: "From ten to four." } });
  await expect(sending).resolves.toMatchObject({ status: "queued", clientId: row?.key });
  await sandbox.clock.advance("PT1M");
  await eventually(() => {
    expect(thread.getSnapshot().data[1]).toMatchObject({
      key: row?.key,
      state: "accepted",
      message: { status: "delivered" },
    });
    expect(first()?.lastMessage).toMatchObject({ text: "From ten to four.", status: "delivered" });
    expect(first()?.viewer?.unreadCount).toBe(0); // whoever answers has read
  });
  expect(sandbox.handset(number).messages().at(-1)).toMatchObject({ direction: "received", text: "From ten to four." });
});

test("a stream cut at any byte loses nothing and repeats nothing", async () => {
  const { trunkline, wire } = connect();
  const number = newNumber();
  const { id } = await threadWith(trunkline, number, "0");
  const thread = trunkline.messages.live(id);
  const heard: string[] = [];
  trunkline.events.on("message.created", ({ data }) => {
    if (data.conversationId === id) heard.push(data.text);
  });
  watch(thread);
  await eventually(() => expect(textsOf(thread)).toEqual(["0"]));
  for (let round = 1; round <= 40; round += 1) {
    wire.cutAfterBytes = 1 + round * 53;
    wire.cut();
    await sandbox.handset(number).text(line.number, `${round}`);
    if (round % 3 === 0) await sandbox.handset(number).text(line.number, `${round} again`);
  }
  const expected = await listOf(trunkline, id);
  expect(expected.length).toBe(1 + 40 + 13);
  await eventually(() => expect(textsOf(thread)).toEqual(expected));
  await eventually(() => expect(trunkline.connection.getSnapshot().state).toBe("live"));
  expect(heard).toEqual(expected.slice(1)); // all that was missed has been told by now
});

test("a line that is away for a while: what came in is there, what was written leaves", async () => {
  const { trunkline, wire } = connect({ platform: { isBrowser: true, storage: memoryStorage(), clock: hastyClock } });
  const number = newNumber();
  const { id } = await threadWith(trunkline, number, "one");
  const thread = trunkline.messages.live(id);
  watch(thread);
  await eventually(() => expect(textsOf(thread)).toEqual(["one"]));
  const states = watch(trunkline.connection);
  wire.isDown = true;
  wire.cut();
  await sandbox.handset(number).text(line.number, "two");
  const sending = outcomeOf(trunkline.messages.send(id, { text: "three" }));
  await eventually(() => expect(states).toContainEqual(expect.objectContaining({ state: "waiting", attempt: 3 })));
  expect(textsOf(thread)).toEqual(["one", "three"]);
  wire.isDown = false;
  trunkline.connection.retry();
  await eventually(() => expect(textsOf(thread)).toEqual(["one", "two", "three"]));
  await eventually(() => expect(sending.value).toMatchObject({ text: "three" }));
});

test("a reload sends what was under way, and the carrier takes it once", async () => {
  const storage = memoryStorage();
  const first = connect({ platform: { isBrowser: true, storage, clock: hastyClock } });
  const number = newNumber();
  const { id } = await threadWith(first.trunkline, number);
  await first.trunkline.me.get();
  const text = "Your table is ready";
  first.wire.losesAnswersTo = /^POST .*\/messages$/;
  outcomeOf(first.trunkline.messages.send(id, { text }));
  await eventually(async () => expect(await listOf(first.trunkline, id)).toContain(text));
  await first.trunkline.close(); // before it could see the answer
  expect(storage.length).toBe(1);

  const second = connect({ platform: { isBrowser: true, storage, clock: hastyClock } });
  await eventually(() => expect(storage.length).toBe(0));
  await sandbox.clock.advance("PT1M");
  expect((await listOf(second.trunkline, id)).filter((each) => each === text)).toHaveLength(1);
  expect(sandbox.carrier("sandbox").accepted.filter((each) => each.text === text)).toHaveLength(1);
});

test("five sends under one key at a time are one text with one answer", async () => {
  const { trunkline } = connect();
  const target = { from: line.number, to: newNumber() };
  const clients = Array.from({ length: 5 }, () => connect().trunkline);
  const sent = await Promise.all(
    clients.map((client) => client.messages.send(target, { text: "Once" }, { idempotencyKey: `job-${target.to}` })),
  );
  expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
  for (const message of sent) expect(message).toEqual(sent[0]);
  await sandbox.clock.advance("PT1M");
  expect(sandbox.carrier("sandbox").accepted.filter(({ to }) => to === target.to)).toHaveLength(1);
  await expect(
    trunkline.messages.send(target, { text: "Other" }, { idempotencyKey: `job-${target.to}` }),
  ).rejects.toMatchObject({ code: "idempotency_key_reused", status: 422 });
});

test("reading in one window is read in the other, and the badge follows", async () => {
  const { trunkline: one } = connect();
  const { trunkline: two } = connect();
  const number = newNumber();
  const { id } = await threadWith(one, number);
  await sandbox.handset(number).text(line.number, "Anybody there?");
  const item = two.conversations.live(id);
  watch(item);
  watch(two.unread);
  await eventually(() => expect(item.getSnapshot().data?.viewer?.unreadCount).toBe(2));
  await eventually(async () => expect(two.unread.getSnapshot().data).toEqual(await one.unread.get()));
  const before = two.unread.getSnapshot().data?.messages ?? 0;
  await one.conversations.markRead(id, 2);
  await eventually(() => expect(item.getSnapshot().data?.viewer).toEqual({ readThroughSequence: 2, unreadCount: 0 }));
  await eventually(() => expect(two.unread.getSnapshot().data?.messages).toBe(before - 2));
});

test("nobody else's stream hears of what somebody reads, and their own counts stay", async () => {
  const { trunkline: reader } = connect();
  const { trunkline: window } = connect();
  const { trunkline: colleague } = connect({}, "ben");
  const number = newNumber();
  const { id } = await threadWith(reader, number);
  const [own, others]: [string[], string[]] = [[], []];
  for (const [client, heard] of [[window, own] as const, [colleague, others] as const]) {
    client.events.on("conversation.read", ({ data }) => heard.push(`read ${data.conversationId}`));
    client.events.on("message.created", ({ data }) => heard.push(data.text));
    await eventually(() => expect(client.connection.getSnapshot().state).toBe("live"));
  }
  const before = (await colleague.unread.get()).messages;
  await reader.conversations.markRead(id, 1);
  await eventually(() => expect(own).toContain(`read ${id}`));
  // What comes after it in the log tells that everything before it has been told.
  await sandbox.handset(number).text(line.number, "After that");
  await eventually(() => expect(others).toContain("After that"));
  expect(others.filter((what) => what.startsWith("read"))).toEqual([]);
  expect((await colleague.unread.get()).messages).toBe(before + 1);
});

test("conversations enter and leave a list as the gateway's filter says", async () => {
  const { trunkline } = connect();
  const { id } = await threadWith(trunkline, newNumber());
  await threadWith(trunkline, newNumber());
  const me = await trunkline.me.get();
  const mine = trunkline.conversations.live({ assigneeId: `ext:${me.user?.externalId}`, state: "open" });
  watch(mine);
  await eventually(() => expect(mine.getSnapshot()).toMatchObject({ status: "ready", data: [] }));
  await trunkline.conversations.update(id, { assigneeId: me.user?.id ?? null, tags: ["vip"] });
  await eventually(() => expect(mine.getSnapshot().data.map((each) => each.id)).toEqual([id]));
  const vips = trunkline.conversations.live({ tag: "vip" });
  watch(vips);
  await eventually(() => expect(vips.getSnapshot().data.map((each) => each.id)).toEqual([id]));
  const number = vips.getSnapshot().data[0]?.participants[0]?.number ?? "";
  const theirs = trunkline.conversations.live({ participant: number.replace(/^(.{5})/, "$1 ") });
  watch(theirs);
  await eventually(() => expect(theirs.getSnapshot().data.map((each) => each.id)).toEqual([id]));
  await trunkline.conversations.update(id, { tags: ["vip", "sailor"] });
  await eventually(() => expect(theirs.getSnapshot().data).toMatchObject([{ id, tags: ["vip", "sailor"] }]));
  await trunkline.conversations.update(id, { state: "closed" });
  await eventually(() => expect(mine.getSnapshot().data).toEqual([]));
  const page = await trunkline.conversations.list({ assigneeId: `ext:${me.user?.externalId}`, state: "open" }).page();
  expect(page.data).toEqual([]);
});

test("a list opened around a message goes both ways to the ends", async () => {
  const { trunkline } = connect();
  const number = newNumber();
  const { id } = await threadWith(trunkline, number, "1");
  for (let count = 2; count <= 130; count += 1) await sandbox.handset(number).text(line.number, `${count}`);
  const thread = trunkline.messages.live(id, { around: 30 });
  watch(thread);
  await eventually(() => expect(textsOf(thread)).toContain("30"));
  expect(thread.getSnapshot()).toMatchObject({ hasNewer: true });
  while (thread.getSnapshot().hasNewer) await thread.loadNewer();
  while (thread.getSnapshot().hasMore) await thread.loadMore();
  expect(textsOf(thread)).toEqual(await listOf(trunkline, id));
  await sandbox.handset(number).text(line.number, "131");
  await eventually(() => expect(textsOf(thread).at(-1)).toBe("131"));
});

test("a session that ends is replaced, and the stream goes on without a gap", async () => {
  const [tenant] = sandbox.tenants;
  if (!tenant) throw new Error("the sandbox has a tenant");
  const server = connect({ auth: apiKeyAuth(tenant.apiKey) }).trunkline;
  const user: CreateSession["user"] = { externalId: "ada", name: "Ada Moreno" };
  const mint = vi.fn(() => server.sessions.create({ user, expiresInSeconds: 60 }));
  const { trunkline } = connect({ auth: sessionAuth(mint) });
  const number = newNumber();
  const { id } = await threadWith(trunkline, number, "before");
  const thread = trunkline.messages.live(id);
  watch(thread);
  await eventually(() => expect(textsOf(thread)).toEqual(["before"]));
  const minted = mint.mock.calls.length;
  await sandbox.clock.advance("PT2M");
  await sandbox.handset(number).text(line.number, "after");
  await eventually(() => expect(textsOf(thread)).toEqual(["before", "after"]));
  expect(mint.mock.calls.length).toBeGreaterThan(minted);
});

test("what the caller may no longer see leaves the list", async () => {
  const owner = connect().trunkline;
  const { trunkline } = connect({}, "chidi");
  const chidi = (await trunkline.me.get()).user;
  if (!chidi) throw new Error("chidi is a user");
  const before = await owner.lines.get(line.id);
  onTestFinished(async () => {
    await owner.lines.update(line.id, { assignees: before.assignees });
  });
  await owner.lines.update(line.id, { assignees: [chidi.id] });
  const { id } = await threadWith(owner, newNumber());
  const list = trunkline.conversations.live({ lineId: line.id });
  watch(list);
  await eventually(() => expect(list.getSnapshot().data.map((each) => each.id)).toContain(id));
  await owner.lines.update(line.id, { assignees: [] });
  await eventually(() => expect(list.getSnapshot()).toMatchObject({ status: "ready", data: [] }));
});

test("resources of a server: tenants, keys, carrier accounts, lines, users, the log", async () => {
  const operator = createTrunkline({
    gateway: sandbox.url,
    auth: apiKeyAuth(sandbox.operatorKey),
    fetch: sandbox.fetch,
  });
  onTestFinished(() => operator.close());
  const tenant = await operator.tenants.create({ name: "Nightjar Books", externalId: "nightjar" });
  await expect(operator.keys.list().page()).rejects.toMatchObject({ code: "tenant_required", status: 400 });
  const acting = connect({ auth: apiKeyAuth(sandbox.operatorKey).forTenant("ext:nightjar") }).trunkline;
  await expect(acting.tenant.get()).resolves.toMatchObject({ id: tenant.id });
  const { key } = await acting.keys.create({ name: "server" });
  const server = connect({ auth: apiKeyAuth(key) }).trunkline;
  const world = await sandbox.fetch(`${sandbox.worldUrl}/world`);
  const { carriers } = (await world.json()) as { carriers: { sandbox: { baseUrl: string; apiKey: string } } };
  const { baseUrl, apiKey } = carriers.sandbox; // the carrier is asked whether it knows them
  const account = await server.carrierAccounts.create({
    carrier: "sandbox",
    name: "Sandbox",
    credentials: { baseUrl, apiKey, webhookSecret: "s" },
  });
  const lines = server.lines.live();
  watch(lines);
  await eventually(() => expect(lines.getSnapshot()).toMatchObject({ status: "ready", data: [] }));
  const added = await server.lines.create({ name: "Desk", carrierAccountId: account.id, number: "+12065550177" });
  await eventually(() => expect(lines.getSnapshot().data).toMatchObject([{ id: added.id, name: "Desk" }]));
  await server.lines.update(added.id, { name: "Front desk" });
  await eventually(() => expect(lines.getSnapshot().data).toMatchObject([{ name: "Front desk" }]));
  await server.lines.delete(added.id);
  await eventually(() => expect(lines.getSnapshot().data).toEqual([]));
  const session = await server.sessions.create({ user: { externalId: "u1", name: "Uma" } });
  await expect(server.users.get("ext:u1")).resolves.toMatchObject({ id: session.user.id, name: "Uma" });
  await server.sessions.delete(session.id);
  const types: string[] = [];
  for await (const { type } of server.events.list({ limit: 2 })) types.push(type);
  expect(types).toEqual(expect.arrayContaining(["line.created", "line.updated", "line.removed"]));
  await operator.tenants.delete(tenant.id);
});
