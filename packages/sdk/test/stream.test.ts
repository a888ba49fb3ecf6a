import { expect, test } from "vitest";
import type { Connection } from "../src/index.ts";
import { startClient, type World, watch, watchNow } from "./client.ts";
import { problem } from "./fake-gateway.ts";
import { settle } from "./test-clock.ts";

/** A client that listens to texts of one conversation. */
async function listening(world: World = startClient()) {
  const texts: string[] = [];
  const conversation = world.gateway.addConversation("+14255550123");
  world.trunkline.events.on("message.created", ({ data }) => texts.push(data.text));
  const states = watch(world.trunkline.connection);
  await world.clock.advance(1_000);
  const say = (text: string) => world.gateway.addMessage(conversation.id, text);
  const streams = () => world.gateway.callsTo("GET", "/v1/events");
  const resumedFrom = () => streams().map(({ headers }) => headers.get("Last-Event-ID"));
  return { ...world, conversation, texts, states, say, streams, resumedFrom };
}

const stateNames = (states: readonly Connection[]) => states.map(({ state }) => state);

test("nobody listens, no stream; the last listener gone, it ends after five seconds", async () => {
  const { gateway, clock, trunkline } = startClient();
  await clock.advance(60_000);
  expect(trunkline.connection.getSnapshot()).toEqual({ state: "idle" });
  expect(gateway.calls).toHaveLength(0);
  const stop = trunkline.events.on("line.created", () => undefined);
  await clock.advance(1_000);
  stop();
  await clock.advance(4_900);
  expect(gateway.streams.size).toBe(1);
  const stopAgain = trunkline.events.on("line.created", () => undefined);
  await clock.advance(30_000);
  expect(gateway.callsTo("GET", "/v1/events")).toHaveLength(1);
  stopAgain();
  stopAgain();
  await clock.advance(5_000);
  expect(gateway.streams.size).toBe(0);
  expect(trunkline.connection.getSnapshot()).toEqual({ state: "idle" });
  expect(clock.pending).toBe(0);
});

test("after a cut the stream goes on from the last event, without gap or repeat", async () => {
  const { gateway, clock, texts, say, resumedFrom } = await listening();
  say("one");
  await settle();
  gateway.cut();
  say("two");
  await clock.advance(5_000);
  say("three");
  await settle();
  expect(texts).toEqual(["one", "two", "three"]);
  expect(resumedFrom()).toEqual([null, "c3"]);
});

test("a stream that dies before its first id asks from the old one again", async () => {
  const { gateway, clock, texts, say, resumedFrom } = await listening();
  say("one");
  await settle();
  let attempts = 0;
  gateway.meddle = () => {
    attempts += 1;
    return attempts > 2 ? undefined : new Response(": hello\n\n", { headers: { "Content-Type": "text/event-stream" } });
  };
  gateway.cut();
  say("two");
  await clock.advance(30_000);
  expect(resumedFrom()).toEqual([null, "c3", "c3", "c3"]);
  expect(texts).toEqual(["one", "two"]);
});

test("after twenty cuts events still flow, each once", async () => {
  const { gateway, clock, texts, say } = await listening();
  for (let cuts = 1; cuts <= 20; cuts += 1) {
    gateway.cut();
    say(`${cuts}`);
    await clock.advance(60_000);
  }
  expect(texts).toEqual(Array.from({ length: 20 }, (_, index) => `${index + 1}`));
  expect(gateway.streams.size).toBe(1);
});

test("pauses between tries grow to ten seconds, and are told", async () => {
  const { gateway, clock, states, streams } = await listening();
  gateway.meddle = () => {
    throw new TypeError("fetch failed");
  };
  gateway.cut();
  await settle();
  const pauses: number[] = [];
  for (let tries = 1; tries <= 8; tries += 1) {
    const waiting = states.at(-1);
    if (waiting?.state !== "waiting") throw new Error(`state is ${waiting?.state}`);
    expect(waiting.attempt).toBe(tries);
    expect(waiting.error).toMatchObject({ code: "network_error" });
    pauses.push(+waiting.retryAt - clock.now());
    await clock.advance(+waiting.retryAt - clock.now());
  }
  expect(pauses).toEqual([750, 1_500, 3_000, 6_000, 7_500, 7_500, 7_500, 7_500]);
  expect(streams()).toHaveLength(1 + 8);
});

test("a gateway that says when to come back is not asked before", async () => {
  const { gateway, clock, streams } = await listening();
  gateway.meddle = () => problem(503, "unavailable", { "Retry-After": "90" });
  gateway.cut();
  await clock.advance(5_000);
  const before = streams().length;
  await clock.advance(84_000);
  expect(streams()).toHaveLength(before);
  gateway.meddle = () => undefined;
  await clock.advance(10_000);
  expect(gateway.streams.size).toBe(1);
});

test("a stream that opens and ends at once, again and again, is not asked for in a storm", async () => {
  const { gateway, clock, streams } = await listening();
  gateway.meddle = () => new Response("", { headers: { "Content-Type": "text/event-stream" } });
  gateway.cut();
  await clock.advance(60_000);
  expect(streams().length).toBeLessThanOrEqual(12);
});

test("a gateway that is killed again and again is back within two seconds, as long as it lived for a moment", async () => {
  const { gateway, clock, states } = await listening();
  for (let kills = 1; kills <= 10; kills += 1) {
    await clock.advance(3_000);
    expect(states.at(-1)).toMatchObject({ state: "live" });
    gateway.cut();
    await settle();
    const waiting = states.at(-1);
    if (waiting?.state !== "waiting") throw new Error(`state is ${waiting?.state}`);
    expect(+waiting.retryAt - clock.now()).toBeLessThanOrEqual(1_000);
  }
});

test("a text that the gateway has taken shows that it is there: the stream does not wait any longer", async () => {
  const { gateway, clock, trunkline, states, conversation } = await listening();
  gateway.meddle = ({ path }) => {
    if (path === "/v1/events") throw new TypeError("fetch failed");
    return undefined;
  };
  gateway.cut();
  await clock.advance(30_000);
  expect(states.at(-1)).toMatchObject({ state: "waiting" });
  gateway.meddle = () => undefined;
  await trunkline.messages.send(conversation.id, { text: "Are you there?" });
  await settle();
  expect(states.at(-1)).toMatchObject({ state: "live" });
});

test("a stream that says nothing for 40 seconds is dead and opened again", async () => {
  const { clock, streams, say, texts } = await listening();
  await clock.advance(35_000);
  say("still here");
  await clock.advance(39_000);
  expect(streams()).toHaveLength(1);
  await clock.advance(6_000);
  expect(streams()).toHaveLength(2);
  say("and here");
  await settle();
  expect(texts).toEqual(["still here", "and here"]);
});

test("a machine that slept finds out by its clock, without any event of the page", async () => {
  const { gateway, clock, streams, say, texts } = await listening();
  gateway.strand();
  clock.jump(8 * 60 * 60_000);
  say("good morning");
  await clock.advance(5_000);
  expect(streams()).toHaveLength(2);
  expect(texts).toEqual(["good morning"]);
});

test.each(["online", "pageshow", "visibilitychange"])("%s wakes a client that waits", async (name) => {
  const page = new EventTarget();
  const { gateway, clock, streams, states } = await listening(startClient({ platform: { wakeUps: [page] } }));
  gateway.meddle = () => {
    throw new TypeError("fetch failed");
  };
  gateway.cut();
  await clock.advance(40_000);
  expect(states.at(-1)).toMatchObject({ state: "waiting" });
  gateway.meddle = () => undefined;
  const before = streams().length;
  page.dispatchEvent(new Event(name));
  await clock.advance(200);
  expect(streams()).toHaveLength(before + 1);
  expect(states.at(-1)).toMatchObject({ state: "live" });
});

test("a page shown after ten minutes with throttled timers is live again within three seconds", async () => {
  const page = new EventTarget();
  const { gateway, clock, streams, say, texts } = await listening(startClient({ platform: { wakeUps: [page] } }));
  gateway.strand();
  clock.jump(10 * 60_000); // no timer ran, and the line died without a word
  say("are you back?");
  page.dispatchEvent(new Event("visibilitychange"));
  await clock.advance(3_000);
  expect(streams()).toHaveLength(2);
  expect(texts).toEqual(["are you back?"]);
});

test("another network means another line, however lately the old one spoke", async () => {
  const page = new EventTarget();
  const { clock, streams } = await listening(startClient({ platform: { wakeUps: [page] } }));
  page.dispatchEvent(new Event("visibilitychange"));
  await clock.advance(1_000);
  expect(streams()).toHaveLength(1);
  page.dispatchEvent(new Event("online"));
  await clock.advance(1_000);
  expect(streams()).toHaveLength(2);
});

test("what no waiting cures stops the stream; retry() starts it again", async () => {
  const { gateway, clock, states, streams, trunkline } = await listening();
  gateway.meddle = () => problem(403, "suspended");
  gateway.cut();
  await clock.advance(600_000);
  expect(states.at(-1)).toMatchObject({ state: "stopped", error: { code: "suspended" } });
  const before = streams().length;
  gateway.meddle = () => undefined;
  trunkline.connection.retry();
  await clock.advance(1_000);
  expect(streams()).toHaveLength(before + 1);
  expect(states.at(-1)).toMatchObject({ state: "live" });
});

test("it says live only when what was missed has been merged", async () => {
  const world = startClient();
  const { gateway, clock, trunkline } = world;
  const conversation = gateway.addConversation("+14255550123");
  const thread = trunkline.messages.live(conversation.id);
  const states = await watchNow(trunkline.connection);
  await watchNow(thread);
  await clock.advance(1_000);
  gateway.cut();
  gateway.addMessage(conversation.id, "missed");
  trunkline.connection.subscribe(() => {
    if (trunkline.connection.getSnapshot().state === "live") expect(thread.getSnapshot().data).toHaveLength(1);
  });
  await clock.advance(5_000);
  expect(stateNames(states)).toEqual(["connecting", "live", "waiting", "connecting", "live"]);
  expect(thread.getSnapshot().data).toHaveLength(1);
});

test("events of a newer gateway and frames that are no JSON are passed over", async () => {
  const { gateway, texts, say, errors } = await listening();
  for (const stream of gateway.streams) {
    stream.write(
      'id: c9\nevent: weather.changed\ndata: {"id":"evt_9","type":"weather.changed","data":{"rain":true}}\n\n',
    );
    stream.write("event: message.created\ndata: not JSON\n\n");
    stream.write("event: message.created\ndata: null\n\n");
  }
  say("dry again");
  await settle();
  expect(texts).toEqual(["dry again"]);
  expect(errors).toEqual([]);
});

test("a listener that throws is reported and does not keep others from theirs", async () => {
  const { trunkline, texts, say, errors } = await listening();
  const heard: string[] = [];
  trunkline.events.on("message.created", () => {
    throw new Error("oh no");
  });
  const stop = trunkline.events.on("message.created", ({ data }) => heard.push(data.text));
  say("one");
  await settle();
  stop();
  say("two");
  await settle();
  expect(heard).toEqual(["one"]);
  expect(texts).toEqual(["one", "two"]);
  expect(errors[0]).toMatchObject({ code: "internal_error", cause: { message: "oh no" } });
});

const forbidden = () => {
  throw new DOMException("not in a sandboxed frame", "SecurityError");
};
test.each([
  ["locks", { locks: { request: async () => forbidden() }, openChannel: (name: string) => new BroadcastChannel(name) }],
  ["channels", { locks: navigator.locks, openChannel: forbidden }],
])("a frame that may not use %s has a stream of its own", async (_, platform) => {
  const { gateway, clock, texts, say } = await listening(startClient({ platform }));
  say("hello");
  gateway.cut();
  say("again");
  await clock.advance(5_000);
  expect(texts).toEqual(["hello", "again"]);
  expect(gateway.callsTo("GET", "/v1/events")).toHaveLength(2);
});

test("the log is read in pages to its end", async () => {
  const { gateway, trunkline } = startClient();
  const pages = [
    { data: [{ id: "evt_1" }, { id: "evt_2" }], cursor: "c2", hasMore: true },
    { data: [{ id: "evt_3" }], cursor: "c3", hasMore: false },
  ];
  gateway.meddle = ({ query }) => Response.json(pages[query.get("after") === "c2" ? 1 : 0]);
  const ids: string[] = [];
  for await (const { id } of trunkline.events.list()) ids.push(id);
  expect(ids).toEqual(["evt_1", "evt_2", "evt_3"]);
});
