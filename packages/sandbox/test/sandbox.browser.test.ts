import { expect, test } from "vitest";
import { createSandbox } from "../src/index.ts";

// Both cores from their browser-side entry, with the default store: what touches Node would throw here.
test("gateway and world run in a page: a text from a phone is read, answered and delivered", async () => {
  const sandbox = await createSandbox({ now: "2026-11-02T09:00:00Z" });
  const [line] = sandbox.lines;
  const phone = sandbox.handset("+14255550123");
  await phone.text(String(line?.number), "Is the 9 o'clock slot free?");

  const { token } = await sandbox.auth("ada").token();
  const call = async (path: string, body?: object) => {
    const response = await sandbox.fetch(sandbox.url + path, {
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body ? { method: "POST", body: JSON.stringify(body) } : {}),
    });
    return response.json();
  };
  const [conversation] = (await call("/v1/conversations")).data;
  expect(conversation.lastMessage.text).toBe("Is the 9 o'clock slot free?");
  const message = await call(`/v1/conversations/${conversation.id}/messages`, { text: "It is yours." });
  await sandbox.clock.advance("PT15S");
  expect(phone.messages().map(({ text }) => text)).toEqual(["Is the 9 o'clock slot free?", "It is yours."]);
  expect((await call(`/v1/messages/${message.id}`)).status).toBe("delivered");
  await sandbox.close();
});
