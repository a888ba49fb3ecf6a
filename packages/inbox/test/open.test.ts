import type { ConversationId, MessageId } from "@trunkline/sdk";
import { expect, test, vi } from "vitest";
import { page } from "vitest/browser";
import { expectAccessible } from "./support/axe.ts";
import { hasFocus } from "./support/focus.ts";
import { useDesk } from "./support/world.ts";

const desk = useDesk();
const article = (name: string | RegExp) => page.getByRole("article", { name });

/** A conversation of many texts, oldest first, with the ids of its messages. */
async function longConversation(count: number) {
  const client = desk.client();
  const conversation = await client.conversations.open({
    lineId: desk.sandbox.lines[0]?.id as never,
    participants: [desk.number()],
  });
  const ids: MessageId[] = [];
  for (let index = 1; index <= count; index += 1) {
    ids.push((await client.messages.send(conversation.id, { text: `number ${index}.` })).id);
  }
  return { client, conversation, ids };
}

test("open({ messageId }) shows the message in its conversation, marked, and the way back to the end", async () => {
  const { conversation, ids } = await longConversation(120);
  const inbox = desk.inbox();
  await inbox.open({ messageId: ids[9] as MessageId });
  expect(inbox.conversationId).toBe(conversation.id);
  const sought = page.getByText("number 10.", { exact: true });
  await expect.element(sought).toBeInViewport();
  expect(sought.element().closest("article")?.classList).toContain("sought");
  await expect.element(page.getByText("number 9.", { exact: true })).toBeInViewport({ ratio: 1 }); // what went before it
  await expect.element(page.getByText("number 120.", { exact: true })).not.toBeInTheDocument();
  await page.getByRole("button", { name: "Jump to latest" }).click();
  await expect.element(page.getByText("number 120.", { exact: true })).toBeInViewport();
});

test("the attribute message-id does the same, and a text that is written there is seen", async () => {
  const { conversation, ids } = await longConversation(110);
  const inbox = desk.add("trunkline-inbox");
  inbox.setAttribute("message-id", ids[4] ?? "");
  inbox.client = desk.client();
  await expect.element(page.getByText("number 5.", { exact: true })).toBeInViewport();
  expect(inbox.conversationId).toBe(conversation.id);
  await page.getByRole("textbox", { name: /^Message to/ }).fill("written at the end");
  await page.getByRole("button", { name: "Send" }).click();
  await expect.element(page.getByText("written at the end").last()).toBeInViewport();
});

test("a conversation that is opened out of sight begins at what is unread when it comes into sight", async () => {
  const number = desk.number();
  const phone = desk.sandbox.handset(number);
  for (let index = 1; index <= 30; index += 1) await phone.text(desk.line(), `read ${index}.`);
  const client = desk.client();
  const [conversation] = (await client.conversations.list({ participant: number }).page()).data;
  const id = conversation?.id as ConversationId;
  await client.conversations.markRead(id, 30);
  for (let index = 31; index <= 34; index += 1) await phone.text(desk.line(), `unread ${index}.`);
  const place = desk.place("400px");
  place.style.display = "none";
  const inbox = desk.add("trunkline-inbox", { client: desk.client() }, place);
  await inbox.open({ conversationId: id }, { focus: false });
  await vi.waitFor(() => {
    const thread = inbox.shadowRoot?.querySelector("trunkline-thread");
    expect(thread?.shadowRoot?.querySelectorAll("article").length).toBe(34);
  });
  place.style.display = "";
  await expect.element(page.getByText("unread 31.")).toBeInViewport();
});

test("a conversation that is opened from elsewhere is seen in the list, and nothing around it is scrolled", async () => {
  const client = desk.client();
  const lineId = desk.sandbox.lines[0]?.id as never;
  const first = await client.conversations.open({ lineId, participants: [desk.number()] });
  for (let count = 0; count < 12; count += 1) {
    const { id } = await client.conversations.open({ lineId, participants: [desk.number()] });
    await client.messages.send(id, { text: "later" });
  }
  const place = desk.place("400px");
  place.style.marginBlockStart = "2000px";
  const inbox = desk.add("trunkline-inbox", { client }, place);
  await inbox.open({ conversationId: first.id }, { focus: false });
  await vi.waitFor(() => {
    const list = inbox.shadowRoot?.querySelector("trunkline-conversation-list")?.shadowRoot;
    const row = list?.querySelector("[aria-current]")?.getBoundingClientRect();
    const view = list?.querySelector("[data-scroller]")?.getBoundingClientRect();
    if (!row || !view) throw new Error("The list is not there yet.");
    expect(row.top).toBeGreaterThanOrEqual(view.top);
    expect(row.bottom).toBeLessThanOrEqual(view.bottom);
  });
  expect(window.scrollY).toBe(0);
});

test("a message that is not there: open() rejects with not_found, the attribute tells the page", async () => {
  const inbox = desk.inbox();
  const gone = "msg_00000000000000000000000000";
  await expect(inbox.open({ messageId: gone })).rejects.toMatchObject({ code: "not_found" });
  const told = vi.fn();
  inbox.addEventListener("trunkline-error", told);
  inbox.setAttribute("message-id", gone);
  await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(1));
});

test("open({ record }) shows the newest conversation about it, or begins one that is about it", async () => {
  const client = desk.client();
  const record = { source: "crm", type: "order", externalId: "2291" };
  const { id } = await client.conversations.open({
    lineId: desk.sandbox.lines[0]?.id as never,
    participants: [desk.number()],
    records: [record],
  });
  const inbox = desk.inbox();
  await inbox.open({ record: "crm:order:2291" });
  expect(inbox.conversationId).toBe(id);

  const number = desk.number();
  await inbox.open({ record: "crm:order:none" });
  await page.getByRole("textbox", { name: "To" }).fill(number);
  await page.getByRole("textbox", { name: /^Message/ }).fill("About your order");
  await page.getByRole("button", { name: "Send" }).click();
  await expect.element(article(/^You, .*Delivered$/)).toBeVisible();
  const opened = await client.conversations.get(inbox.conversationId as never);
  expect(opened.records).toMatchObject([{ source: "crm", type: "order", externalId: "none" }]);
});

test("open({ to }) reads a number without its country as in the line's country", async () => {
  const number = desk.number();
  await desk.sandbox.handset(number).text(desk.line(), "national");
  const client = desk.client();
  const [found] = (await client.conversations.list({ participant: number }).page()).data;
  const national = number.slice(2);
  for (const to of [`(${national.slice(0, 3)}) ${national.slice(3, 6)}-${national.slice(6)}`, `1 ${national}`]) {
    const inbox = desk.inbox({ record: undefined });
    await inbox.open({ to }); // before any list
    expect(inbox.conversationId).toBe(found?.id);
    inbox.remove();
  }
});

test("with linkFor, rows and times are links that the page gives, and a plain click stays here", async () => {
  await desk.sandbox.handset(desk.number()).text(desk.line(), "link to me");
  const inbox = desk.inbox({
    linkFor: ({ conversationId, messageId }) =>
      messageId ? `/texts/${conversationId}/${messageId}` : `/texts/${conversationId}`,
  });
  const row = page.getByRole("link", { name: /link to me/ });
  await row.click();
  await expect.element(article(/555/)).toBeVisible();
  expect(row.element().getAttribute("href")).toBe(`${location.origin}/texts/${inbox.conversationId}`);
  const time = page.getByRole("link", { name: /^Link to this message/ });
  expect(time.element().getAttribute("href")).toMatch(/\/texts\/conv_\w+\/msg_\w+$/);
  await hasFocus(page.getByRole("textbox", { name: /^Message to/ }));
  await expectAccessible(inbox);
});

test("an address that would run something is no link", async () => {
  await desk.sandbox.handset(desk.number()).text(desk.line(), "no script");
  desk.inbox({ linkFor: () => "javascript:alert(1)" });
  await expect.element(page.getByRole("button", { name: /no script/ })).toBeVisible();
});
