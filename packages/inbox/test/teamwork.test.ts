import type { Conversation, Trunkline } from "@trunkline/sdk";
import { expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { TrunklineInbox } from "../src/index.ts";
import { expectAccessible } from "./support/axe.ts";
import { focused } from "./support/focus.ts";
import { useDesk } from "./support/world.ts";

const desk = useDesk();
const WAIT = { timeout: 10_000 };

const button = (name: string) => page.getByRole("button", { name, exact: true });
const item = (name: RegExp) => page.getByRole("menuitem", { name });
const bar = () => page.getByRole("group", { name: "Who has this conversation, and its state" });
const note = () => page.getByRole("textbox", { name: /^Note to colleagues about .*, not sent to them$/ });
const message = () => page.getByRole("textbox", { name: /^Message to/ });

/** A conversation that a phone has begun, open in an inbox. */
async function begun(
  text: string,
  user = "ada",
): Promise<{ inbox: TrunklineInbox; client: Trunkline; conversation: Conversation }> {
  await desk.sandbox.handset(desk.number()).text(desk.line(), text);
  const [conversation] = (await desk.client().conversations.list({ limit: 1 }).page()).data;
  if (!conversation) throw new Error("A text begins a conversation.");
  const client = desk.client(user);
  const inbox = desk.inbox({ client, conversationId: conversation.id });
  await expect.element(page.getByRole("article").filter({ hasText: text })).toBeVisible();
  return { inbox, client, conversation };
}

async function accessibleInAllThemes(inbox: TrunklineInbox): Promise<void> {
  for (const theme of ["light", "dark", "contrast"] as const) {
    inbox.theme = theme;
    await inbox.updateComplete;
    await expectAccessible(inbox);
  }
}

const now = async (id: Conversation["id"]) => desk.client().conversations.get(id);

test("somebody takes a conversation, gives it to a colleague, and hands it back, by keyboard alone", async () => {
  const { inbox, conversation } = await begun("who takes this?");
  await button("Assign to me").click();
  await expect.element(button("Assignee: Ada Moreno")).toBeVisible();
  expect((await now(conversation.id)).assigneeId).not.toBeNull();
  await vi.waitFor(() => expect(focused()?.textContent).toContain("Ada Moreno"), WAIT);
  await userEvent.keyboard("{Enter}");
  await expect.element(item(/^Ben Achterberg$/)).toBeVisible();
  await accessibleInAllThemes(inbox);
  (item(/^Ben Achterberg$/).element() as HTMLElement).focus();
  await userEvent.keyboard("{Enter}");
  await expect.element(button("Assignee: Ben Achterberg")).toBeVisible();
  await userEvent.keyboard("{Enter}");
  await userEvent.keyboard("{End}");
  await userEvent.keyboard("{Enter}");
  await expect.element(button("Assignee: Unassigned")).toBeVisible();
  await vi.waitFor(async () => expect((await now(conversation.id)).assigneeId).toBeNull(), WAIT);
});

test("of two who take it at once, the second is told who has it", async () => {
  const client = desk.client();
  const { conversation } = await begun("first come");
  const { data: users } = await client.users.list().page();
  const other = users.find(({ name }) => name === "Ben Achterberg");
  if (!other) throw new Error("Ben works here.");
  // The colleague's claim comes between this reader's look and their press: the stream has not told it yet.
  const { fetch } = desk.sandbox;
  const mine = desk.client("ada", {
    fetch: async (input, init) => {
      const request = new Request(input, init);
      if (request.url.endsWith("/claim")) await client.conversations.update(conversation.id, { assigneeId: other.id });
      return fetch(request);
    },
  });
  for (const inbox of document.querySelectorAll("trunkline-inbox")) inbox.remove();
  desk.inbox({ client: mine, conversationId: conversation.id });
  await button("Assign to me").click();
  await expect.element(page.getByText(`${other.name} took it first.`)).toBeVisible();
  await expect.element(button(`Assignee: ${other.name}`)).toBeVisible();
});

test("it is closed, reopened, and snoozed until a time on the reader's clock", async () => {
  const { inbox, conversation } = await begun("later, please");
  await button("Close").click();
  await expect.element(button("Reopen")).toBeVisible();
  expect((await now(conversation.id)).state).toBe("closed");
  await button("Reopen").click();
  await button("Snooze").click();
  await expect.element(item(/^Tomorrow/)).toBeVisible();
  await accessibleInAllThemes(inbox);
  await item(/^Tomorrow/).click();
  await expect.element(bar().getByText(/Snoozed until/)).toBeVisible();
  const { state, snoozedUntil } = await now(conversation.id);
  expect(state).toBe("snoozed");
  expect(new Date(snoozedUntil ?? 0).getHours()).toBe(9);
  await expectAccessible(inbox);
});

test("tags are added and removed", async () => {
  const { inbox, conversation } = await begun("what is this about?");
  await button("Add tag").click();
  await page.getByRole("textbox", { name: "New tag" }).fill("<b>billing</b>");
  await userEvent.keyboard("{Enter}");
  await expect.element(button("Remove tag <b>billing</b>")).toBeVisible();
  expect((await now(conversation.id)).tags).toEqual(["<b>billing</b>"]);
  await accessibleInAllThemes(inbox);
  await button("Remove tag <b>billing</b>").click();
  await vi.waitFor(async () => expect((await now(conversation.id)).tags).toEqual([]), WAIT);
});

test("a note mentions a colleague, stands in the thread as a note, and reaches no phone", async () => {
  const { inbox, conversation } = await begun("can you help?");
  const phone = conversation.participants[0]?.number ?? "";
  const dana = desk.client("dana");
  const heard: string[] = [];
  dana.events.on("mention.created", ({ data }) => heard.push(data.message.text));
  await vi.waitFor(() => expect(dana.connection.getSnapshot().state).toBe("live"), WAIT);
  await button("Note").click();
  await expect.element(message()).not.toBeInTheDocument();
  await note().click();
  await userEvent.keyboard("@dan");
  await expect.element(page.getByRole("option", { name: "Dana Levy" })).toBeVisible();
  await accessibleInAllThemes(inbox);
  await userEvent.keyboard("{Enter}");
  await expect.element(note()).toHaveValue("@Dana Levy ");
  await userEvent.keyboard("please call{Enter}");
  await expect.element(page.getByRole("article", { name: /^Note by Ada Moreno/ })).toBeVisible();
  await expect.element(note()).toHaveValue("");
  await vi.waitFor(() => expect(heard).toEqual(["@Dana Levy please call"]), WAIT);
  const received = (await desk.sandbox.handset(phone).messages()).filter(({ direction }) => direction === "received");
  expect(received).toEqual([]);
  await button("Text message").click();
  await expect.element(message()).toBeVisible();
});

test("whoever has it open hears who else looks, and who types", async () => {
  const { inbox, client, conversation } = await begun("anybody there?");
  await expect.element(button("Note")).toBeVisible();
  await vi.waitFor(() => expect(client.connection.getSnapshot().state).toBe("live"), WAIT);
  const dana = desk.client("dana");
  await dana.conversations.setViewing(conversation.id, true);
  await expect.element(page.getByText("Dana Levy is looking at this")).toBeVisible();
  await accessibleInAllThemes(inbox);
  await dana.conversations.setViewing(conversation.id, false);
  await expect.element(page.getByText("Dana Levy is looking at this")).not.toBeInTheDocument();
  const told: string[] = [];
  dana.events.on("conversation.typing", ({ data }) => told.push(`${data.name} ${data.state}`));
  await vi.waitFor(() => expect(dana.connection.getSnapshot().state).toBe("live"), WAIT);
  await message().fill("I am");
  await vi.waitFor(() => expect(told).toEqual(["Ada Moreno started"]), WAIT);
});

test("whoever may only read sees who has it and no buttons", async () => {
  const { inbox, conversation } = await begun("read only", "dana");
  await desk.client().conversations.update(conversation.id, { state: "closed", tags: ["vip"] });
  await desk.client().conversations.claim(conversation.id);
  await expect.element(page.getByTitle("Assigned to Ada Moreno")).toBeVisible();
  await expect.element(bar().getByText("Closed")).toBeVisible();
  await expect.element(bar().getByText("vip")).toBeVisible();
  expect(button("Reopen").query()).toBeNull();
  expect(button("Note").query()).toBeNull();
  await expectAccessible(inbox);
});
