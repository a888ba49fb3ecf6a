import { createSandbox, type Sandbox } from "@trunkline/sandbox";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import {
  apiKeyAuth,
  type Clock,
  type ConversationId,
  createTrunkline,
  type Platform,
  sessionAuth,
  type TrunklineAuth,
  type TrunklineOptions,
} from "../src/index.ts";
import { BreakableLine } from "./breakable-line.ts";

/*
 * Tabs are frames with locks and channels of their own: taking one out of the page ends its locks as closing a tab does.
 */

let sandbox: Sandbox;
let line: Sandbox["lines"][number];
let lastNumber = 0;

beforeAll(async () => {
  sandbox = await createSandbox();
  const [first] = sandbox.lines;
  if (!first) throw new Error("the sandbox has a line");
  line = first;
});
afterAll(() => sandbox.close());
beforeEach(() => sessionStorage.clear());

const eventually = <Value>(look: () => Value) => vi.waitFor(look, { interval: 20 });

function newNumber(): string {
  lastNumber += 1;
  return `+1425555${String(2_000 + lastNumber)}`;
}

/** Opens a tab that listens to all texts. */
function openTab(
  { platform, ...options }: Partial<TrunklineOptions> & { platform?: Partial<Platform> } = {},
  user = "ada",
) {
  const frame = document.createElement("iframe");
  document.body.append(frame);
  const page = frame.contentWindow as (Window & typeof globalThis) | null;
  if (!page) throw new Error("a frame in the page has a window");
  const wire = new BreakableLine(sandbox.fetch);
  const trunkline = createTrunkline({
    gateway: sandbox.url,
    auth: sandbox.auth(user),
    fetch: wire.fetch,
    platform: {
      locks: page.navigator.locks,
      openChannel: (name) => new page.BroadcastChannel(name),
      random: () => 0,
      ...platform,
    },
    ...options,
  });
  const heard: string[] = [];
  trunkline.events.on("message.created", ({ data }) => heard.push(data.text));
  const close = async () => {
    await trunkline.close();
    frame.remove();
  };
  onTestFinished(close);
  return {
    wire,
    trunkline,
    heard,
    close,
    isLive: () => trunkline.connection.getSnapshot().state === "live",
    /** The browser ends the tab: nothing of it runs on, and nobody is told. */
    kill() {
      wire.isDown = true;
      frame.remove();
      wire.cut();
    },
  };
}
type Tab = ReturnType<typeof openTab>;

const streamsOf = (tabs: readonly Tab[]) => tabs.reduce((sum, { wire }) => sum + wire.streams, 0);
const allLive = (tabs: readonly Tab[]) =>
  eventually(() => expect(tabs.map(({ isLive }) => isLive())).toEqual(tabs.map(() => true)));

async function leaderOf(tabs: readonly Tab[]): Promise<Tab> {
  await eventually(() => expect(streamsOf(tabs)).toBe(1));
  const leader = tabs.find(({ wire }) => wire.streams === 1);
  if (!leader) throw new Error("one of them leads");
  return leader;
}

test("tabs of one user share one stream, and each hears everything once", async () => {
  const tabs = [openTab(), openTab(), openTab()];
  await allLive(tabs);
  await leaderOf(tabs);
  const number = newNumber();
  const texts = ["one", "two", "three"];
  for (const text of texts) await sandbox.handset(number).text(line.number, text);
  await eventually(() => expect(tabs.map(({ heard }) => heard)).toEqual([texts, texts, texts]));
  expect(streamsOf(tabs)).toBe(1);
});

test("when the leading tab is killed another goes on, without gap or repeat", async () => {
  const tabs = [openTab(), openTab(), openTab(), openTab()];
  await allLive(tabs);
  const number = newNumber();
  const expected: string[] = [];
  let living = tabs;
  for (let round = 0; round < 3; round += 1) {
    const say = async (text: string) => {
      expected.push(text);
      await sandbox.handset(number).text(line.number, text);
    };
    await say(`${round} before`);
    const leader = await leaderOf(living);
    leader.kill();
    living = living.filter((tab) => tab !== leader);
    await say(`${round} while nobody leads`);
    await leaderOf(living);
    await say(`${round} after`);
    await eventually(() => expect(living.map(({ heard }) => heard)).toEqual(living.map(() => expected)));
  }
});

test("a leader that closes hands over at once", async () => {
  const [first, second] = [openTab(), openTab()];
  await allLive([first, second]);
  const leader = await leaderOf([first, second]);
  const other = leader === first ? second : first;
  await leader.close();
  await eventually(() => expect(other.wire.streams).toBe(1));
  await sandbox.handset(newNumber()).text(line.number, "still there?");
  await eventually(() => expect(other.heard).toEqual(["still there?"]));
});

test("a tab that comes later shows what there is and follows", async () => {
  const first = openTab();
  await allLive([first]);
  const number = newNumber();
  await sandbox.handset(number).text(line.number, "early");
  await eventually(() => expect(first.heard).toEqual(["early"]));
  const second = openTab();
  const { id } = await second.trunkline.conversations.open({
    lineId: line.id as `line_${string}`,
    participants: [number],
  });
  const thread = second.trunkline.messages.live(id);
  onTestFinished(thread.subscribe(() => undefined));
  const texts = () => thread.getSnapshot().data.map(({ message }) => message.text);
  await eventually(() => expect(texts()).toEqual(["early"]));
  await sandbox.handset(number).text(line.number, "late");
  await eventually(() => expect(texts()).toEqual(["early", "late"]));
  expect(second.wire.streams).toBe(0);
});

test("a leader whose line is cut says so in every tab, and all catch up", async () => {
  const tabs = [openTab(), openTab()];
  await allLive(tabs);
  const leader = await leaderOf(tabs);
  leader.wire.isDown = true;
  leader.wire.cut();
  await eventually(() => expect(tabs.map(({ isLive }) => isLive())).toEqual([false, false]));
  await sandbox.handset(newNumber()).text(line.number, "missed");
  leader.wire.isDown = false;
  tabs.find((tab) => tab !== leader)?.trunkline.connection.retry();
  await allLive(tabs);
  await eventually(() => expect(tabs.map(({ heard }) => heard)).toEqual([["missed"], ["missed"]]));
});

test("a leader that is frozen loses its place to a tab that somebody looks at", async () => {
  let skippedMs = 0;
  const clock: Clock = {
    now: () => Date.now() + skippedMs,
    setTimeout(run, ms) {
      const due = clock.now() + ms;
      const timer = setInterval(() => {
        if (clock.now() < due) return;
        clearInterval(timer);
        run();
      }, 10);
      return timer;
    },
    clearTimeout: (timer) => clearInterval(timer as ReturnType<typeof setInterval>),
  };
  let isFrozen = false;
  const freezing: Clock = { ...clock, setTimeout: (run, ms) => clock.setTimeout(() => isFrozen || run(), ms) };
  const muted = (name: string) => {
    const channel = new BroadcastChannel(name);
    const post = channel.postMessage.bind(channel);
    channel.postMessage = (message) => isFrozen || post(message);
    return channel;
  };
  const frozen = openTab({ platform: { clock: freezing, openChannel: muted } });
  await allLive([frozen]);
  const other = openTab({ platform: { clock } });
  await eventually(() => expect(other.isLive()).toBe(true));
  expect(other.wire.streams).toBe(0);
  isFrozen = true;
  await sandbox.handset(newNumber()).text(line.number, "anybody awake?");
  await eventually(() => expect(frozen.heard).toEqual(["anybody awake?"])); // and tells nobody
  expect(other.heard).toEqual([]);
  skippedMs = 61_000;
  await eventually(() => expect(other.heard).toEqual(["anybody awake?"]));
  expect(other.wire.streams).toBe(1);
});

test("another user has a stream of their own", async () => {
  const tabs = [openTab(), openTab({}, "ben")];
  await allLive(tabs);
  expect(tabs.map(({ wire }) => wire.streams)).toEqual([1, 1]);
});

test("a tab whose session sees less has a stream of its own", async () => {
  const [tenant] = sandbox.tenants;
  if (!tenant) throw new Error("the sandbox has a tenant");
  const server = createTrunkline({
    gateway: sandbox.url,
    auth: apiKeyAuthOfServer(tenant.apiKey),
    fetch: sandbox.fetch,
    platform: { isBrowser: false },
  });
  onTestFinished(() => server.close());
  const auth = sessionAuth(() =>
    server.sessions.create({ user: { externalId: "ada", name: "Ada Moreno" }, scope: { assignedOnly: true } }),
  );
  const [wide, narrow] = [openTab(), openTab({ auth })];
  await allLive([wide, narrow]);
  await sandbox.handset(newNumber()).text(line.number, "for nobody yet");
  await eventually(() => expect(wide.heard).toEqual(["for nobody yet"]));
  expect(narrow.heard).toEqual([]);
  expect([wide, narrow].map(({ wire }) => wire.streams)).toEqual([1, 1]);
});

/** A key's token, as a server has it; `apiKeyAuth` itself is refused in a page. */
const apiKeyAuthOfServer = (key: string): TrunklineAuth => ({ kind: "key", token: async () => key });

test("without locks or channels every tab has a stream of its own", async () => {
  const tabs = [
    openTab({ platform: { locks: undefined } }),
    openTab({ platform: { openChannel: undefined } }),
    openTab({ events: { shared: false } }),
  ];
  await allLive(tabs);
  expect(tabs.map(({ wire }) => wire.streams)).toEqual([1, 1, 1]);
});

test("what the outbox of a tab holds survives a reload and is sent once", async () => {
  const first = openTab();
  const number = newNumber();
  await sandbox.handset(number).text(line.number, "Hello");
  const { id } = await first.trunkline.conversations.open({
    lineId: line.id as `line_${string}`,
    participants: [number],
  });
  await first.trunkline.me.get();
  first.wire.refusesStreams = true; // or the text's own event would tell that it was taken
  first.wire.cut();
  first.wire.losesAnswersTo = /^POST .*\/messages$/;
  first.trunkline.messages.send(id, { text: "answer lost" }).catch(() => undefined);
  first.trunkline.messages.send(id, { text: "never left" }).catch(() => undefined);
  const list = async (tab: Tab, conversation: ConversationId) =>
    (await tab.trunkline.messages.list(conversation, { order: "asc" }).page()).data.map(({ text }) => text);
  await eventually(async () => expect(await list(first, id)).toEqual(["Hello", "answer lost"]));
  await first.close();
  expect(sessionStorage.length).toBe(1);
  const second = openTab();
  await eventually(async () => expect(await list(second, id)).toEqual(["Hello", "answer lost", "never left"]));
  await eventually(() => expect(sessionStorage.length).toBe(0));
});

test("a key is refused in a page", () => {
  expect(() => apiKeyAuth("tlk_1")).toThrow(expect.objectContaining({ code: "invalid_options" }));
  const auth = { kind: "key", token: async () => "tlk_1" } as const;
  expect(() => createTrunkline({ gateway: sandbox.url, auth })).toThrow(
    expect.objectContaining({ code: "invalid_options" }),
  );
});
