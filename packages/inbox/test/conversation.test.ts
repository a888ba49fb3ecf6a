import { expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { TrunklineEventOf } from "../src/index.ts";
import { focused, hasFocus } from "./support/focus.ts";
import { useDesk } from "./support/world.ts";

const desk = useDesk();

const row = (name: string | RegExp) => page.getByRole("button", { name });
const field = () => page.getByRole("textbox", { name: /^Message to/ });
const message = (name: string | RegExp) => page.getByRole("article", { name });

async function tabTo(isThere: (element: Element | null) => boolean): Promise<void> {
  for (let presses = 0; presses < 30; presses += 1) {
    if (isThere(focused())) return;
    await userEvent.keyboard("{Tab}");
  }
  throw new Error("Tab does not lead there.");
}

test("a conversation is held by keyboard alone, from opening it to the answer's delivery", async () => {
  const [number, other] = [desk.number(), desk.number()];
  await desk.sandbox.handset(number).text(desk.line(), "Is my bike ready?");
  await desk.sandbox.handset(other).text(desk.line(), "Somebody else");
  desk.inbox();
  await expect.element(row(/Is my bike ready\?/)).toBeVisible();

  await tabTo((element) => element?.matches(".row") ?? false);
  await userEvent.keyboard("{Home}");
  expect(focused()?.textContent).toContain("Somebody else");
  await userEvent.keyboard("{ArrowDown}");
  expect(focused()?.textContent).toContain("Is my bike ready?");
  await userEvent.keyboard("{Enter}");
  await hasFocus(field());
  await expect.element(message(/555/)).toBeVisible();

  await userEvent.keyboard("Yes, since noon.{Enter}");
  await expect.element(field()).toHaveValue("");
  await expect.element(message(/^You, .*Delivered$/)).toBeVisible();
  expect(desk.sandbox.handset(number).messages().at(-1)).toMatchObject({
    direction: "received",
    text: "Yes, since noon.",
  });
});

test("Shift+Enter begins a line, Enter sends both", async () => {
  const number = desk.number();
  await desk.sandbox.handset(number).text(desk.line(), "two lines?");
  desk.inbox();
  await row(/two lines\?/).click();
  await hasFocus(field());
  await userEvent.keyboard("one{Shift>}{Enter}{/Shift}two");
  const send = page.getByRole("button", { name: "Send", exact: true }).element();
  await vi.waitFor(() => {
    const words = field().element().getBoundingClientRect();
    expect(words.bottom).toBeLessThanOrEqual(send.getBoundingClientRect().top); // and so they have the whole width
    expect(words.right).toBeGreaterThanOrEqual(send.getBoundingClientRect().right);
  });
  await userEvent.keyboard("{Enter}");
  await vi.waitFor(() => expect(desk.sandbox.handset(number).messages().at(-1)?.text).toBe("one\ntwo"));
});

test("a line that does not fit beside the buttons has the whole width, and one that fits has its place there", async () => {
  const number = desk.number();
  await desk.sandbox.handset(number).text(desk.line(), "one long line?");
  desk.inbox();
  await row(/one long line\?/).click();
  await hasFocus(field());
  const send = page.getByRole("button", { name: "Send", exact: true }).element();
  const isAbove = () => field().element().getBoundingClientRect().bottom <= send.getBoundingClientRect().top;
  await field().fill("Yes");
  await vi.waitFor(() => expect(isAbove()).toBe(false));
  await field().fill("word ".repeat(40));
  await vi.waitFor(() => expect(isAbove()).toBe(true));
  await field().fill("No");
  await vi.waitFor(() => expect(isAbove()).toBe(false));
});

test("Enter that ends an input method's composition sends nothing", async () => {
  const number = desk.number();
  await desk.sandbox.handset(number).text(desk.line(), "compose");
  desk.inbox();
  await row(/compose/).click();
  await hasFocus(field());
  const input = focused() as HTMLTextAreaElement;
  await userEvent.keyboard("にほn");
  for (const init of [{ isComposing: true }, { keyCode: 229 }]) {
    const enter = new KeyboardEvent("keydown", {
      key: "Enter",
      bubbles: true,
      composed: true,
      cancelable: true,
      ...init,
    });
    input.dispatchEvent(enter);
    expect(enter.defaultPrevented).toBe(false);
  }
  expect(input.value).toBe("にほn");
  await userEvent.keyboard("{Enter}");
  await vi.waitFor(() => expect(input.value).toBe(""));
});

test("what is typed does not reach the page's own shortcuts, Tab and Escape do", async () => {
  const number = desk.number();
  await desk.sandbox.handset(number).text(desk.line(), "shortcut");
  const heard: string[] = [];
  const listen = ({ key }: KeyboardEvent) => heard.push(key);
  for (const type of ["keydown", "keypress", "keyup"] as const) window.addEventListener(type, listen);
  desk.inbox();
  await row(/shortcut/).click();
  await hasFocus(field());
  await userEvent.keyboard("s/jk? {ArrowLeft}{Backspace}{Home}{Delete}{Enter}");
  expect(heard).toEqual([]);
  await userEvent.keyboard("{Escape}{Tab}");
  expect(heard).toEqual(expect.arrayContaining(["Escape", "Tab"]));
  for (const type of ["keydown", "keypress", "keyup"] as const) window.removeEventListener(type, listen);
});

test("unread texts are counted in the list and the badge, divided in the thread, and read once they were shown", async () => {
  const number = desk.number();
  const phone = desk.sandbox.handset(number);
  await phone.text(desk.line(), "first");
  const client = desk.client();
  const counted: TrunklineEventOf<"trunkline-unread">["detail"][] = [];
  const inbox = desk.add("trunkline-inbox", { client });
  inbox.addEventListener("trunkline-unread", ({ detail }) => counted.push(detail));
  desk.add("trunkline-unread", { client });
  await row(/first.*1 unread message$/).click();
  await expect.element(page.getByRole("separator", { name: "New" })).toBeVisible();
  await expect.element(row(/first$/)).toBeVisible();

  await row(/./).first().element(); // the list is still there
  const elsewhere = desk.number();
  await desk.sandbox.handset(elsewhere).text(desk.line(), "over here");
  await expect.element(row(/over here.*1 unread message$/)).toBeVisible();
  await expect.element(page.getByText(/\d+ unread conversation/)).toBeInTheDocument();
  await vi.waitFor(() => expect(counted.at(-1)?.messages).toBeGreaterThan(0));
});

test("a text that a carrier failed says why and is sent again as a new one", async () => {
  const number = desk.number();
  await desk.sandbox.handset(number).text(desk.line(), "fail me");
  await desk.sandbox.carrier("sandbox").configure({ receipts: "failed", errorCode: "unreachable" });
  desk.inbox();
  await row(/fail me/).click();
  await hasFocus(field());
  await userEvent.keyboard("Hello?{Enter}");
  await expect.element(message(/^You, .*(Not delivered|Not sent)$/)).toBeVisible();
  await expect.element(page.getByText(/could not be reached/)).toBeVisible();

  await desk.sandbox.carrier("sandbox").configure({});
  await page.getByRole("button", { name: "Send again" }).click();
  await expect.element(message(/^You, .*Delivered$/)).toBeVisible();
  await expect.element(page.getByRole("button", { name: "Send again" })).not.toBeInTheDocument();
});

test("a new conversation is begun with a line and a number, and nothing is made before its first text", async () => {
  const number = desk.number();
  const inbox = desk.inbox();
  const selected: unknown[] = [];
  inbox.addEventListener("trunkline-select", ({ detail }) => selected.push(detail));
  await page.getByRole("button", { name: "New message" }).first().click();
  await hasFocus(page.getByRole("textbox", { name: "To" }));
  await page.getByRole("combobox", { name: "From" }).selectOptions(desk.sandbox.lines[1]?.id ?? "");
  await userEvent.keyboard("12");
  await page.getByRole("textbox", { name: "To" }).fill("12");
  await userEvent.keyboard("{Enter}Hi there{Enter}");
  await expect.element(page.getByText("That is not a phone number that can be texted.")).toBeVisible();
  await hasFocus(page.getByRole("textbox", { name: "To" }));
  const send = page.getByRole("button", { name: "Send", exact: true });
  await expect.element(send).toHaveAttribute("aria-disabled", "true"); // it would be refused again

  await page.getByRole("textbox", { name: "To" }).fill(number);
  await expect.element(send).toHaveAttribute("aria-disabled", "false");
  await userEvent.keyboard("{Enter}{Enter}");
  await expect.element(message(/^You, .*Delivered$/)).toBeVisible();
  expect(desk.sandbox.handset(number).messages()).toMatchObject([{ from: desk.line(1), text: "Hi there" }]);
  expect(selected).toMatchObject([{ reason: "new-message", conversationId: inbox.conversationId }]);
});

test("a draft stays with its conversation", async () => {
  const [first, second] = [desk.number(), desk.number()];
  await desk.sandbox.handset(first).text(desk.line(), "draft one");
  await desk.sandbox.handset(second).text(desk.line(), "draft two");
  desk.inbox();
  await row(/draft one/).click();
  await hasFocus(field());
  await userEvent.keyboard("unfinished");
  await row(/draft two/).click();
  await expect.element(field()).toHaveValue("");
  await row(/Draft: ?unfinished/).click();
  await expect.element(field()).toHaveValue("unfinished");
});

test("a second window sees what the first one does", async () => {
  const number = desk.number();
  await desk.sandbox.handset(number).text(desk.line(), "both windows");
  const first = desk.inbox({}, "ada");
  const second = desk.inbox({}, "ben");
  const inside = (element: Element) => page.elementLocator(element);
  await inside(first)
    .getByRole("button", { name: /both windows/ })
    .click();
  await inside(second)
    .getByRole("button", { name: /both windows/ })
    .click();
  await inside(first)
    .getByRole("textbox", { name: /^Message to/ })
    .click();
  await userEvent.keyboard("hello both{Enter}");
  await expect.element(inside(second).getByRole("article", { name: /^Ada .*Delivered$/ })).toBeVisible();
});

test("only what has just come in is announced, once, and in a region of its own", async () => {
  const number = desk.number();
  const phone = desk.sandbox.handset(number);
  await phone.text(desk.line(), "history is silent");
  const inbox = desk.inbox();
  const announced: string[] = [];
  await row(/history is silent/).click();
  await hasFocus(field());
  const regions = () => [...(inbox.shadowRoot?.querySelectorAll("[role=status]") ?? [])];
  const observer = new MutationObserver(() =>
    announced.push(...regions().map((region) => region.textContent?.trim() ?? "")),
  );
  for (const region of regions()) observer.observe(region, { childList: true, characterData: true, subtree: true });
  await userEvent.keyboard("my own words{Enter}");
  await expect.element(message(/^You, .*Delivered$/)).toBeVisible();
  await phone.text(desk.line(), "news is told");
  await vi.waitFor(() => expect(announced.filter(Boolean)).toHaveLength(1));
  expect(announced.filter(Boolean)[0]).toMatch(/: news is told$/);
  observer.disconnect();
});

test("in a narrow place list and thread take turns, and the focus comes back", async () => {
  const number = desk.number();
  await desk.sandbox.handset(number).text(desk.line(), "narrow place");
  const place = desk.place("320px");
  const inbox = desk.add("trunkline-inbox", { client: desk.client() }, place);
  await row(/narrow place/).click();
  await hasFocus(field());
  await expect.element(page.getByRole("heading", { name: "Messages", exact: true })).not.toBeInTheDocument();
  await userEvent.keyboard("{Escape}");
  await hasFocus(row(/narrow place/));
  expect(inbox.conversationId).toBeUndefined();
  await userEvent.keyboard("{Enter}");
  await hasFocus(field());
  await page.getByRole("button", { name: "Back to conversations" }).click();
  await hasFocus(row(/narrow place/));
  place.style.inlineSize = "900px";
  await row(/narrow place/).click();
  await expect.element(page.getByRole("heading", { name: "Messages", exact: true })).toBeVisible();
  await expect.element(field()).toBeVisible();
});

test("arrows, Home and End walk through the messages, and only one of them is a tab stop", async () => {
  const number = desk.number();
  const phone = desk.sandbox.handset(number);
  for (const text of ["walk 1", "walk 2", "walk 3"]) await phone.text(desk.line(), text);
  const inbox = desk.inbox();
  await row(/walk 3/).click();
  await expect.element(page.getByText("walk 1")).toBeVisible();
  await hasFocus(field());
  await userEvent.keyboard("{Shift>}{Tab}{Tab}{Tab}{/Shift}"); // over Note and Text message
  expect(focused()?.textContent).toContain("walk 3");
  await userEvent.keyboard("{ArrowUp}");
  expect(focused()?.textContent).toContain("walk 2");
  await userEvent.keyboard("{Home}");
  expect(focused()?.textContent).toContain("walk 1");
  await userEvent.keyboard("{End}");
  expect(focused()?.textContent).toContain("walk 3");
  const thread = inbox.shadowRoot?.querySelector("trunkline-thread")?.shadowRoot;
  expect(thread?.querySelectorAll("article[tabindex='0']")).toHaveLength(1);
  const [, described] = [focused(), focused()?.getAttribute("aria-describedby")];
  expect(thread?.getElementById(described ?? "")?.textContent).toBe("walk 3");
});

test("who may only read is told so instead of being given a field", async () => {
  const number = desk.number();
  await desk.sandbox.handset(number).text(desk.line(), "look, do not touch");
  const [line] = desk.sandbox.lines;
  const dana = desk.sandbox.users.find(({ role }) => role === "viewer");
  const owner = desk.client();
  await owner.lines.update(line?.id as never, { assignees: [dana?.id as never] });
  desk.inbox({}, "dana");
  await row(/look, do not touch/).click();
  await expect.element(page.getByText(/^You can read this, but not write\./)).toBeVisible();
  await expect.element(page.getByRole("button", { name: "New message" })).not.toBeInTheDocument();
});

test("open() shows a conversation, or begins one with a number and a draft, and tells the page nothing", async () => {
  const [known, unknown] = [desk.number(), desk.number()];
  await desk.sandbox.handset(known).text(desk.line(), "open me");
  const inbox = desk.inbox();
  const told = vi.fn();
  inbox.addEventListener("trunkline-select", told);
  await expect.element(row(/open me/)).toBeVisible();
  await inbox.open({ to: known, draft: "Hello again" });
  await expect.element(field()).toHaveValue("Hello again");
  await inbox.open({ to: unknown, draft: "Nice to meet you" });
  await expect.element(page.getByRole("textbox", { name: "To" })).toHaveValue(unknown);
  await expect.element(field()).toHaveValue("Nice to meet you");
  expect(told).not.toHaveBeenCalled();
});

test("open() finds a conversation that is on no page of the list, and puts the focus into its field", async () => {
  const number = desk.number();
  await desk.sandbox.handset(number).text(desk.line(), "far down the list");
  const client = desk.client();
  const [found] = (await client.conversations.list({ participant: number }).page()).data;
  await client.conversations.update(found?.id as never, { state: "closed" });
  const inbox = desk.inbox({ record: undefined, lineId: desk.sandbox.lines[1]?.id as never });
  await inbox.open({ to: number, lineId: desk.sandbox.lines[0]?.id as never, draft: "Still there?" }); // before any list
  expect(inbox.conversationId).toBe(found?.id);
  await hasFocus(field());
  await expect.element(field()).toHaveValue("Still there?");
  await expect.element(page.getByRole("article", { name: /555/ })).toBeVisible();
});

test("what is chosen while open() still asks goes before it, and the focus stays where the page wants it", async () => {
  const [asked, chosen] = [desk.number(), desk.number()];
  await desk.sandbox.handset(chosen).text(desk.line(), "choose me instead");
  const inbox = desk.inbox();
  await expect.element(row(/choose me instead/)).toBeVisible();
  const elsewhere = desk.add("input" as never) as HTMLElement;
  elsewhere.focus();
  const opening = inbox.open({ to: asked });
  await inbox.updateComplete;
  await inbox.open({ to: chosen }, { focus: false });
  await opening;
  await expect.element(message(/555/)).toBeVisible();
  await expect.element(page.getByRole("textbox", { name: "To" })).not.toBeInTheDocument();
  expect(document.activeElement).toBe(elsewhere);
});

test("a new message is to the person whom the host knows under that number", async () => {
  const number = desk.number();
  const lookup = vi.fn(async () => ({ [number]: { name: "Known Person" } }));
  const inbox = desk.inbox({ contactResolver: { lookup } });
  await inbox.open({ to: number });
  await expect.element(page.getByText("Known Person")).toBeVisible();
  await hasFocus(page.getByRole("textbox", { name: "Message to Known Person" }));
  const to = page.getByRole("textbox", { name: "To" });
  lookup.mockClear();
  await to.fill("");
  await expect.element(page.getByText("Known Person")).not.toBeInTheDocument();
  await to.click();
  await userEvent.keyboard(number);
  expect(lookup).not.toHaveBeenCalled(); // not for every digit
  await userEvent.keyboard("{Enter}");
  await expect.element(page.getByText("Known Person")).toBeVisible();
});

test("two conversations with one person are told apart by their lines", async () => {
  const [number, other] = [desk.number(), desk.number()];
  const [front, back] = desk.sandbox.lines;
  await desk.sandbox.handset(number).text(desk.line(0), "to the front");
  await desk.sandbox.handset(other).text(desk.line(0), "only one line");
  desk.inbox();
  await expect.element(row(/to the front/)).toBeVisible();
  await expect.element(row(new RegExp(`${front?.name}.*to the front`))).not.toBeInTheDocument();
  await desk.sandbox.handset(number).text(desk.line(1), "to the back");
  await expect.element(row(new RegExp(`${back?.name}.*to the back`))).toBeVisible();
  await expect.element(row(new RegExp(`${front?.name}.*to the front`))).toBeVisible();
  await expect.element(row(new RegExp(`${front?.name}.*only one line`))).not.toBeInTheDocument();
});

test("a line's long name is read in full beside a person's long name, in the narrowest place", async () => {
  const number = desk.number();
  const name = "Customer service, second floor";
  const owner = desk.client();
  const line = await owner.lines.get(desk.sandbox.lines[1]?.id as never);
  await owner.lines.update(line.id, { name });
  await desk.sandbox.handset(number).text(desk.line(0), "one line");
  await desk.sandbox.handset(number).text(desk.line(1), "and the other");
  const person = { name: "Maximiliane-Friederike von Hohenzollern" };
  const place = desk.place("320px");
  desk.add(
    "trunkline-inbox",
    { client: owner, contactResolver: { lookup: async () => ({ [number]: person }) } },
    place,
  );
  const shown = row(/and the other/).getByText(name);
  await expect.element(shown).toBeVisible();
  const box = shown.element().closest(".of-line");
  expect(box?.scrollWidth).toBeLessThanOrEqual(box?.clientWidth ?? 0);
  await owner.lines.update(line.id, { name: line.name });
});

test("the parts of a new message begin at one edge, wide and narrow", async () => {
  const edge = (name: string) => page.getByText(name, { exact: true }).element().getBoundingClientRect().left;
  for (const width of ["320px", "900px"]) {
    const inbox = desk.add("trunkline-inbox", { client: desk.client() }, desk.place(width));
    await inbox.open({ to: desk.number() });
    await expect.element(page.getByText("From", { exact: true })).toBeVisible();
    await vi.waitFor(() => expect([edge("From"), edge("To")]).toEqual([edge("New message"), edge("New message")]));
    inbox.remove();
  }
});
