import type { Conversation, Line, Message, MessageStatus, Page } from "@trunkline/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PlainCarrier, plainCarrier, webhook } from "./support/plain-carrier.ts";
import { eachStore } from "./support/stores.ts";
import { made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

/* What carriers deliver in whatever order and however often, through the doors that they knock at. */

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

  async function sendMany(count: number): Promise<Message[]> {
    const { id } = await made<Conversation>(
      acme.call("POST", "/v1/conversations", { lineId: acme.line.id, participants: ["+14255550101"] }),
    );
    const sending = Array.from({ length: count }, (_, n) =>
      made<Message>(acme.call("POST", `/v1/conversations/${id}/messages`, { text: `text ${n}` })),
    );
    const sent = await Promise.all(sending);
    await world.gateway.idle();
    return sent;
  }
  const read = ({ id }: Message) => made<Message>(acme.call("GET", `/v1/messages/${id}`));

  describe("receipts", () => {
    const WORDS = ["sent", "delivered", "undelivered", "failed", "teleported"];
    const SECOND: Record<string, number> = { sent: 1, delivered: 4, undelivered: 3, failed: 2 };

    const knock = async ({ id }: Message, status: string, isNamed: boolean): Promise<void> => {
      const isBad = status === "undelivered" || status === "failed";
      const answer = await webhook(world, acme, "status", {
        id: carrier.taken.find(({ reference }) => reference === id)?.id,
        reference: isNamed ? id : null,
        status,
        errorCode: isBad ? "30003" : null,
        at: `2026-03-03T09:00:0${SECOND[status] ?? 9}.000Z`,
      });
      expect(answer.status).toBe(204);
    };
    /** Delivers to each text its own sequence, one after the other; all texts at the same time. */
    async function deliver(texts: readonly Message[], orders: readonly (readonly string[])[]): Promise<void> {
      const longest = Math.max(...orders.map(({ length }) => length));
      for (let step = 0; step < longest; step++) {
        await Promise.all(
          texts.map(async (text, index) => {
            const word = orders[index]?.[step];
            if (word !== undefined) await knock(text, word, index % 2 === 0);
          }),
        );
      }
    }
    const outcome = ({ status, failure, sentAt, deliveredAt, carrierStatus }: Message) => ({
      status,
      failure: failure && { code: failure.code, carrierCode: failure.carrierCode },
      sentAt,
      deliveredAt,
      carrierStatus,
    });
    const ends = async (texts: readonly Message[]) =>
      new Set((await Promise.all(texts.map(read))).map((text) => JSON.stringify(outcome(text))));

    test("of one text in each of their 120 orders end in the same, with the word that nobody knows kept", async () => {
      const orders = permutations(WORDS);
      const texts = await sendMany(orders.length);
      await deliver(texts, orders);
      const [end, ...others] = await ends(texts);
      expect(others).toEqual([]);
      expect(JSON.parse(end ?? "")).toEqual({
        status: "delivered" satisfies MessageStatus,
        failure: null,
        // When the text was handed over is not later than a carrier's word that it was sent.
        sentAt: "2026-03-03T09:00:00.000Z",
        deliveredAt: "2026-03-03T09:00:04.000Z",
        carrierStatus: "teleported",
      });
    });

    test.each([
      ["sent", "undelivered", "failed"],
      ["sent", "failed"],
      ["failed", "teleported"],
    ])("%s, %s, %s: in each order, with each repeated in each place, end in the same", async (...words) => {
      const given = words.filter((word) => word !== undefined);
      const orders = distinct(permutations([...given, ...given]));
      const texts = await sendMany(orders.length);
      await deliver(texts, orders);
      const [end, ...others] = await ends(texts);
      expect(others).toEqual([]);
      const status = given.includes("undelivered") ? "undelivered" : "failed";
      expect(JSON.parse(end ?? "")).toMatchObject({ status, failure: { carrierCode: "30003" } });
    });

    test("that all come at the same moment end in the same as one after the other", async () => {
      const texts = await sendMany(30);
      await Promise.all(
        texts.flatMap((text, index) =>
          shuffled([...WORDS, "beamed", ...WORDS, "beamed"], index + 1).map((word, n) =>
            knock(text, word, n % 2 === 0),
          ),
        ),
      );
      const [end, ...others] = await ends(texts);
      expect(others).toEqual([]);
      expect(JSON.parse(end ?? "")).toMatchObject({ status: "delivered", carrierStatus: "teleported" });
    });
  });

  describe("inbound texts", () => {
    const stored = async () => {
      const { data } = await made<Page<Conversation>>(acme.call("GET", "/v1/conversations?limit=100"));
      const pages = await Promise.all(
        data.map(({ id }) => made<Page<Message>>(acme.call("GET", `/v1/conversations/${id}/messages?limit=100`))),
      );
      return { conversations: data, texts: pages.flatMap((page) => page.data) };
    };

    test("that come one to five times each, shuffled and at the same time, are one row each", async () => {
      const lines = [acme.line.number, await newLine("+12065550311"), await newLine("+12065550312")];
      const texts = Array.from({ length: 60 }, (_, n) => ({
        id: `in_${n}`,
        from: `+1206555${String(2000 + (n % 7))}`,
        to: lines[n % lines.length],
        text: `words ${n}`,
        media: [],
        at: null,
      }));
      const deliveries = shuffled(
        texts.flatMap((text, n) => Array.from({ length: 1 + (n % 5) }, () => text)),
        7,
      );
      const answers = await Promise.all(deliveries.map((text) => webhook(world, acme, "messages", text)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
      const inbound = (await stored()).texts.filter(({ direction }) => direction === "inbound");
      expect(inbound.map(({ text }) => text).toSorted()).toEqual(texts.map(({ text }) => text).toSorted());
      expect(new Set(inbound.map(({ conversationId }) => conversationId)).size).toBe(21);
      // And once more a while later, as a carrier does that has lost our answers.
      world.clock.advance(60_000);
      await Promise.all(texts.map((text) => webhook(world, acme, "messages", text)));
      expect((await stored()).texts.filter(({ direction }) => direction === "inbound")).toHaveLength(60);
    });

    test("from numbers never seen, two or three in the same millisecond, begin one conversation each", async () => {
      const before = new Set((await stored()).conversations.map(({ id }) => id));
      const texts = Array.from({ length: 50 }, (_, n) => ({
        id: `new_${n}`,
        from: `+1206555${String(3000 + (n % 20))}`,
        to: acme.line.number,
        text: `first ${n}`,
        media: [],
        at: null,
      }));
      await Promise.all(shuffled(texts, 3).map((text) => webhook(world, acme, "messages", text)));
      const begun = (await stored()).conversations.filter(({ id }) => !before.has(id));
      expect(begun).toHaveLength(20);
      for (const { sequence, participants } of begun) {
        const own = texts.filter(({ from }) => from === participants[0]?.number);
        expect(sequence).toBe(own.length);
      }
    });

    const newLine = async (number: string) =>
      (await made<Line>(acme.call("POST", "/v1/lines", { name: number, carrierAccountId: acme.account.id, number })))
        .number;
  });
});

function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, index) =>
    permutations([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [item, ...rest]),
  );
}

const distinct = (orders: readonly string[][]): string[][] =>
  [...new Set(orders.map((order) => order.join(" ")))].map((order) => order.split(" "));

/** The same order for the same seed. */
function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  let state = seed;
  const keyed = items.map((item) => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
    return { item, key: state >>> 0 };
  });
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}
