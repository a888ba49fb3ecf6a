import { expect, test, vi } from "vitest";
import { page } from "vitest/browser";
import { useDesk } from "./support/world.ts";

const desk = useDesk();

test("what is read in one window leaves the badge of another, and nobody else's stream hears of it", async () => {
  const phone = desk.sandbox.handset(desk.number());
  await phone.text(desk.line(), "is anybody there");
  const colleague = desk.client("ben");
  const heard: string[] = [];
  colleague.events.on("conversation.read", () => heard.push("read"));
  colleague.events.on("message.created", ({ data }) => heard.push(data.text));
  await vi.waitFor(() => expect(colleague.connection.getSnapshot().state).toBe("live"));

  const badge = desk.add("trunkline-unread", { client: desk.client() });
  await vi.waitFor(() => expect(badge.count).toBe(1));
  desk.inbox();
  await page.getByRole("button", { name: /is anybody there/ }).click();
  await vi.waitFor(() => expect(badge.count).toBe(0));
  await badge.updateComplete;
  expect(badge.shadowRoot?.querySelector("[part=badge]")).toBeNull();

  // What comes after it in the log tells that everything before it has been told.
  await phone.text(desk.line(), "one more");
  await vi.waitFor(() => expect(heard.at(-1)).toBe("one more"));
  expect(heard).not.toContain("read");
  const counted = await colleague.unread.get();
  expect(counted.messages).toBe(2); // the colleague's own are unread still
});
