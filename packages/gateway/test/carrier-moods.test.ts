import type { Conversation, Line, Message } from "@trunkline/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { CarrierMoodRecord } from "../src/carriers/moods.ts";
import { type Answer, type PlainCarrier, plainCarrier, webhook } from "./support/plain-carrier.ts";
import { eachStore } from "./support/stores.ts";
import { made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

eachStore((store) => {
  let carrier: PlainCarrier;
  let world: TestGateway;
  let acme: TestTenant;
  let other: Line;
  /** All texts that the carrier was called with, taken or not. */
  let called: string[];
  /** What the carrier's answers wait for. */
  let gate: Promise<void> = Promise.resolve();
  let moods: CarrierMoodRecord["circuit"][];
  let tenants = 0;

  beforeAll(async () => {
    world = await testGateway(store, {
      fetch: async (input, init) => {
        if (init?.method === "POST") called.push((JSON.parse(String(init.body)) as { text: string }).text);
        await gate;
        return carrier.fetch(input, init);
      },
      onCarrierMood: ({ circuit }) => moods.push(circuit),
    });
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    carrier = plainCarrier();
    called = [];
    moods = [];
    acme = await world.newTenant(`acme ${tenants}`);
    const number = `+1206555${String(7000 + tenants++)}`;
    other = await made<Line>(
      acme.call("POST", "/v1/lines", { name: "Other", carrierAccountId: acme.account.id, number }),
    );
  });
  afterEach(() => world.gateway.idle());

  const phone = (n: number) => `+1425555${String(1000 + n)}`;
  const open = (n: number, line = acme.line) =>
    made<Conversation>(acme.call("POST", "/v1/conversations", { lineId: line.id, participants: [phone(n)] }));
  const send = (text: string, { id }: Conversation) =>
    made<Message>(acme.call("POST", `/v1/conversations/${id}/messages`, { text }));
  const read = ({ id }: Message) => made<Message>(acme.call("GET", `/v1/messages/${id}`));
  const advance = async (ms: number) => {
    world.clock.advance(ms);
    await world.gateway.idle();
  };
  /** Sends one text into each conversation so that all of them are on their way before the carrier answers the first. */
  async function sendAtOnce(texts: readonly string[], into: readonly Conversation[]): Promise<Message[]> {
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    const before = called.length;
    const sent: Message[] = [];
    for (const [index, conversation] of into.entries()) sent.push(await send(texts[index] ?? "", conversation));
    await vi.waitFor(() => expect(called).toHaveLength(before + into.length));
    resolve();
    await world.gateway.idle();
    return sent;
  }
  const opened = (count: number, isOther: (n: number) => boolean) =>
    Promise.all(Array.from({ length: count }, (_, n) => open(n, isOther(n) ? other : acme.line)));
  const named = (count: number, word = "text") => Array.from({ length: count }, (_, n) => `${word} ${n}`);
  const always = (answer: Answer) => carrier.script.push(...Array<Answer>(1000).fill(answer));
  const works = () => carrier.script.splice(0);

  test("an account that cannot be reached is left alone, tried with one text at a time, and then serves all", async () => {
    always("down");
    const sent = await sendAtOnce(named(24), await opened(24, (n) => n % 2 === 1));
    expect(moods).toEqual(["open"]);
    const late = await send("late", await open(99, other));
    const before = called.length;
    await advance(4_000);
    expect(called).toHaveLength(before);
    expect((await read(late)).status).toBe("queued");
    await advance(1_000);
    expect(called).toHaveLength(before + 1);
    expect(moods).toEqual(["open", "half_open", "open"]);
    await advance(9_000);
    expect(called).toHaveLength(before + 1);

    works();
    for (let second = 0; second < 30; second++) await advance(1_000);
    expect(moods).toEqual(["open", "half_open", "open", "half_open", "closed"]);
    expect(carrier.taken.map(({ reference }) => reference).toSorted()).toEqual(
      [...sent, late].map(({ id }) => id).toSorted(),
    );
    for (const message of [...sent, late]) expect((await read(message)).status).toBe("sent");
  });

  test("answers that leave texts in doubt bar the account as well, and what is in doubt is found out meanwhile", async () => {
    always("error");
    const sent = await sendAtOnce(named(12), await opened(12, () => false));
    expect(moods).toEqual(["open"]);
    const next = await send("next", await open(50, other));
    works();
    for (let second = 0; second < 30; second++) await advance(1_000);
    expect((await read(next)).status).toBe("sent");
    expect(carrier.taken).toHaveLength(13);
    for (const message of sent) expect((await read(message)).status).toBe("sent");
  });

  test("one text in doubt holds up neither its line nor its account", async () => {
    carrier.isLookUpUp = false;
    carrier.script.push("lost");
    const lost = await send("lost", await open(1));
    const next = [
      await send("next", await open(1)),
      await send("beside", await open(2)),
      await send("other", await open(3, other)),
    ];
    await world.gateway.idle();
    expect((await read(lost)).status).toBe("unknown");
    for (const message of next) expect((await read(message)).status).toBe("sent");
    expect(moods).toEqual([]);
    const receipt = { id: carrier.taken[0]?.id, reference: lost.id, status: "delivered", errorCode: null, at: null };
    expect((await webhook(world, acme, "status", receipt)).status).toBe(204);
    expect((await read(lost)).status).toBe("delivered");
  });

  test("a carrier that says that the account is limited pauses all its lines, and another account's goes on", async () => {
    carrier.script.push("account busy");
    const first = await send("first", await open(1));
    await world.gateway.idle();
    await send("second", await open(2, other));
    const beside = await world.newTenant(`beside ${tenants}`);
    const theirs = { from: beside.line.number, to: phone(9), text: "theirs" };
    await made(beside.call("POST", "/v1/messages", theirs));
    await world.gateway.idle();
    expect(called).toEqual(["first", "theirs"]);
    await advance(1_999);
    expect(called).toHaveLength(2);
    await advance(1);
    expect(called.slice(2).toSorted()).toEqual(["first", "second"]);
    expect((await read(first)).status).toBe("sent");
    expect(moods).toEqual([]);
  });

  test("a carrier that says that a line is limited pauses that line alone", async () => {
    carrier.script.push("busy");
    await send("first", await open(1));
    await world.gateway.idle();
    await send("held", await open(2));
    await send("free", await open(3, other));
    await world.gateway.idle();
    expect(called).toEqual(["first", "free"]);
    await advance(2_000);
    expect(carrier.taken.map(({ text }) => text).toSorted()).toEqual(["first", "free", "held"]);
  });

  test.each([1, 2, 3])(
    "however a carrier behaves, each text is taken once and none overtakes another (%i)",
    async (seed) => {
      let state = seed;
      const pick = (count: number) => {
        state = Math.imul(state, 1_103_515_245) + 12_345;
        return (state >>> 16) % count;
      };
      const answers: Answer[] = ["accept", "accept", "down", "busy", "account busy"];
      // A carrier that is away for a while, then well, then moody.
      carrier.script.push(...Array<Answer>(16).fill("down"), ...Array<Answer>(10).fill("accept"));
      for (let n = 0; n < 60; n++) carrier.script.push(answers[pick(answers.length)] ?? "accept");
      const conversations = await opened(12, (n) => n % 3 > 0);
      const texts = [...Array(4).keys()].map((round) => named(12, `round ${round} text`));
      await sendAtOnce(texts[0] ?? [], conversations);
      for (const round of texts.slice(1)) {
        for (const [n, conversation] of conversations.entries()) await send(round[n] ?? "", conversation);
      }
      for (let tries = 0; tries < 400 && carrier.taken.length < 48; tries++) await advance(5_000);
      expect(carrier.taken).toHaveLength(48);
      for (const [n, { participants }] of conversations.entries()) {
        const taken = carrier.taken.filter(({ to }) => to === participants[0]?.number).map(({ text }) => text);
        expect(taken).toEqual(texts.map((round) => round[n]));
      }
    },
  );
});
