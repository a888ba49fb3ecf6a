import { expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { expectAccessible } from "./support/axe.ts";
import { useDesk } from "./support/world.ts";

const desk = useDesk();
const THEMES = ["light", "dark", "contrast"] as const;
const HOUR = 60 * 60_000;

const message = (name: string | RegExp) => page.getByRole("article", { name });
const worldNow = () => desk.sandbox.clock.now().getTime();

async function conversation() {
  const client = desk.client();
  const lineId = desk.sandbox.lines[0]?.id as `line_${string}`;
  const { id } = await client.conversations.open({ lineId, participants: [desk.number()] });
  return { client, id };
}

test("a scheduled text says when it goes, in its thread and in the list, and is taken back", async () => {
  const { client, id } = await conversation();
  const sendAt = new Date(worldNow() + 50 * HOUR).toISOString();
  await client.messages.send(id, { text: "See you on the day", sendAt });
  const inbox = desk.inbox({ client, now: worldNow, locale: "en-US" });
  await inbox.open({ conversationId: id });
  const row = message(/Scheduled$/);
  const clock = String.raw`\w{3}\s\d+:\d\d\s[AP]M`;
  await expect.element(row.getByText(new RegExp(`^Goes ${clock} PT, ${clock} your time$`))).toBeVisible();
  const own = new Intl.DateTimeFormat("en-US", { weekday: "short", hour: "numeric", minute: "2-digit" }).format(
    new Date(sendAt),
  );
  await expect.element(page.getByRole("button", { name: new RegExp(`Goes ${own}.*See you on the day`) })).toBeVisible();
  for (const theme of THEMES) {
    inbox.theme = theme;
    await inbox.updateComplete;
    await expectAccessible(inbox);
  }
  (row.element() as HTMLElement).focus();
  await userEvent.keyboard("{Tab}{Enter}");
  await expect.element(message(/Canceled$/).getByText("Canceled, not sent")).toBeVisible();
  await expect.element(page.getByRole("button", { name: "Cancel sending" })).not.toBeInTheDocument();
  await expect.element(page.getByRole("button", { name: /Goes/ })).not.toBeInTheDocument();
  await expect.element(page.getByRole("button", { name: /Canceled.*See you on the day/ })).toBeVisible();
});

test("a scheduled text says that it will not go while they have opted out, and can still be taken back", async () => {
  const number = desk.number();
  const phone = desk.sandbox.handset(number);
  await phone.text(desk.line(), "Hello?");
  const client = desk.client();
  const id = (await client.conversations.list({ participant: number }).page()).data[0]?.id as `conv_${string}`;
  const sendAt = new Date(worldNow() + 50 * HOUR).toISOString();
  await client.messages.send(id, { text: "See you on the day", sendAt });
  await desk.inbox({ client, now: worldNow, locale: "en-US" }).open({ conversationId: id });
  const row = message(/Scheduled$/);
  await expect.element(row.getByText(/^Goes /)).toBeVisible();
  await phone.text(desk.line(), "STOP");
  await expect.element(row.getByText("Will not be sent: they opted out")).toBeVisible();
  await expect.element(row.getByText(/^Goes /)).not.toBeInTheDocument();
  await phone.text(desk.line(), "START");
  await expect.element(row.getByText(/^Goes /)).toBeVisible();
  await phone.text(desk.line(), "STOP");
  await expect.element(row.getByText("Will not be sent: they opted out")).toBeVisible();
  await row.getByRole("button", { name: "Remove" }).click();
  await expect.element(message(/Canceled$/).getByText("Canceled, not sent")).toBeVisible();
});

test("a text that is held says why, and goes by itself", async () => {
  const { client, id } = await conversation();
  await desk.leaveLastMinute();
  await client.tenant.update({ sending: { quietHours: { start: "00:00", end: "23:59" } } });
  try {
    await client.messages.send(id, { text: "Good morning" });
    await desk.inbox({ client, now: worldNow }).open({ conversationId: id });
    await expect.element(page.getByText(/^It is a quiet time for .*\. Goes /)).toBeVisible();
  } finally {
    await client.tenant.update({ sending: { quietHours: null } });
  }
  await desk.sandbox.clock.advance("PT24H");
  await expect.element(message(/Delivered$/)).toBeVisible();
});

test("a word of the carrier's that nobody knows is shown as it came, and as not confirmed", async () => {
  const { id } = await conversation();
  await desk.client().messages.send(id, { text: "Where is it?" });
  await desk.sandbox.idle();
  const client = desk.client("ada", {
    fetch: async (input, init) => {
      const response = await desk.sandbox.fetch(input, init);
      if (!new URL(response.url || new Request(input, init).url).pathname.endsWith("/messages")) return response;
      const body = (await response.json()) as { data: object[] };
      const data = body.data.map((each) => ({ ...each, status: "sent", carrierStatus: "teleported" }));
      return Response.json({ ...body, data }, { headers: response.headers });
    },
  });
  await desk.inbox({ client }).open({ conversationId: id });
  await expect.element(message(/Not confirmed$/).getByText(/The carrier says “teleported”/)).toBeVisible();
});
