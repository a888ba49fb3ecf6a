import { expect, test } from "vitest";
import { createTrunkline, sessionAuth } from "../src/index.ts";
import { FakeGateway, GATEWAY } from "./fake-gateway.ts";
import { settle, TestClock } from "./test-clock.ts";

test("smoke", async () => {
  const gateway = new FakeGateway();
  const clock = new TestClock();
  const one = gateway.addConversation("+14255550123");
  gateway.addMessage(one.id, "Hello");
  const trunkline = createTrunkline({
    gateway: GATEWAY,
    auth: sessionAuth(async () => "tls_x"),
    fetch: gateway.fetch,
    platform: { clock, random: () => 0.5 },
    onError: (error) => expect.unreachable(error.message),
  });
  const list = trunkline.conversations.live();
  const thread = trunkline.messages.live(one.id);
  list.subscribe(() => undefined);
  thread.subscribe(() => undefined);
  await settle();
  expect(list.getSnapshot()).toMatchObject({ status: "ready", data: [{ id: one.id, viewer: { unreadCount: 1 } }] });
  expect(thread.getSnapshot()).toMatchObject({ status: "ready", data: [{ message: { text: "Hello" } }] });
  gateway.addMessage(one.id, "Are you there?");
  await settle();
  expect(thread.getSnapshot().data).toHaveLength(2);
  expect(list.getSnapshot().data[0]).toMatchObject({
    viewer: { unreadCount: 2 },
    lastMessage: { text: "Are you there?" },
  });
  const sending = trunkline.messages.send(one.id, { text: "Yes" });
  expect(thread.getSnapshot().data.at(-1)).toMatchObject({ state: "sending", message: { text: "Yes" } });
  const key = thread.getSnapshot().data.at(-1)?.key;
  await sending;
  await settle();
  expect(thread.getSnapshot().data.at(-1)).toMatchObject({
    key,
    state: "accepted",
    message: { text: "Yes", status: "queued" },
  });
  expect(list.getSnapshot().data[0]).toMatchObject({ viewer: { unreadCount: 0 } });
  await clock.advance(200);
  expect(trunkline.connection.getSnapshot().state).toBe("live");
  await trunkline.close();
  expect(clock.pending).toBe(0);
});
