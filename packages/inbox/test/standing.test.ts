import { expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { expectAccessible } from "./support/axe.ts";
import { hasFocus } from "./support/focus.ts";
import { useDesk } from "./support/world.ts";

const desk = useDesk();
const THEMES = ["light", "dark", "contrast"] as const;

const field = () => page.getByRole("textbox", { name: /^Message to/ });

/** A conversation with a number that has written, open in an inbox. */
async function opened(...texts: string[]) {
  const number = desk.number();
  const phone = desk.sandbox.handset(number);
  for (const text of texts) await phone.text(desk.line(), text);
  const client = desk.client();
  const { data } = await client.conversations.list({ participant: number }).page();
  const id = data[0]?.id;
  if (id === undefined) throw new Error(`Nobody wrote as ${number}.`);
  const inbox = desk.inbox({ client });
  await inbox.open({ conversationId: id });
  return { number, phone, client, id, inbox };
}

test("STOP takes the field away at once, says why, and START brings it back with what was written", async () => {
  const { phone, inbox, client, id } = await opened("Hello?");
  await field().fill("Are you still");
  await phone.text(desk.line(), "STOP");
  await expect.element(page.getByText(/has opted out$/)).toBeVisible();
  await expect.element(page.getByText(/^They texted .*STOP.* on /)).toBeVisible();
  await expect.element(page.getByText("Only they can lift this, by texting START.")).toBeVisible();
  await expect.element(field()).not.toBeInTheDocument();
  expect((await client.messages.check(id)).canSend).toBe(false);
  for (const theme of THEMES) {
    inbox.theme = theme;
    await inbox.updateComplete;
    await expectAccessible(inbox);
  }
  await phone.text(desk.line(), "START");
  await expect.element(field()).toHaveValue("Are you still");
});

test("plain words are read by a person: allowed again, or kept", async () => {
  const { phone, inbox, client, number } = await opened("please stop texting me");
  await expect.element(page.getByText(/may have asked not to be texted$/)).toBeVisible();
  await expect.element(page.getByText(/^They wrote .*please stop texting me.*whether they meant it\./)).toBeVisible();
  await expectAccessible(inbox);
  await page.getByRole("button", { name: "Allow texts" }).click();
  await expect.element(field()).toBeVisible();
  await phone.text(desk.line(), "please stop texting me");
  await page.getByRole("button", { name: "Keep blocked" }).click();
  await expect.element(page.getByText("Only they can lift this, by texting START.")).toBeVisible();
  const [found] = await client.optIns.lookup({ numbers: [number] });
  expect(found?.optIns[0]).toMatchObject({ state: "opted_out", needsReview: false });
});

test("a first text is checked before it is written, and another number frees what was begun", async () => {
  const [gone, other] = [desk.number(), desk.number()];
  await desk.sandbox.handset(gone).text(desk.line(), "STOP");
  const inbox = desk.inbox({ client: desk.client() });
  await inbox.open({ to: other, draft: "Are you free" });
  await expect.element(field()).toHaveValue("Are you free");
  const to = page.getByRole("textbox", { name: "To" });
  await to.fill(gone);
  await userEvent.tab();
  await expect.element(page.getByText(/has opted out$/)).toBeVisible();
  await expect.element(page.getByText(/^They texted .*STOP/)).toBeVisible();
  await expect.element(field()).not.toBeInTheDocument();
  await expectAccessible(inbox);
  await to.fill(other);
  await userEvent.tab();
  await expect.element(field()).toHaveValue("Are you free");
});

test("somebody is marked as opted out by keyboard, with a reason, and that is taken back", async () => {
  const { inbox, client, number } = await opened("Call me please");
  const more = page.getByRole("button", { name: "More about this conversation" });
  await expect.element(more).toBeVisible();
  (more.element() as HTMLElement).focus();
  await userEvent.keyboard("{Enter}");
  await hasFocus(page.getByRole("menuitem", { name: "Mark as opted out…" }));
  await expectAccessible(inbox);
  await userEvent.keyboard("{Escape}");
  await hasFocus(more);
  await userEvent.keyboard("{Enter}");
  await hasFocus(page.getByRole("menuitem", { name: "Mark as opted out…" }));
  await userEvent.keyboard("{Enter}");
  const reason = page.getByRole("textbox", { name: "Reason" });
  await hasFocus(reason);
  await expectAccessible(inbox);
  await page.getByRole("button", { name: "Mark as opted out" }).click();
  await expect.element(page.getByText("Say why, so that others know.")).toBeVisible();
  await reason.fill("Asked on the phone");
  await page.getByRole("button", { name: "Mark as opted out" }).click();
  await expect.element(page.getByRole("dialog")).not.toBeInTheDocument();
  await expect.element(page.getByText(/^Recorded by Ada.*Asked on the phone/)).toBeVisible();
  const [found] = await client.optIns.lookup({ numbers: [number] });
  expect(found?.history[0]).toMatchObject({ method: "staff", state: "opted_out", by: { kind: "user" } });
  await page.getByRole("button", { name: "Allow texts again" }).click();
  await expect.element(field()).toBeVisible();
});

test("a reader who may not write is asked nothing, and sees no menu", async () => {
  const { id } = await opened("For everybody");
  const dana = desk.inbox({ conversationId: id }, "dana");
  await expect.element(page.getByText(/^You can read this, but not write\./)).toBeVisible();
  expect(dana.shadowRoot?.querySelector("trunkline-thread")?.shadowRoot?.querySelector(".more")).toBeNull();
});

test("before somebody types it is told that it is night there, and when a text would go", async () => {
  const client = desk.client();
  await desk.leaveLastMinute();
  await client.tenant.update({ sending: { quietHours: { start: "00:00", end: "23:59" } } });
  try {
    const { id } = await client.conversations.open({ lineId: lineId(), participants: [desk.number()] });
    const { sendAfter } = await client.messages.check(id);
    const now = () => Date.parse(sendAfter ?? "") - 9 * 60 * 60_000 - 20 * 60_000;
    const inbox = desk.inbox({ client, now, locale: "en-GB" });
    await inbox.open({ conversationId: id });
    await expect
      .element(
        page.getByText(
          /^Quiet hours: it is 14:39 for them\. Your text will go today at 23:59 their time \(.+ yours\)\./,
        ),
      )
      .toBeVisible();
    await expectAccessible(inbox);
    await expect.element(field()).toBeVisible();
  } finally {
    await client.tenant.update({ sending: { quietHours: null } });
  }
});

test("other reasons have their own words", async () => {
  const client = desk.client();
  await client.tenant.update({ sending: { optInRequired: true } });
  try {
    const { id } = await client.conversations.open({ lineId: lineId(), participants: [desk.number()] });
    await desk.inbox({ client }).open({ conversationId: id });
    await expect.element(page.getByText(/has not agreed to texts$/)).toBeVisible();
    await client.tenant.update({ sending: { optInRequired: false } });
    await page.getByRole("button", { name: "Check again" }).click();
    await vi.waitFor(() => expect(field().query()).not.toBeNull());
  } finally {
    await client.tenant.update({ sending: { optInRequired: false } });
  }
});

function lineId() {
  const id = desk.sandbox.lines[0]?.id;
  if (id === undefined) throw new Error("The world has lines.");
  return id as `line_${string}`;
}
