import type { Conversation, ConversationWithViewer, EventPage, Message, Page } from "@trunkline/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type PlainCarrier, plainCarrier, webhook } from "./support/plain-carrier.ts";
import { eachStore } from "./support/stores.ts";
import { type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

let phones = 0;
/** A number that no other test uses. */
const newPhone = () => `+1425555${String(100 + phones++).padStart(4, "0")}`;

eachStore((store) => {
  let carrier: PlainCarrier;
  let world: TestGateway;
  let acme: TestTenant;

  beforeAll(async () => {
    carrier = plainCarrier();
    world = await testGateway(store, { fetch: (input, init) => carrier.fetch(input, init) });
    acme = await world.newTenant("acme");
  });
  afterAll(() => world.stop());

  const open = async (phone = newPhone()) =>
    (
      await acme.call<ConversationWithViewer>("POST", "/v1/conversations", {
        lineId: acme.line.id,
        participants: [phone],
      })
    ).body;
  const read = async (id: string) => (await acme.call<Message>("GET", `/v1/messages/${id}`)).body;

  test("a text goes out, is delivered, and is answered", async () => {
    const phone = newPhone();
    const opened = await acme.call<Conversation>("POST", "/v1/conversations", {
      lineId: acme.line.id,
      participants: [phone],
    });
    expect(opened).toMatchObject({
      status: 201,
      body: { participants: [{ number: phone }], sequence: 0, lastMessage: null },
    });
    const conversation = opened.body;

    const sent = await acme.call<Message>("POST", `/v1/conversations/${conversation.id}/messages`, {
      text: "Ready at 5",
      clientId: "c1",
    });
    expect(sent).toMatchObject({ status: 202, body: { status: "queued", sequence: 1, clientId: "c1", to: phone } });
    await world.gateway.idle();
    expect(await read(sent.body.id)).toMatchObject({ status: "sent", carrierMessageId: carrier.taken.at(-1)?.id });
    expect(carrier.taken.at(-1)).toMatchObject({ reference: sent.body.id, to: phone, from: acme.line.number });

    const receipt = {
      id: carrier.taken.at(-1)?.id,
      reference: sent.body.id,
      status: "delivered",
      errorCode: null,
      at: "2026-03-03T09:00:01.000Z",
    };
    expect((await webhook(world, acme, "status", receipt)).status).toBe(204);
    expect(await read(sent.body.id)).toMatchObject({ status: "delivered", deliveredAt: "2026-03-03T09:00:01.000Z" });

    const text = {
      id: "in_1",
      from: phone,
      to: acme.line.number,
      text: "Thanks 🎉",
      media: [],
      at: "2026-03-03T09:00:02.000Z",
    };
    expect((await webhook(world, acme, "messages", text)).status).toBe(204);
    const { body: page } = await acme.call<Page<Message>>("GET", `/v1/conversations/${conversation.id}/messages`);
    expect(page.data).toMatchObject([
      { sequence: 2, direction: "inbound", text: "Thanks 🎉", status: "received", author: { kind: "contact" } },
      { sequence: 1, status: "delivered" },
    ]);
    const { body: list } = await acme.call<Page<Conversation>>("GET", "/v1/conversations");
    expect(list.data[0]).toMatchObject({ id: conversation.id, sequence: 2, lastMessage: { text: "Thanks 🎉" } });
  });

  test("the log tells every change in order, once", async () => {
    const conversation = await open();
    const { body: sent } = await acme.call<Message>("POST", `/v1/conversations/${conversation.id}/messages`, {
      text: "One",
    });
    await world.gateway.idle();
    const { body: page } = await acme.call<EventPage>("GET", "/v1/events?limit=200");
    const own = page.data.filter(({ data }) => "id" in data && (data.id === conversation.id || data.id === sent.id));
    expect(own.map(({ type, data }) => [type, "status" in data ? data.status : null])).toEqual([
      ["conversation.created", null],
      ["message.created", "queued"],
      ["conversation.updated", null],
      ["message.updated", "sending"],
      ["message.updated", "sent"],
    ]);
    const again = await acme.call<EventPage>("GET", `/v1/events?after=${page.cursor}`);
    expect(again.body).toMatchObject({ data: [], hasMore: false });
  });
});
