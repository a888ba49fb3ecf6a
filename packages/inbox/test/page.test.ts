import { expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { defineAs, TrunklineInbox, whenReady } from "../src/index.ts";
import { useDesk } from "./support/world.ts";

const desk = useDesk();
const row = (name: RegExp) => page.getByRole("button", { name });

test("a second copy on the page warns once, names both versions, and leaves the first in place", () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  class Foreign extends HTMLElement {
    static readonly version = "9.9.9";
  }
  customElements.define("second-inbox", Foreign);
  customElements.define("second-thread", class extends Foreign {});
  defineAs("second");
  expect(customElements.get("second-inbox")).toBe(Foreign);
  expect(customElements.get("second-composer")).toBeDefined();
  expect(warn).toHaveBeenCalledTimes(1);
  expect(warn.mock.calls[0]?.[0]).toContain("9.9.9");
  expect(warn.mock.calls[0]?.[0]).toContain(TrunklineInbox.version);
  defineAs("trunkline");
  expect(warn).toHaveBeenCalledTimes(1);
  warn.mockRestore();
});

test("under another prefix everything works, parts included", async () => {
  await desk.sandbox.handset(desk.number()).text(desk.line(), "other prefix");
  defineAs("acme");
  await whenReady("acme");
  const inbox = Object.assign(document.createElement("acme-inbox"), { client: desk.client() }) as TrunklineInbox;
  document.body.append(inbox);
  await row(/other prefix/).click();
  await expect.element(page.getByRole("textbox", { name: /^Message to/ })).toBeVisible();
  expect(inbox.shadowRoot?.querySelector("acme-thread")).not.toBeNull();
  inbox.remove();
  expect(() => defineAs("Not A Prefix")).toThrow(/lower-case/);
});

test("the page hears each event once, from the outermost element", async () => {
  await desk.sandbox.handset(desk.number()).text(desk.line(), "who speaks");
  const heard: string[] = [];
  const listen = (event: Event) =>
    heard.push(
      `${event.type} from ${(event.composedPath()[0] as Element).localName}, ${(event.target as Element).localName}`,
    );
  const names = ["select", "sent", "ready"].map((name) => `trunkline-${name}`);
  for (const name of names) window.addEventListener(name, listen);
  desk.inbox();
  await row(/who speaks/).click();
  await page.getByRole("textbox", { name: /^Message to/ }).fill("The inbox");
  await userEvent.keyboard("{Enter}");
  await vi.waitFor(() => expect(heard).toHaveLength(3));
  expect(new Set(heard)).toEqual(new Set(names.map((name) => `${name} from trunkline-inbox, trunkline-inbox`)));
  for (const name of names) window.removeEventListener(name, listen);
});

test("calling can be taken over by the page", async () => {
  await desk.sandbox.handset(desk.number()).text(desk.line(), "call me");
  const [line] = desk.sandbox.lines;
  await desk.client().lines.update(line?.id as never, { capabilities: { voice: true } });
  const inbox = desk.inbox();
  const called: unknown[] = [];
  inbox.addEventListener("trunkline-call", (event) => {
    called.push(event.detail);
    event.preventDefault();
  });
  await row(/call me/).click();
  const link = page.getByRole("link", { name: /^Call / });
  const click = new Promise<boolean>((resolve) =>
    inbox.addEventListener("click", (event) => resolve(event.defaultPrevented), { once: true }),
  );
  await link.click();
  expect(await click).toBe(true);
  expect(called).toEqual([{ number: expect.stringMatching(/^\+1425555/) }]);
  expect(link.element().getAttribute("href")).toMatch(/^tel:\+1425555/);
});

test("elements in the record slot are told whom the conversation is with", async () => {
  const number = desk.number();
  await desk.sandbox.handset(number).text(desk.line(), "on record");
  const inbox = desk.inbox();
  const card = document.createElement("div");
  card.slot = "record";
  inbox.append(card);
  await row(/on record/).click();
  await vi.waitFor(() =>
    expect(card).toMatchObject({ context: { contact: { number }, conversation: { id: inbox.conversationId } } }),
  );
});

test("nothing of ours reaches the page: no style, no global, no address, no storage of messages", async () => {
  await desk.sandbox.handset(desk.number()).text(desk.line(), "leave no trace");
  const before = {
    globals: Object.getOwnPropertyNames(window),
    sheets: document.styleSheets.length + document.adoptedStyleSheets.length,
    body: document.body.getAttributeNames(),
    address: location.href,
    history: history.length,
  };
  const inbox = desk.inbox();
  await row(/leave no trace/).click();
  await expect.element(page.getByRole("textbox", { name: /^Message to/ })).toBeVisible();
  expect(Object.getOwnPropertyNames(window).filter((name) => !before.globals.includes(name))).toEqual([]);
  expect(document.styleSheets.length + document.adoptedStyleSheets.length).toBe(before.sheets);
  expect(document.body.getAttributeNames()).toEqual(before.body);
  expect([location.href, history.length]).toEqual([before.address, before.history]);
  expect(JSON.stringify({ ...localStorage, ...sessionStorage })).not.toContain("leave no trace");
  for (const root of shadowRoots(inbox)) {
    expect(root.querySelectorAll("style, script, [style], [onclick]")).toHaveLength(0);
  }
});

function shadowRoots(element: Element): ShadowRoot[] {
  const root = element.shadowRoot;
  return root ? [root, ...[...root.querySelectorAll("*")].flatMap(shadowRoots)] : [];
}
