import { expect, test, vi } from "vitest";
import { page } from "vitest/browser";
import { TrunklineInbox } from "../src/index.ts";
import { watchPage } from "./support/watch-page.ts";
import { useDesk } from "./support/world.ts";

const desk = useDesk();
const row = (name: RegExp) => page.getByRole("button", { name });

test("put in and taken out 500 times, nothing of ours is left", async () => {
  await desk.sandbox.handset(desk.number()).text(desk.line(), "five hundred");
  const client = desk.client();
  const once = async () => {
    const inbox = Object.assign(document.createElement("trunkline-inbox"), { client });
    document.body.append(inbox);
    await inbox.updateComplete;
    inbox.remove();
    return new WeakRef(inbox);
  };
  const stay = desk.add("trunkline-inbox", { client }); // holds the client's own streams and timers still
  await expect.element(row(/five hundred/)).toBeVisible();
  for (let round = 0; round < 10; round += 1) await once();
  const watch = watchPage();
  const gone: WeakRef<TrunklineInbox>[] = [];
  for (let round = 0; round < 500; round += 1) gone.push(await once());
  await vi.waitFor(() => expect(watch.left()).toEqual({ listeners: 0, timers: 0, observers: 0 }));
  watch.stop();
  await vi.waitFor(
    async () => {
      await collectGarbage();
      expect(gone.filter((ref) => ref.deref() !== undefined).length).toBeLessThanOrEqual(1);
    },
    { interval: 200 },
  );
  expect(stay.isConnected).toBe(true);
  expect(document.querySelectorAll("trunkline-inbox")).toHaveLength(1);
});

test("a client that an element made ends with it, and begins again when it is put back", async () => {
  const number = desk.number();
  await desk.sandbox.handset(number).text(desk.line(), "my own client");
  const streams = new Set<AbortSignal>();
  const native = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    if (request.url === "https://crm.example/session") {
      expect(request.headers.get("trunkline-session")).toBe("1");
      return Response.json(await desk.sandbox.auth("ada").token());
    }
    if (!request.url.startsWith(desk.sandbox.url)) return native(input, init);
    if (request.url.includes("/v1/events")) streams.add(request.signal);
    return desk.sandbox.fetch(request);
  };
  try {
    const inbox = desk.add("trunkline-inbox");
    inbox.setAttribute("gateway", desk.sandbox.url);
    inbox.setAttribute("session-url", "https://crm.example/session");
    await expect.element(row(/my own client/)).toBeVisible();
    await vi.waitFor(() => expect(streams.size).toBe(1));

    document.body.append(desk.place("900px"));
    document.body.lastElementChild?.append(inbox); // a move is no end
    await expect.element(row(/my own client/)).toBeVisible();
    expect([...streams].filter(({ aborted }) => !aborted)).toHaveLength(1);
    expect(streams.size).toBe(1);

    inbox.remove();
    await vi.waitFor(() => expect([...streams].every(({ aborted }) => aborted)).toBe(true));
    document.body.append(inbox);
    await expect.element(row(/my own client/)).toBeVisible();
    await vi.waitFor(() => expect([...streams].filter(({ aborted }) => !aborted)).toHaveLength(1));
    inbox.remove();
    await vi.waitFor(() => expect([...streams].every(({ aborted }) => aborted)).toBe(true));
  } finally {
    globalThis.fetch = native;
  }
});

test("a move keeps the open conversation and the text that was begun", async () => {
  const number = desk.number();
  await desk.sandbox.handset(number).text(desk.line(), "carry me along");
  const inbox = desk.inbox();
  await row(/carry me along/).click();
  const field = page.getByRole("textbox", { name: /^Message to/ });
  await field.fill("half a sent");
  desk.place("900px").append(inbox);
  await expect.element(field).toHaveValue("half a sent");
  await expect.element(page.getByRole("article", { name: /555/ })).toBeVisible();
});

test("properties that were set before the element was defined count", async () => {
  await desk.sandbox.handset(desk.number()).text(desk.line(), "early properties");
  const early = document.createElement("early-inbox") as TrunklineInbox;
  Object.assign(early, { client: desk.client(), layout: "narrow", theme: "dark" });
  document.body.append(early);
  customElements.define("early-inbox", class extends TrunklineInbox {});
  customElements.upgrade(early);
  await early.updateComplete;
  expect(early.layout).toBe("narrow");
  expect(early.matches(":state(dark)")).toBe(true);
  expect(Object.hasOwn(early, "layout")).toBe(false);
  early.remove();
});

test("an element that was there before its client shows it when it comes", async () => {
  await desk.sandbox.handset(desk.number()).text(desk.line(), "late client");
  const inbox = desk.add("trunkline-inbox");
  await expect.element(page.getByText("This inbox is not set up yet")).toBeVisible();
  inbox.client = desk.client();
  await expect.element(row(/late client/)).toBeVisible();
  inbox.client = undefined;
  await expect.element(page.getByText("This inbox is not set up yet")).toBeVisible();
});

test("parts on their own take client and theme from the provider around them", async () => {
  const number = desk.number();
  await desk.sandbox.handset(number).text(desk.line(), "from the provider");
  const provider = desk.add("trunkline-provider");
  const list = desk.add("trunkline-conversation-list", {}, provider);
  const thread = desk.add("trunkline-thread", {}, provider);
  const lookup = vi.fn(async (numbers: readonly string[]) => ({
    [numbers.at(-1) ?? ""]: null,
    [number]: { name: "Known Person" },
  }));
  Object.assign(provider, { client: desk.client(), theme: "dark", contactResolver: { lookup } });
  list.addEventListener("trunkline-select", ({ detail }) => {
    thread.conversationId = detail.conversationId ?? undefined;
  });
  await row(/Known Person.*from the provider/).click();
  await expect.element(page.getByRole("heading", { name: "Known Person" })).toBeVisible();
  expect(list.matches(":state(dark)")).toBe(true);
  expect(lookup.mock.calls.flatMap(([numbers]) => numbers).filter((asked) => asked === number)).toHaveLength(1);
});

test("a conversation list that is taken out of a provider forgets its client", async () => {
  const provider = desk.add("trunkline-provider", { client: desk.client() });
  const list = desk.add("trunkline-conversation-list", {}, provider);
  await expect.element(page.getByRole("list", { name: "Conversations" })).toBeVisible();
  document.body.append(list);
  await vi.waitFor(() => expect(list.shadowRoot?.querySelector("ul")).toBeNull());
});

async function collectGarbage(): Promise<void> {
  const { cdp } = await import("vitest/browser");
  const session = cdp() as unknown as { send(method: string): Promise<unknown> };
  await session.send("HeapProfiler.collectGarbage");
}
