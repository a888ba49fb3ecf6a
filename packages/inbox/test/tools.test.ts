import { expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { expectAccessible } from "./support/axe.ts";
import { hasFocus } from "./support/focus.ts";
import { useDesk } from "./support/world.ts";

const desk = useDesk();
const THEMES = ["light", "dark", "contrast"] as const;

const field = () => page.getByRole("textbox", { name: /^Message to/ });
const search = () => page.getByRole("combobox", { name: "Search by name" });
const later = () => page.getByRole("button", { name: "Send later" });
const worldNow = () => desk.sandbox.clock.now().getTime();

async function opened(name = "Nora Whitfield") {
  const client = desk.client();
  const lineId = desk.sandbox.lines[0]?.id as `line_${string}`;
  const { id } = await client.conversations.open({ lineId, participants: [{ number: desk.number(), name }] });
  const inbox = desk.inbox({ client, now: worldNow, locale: "en-US" });
  await inbox.open({ conversationId: id });
  await expect.element(later()).toBeVisible();
  return { client, id, inbox };
}

async function seeIn(inbox: HTMLElementTagNameMap["trunkline-inbox"]): Promise<void> {
  for (const theme of THEMES) {
    inbox.theme = theme;
    await inbox.updateComplete;
    await expectAccessible(inbox);
  }
}

test("a template is found by keyboard, says what is known, asks for what is not, and stays editable", async () => {
  const { client, inbox } = await opened();
  await client.templates.create({ name: "Ready for pick-up", text: "Hi {{firstName}}, your {{item}} is ready." });
  await client.templates.create({ name: "Thanks", text: "Thank you, {{name|friend}}!" });
  await expect.element(page.getByRole("button", { name: /^Templates/ })).toBeVisible();
  await field().click();
  await userEvent.keyboard("/");
  await hasFocus(search());
  await expect.element(page.getByRole("option", { name: /Thank you, Nora Whitfield!/ })).toBeVisible();
  await seeIn(inbox);
  await userEvent.keyboard("pick-up");
  await expect.element(page.getByRole("option", { name: /Thank you/ })).not.toBeInTheDocument();
  const blank = page.getByRole("option", { name: "Ready for pick-up Hi Nora, your Item is ready." });
  await expect.element(blank).toBeVisible(); // a place without a value reads like a form
  await userEvent.keyboard("{Enter}");
  const item = page.getByRole("textbox", { name: "Item", exact: true });
  await hasFocus(item);
  await expect.element(page.getByRole("textbox", { name: "First name", exact: true })).toHaveValue("Nora");
  await page.getByRole("button", { name: "Insert" }).click();
  await expect.element(page.getByRole("alert").getByText("Still missing: Item")).toBeInTheDocument();
  await expect.element(page.getByText("Fill this in.")).toBeVisible();
  await expect.element(item).toHaveAttribute("aria-invalid", "true");
  expect(item.element().getAttribute("aria-describedby")).toBe(page.getByText("Fill this in.").element().id);
  await hasFocus(item);
  await seeIn(inbox);
  await item.fill("bike");
  await expect.element(page.getByText("Hi Nora, your bike is ready.")).toBeVisible();
  await page.getByRole("button", { name: "Insert" }).click();
  await expect.element(field()).toHaveValue("Hi Nora, your bike is ready.");
  await hasFocus(field());
  await userEvent.keyboard(" a/b{Enter}");
  await expect.element(page.getByText("Hi Nora, your bike is ready. a/b")).toBeVisible();
});

test("what a template says by itself stands in its field, and may be emptied", async () => {
  const { client } = await opened();
  await client.templates.create({ name: "Closing", text: "{{item}} is here until {{time|6 pm}}." });
  await field().click();
  await userEvent.keyboard("/");
  await hasFocus(search());
  await userEvent.keyboard("Closing");
  await expect.element(page.getByRole("option", { name: "Closing Item is here until 6 pm." })).toBeVisible();
  await userEvent.keyboard("{Enter}");
  const time = page.getByRole("textbox", { name: "Time", exact: true });
  await expect.element(time).toHaveValue("6 pm");
  await time.fill("noon");
  await page.getByRole("textbox", { name: "Item", exact: true }).fill("Your boat");
  await expect.element(page.getByText("Your boat is here until noon.")).toBeVisible();
  await time.clear();
  await expect.element(time).toHaveValue("");
  await page.getByRole("button", { name: "Insert" }).click();
  await expect.element(field()).toHaveValue("Your boat is here until 6 pm.");
});

test("a sign that looks like the plain one is called by its name, and made plain", async () => {
  await opened();
  await field().fill("It’s ready");
  await expect.element(page.getByText(/A curly apostrophe \(.’.\) leaves room for 70 characters/)).toBeVisible();
  await page.getByRole("button", { name: "Use a straight one" }).click();
  await expect.element(field()).toHaveValue("It's ready");
});

test("signs of several kinds are each called by their name, beside the emoji that no plain sign replaces", async () => {
  await opened();
  await field().fill("It’s “ready”");
  await expect
    .element(page.getByText(/^\s*A curly apostrophe \(.’.\) and curly quotation marks \(.“.\s.”.\) leave room for 70/))
    .toBeVisible();
  await field().fill("It’s ready – “come by” any time 🎉 and don’t forget the papers, the key and the trailer plate");
  await expect
    .element(
      page.getByText(/^\s*With .🎉., a curly apostrophe .* and a long dash \(.–.\) it takes 2 texts instead of 1\./),
    )
    .toBeVisible();
  await expect.element(page.getByRole("button", { name: /^Use / })).not.toBeInTheDocument();
});

test("Enter takes what all that was typed finds, also when it comes before the answer", async () => {
  const { client } = await opened();
  await client.templates.create({ name: "Aardvark", text: "The first of all." });
  await client.templates.create({ name: "Zebra crossing", text: "Mind the zebra." });
  await field().click();
  await userEvent.keyboard("/");
  await hasFocus(search());
  await expect.element(page.getByRole("option", { name: /The first of all/ })).toBeVisible();
  await search().fill("zebra");
  await userEvent.keyboard("{Enter}");
  await expect.element(field()).toHaveValue("Mind the zebra.");
});

test("Escape leaves the templates, and one in another language is chosen there", async () => {
  const { client } = await opened("Lucía");
  await client.templates.create({
    name: "Away",
    text: "We are closed.",
    variants: [{ locale: "es", text: "Estamos cerrados, {{name}}." }],
  });
  await field().click();
  await userEvent.keyboard("/");
  await hasFocus(search());
  await userEvent.keyboard("Away");
  await expect.element(page.getByRole("option", { name: /We are closed/ })).toBeVisible();
  await userEvent.keyboard("{Enter}");
  await page.getByRole("combobox", { name: "Language" }).selectOptions("Spanish");
  await expect.element(page.getByText("Estamos cerrados, Lucía.")).toBeVisible();
  await userEvent.keyboard("{Escape}");
  await hasFocus(search());
  await userEvent.keyboard("{Escape}");
  await hasFocus(field());
  await expect.element(search()).not.toBeInTheDocument();
});

test("what a template says by itself is said in the language that is chosen, and what was written stays", async () => {
  const { client } = await opened("Lucía");
  await client.templates.create({
    name: "Hours",
    text: "{{item}} is here until {{time|6 pm}}.",
    variants: [{ locale: "es", text: "{{item}} está aquí hasta {{time|las 6 de la tarde}}." }],
  });
  await field().click();
  await userEvent.keyboard("/");
  await hasFocus(search());
  await search().fill("Hours");
  await userEvent.keyboard("{Enter}");
  const time = page.getByRole("textbox", { name: "Time", exact: true });
  const language = page.getByRole("combobox", { name: "Language" });
  await expect.element(time).toHaveValue("6 pm");
  await page.getByRole("textbox", { name: "Item", exact: true }).fill("Canoa");
  await language.selectOptions("Spanish");
  await expect.element(time).toHaveValue("las 6 de la tarde");
  await expect.element(page.getByText("Canoa está aquí hasta las 6 de la tarde.")).toBeVisible();
  await time.fill("mediodía");
  await language.selectOptions("Usual words");
  await expect.element(page.getByText("Canoa is here until mediodía.")).toBeVisible();
});

test("a form longer than the screen keeps its name and its buttons in sight", async () => {
  const { client, inbox } = await opened();
  const names = ["One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"];
  await client.templates.create({ name: "Long form", text: names.map((name) => `{{${name}}}`).join(" ") });
  await field().click();
  await userEvent.keyboard("/");
  await hasFocus(search());
  await search().fill("Long form");
  await userEvent.keyboard("{Enter}");
  await hasFocus(page.getByRole("textbox", { name: "One", exact: true }));
  const picker = page.getByRole("region", { name: "Templates" });
  const inSight = () => {
    const { top, bottom } = picker.element().getBoundingClientRect();
    const shown = [page.getByRole("heading", { name: "Long form" }), page.getByRole("button", { name: "Insert" })];
    return shown.every((each) => {
      const box = each.element().getBoundingClientRect();
      return box.top >= top && box.bottom <= bottom;
    });
  };
  expect(picker.element().scrollHeight).toBeGreaterThan(picker.element().clientHeight);
  expect(inSight()).toBe(true);
  const last = page.getByRole("textbox", { name: "Ten", exact: true });
  (last.element() as HTMLElement).focus();
  await vi.waitFor(() => expect(picker.element().scrollTop).toBeGreaterThan(0));
  expect(inSight()).toBe(true);
  const actions = page.getByRole("button", { name: "Insert" }).element().getBoundingClientRect();
  expect(last.element().getBoundingClientRect().bottom, "above the buttons").toBeLessThanOrEqual(actions.top);
  await seeIn(inbox);
  await page.getByRole("button", { name: "Back" }).click();
  await hasFocus(search());
  const { left, top, width } = search().element().getBoundingClientRect();
  const root = search().element().getRootNode() as ShadowRoot;
  expect(root.elementFromPoint(left + width / 2, top + 1), "the head covers none of it").toBe(search().element());
});

test("the templates give way to the times", async () => {
  const { client } = await opened();
  await client.templates.create({ name: "Soon", text: "Soon, {{name}}!" });
  await field().fill("Good morning!");
  await page.getByRole("button", { name: /^Templates/ }).click();
  await hasFocus(search());
  await later().click();
  await expect.element(page.getByRole("menuitem", { name: /^Tomorrow/ })).toBeVisible();
  await expect.element(search()).not.toBeInTheDocument();
  await page.getByRole("button", { name: /^Templates/ }).click();
  await hasFocus(search());
  await expect.element(page.getByRole("menuitem", { name: /^Tomorrow/ })).not.toBeInTheDocument();
});

test("a text is scheduled from the menu, on the recipient's clock", async () => {
  const { client, id, inbox } = await opened();
  expect(later().element().getAttribute("aria-disabled")).toBe("true");
  await field().fill("Good morning!");
  await later().click();
  const tomorrow = page.getByRole("menuitem", { name: /^Tomorrow/ });
  await expect.element(tomorrow).toBeVisible();
  await expect.element(page.getByText("Their time: PT")).toBeVisible();
  await expect.element(tomorrow.getByText(/ your time$/)).toBeVisible();
  await seeIn(inbox);
  await tomorrow.click();
  await expect.element(field()).toHaveValue("");
  await expect.element(page.getByRole("article", { name: /Scheduled$/ }).getByText(/^Goes/)).toBeVisible();
  const { data } = await client.messages.list(id).page();
  const local = new Date(data[0]?.sendAt ?? "").toLocaleString("en-US", {
    timeZone: "America/Los_Angeles",
    hour: "numeric",
  });
  expect(local).toBe("9 AM");
});

test("a time of one's own is chosen, and one that is over is refused", async () => {
  const { client, id, inbox } = await opened();
  await field().fill("See you then");
  await later().click();
  await page.getByRole("menuitem", { name: "Choose date and time…" }).click();
  const when = page.getByLabelText("Date and time");
  await expect.element(when).toBeVisible();
  await seeIn(inbox);
  const theirs = new Intl.DateTimeFormat("sv-SE", {
    timeZone: "America/Los_Angeles",
    dateStyle: "short",
    timeStyle: "short",
  });
  const timeIn = (hours: number) => theirs.format(worldNow() + hours * 60 * 60_000);
  await when.fill(timeIn(-48).replace(" ", "T"));
  await page.getByRole("button", { name: "Schedule" }).click();
  await expect.element(page.getByText("Choose a time that is still to come.")).toBeVisible();
  await hasFocus(when);
  const inTwoDays = timeIn(48);
  await when.fill(inTwoDays.replace(" ", "T"));
  await page.getByRole("button", { name: "Schedule" }).click();
  await expect.element(page.getByRole("dialog")).not.toBeInTheDocument();
  await vi.waitFor(async () => {
    const { data } = await client.messages.list(id).page();
    expect(data[0]?.status).toBe("scheduled");
    expect(theirs.format(new Date(data[0]?.sendAt ?? ""))).toBe(inTwoDays);
  });
});

test("a thread that is read at its end stays there while templates are looked through", async () => {
  const { client, id } = await opened("Nora Whitfield");
  for (let index = 1; index <= 12; index++) await client.messages.send(id, { text: `Long enough to scroll ${index}` });
  for (const name of ["Umbrellas", "Vouchers", "Weather"]) {
    await client.templates.create({ name, text: `${name}: words that take room. `.repeat(4) });
  }
  const last = page.getByText("Long enough to scroll 12");
  await expect.element(last).toBeInViewport();
  await field().click();
  await userEvent.keyboard("/");
  await hasFocus(search());
  await expect.element(page.getByRole("option", { name: /^Weather/ })).toBeVisible();
  await expect.element(last).toBeInViewport();
  await userEvent.keyboard("no such name");
  await expect.element(page.getByRole("option", { name: /^Weather/ })).not.toBeInTheDocument();
  await expect.element(last).toBeInViewport();
  await userEvent.keyboard("{Escape}");
  await hasFocus(field());
  await expect.element(last).toBeInViewport();
  await expect.element(page.getByRole("button", { name: /latest/i })).not.toBeInTheDocument();
});
