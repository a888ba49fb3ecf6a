import { expect, test } from "vitest";
import type { MessageRow } from "../src/index.ts";
import { startClient, watch, watchNow } from "./client.ts";
import { problem, USER } from "./fake-gateway.ts";
import { settle } from "./test-clock.ts";

const textsOf = (rows: readonly MessageRow[]) => rows.map(({ message }) => message.text);

/** A client of a gateway with one conversation of `count` messages, "1", "2", … */
function withThread(count: number) {
  const world = startClient();
  const conversation = world.gateway.addConversation("+14255550123");
  for (let index = 1; index <= count; index += 1) world.gateway.addMessage(conversation.id, `${index}`);
  const expected = () => world.gateway.messagesOf(conversation.id).map(({ text }) => text);
  return { ...world, id: conversation.id, expected };
}

test("a text that comes between any two steps of the start is shown, and once", async () => {
  for (const step of ["stream asked", "stream open", "page asked", "page read", "page there", "all done"]) {
    const { gateway, trunkline, id, expected } = withThread(3);
    const say = () => gateway.addMessage(id, step);
    let reads = 0;
    gateway.meddle = async ({ path }) => {
      if (path === "/v1/events" && step === "stream asked") say();
      if (path.endsWith("/messages")) {
        reads += 1;
        if (step === "page asked") say();
      }
      return undefined;
    };
    gateway.beforeAnswer = async ({ path }) => {
      if (path === "/v1/events" && step === "stream open") say();
      if (!path.endsWith("/messages")) return;
      if (step === "page read") say();
      if (step === "page there") queueMicrotask(say);
    };
    const thread = trunkline.messages.live(id);
    await watchNow(thread);
    if (step === "all done") say();
    await settle();
    expect(textsOf(thread.getSnapshot().data), step).toEqual(expected());
    expect(expected(), step).toHaveLength(4);
    expect(reads, step).toBeGreaterThan(0);
  }
});

test("the first page is fetched after the stream stands", async () => {
  const { gateway, trunkline, id } = withThread(1);
  await watchNow(trunkline.messages.live(id));
  expect(gateway.calls.map(({ path }) => path)).toEqual(["/v1/events", `/v1/conversations/${id}/messages`]);
});

test("where no stream passes, pages still show, and are read again when one stands", async () => {
  const { gateway, clock, trunkline, id, expected } = withThread(2);
  gateway.meddle = ({ path }) => (path === "/v1/events" ? problem(502, "unavailable") : undefined);
  const thread = trunkline.messages.live(id);
  watch(thread);
  await clock.advance(5_000);
  expect(textsOf(thread.getSnapshot().data)).toEqual(["1", "2"]);
  gateway.addMessage(id, "3");
  gateway.meddle = () => undefined;
  await clock.advance(60_000);
  expect(textsOf(thread.getSnapshot().data)).toEqual(expected());
});

test("older pages come one by one, and calls at one time share one", async () => {
  const { gateway, trunkline, id, expected } = withThread(120);
  const thread = trunkline.messages.live(id);
  await watchNow(thread);
  expect(thread.getSnapshot()).toMatchObject({ hasMore: true, hasNewer: false });
  expect(thread.getSnapshot().data).toHaveLength(50);
  await Promise.all([thread.loadMore(), thread.loadMore()]);
  expect(thread.getSnapshot().data).toHaveLength(100);
  await thread.loadMore();
  await thread.loadMore();
  expect(textsOf(thread.getSnapshot().data)).toEqual(expected());
  expect(thread.getSnapshot().hasMore).toBe(false);
  expect(gateway.calls.filter(({ path }) => path.endsWith("/messages"))).toHaveLength(3);
});

test.each(["loadMore", "reload"] as const)(
  "a status that changes while %s is on its way is not lost to the page",
  async (call) => {
    const { gateway, trunkline, id } = withThread(0);
    const texts = Array.from({ length: 80 }, (_, index) =>
      gateway.addMessage(id, `${index}`, { direction: "outbound", status: "sent" }),
    );
    const thread = trunkline.messages.live(id);
    await watchNow(thread);
    const { promise, resolve } = Promise.withResolvers<void>();
    gateway.beforeAnswer = () => promise; // the page has been read, and is under way
    const loading = thread[call]();
    await settle();
    for (const text of texts) gateway.setStatus(text, "delivered");
    await settle();
    resolve();
    await loading;
    await settle();
    const shown = thread.getSnapshot().data.map(({ message }) => message.status);
    expect(shown).toEqual(Array(80).fill("delivered"));
  },
);

test("a page that fails is told, and leaves what is shown", async () => {
  const { gateway, clock, trunkline, id } = withThread(60);
  const thread = trunkline.messages.live(id);
  await watchNow(thread);
  gateway.meddle = () => problem(422, "invalid_input");
  await expect(thread.loadMore()).rejects.toMatchObject({ code: "invalid_input" });
  expect(thread.getSnapshot()).toMatchObject({ status: "ready", error: { code: "invalid_input" }, hasMore: true });
  expect(thread.getSnapshot().data).toHaveLength(50);
  gateway.meddle = () => undefined;
  await thread.loadMore();
  expect(thread.getSnapshot()).toMatchObject({ error: null, hasMore: false });
  await clock.advance(0);
});

test("a list opened around a place goes on to the end and follows from there", async () => {
  const { gateway, trunkline, id, expected } = withThread(300);
  const thread = trunkline.messages.live(id, { around: 100 });
  await watchNow(thread);
  const first = thread.getSnapshot();
  expect(first).toMatchObject({ hasMore: true, hasNewer: true });
  expect(textsOf(first.data)).toContain("100");
  gateway.addMessage(id, "301"); // beyond what is shown: not now
  await settle();
  expect(thread.getSnapshot()).toBe(first);
  while (thread.getSnapshot().hasNewer) await thread.loadNewer();
  while (thread.getSnapshot().hasMore) await thread.loadMore();
  await settle();
  expect(textsOf(thread.getSnapshot().data)).toEqual(expected());
  gateway.addMessage(id, "302");
  await settle();
  expect(textsOf(thread.getSnapshot().data)).toEqual(expected());
});

test("a hole in the sequence is filled before what follows it is shown", async () => {
  const { gateway, trunkline, id, expected } = withThread(3);
  const thread = trunkline.messages.live(id);
  const seen = await watchNow(thread);
  const lost = gateway.emit;
  gateway.emit = () => undefined; // two events that never come
  gateway.addMessage(id, "4");
  gateway.addMessage(id, "5");
  gateway.emit = lost;
  gateway.addMessage(id, "6");
  await settle();
  expect(textsOf(thread.getSnapshot().data)).toEqual(expected());
  for (const { data } of seen) {
    const sequences = data.map(({ message }) => message.sequence ?? 0);
    expect(sequences).toEqual(sequences.map((_, index) => index + 1));
  }
});

test("texts whose events come in the wrong order are shown in the right one", async () => {
  const { gateway, trunkline, id, expected } = withThread(1);
  const thread = trunkline.messages.live(id);
  await watchNow(thread);
  const held: (() => void)[] = [];
  const { emit } = gateway;
  gateway.emit = (type, data) => void held.push(() => emit.call(gateway, type, data));
  gateway.addMessage(id, "2");
  gateway.addMessage(id, "3");
  for (const send of held.reverse()) send();
  await settle();
  expect(textsOf(thread.getSnapshot().data)).toEqual(expected());
});

test("of two versions the later one is shown, in whatever order they come", async () => {
  const { gateway, trunkline, id } = withThread(1);
  const list = trunkline.conversations.live();
  const thread = trunkline.messages.live(id);
  await watchNow(thread);
  await watchNow(list);
  const queued = gateway.addMessage(id, "Hi", { direction: "outbound", status: "queued" });
  const sent = gateway.setStatus(queued, "sent");
  const delivered = gateway.setStatus(sent, "delivered");
  gateway.emit("message.updated", sent);
  gateway.emit("message.updated", queued);
  await settle();
  expect(thread.getSnapshot().data.at(-1)?.message.status).toBe(delivered.status);
  expect(list.getSnapshot().data[0]?.lastMessage?.status).toBe("delivered");
});

test("a text that must wait says why and until when, and no longer once it has gone", async () => {
  const { gateway, trunkline, id } = withThread(1);
  const thread = trunkline.messages.live(id);
  await watchNow(thread);
  const queued = gateway.addMessage(id, "Hi", { direction: "outbound", status: "queued" });
  const held = { code: "quiet_hours", until: "2026-11-03T16:00:00.000Z" };
  const waiting = gateway.changeMessage(queued, { held });
  gateway.emit("message.updated", queued); // which comes late
  await settle();
  expect(thread.getSnapshot().data.at(-1)?.message).toEqual(waiting);
  const sending = gateway.changeMessage(waiting, { status: "sending", held: null });
  gateway.emit("message.updated", waiting);
  await settle();
  expect(thread.getSnapshot().data.at(-1)?.message).toEqual(sending);
});

test("reset: everything is read again, nothing flickers, pending texts stay", async () => {
  const { gateway, clock, trunkline, id, expected } = withThread(60);
  const thread = trunkline.messages.live(id);
  await watchNow(thread);
  await thread.loadMore();
  gateway.meddle = ({ method }) => {
    if (method !== "POST") return undefined;
    throw new TypeError("fetch failed");
  };
  trunkline.messages.send(id, { text: "pending" }, { timeoutMs: 60_000 }).catch(() => undefined);
  await settle();
  const { emit } = gateway;
  gateway.emit = () => undefined;
  gateway.addMessage(id, "61");
  gateway.emit = emit;
  const seen = watch(thread);
  gateway.reset();
  await clock.advance(200);
  expect(textsOf(thread.getSnapshot().data)).toEqual([...expected(), "pending"]);
  for (const { status, data } of seen) {
    expect(status).toBe("ready");
    expect(data.length).toBeGreaterThanOrEqual(61);
    expect(data.at(-1)?.message.text).toBe("pending");
  }
});

test("snapshots and rows keep their identity while nothing changed", async () => {
  const { gateway, clock, trunkline, id } = withThread(3);
  const thread = trunkline.messages.live(id);
  const list = trunkline.conversations.live();
  await watchNow(thread);
  const seen = await watchNow(list);
  const [before, listBefore] = [thread.getSnapshot(), list.getSnapshot()];
  const calls = seen.length;
  gateway.reset();
  await clock.advance(1_000);
  gateway.cut();
  await clock.advance(5_000);
  expect(thread.getSnapshot()).toBe(before);
  expect(list.getSnapshot()).toBe(listBefore);
  expect(seen).toHaveLength(calls);
  gateway.addMessage(id, "4");
  await settle();
  expect(thread.getSnapshot()).not.toBe(before);
  expect(thread.getSnapshot().data.slice(0, 3)).toEqual(before.data);
  for (const [index, row] of before.data.entries()) expect(thread.getSnapshot().data[index]).toBe(row);
});

test("many events of one moment call listeners once", async () => {
  const { gateway, trunkline, id } = withThread(0);
  const thread = trunkline.messages.live(id);
  const seen = await watchNow(thread);
  const before = seen.length;
  gateway.batch(() => {
    for (let count = 0; count < 100; count += 1) gateway.addMessage(id, `${count}`);
  });
  await settle();
  expect(thread.getSnapshot().data).toHaveLength(100);
  expect(seen).toHaveLength(before + 1);
});

test("a view stops five seconds after its last subscriber, and starts again with the next", async () => {
  const { gateway, clock, trunkline, id } = withThread(2);
  const thread = trunkline.messages.live(id);
  const stop = thread.subscribe(() => undefined);
  await clock.advance(1_000);
  stop();
  await clock.advance(4_000);
  expect(gateway.streams.size).toBe(1);
  const again = thread.subscribe(() => undefined);
  await clock.advance(10_000);
  expect(gateway.callsTo("GET", "/v1/events")).toHaveLength(1);
  again();
  await clock.advance(5_000);
  expect(gateway.streams.size).toBe(0);
  expect(thread.getSnapshot()).toMatchObject({ status: "loading", data: [] });
  expect(clock.pending).toBe(0);
  await watchNow(thread);
  expect(thread.getSnapshot().data).toHaveLength(2);
  thread[Symbol.dispose]();
  await settle();
  expect(gateway.streams.size).toBe(0);
  expect(clock.pending).toBe(0);
});

test("functions of a live list work by themselves, as useSyncExternalStore calls them", async () => {
  const { trunkline, id } = withThread(1);
  const { subscribe, getSnapshot } = trunkline.messages.live(id);
  const stop = subscribe(() => undefined);
  await settle();
  expect(getSnapshot().data).toHaveLength(1);
  stop();
});

test("what may not be seen is an error that stays; what fails for a while is tried again", async () => {
  const { gateway, clock, trunkline, id } = withThread(1);
  const missing = trunkline.messages.live("conv_00000000000000000000009999");
  await watchNow(missing);
  expect(missing.getSnapshot()).toMatchObject({ status: "error", error: { code: "not_found" }, data: [] });
  gateway.meddle = ({ path }) => (path.endsWith("/messages") ? problem(503, "unavailable") : undefined);
  const thread = trunkline.messages.live(id);
  watch(thread);
  await clock.advance(30_000);
  expect(thread.getSnapshot()).toMatchObject({ status: "error", error: { code: "unavailable" } });
  gateway.meddle = () => undefined;
  await clock.advance(60_000);
  expect(thread.getSnapshot()).toMatchObject({ status: "ready", error: null });
  expect(thread.getSnapshot().data).toHaveLength(1);
});

test("conversations stand by their last activity, enter and leave as they come to match", async () => {
  const { gateway, trunkline } = startClient();
  const [ann, bob, cat] = ["+14255550101", "+14255550102", "+14255550103"].map((n) => gateway.addConversation(n));
  if (!ann || !bob || !cat) throw new Error("three were made");
  const open = trunkline.conversations.live({ state: "open" });
  await watchNow(open);
  const ids = () => open.getSnapshot().data.map(({ id }) => id);
  expect(ids()).toEqual([cat.id, bob.id, ann.id]);
  gateway.addMessage(ann.id, "Hello");
  await settle();
  expect(ids()).toEqual([ann.id, cat.id, bob.id]);
  gateway.changeConversation(cat.id, { state: "closed" });
  await settle();
  expect(ids()).toEqual([ann.id, bob.id]);
  gateway.changeConversation(cat.id, { state: "open" });
  const dan = gateway.addConversation("+14255550104");
  await settle();
  expect(ids()).toEqual([dan.id, ann.id, cat.id, bob.id]);
  expect(ids()).toEqual(gateway.conversations().map(({ id }) => id));
});

test("what lies below the last page comes with its page, and to the top when something is said in it", async () => {
  const { gateway, trunkline } = startClient();
  const all = Array.from({ length: 70 }, (_, index) => gateway.addConversation(`+1425555${1000 + index}`));
  const list = trunkline.conversations.live();
  await watchNow(list);
  expect(list.getSnapshot().data).toHaveLength(50);
  const [oldest, second] = all;
  if (!oldest || !second) throw new Error("seventy were made");
  gateway.changeConversation(second.id, { tags: ["vip"] });
  gateway.addMessage(oldest.id, "Remember me?");
  await settle();
  expect(list.getSnapshot().data).toHaveLength(51);
  expect(list.getSnapshot().data[0]?.id).toBe(oldest.id);
  expect(list.getSnapshot().data[0]?.viewer?.unreadCount).toBe(1); // asked for, because events do not tell
  await list.loadMore();
  expect(list.getSnapshot().data.map(({ id }) => id)).toEqual(gateway.conversations().map(({ id }) => id));
  expect(list.getSnapshot().hasMore).toBe(false);
});

test("unread counts are exact over inbound texts, reading here, reading elsewhere and answering", async () => {
  const { gateway, clock, trunkline, id } = withThread(3);
  const item = trunkline.conversations.live(id);
  await watchNow(item);
  await watchNow(trunkline.unread);
  const unread = () => item.getSnapshot().data?.viewer?.unreadCount;
  expect(unread()).toBe(3);
  expect(trunkline.unread.getSnapshot().data).toMatchObject({ conversations: 1, messages: 3 });
  gateway.addMessage(id, "4");
  await settle();
  expect(unread()).toBe(4);

  const reading = trunkline.conversations.markRead(id, 4);
  expect(unread()).toBe(0); // at once
  await reading;
  await clock.advance(5_000);
  expect(unread()).toBe(0);
  expect(trunkline.unread.getSnapshot().data).toMatchObject({ conversations: 0, messages: 0 });

  gateway.addMessage(id, "5");
  gateway.addMessage(id, "6");
  await settle();
  expect(unread()).toBe(2);
  const other = startClient({}, gateway);
  await other.trunkline.conversations.markRead(id, 5);
  await settle();
  expect(unread()).toBe(1);
  await trunkline.messages.send(id, { text: "On my way" });
  await settle();
  expect(unread()).toBe(0);
});

test("a count that was asked for earlier and answered later does not replace a newer one", async () => {
  const { gateway, clock, trunkline, id } = withThread(1);
  const { promise, resolve } = Promise.withResolvers<void>();
  let asked = 0;
  gateway.beforeAnswer = ({ path }) => {
    if (path !== "/v1/unread") return undefined;
    asked += 1;
    return asked === 1 ? promise : undefined;
  };
  watch(trunkline.unread);
  await settle();
  gateway.addMessage(id, "2");
  await clock.advance(5_000);
  resolve();
  await clock.advance(5_000);
  expect(trunkline.unread.getSnapshot().data?.messages).toBe(2);
});

test("what is read elsewhere while the first page of conversations is on its way stays read", async () => {
  const { gateway, trunkline, id } = withThread(2);
  const { promise, resolve } = Promise.withResolvers<void>();
  gateway.beforeAnswer = ({ path }) => (path === "/v1/conversations" ? promise : undefined);
  const list = trunkline.conversations.live();
  await watchNow(list);
  gateway.emit("conversation.read", { conversationId: id, userId: USER, readThroughSequence: 2, unreadCount: 0 });
  await settle();
  resolve();
  await settle();
  expect(list.getSnapshot().data[0]?.viewer).toEqual({ readThroughSequence: 2, unreadCount: 0 });
});

test("what happens while the first page of conversations is on its way is counted, and shown", async () => {
  const { gateway, trunkline, id } = withThread(1);
  const busy = gateway.addConversation("+14255550124");
  const sent = gateway.addMessage(busy.id, "Hi", { direction: "outbound", status: "sent" });
  const { promise, resolve } = Promise.withResolvers<void>();
  gateway.beforeAnswer = ({ path }) => (path === "/v1/conversations" ? promise : undefined);
  const list = trunkline.conversations.live();
  await watchNow(list);
  gateway.addMessage(id, "2");
  gateway.addMessage(id, "3");
  gateway.setStatus(sent, "delivered");
  await settle();
  resolve();
  await settle();
  const shown = new Map(list.getSnapshot().data.map((each) => [each.id, each]));
  expect(shown.get(id)).toMatchObject({ viewer: { unreadCount: 3 }, lastMessage: { text: "3" } });
  expect(shown.get(busy.id)?.lastMessage?.status).toBe("delivered");
});

test("reading that the gateway refuses is taken back", async () => {
  const { gateway, trunkline, id } = withThread(2);
  const item = trunkline.conversations.live(id);
  await watchNow(item);
  gateway.meddle = ({ path }) => (path.endsWith("/read") ? problem(403, "forbidden") : undefined);
  await expect(trunkline.conversations.markRead(id, 2)).rejects.toMatchObject({ code: "forbidden" });
  await settle();
  expect(item.getSnapshot().data?.viewer).toMatchObject({ unreadCount: 2, readThroughSequence: 0 });
});

test("a conversation that begins with an inbound text is unread from its first moment", async () => {
  const { gateway, trunkline } = startClient();
  const list = trunkline.conversations.live();
  await watchNow(list);
  const { id } = gateway.addConversation("+14255550123");
  gateway.addMessage(id, "Hello");
  await settle();
  expect(list.getSnapshot().data[0]?.viewer).toEqual({ readThroughSequence: 0, unreadCount: 1 });
  expect(gateway.callsTo("GET", `/v1/conversations/${id}`)).toHaveLength(0);
});
