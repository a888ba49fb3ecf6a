import fc from "fast-check";
import { expect, test } from "vitest";
import type { Message, MessageRow } from "../src/index.ts";
import { startClient, watch } from "./client.ts";
import { settle } from "./test-clock.ts";

/*
 * Whatever the line does, and in whatever order pages and events come, what is shown ends as what the gateway has: the
 * same messages in the same order with the same status, without a hole on the way.
 */

const step = fc.oneof(
  { weight: 6, arbitrary: fc.constant("say" as const) },
  { weight: 2, arbitrary: fc.constant("say elsewhere" as const) },
  { weight: 2, arbitrary: fc.constant("new conversation" as const) },
  { weight: 5, arbitrary: fc.constant("status" as const) },
  { weight: 2, arbitrary: fc.constant("schedule" as const) },
  { weight: 3, arbitrary: fc.constant("hold" as const) },
  { weight: 3, arbitrary: fc.constant("begin" as const) },
  { weight: 3, arbitrary: fc.constant("cancel" as const) },
  { weight: 2, arbitrary: fc.constant("send" as const) },
  { weight: 2, arbitrary: fc.constant("read" as const) },
  { weight: 2, arbitrary: fc.constant("close or open" as const) },
  { weight: 3, arbitrary: fc.constant("cut" as const) },
  { weight: 1, arbitrary: fc.constant("cut within a frame" as const) },
  { weight: 1, arbitrary: fc.constant("strand" as const) },
  { weight: 2, arbitrary: fc.constant("reset" as const) },
  { weight: 2, arbitrary: fc.constant("lose an event" as const) },
  { weight: 1, arbitrary: fc.constant("refuse pages" as const) },
  { weight: 1, arbitrary: fc.constant("answer pages" as const) },
  { weight: 2, arbitrary: fc.constant("hold answers" as const) },
  { weight: 3, arbitrary: fc.constant("release answers" as const) },
  { weight: 2, arbitrary: fc.constant("load more" as const) },
  { weight: 4, arbitrary: fc.constant("settle" as const) },
  { weight: 3, arbitrary: fc.constant("wait" as const) },
);
type Step = typeof step extends fc.Arbitrary<infer Name> ? Name : never;

const LATER = "2026-11-03T16:00:00.000Z";
const isWaiting = ({ status }: Message) => status === "scheduled" || status === "queued";

async function run(count: number, isSlow: boolean, steps: readonly Step[]): Promise<void> {
  const { gateway, clock, trunkline } = startClient();
  const conversation = gateway.addConversation("+14255550100");
  const other = gateway.addConversation("+14255550101");
  const outbound = { direction: "outbound", status: "queued" } as const;
  for (let index = 0; index < count; index += 1) {
    gateway.addMessage(conversation.id, `before ${index}`, index % 2 === 0 ? outbound : {});
  }
  let isRefusing = false;
  let gate: PromiseWithResolvers<void> | null = null;
  gateway.meddle = ({ path, method }) => {
    if (isRefusing && method === "GET" && path.startsWith("/v1/conversations")) throw new TypeError("fetch failed");
    return undefined;
  };
  gateway.beforeAnswer = async ({ path }) => {
    if (path !== "/v1/events") await gate?.promise;
  };
  const release = () => {
    gate?.resolve();
    gate = null;
  };

  const thread = trunkline.messages.live(conversation.id);
  const list = trunkline.conversations.live();
  const open = trunkline.conversations.live({ state: "open" });
  const seen: (readonly MessageRow[])[] = [];
  thread.subscribe(() => seen.push(thread.getSnapshot().data));
  watch(list);
  watch(open);

  // The first pages have been read, and are on their way while the first steps are taken.
  if (isSlow) {
    gate = Promise.withResolvers<void>();
    await settle();
  }
  for (const [index, name] of steps.entries()) {
    const last: Message | undefined = gateway.messagesOf(conversation.id).at(-1);
    const all = gateway.messagesOf(conversation.id);
    const any = all[(index * 37) % all.length];
    if (name === "say") gateway.addMessage(conversation.id, `${index}`);
    else if (name === "say elsewhere") gateway.addMessage(other.id, `${index}`);
    else if (name === "status" && any?.direction === "outbound") gateway.setStatus(any, "delivered");
    else if (name === "schedule") {
      gateway.addMessage(conversation.id, `${index}`, { direction: "outbound", status: "scheduled", sendAt: LATER });
    } else if (name === "hold" && any && isWaiting(any)) {
      gateway.changeMessage(any, { held: { code: "quiet_hours", until: LATER } });
    } else if (name === "begin" && any && isWaiting(any)) gateway.changeMessage(any, { status: "sending", held: null });
    else if (name === "cancel" && any && isWaiting(any)) gateway.changeMessage(any, { status: "canceled", held: null });
    else if (name === "send") trunkline.messages.send(conversation.id, { text: `${index}` }).catch(() => undefined);
    else if (name === "read" && last) {
      trunkline.conversations.markRead(conversation.id, last.sequence).catch(() => undefined);
    } else if (name === "close or open") {
      gateway.changeConversation(other.id, { state: index % 2 === 0 ? "closed" : "open" });
    } else if (name === "cut") gateway.cut();
    else if (name === "cut within a frame") gateway.cutWithin('id: c9999\nevent: message.created\ndata: {"id":');
    else if (name === "strand") gateway.strand();
    else if (name === "reset") {
      // What changed for a reader whose cursor is too old comes with no event.
      const { emit } = gateway;
      gateway.emit = () => undefined;
      gateway.addMessage(conversation.id, `${index} unheard`);
      gateway.changeConversation(other.id, { tags: [`${index}`] });
      gateway.emit = emit;
      gateway.reset();
    } else if (name === "new conversation") {
      gateway.addMessage(gateway.addConversation(`+1425555${index}`).id, `${index}`);
    } else if (name === "lose an event") {
      const { emit } = gateway;
      gateway.emit = () => undefined;
      gateway.addMessage(conversation.id, `${index} lost`);
      gateway.emit = emit;
      gateway.addMessage(conversation.id, `${index}`);
    } else if (name === "refuse pages") isRefusing = true;
    else if (name === "answer pages") isRefusing = false;
    else if (name === "hold answers") gate ??= Promise.withResolvers<void>();
    else if (name === "release answers") release();
    else if (name === "load more") thread.loadMore().catch(() => undefined);
    else if (name === "settle") await settle();
    else if (name === "wait") await clock.advance(7_000);
  }

  isRefusing = false;
  release();
  await clock.advance(180_000);
  const expected = gateway.messagesOf(conversation.id);
  const shown = thread.getSnapshot();
  expect(shown.status).toBe("ready");
  expect(shown.data.map(({ message }) => message)).toEqual(expected.slice(-shown.data.length));
  expect(shown.data.length).toBeGreaterThanOrEqual(Math.min(50, expected.length));
  expect(shown.hasMore).toBe(shown.data.length < expected.length);
  expect(list.getSnapshot().data.map(({ viewer: _, ...rest }) => rest)).toEqual(gateway.conversations());
  expect(open.getSnapshot().data.map(({ id }) => id)).toEqual(
    gateway.conversations().flatMap(({ id, state }) => (state === "open" ? [id] : [])),
  );
  const viewers = list.getSnapshot().data.map(({ viewer }) => viewer); // before the calls below correct them
  const counts = await Promise.all(gateway.conversations().map(({ id }) => trunkline.conversations.get(id)));
  expect(viewers).toEqual(counts.map(({ viewer }) => viewer));
  for (const rows of seen) {
    const keys = rows.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    const sequences = rows.flatMap(({ message }) => message.sequence ?? []);
    expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
  }
  await trunkline.close();
  expect(clock.pending).toBe(0);
}

test("after any cut and any interleaving of pages and events, the view is the gateway's list", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(0, 3, 49, 130), fc.boolean(), fc.array(step, { maxLength: 40 }), run),
    {
      numRuns: 100,
      interruptAfterTimeLimit: 15_000,
    },
  );
});
