import type { ConversationId } from "@trunkline/sdk";
import { expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { TrunklineEventOf } from "../src/index.ts";
import { expectAccessible } from "./support/axe.ts";
import { focused } from "./support/focus.ts";
import { useDesk } from "./support/world.ts";

const desk = useDesk();

const search = () => page.getByRole("searchbox", { name: "Search messages and people" });
const show = () => page.getByRole("combobox", { name: "Show" });
const row = (name: RegExp) => page.getByRole("button", { name });

/** Shadow roots included. */
function marks(root: Element): string[] {
  const list = root.shadowRoot?.querySelector("trunkline-conversation-list");
  return [...(list?.shadowRoot?.querySelectorAll("mark") ?? [])].map((mark) => mark.textContent ?? "");
}

test("words are found in messages, marked, and opened at the message", async () => {
  const phone = desk.sandbox.handset(desk.number());
  await phone.text(desk.line(), "The zeppelin <b>lands</b> at noon");
  for (let index = 0; index < 45; index += 1) await phone.text(desk.line(), `Later words ${index}`);
  const inbox = desk.inbox();
  const chosen: TrunklineEventOf<"trunkline-select">["detail"][] = [];
  inbox.addEventListener("trunkline-select", ({ detail }) => chosen.push(detail));
  await search().fill("zepp noon");
  await expect.element(row(/The zeppelin <b>lands<\/b> at noon/)).toBeVisible();
  expect(marks(inbox)).toEqual(["zepp", "noon"]);
  for (const theme of ["light", "dark", "contrast"] as const) {
    inbox.theme = theme;
    await inbox.updateComplete;
    await expectAccessible(inbox);
  }
  await row(/The zeppelin/).click();
  await expect.element(page.getByRole("article").filter({ hasText: "The zeppelin" })).toBeInViewport();
  expect(chosen).toEqual([expect.objectContaining({ reason: "search", messageId: expect.stringMatching(/^msg_/) })]);
});

test("by keyboard: arrows lead from the field to what was found, Escape leads back to the list", async () => {
  const number = desk.number();
  await desk.sandbox.handset(number).text(desk.line(), "First quokka");
  await desk.sandbox.handset(number).text(desk.line(), "Second quokka");
  desk.inbox();
  await search().fill("quokka");
  await expect.element(row(/First/)).toBeVisible();
  await userEvent.keyboard("{ArrowDown}");
  expect(focused()?.textContent).toContain("Second");
  await userEvent.keyboard("{ArrowDown}");
  expect(focused()?.textContent).toContain("First");
  await search().click();
  await userEvent.keyboard("{Escape}");
  await expect.element(search()).toHaveValue("");
  await expect.element(page.getByRole("list", { name: "Conversations" })).toBeVisible();
});

test("pieces of a number lead to the person, and what cannot be found is told", async () => {
  const number = desk.number();
  await desk.sandbox.handset(number).text(desk.line(), "Nothing special");
  const inbox = desk.inbox();
  await search().fill(number.slice(-7));
  await expect.element(page.getByRole("list", { name: "Conversations" })).toBeVisible();
  await vi.waitFor(() => expect(marks(inbox)).toContain(number.slice(-7)));
  await search().fill("xyzzyplugh");
  await expect.element(page.getByText("Nothing found").last()).toBeVisible();
  await search().fill("?!");
  await expect.element(page.getByText("Enter a letter or a digit")).toBeVisible();
});

test("the list shows what is open, mine, snoozed, closed, or what a saved filter says", async () => {
  const client = desk.client();
  const texts = ["kept open", "taken by me", "put to sleep", "done with"];
  const ids: ConversationId[] = [];
  for (const text of texts) {
    await desk.sandbox.handset(desk.number()).text(desk.line(), text);
    const [newest] = (await client.conversations.list({ limit: 1 }).page()).data;
    if (newest) ids.push(newest.id);
  }
  const [, mine, asleep, done] = ids;
  if (!mine || !asleep || !done) throw new Error("Four conversations were begun.");
  await client.conversations.claim(mine);
  const snoozedUntil = new Date(desk.sandbox.clock.now().getTime() + 86_400_000).toISOString();
  await client.conversations.update(asleep, { state: "snoozed", snoozedUntil });
  await client.conversations.update(done, { state: "closed" });
  await client.filters.create({ name: "Finished work", query: { state: "closed" } });

  const inbox = desk.inbox();
  await expect.element(row(/kept open/)).toBeVisible();
  const shows = async (option: string, there: RegExp, gone: RegExp) => {
    await show().selectOptions(option);
    await vi.waitFor(() => expect(row(gone).query()).toBeNull());
    await expect.element(row(there)).toBeVisible();
  };
  await shows("Open", /kept open/, /done with/);
  await shows("Mine", /taken by me/, /kept open/);
  await shows("Snoozed", /put to sleep/, /taken by me/);
  await shows("Closed", /done with/, /put to sleep/);
  await shows("Unassigned", /kept open/, /done with/);
  await shows("Any state", /put to sleep/, /nobody wrote this/);
  await show().click();
  await expect.element(page.getByRole("option", { name: "Finished work" })).toBeInTheDocument();
  await userEvent.keyboard("{Escape}");
  await shows("Finished work", /done with/, /kept open/);
  await expectAccessible(inbox);

  await client.conversations.update(done, { state: "open" });
  await expect.element(page.getByText("No conversations here")).toBeVisible();
});
