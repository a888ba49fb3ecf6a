import { expect, test } from "vitest";
import type { MessageRow, Platform } from "../src/index.ts";
import { memoryStorage, outcomeOf, startClient, watchNow } from "./client.ts";
import { FakeGateway, json, problem } from "./fake-gateway.ts";
import { settle } from "./test-clock.ts";

const away = () => {
  throw new TypeError("fetch failed");
};

/** A browser's client on a thread with one message. `storage` is that of its tab. */
async function inBrowser({
  storage = memoryStorage(),
  gateway = new FakeGateway(),
  ...platform
}: Partial<Platform> & { gateway?: FakeGateway } = {}) {
  const world = startClient({ platform: { isBrowser: true, storage, ...platform } }, gateway);
  const conversation = gateway.conversations()[0] ?? gateway.addConversation("+14255550123");
  const thread = world.trunkline.messages.live(conversation.id);
  const seen = await watchNow(thread);
  const { id } = conversation;
  const rows = () => thread.getSnapshot().data;
  const posts = () => gateway.callsTo("POST", `/v1/conversations/${id}/messages`);
  const send = (text: string, options = {}) => world.trunkline.messages.send(id, { text }, options);
  return { ...world, storage, id, thread, seen, rows, posts, send };
}

const shown = (rows: readonly MessageRow[]) => rows.map(({ state, message }) => `${message.text}: ${state}`);

test("a text is shown at once and keeps its row's key when it is accepted", async () => {
  const { send, rows, seen } = await inBrowser();
  const before = seen.length;
  const sending = send("On my way");
  const [pending] = rows();
  expect(pending).toMatchObject({ state: "sending", message: { text: "On my way", id: null, status: null } });
  const message = await sending;
  await settle();
  expect(rows()).toEqual([{ key: pending?.key, state: "accepted", message }]);
  expect(message.clientId).toBe(pending?.key);
  expect(seen.length).toBeGreaterThan(before);
  for (const { data } of seen.slice(before)) expect(data.map(({ key }) => key)).toEqual([pending?.key]); // never away, never twice
});

test("the event may come before the answer, the answer may be lost: the row is one", async () => {
  const { gateway, clock, send, rows, posts, seen } = await inBrowser();
  let answers = 0;
  gateway.beforeAnswer = ({ method }) => {
    if (method !== "POST") return;
    answers += 1;
    if (answers === 1) away(); // it was stored, and the answer did not arrive
  };
  const message = await send("Once");
  await clock.advance(60_000);
  expect(posts()).toHaveLength(1);
  expect(rows()).toEqual([{ key: message.clientId, state: "accepted", message }]);
  for (const { data } of seen) expect(data.length).toBeLessThanOrEqual(1);
});

test("an answer that is lost is asked for again under the same key, and the text is taken once", async () => {
  const { gateway, clock, send, id, posts, rows } = await inBrowser();
  const { emit } = gateway;
  gateway.emit = () => undefined; // nor does an event come
  let answers = 0;
  gateway.beforeAnswer = ({ method }) => {
    if (method !== "POST") return;
    answers += 1;
    if (answers < 3) away();
  };
  const outcome = outcomeOf(send("Once"));
  await clock.advance(10_000);
  gateway.emit = emit;
  expect(outcome.value).toMatchObject({ text: "Once" });
  expect(new Set(posts().map(({ headers }) => headers.get("Idempotency-Key"))).size).toBe(1);
  expect(posts().length).toBe(3);
  expect(gateway.messagesOf(id)).toHaveLength(1);
  expect(shown(rows())).toEqual(["Once: accepted"]);
});

test("a refused text stays with its error; it can be sent again or removed", async () => {
  const { gateway, trunkline, send, rows, id } = await inBrowser();
  gateway.meddle = ({ method }) => (method === "POST" ? problem(422, "too_long") : undefined);
  await expect(send("Too long")).rejects.toMatchObject({ code: "too_long" });
  const [row] = rows();
  expect(row).toMatchObject({ state: "failed", error: { code: "too_long" } });
  if (!row) throw new Error("a row was there");
  gateway.meddle = () => undefined;
  const again = trunkline.messages.resend(row.key);
  expect(rows()[0]).toMatchObject({ key: row.key, state: "sending" });
  await expect(again).resolves.toMatchObject({ clientId: row.key });
  await settle();
  expect(rows()).toMatchObject([{ key: row.key, state: "accepted" }]);

  gateway.meddle = ({ method }) => (method === "POST" ? problem(403, "forbidden") : undefined);
  await expect(send("Never mind")).rejects.toMatchObject({ code: "forbidden" });
  trunkline.messages.discard(rows()[1]?.key ?? "");
  expect(shown(rows())).toEqual(["Too long: accepted"]);
  expect(gateway.messagesOf(id)).toHaveLength(1);
  await expect(trunkline.messages.resend("nothing")).rejects.toMatchObject({ code: "not_found" });
});

test("while the line is away texts wait in their order, and leave when it is back", async () => {
  const { gateway, clock, send, rows, id } = await inBrowser();
  gateway.meddle = away;
  gateway.cut();
  const outcomes = ["one", "two", "three"].map((text) => outcomeOf(send(text)));
  await clock.advance(120_000);
  expect(shown(rows())).toEqual(["one: sending", "two: sending", "three: sending"]);
  gateway.meddle = () => undefined;
  await clock.advance(40_000);
  expect(gateway.messagesOf(id).map(({ text }) => text)).toEqual(["one", "two", "three"]);
  expect(shown(rows())).toEqual(["one: accepted", "two: accepted", "three: accepted"]);
  for (const { value } of outcomes) expect(value).toBeDefined();
});

test("a text that was told to wait says why and until when, in its thread and to whoever shows no thread", async () => {
  const { trunkline, gateway, clock, send, rows, id } = await inBrowser();
  gateway.meddle = ({ method }) =>
    method === "POST" ? problem(429, "rate_limited", { "retry-after": "90" }) : undefined;
  let changes = 0;
  const stop = trunkline.unsent.watch(() => {
    changes += 1;
  });
  const sending = send("One of many");
  expect(rows()[0]).toMatchObject({ state: "sending", delay: null });
  await settle();
  const [waiting] = trunkline.unsent.of(id);
  expect(waiting).toMatchObject({ state: "sending", delay: { error: { code: "rate_limited" } } });
  expect(waiting?.state === "sending" && waiting.delay?.until).toBe(new Date(clock.now() + 90_000).toISOString());
  expect(rows()[0]).toEqual(waiting);
  gateway.meddle = () => undefined;
  await clock.advance(90_000);
  await sending;
  expect(trunkline.unsent.of(id)).toEqual([]);
  expect(shown(rows())).toEqual(["One of many: accepted"]);
  expect(changes).toBeGreaterThanOrEqual(3);
  stop();
});

test("the network's return sends at once what waits", async () => {
  const page = new EventTarget();
  const { gateway, clock, send, rows } = await inBrowser({ wakeUps: [page] });
  gateway.meddle = away;
  send("wake me").catch(() => undefined);
  await clock.advance(104_000);
  gateway.meddle = () => undefined;
  await clock.advance(10);
  expect(shown(rows())).toEqual(["wake me: sending"]);
  page.dispatchEvent(new Event("online"));
  await settle();
  expect(shown(rows())).toEqual(["wake me: accepted"]);
});

test("after ten minutes a person decides; the promise settles then", async () => {
  const { gateway, clock, send, rows } = await inBrowser();
  gateway.meddle = ({ method }) => (method === "POST" ? away() : undefined);
  const outcome = outcomeOf(send("Anybody?"));
  await clock.advance(9 * 60_000);
  expect(outcome.error).toBeUndefined();
  await clock.advance(2 * 60_000);
  expect(outcome.error).toMatchObject({ code: "network_error" });
  expect(rows()[0]).toMatchObject({ state: "failed" });
});

test("a double click under one key is one text", async () => {
  const { send, id, gateway, rows } = await inBrowser();
  const [first, second] = await Promise.all([
    send("Deal", { idempotencyKey: "click-1" }),
    send("Deal", { idempotencyKey: "click-1" }),
  ]);
  await settle();
  expect(second).toBe(first);
  expect(gateway.messagesOf(id)).toHaveLength(1);
  expect(rows()).toHaveLength(1);
});

test("an aborted text leaves no row", async () => {
  const { gateway, clock, send, rows, id } = await inBrowser();
  gateway.meddle = ({ method }) => (method === "POST" ? away() : undefined);
  const controller = new AbortController();
  const outcome = outcomeOf(send("Wait", { signal: controller.signal }));
  await clock.advance(30_000);
  controller.abort();
  await settle();
  expect(outcome.error).toMatchObject({ code: "aborted" });
  expect(rows()).toEqual([]);
  gateway.meddle = () => undefined;
  await clock.advance(600_000);
  expect(gateway.messagesOf(id)).toEqual([]);
});

test("a reload goes on where it was: what was under way is sent, what had failed is still there", async () => {
  const first = await inBrowser();
  const { gateway, storage, clock } = first;
  gateway.meddle = ({ method, body }) => {
    if (method !== "POST") return undefined;
    return body?.text === "refused" ? problem(422, "too_long") : away();
  };
  const gone = outcomeOf(first.send("refused"));
  outcomeOf(first.send("under way"));
  await clock.advance(30_000);
  expect(gone.error).toBeDefined();
  const keys = first.rows().map(({ key }) => key);
  await first.trunkline.close();

  gateway.meddle = () => undefined;
  const second = await inBrowser({ storage, gateway });
  await second.clock.advance(1_000);
  expect(shown(second.rows())).toEqual(["under way: accepted", "refused: failed"]);
  expect(second.rows().map(({ key }) => key)).toEqual([keys[1], keys[0]]);
  expect(gateway.messagesOf(second.id).map(({ clientId }) => clientId)).toEqual([keys[1]]);
  second.trunkline.messages.discard(keys[0] ?? "");
  expect(storage.length).toBe(0);
});

test("a text whose answer the reload cut off is taken once", async () => {
  const first = await inBrowser();
  const { gateway, storage, id } = first;
  gateway.emit = () => undefined;
  gateway.beforeAnswer = ({ method }) => (method === "POST" ? new Promise(() => undefined) : undefined);
  outcomeOf(first.send("Once"));
  await settle();
  expect(gateway.messagesOf(id)).toHaveLength(1);
  await first.trunkline.close();
  gateway.beforeAnswer = () => undefined;
  const second = await inBrowser({ storage, gateway });
  await second.clock.advance(1_000);
  expect(gateway.messagesOf(id)).toHaveLength(1);
  expect(shown(second.rows())).toEqual(["Once: accepted"]);
});

test("a text by template shows the template's name, over a reload too, until the gateway has its words", async () => {
  const storage = memoryStorage();
  const gateway = new FakeGateway();
  const template = { id: "tpl_00000000000000000000000001", name: "Pick up", text: "Ready, {{name}}" } as const;
  const withTemplates = ({ path, method }: { path: string; method: string }) => {
    if (path.startsWith("/v1/templates")) return json({ data: [template], nextCursor: null });
    return method === "POST" ? away() : undefined;
  };
  gateway.meddle = withTemplates;
  const first = await inBrowser({ storage, gateway });
  const content = { templateId: template.id, variables: { name: "Eva" }, sendAt: "2026-11-03T10:00:00+01:00" };
  outcomeOf(first.trunkline.messages.send(first.id, content, { idempotencyKey: "before" }));
  await first.trunkline.templates.list().page();
  outcomeOf(first.trunkline.messages.send(first.id, content, { idempotencyKey: "after" }));
  expect(first.rows().map(({ message }) => [message.text, message.templateId, message.sendAt])).toEqual([
    ["", template.id, "2026-11-03T09:00:00.000Z"], // nobody had told the name
    ["Pick up", template.id, "2026-11-03T09:00:00.000Z"],
  ]);
  await first.trunkline.me.get();
  await first.trunkline.close();
  const second = await inBrowser({ storage, gateway });
  await settle();
  expect(shown(second.rows())).toEqual([": sending", "Pick up: sending"]);
  const posted = second.posts().at(-1)?.body;
  expect(posted).toEqual({ ...content, clientId: "before" });
});

test("a reload sends what is left although nobody opens the thread", async () => {
  const first = await inBrowser();
  const { gateway, storage, id } = first;
  gateway.meddle = ({ method }) => (method === "POST" ? away() : undefined);
  outcomeOf(first.send("Left behind"));
  await settle();
  await first.trunkline.close();
  gateway.meddle = () => undefined;
  startClient({ platform: { isBrowser: true, storage } }, gateway);
  await settle();
  expect(gateway.messagesOf(id)).toHaveLength(1);
});

test("a text of yesterday is not sent by itself, because the gateway may have forgotten its key", async () => {
  const first = await inBrowser();
  const { gateway, storage, id } = first;
  gateway.meddle = ({ method }) => (method === "POST" ? away() : undefined);
  outcomeOf(first.send("Old"));
  await settle();
  await first.trunkline.close();
  gateway.meddle = () => undefined;
  const { clock } = first;
  clock.jump(24 * 60 * 60_000);
  const second = await inBrowser({ storage, gateway, clock });
  await clock.advance(5_000);
  expect(second.rows()).toMatchObject([{ state: "failed", error: { code: "outcome_unknown" } }]);
  expect(gateway.messagesOf(id)).toEqual([]);
});

test("another user of the same browser neither sees nor sends what the first one left", async () => {
  const first = await inBrowser();
  const { gateway, storage, id } = first;
  gateway.meddle = ({ method }) => (method === "POST" ? away() : undefined);
  outcomeOf(first.send("Ada's"));
  first.trunkline.drafts.set(id, "Ada's draft");
  await settle();
  await first.trunkline.close();
  gateway.meddle = () => undefined;
  gateway.userId = "usr_00000000000000000000000002";
  const second = await inBrowser({ storage, gateway });
  await second.clock.advance(60_000);
  expect(second.rows()).toEqual([]);
  expect(second.trunkline.drafts.get(id)).toBe("");
  expect(gateway.messagesOf(id)).toEqual([]);
});

test("signOut() erases outbox and drafts and ends everything", async () => {
  const { gateway, storage, clock, trunkline, send, id } = await inBrowser();
  gateway.meddle = ({ method }) => (method === "POST" ? away() : undefined);
  const outcome = outcomeOf(send("Never"));
  trunkline.drafts.set(id, "half a sen");
  await settle();
  expect(storage.length).toBe(2);
  await trunkline.signOut();
  await settle();
  expect(storage.length).toBe(0);
  expect(outcome.error).toMatchObject({ code: "signed_out" });
  await expect(trunkline.me.get()).rejects.toMatchObject({ code: "signed_out" });
  expect(gateway.streams.size).toBe(0);
  expect(clock.pending).toBe(0);
});

test("drafts survive a reload", async () => {
  const first = await inBrowser();
  first.trunkline.drafts.set(first.id, "half a sen");
  await first.trunkline.me.get();
  await first.trunkline.close();
  const second = await inBrowser({ storage: first.storage, gateway: first.gateway });
  expect(second.trunkline.drafts.get(first.id)).toBe("half a sen");
});

test("on a server nothing queues: the promise settles within the call's time, and nothing is kept", async () => {
  const storage = memoryStorage();
  const { gateway, clock, trunkline } = startClient({ platform: { storage } });
  const { id } = gateway.addConversation("+14255550123");
  gateway.meddle = away;
  const outcome = outcomeOf(trunkline.messages.send(id, { text: "Hi" }));
  await clock.advance(30_000);
  expect(outcome.error).toMatchObject({ code: "network_error" });
  expect(gateway.calls).toHaveLength(4);
  gateway.meddle = () => undefined;
  await clock.advance(600_000);
  expect(gateway.calls).toHaveLength(4);
  expect(storage.length).toBe(0);
});

test("a text from a line to a number goes out under the caller's key, which is also its clientId", async () => {
  const { gateway, trunkline } = startClient();
  gateway.meddle = () => Response.json({ id: "msg_1", status: "queued", author: {} });
  const target = { from: "+12065550100", to: "+14255550123" };
  await trunkline.messages.send(target, { text: "Hi" }, { idempotencyKey: "job-1" });
  await trunkline.messages.send(target, { text: "Hi" }, { idempotencyKey: "j".repeat(100) });
  expect(gateway.calls.map(({ body }) => body)).toEqual([
    { ...target, text: "Hi", clientId: "job-1" },
    { ...target, text: "Hi" },
  ]);
});
