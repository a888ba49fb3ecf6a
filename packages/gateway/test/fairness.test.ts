import type { Conversation, Line, Message } from "@trunkline/protocol";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type PlainCarrier, plainCarrier } from "./support/plain-carrier.ts";
import { eachStore } from "./support/stores.ts";
import { made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

/* What one tenant does must not hold up another. Told by the order in which things happen, not by a clock. */

eachStore((store) => {
  let carrier: PlainCarrier;
  let world: TestGateway;
  let crowd: TestTenant;
  let other: TestTenant;
  /** Whose texts the carrier was called with, in order. */
  let called: string[];
  let gate: Promise<void> = Promise.resolve();

  beforeAll(async () => {
    carrier = plainCarrier();
    called = [];
    world = await testGateway(store, {
      fetch: async (input, init) => {
        if (init?.method === "POST") called.push((JSON.parse(String(init.body)) as { text: string }).text);
        await gate;
        return carrier.fetch(input, init);
      },
    });
    crowd = await world.newTenant("crowd");
    other = await world.newTenant("other");
  });
  afterAll(() => world.stop());

  const conversation = ({ call }: TestTenant, { id }: Line, n: number) =>
    made<Conversation>(
      call("POST", "/v1/conversations", { lineId: id, participants: [`+1206555${String(1000 + n)}`] }),
    );
  const send = ({ call }: TestTenant, { id }: Conversation, text: string) =>
    made<Message>(call("POST", `/v1/conversations/${id}/messages`, { text }));

  test("reads of one tenant wait for one of another's, not for all that came before them", async () => {
    const order: string[] = [];
    const read = async (tenant: TestTenant, name: string) => {
      await made(tenant.call("GET", "/v1/conversations"));
      order.push(name);
    };
    const all = [
      ...Array.from({ length: 300 }, () => read(crowd, "crowd")),
      ...Array.from({ length: 5 }, () => read(other, "other")),
    ];
    await Promise.all(all);
    // Each has every second connection from the moment at which the others come, and a busy machine lets them come late.
    // Those that waited for all that came before them would be among the last.
    expect(order.lastIndexOf("other")).toBeLessThan(150);
  });

  test("a text is accepted among the first, though a hundred reads and texts of another tenant came before it", async () => {
    const [theirs, own] = [await conversation(crowd, crowd.line, 0), await conversation(other, other.line, 0)];
    const order: string[] = [];
    const done = (name: string) => () => order.push(name);
    const all: Promise<unknown>[] = [];
    for (let n = 0; n < 100; n++) {
      all.push(
        crowd.call("GET", "/v1/lines").then(done("crowd")),
        send(crowd, theirs, `crowd ${n}`).then(done("crowd")),
      );
    }
    all.push(send(other, own, "other").then(done("other")));
    await Promise.all(all);
    // Texts that are accepted together are answered together: a whole batch of the crowd's may come before.
    const batches = order.slice(0, order.indexOf("other"));
    expect(batches.length).toBeLessThan(146);
    await world.gateway.idle();
  });

  test("a queue of a thousand texts on ten lines lets another tenant's texts through at once", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    const lines = [crowd.line];
    for (let n = 0; n < 9; n++) {
      const number = `+1206555${String(8000 + n)}`;
      const body = { name: number, carrierAccountId: crowd.account.id, number };
      lines.push(await made<Line>(crowd.call("POST", "/v1/lines", body)));
    }
    const conversations = await Promise.all(
      lines.flatMap((line) => Array.from({ length: 10 }, (_, n) => conversation(crowd, line, n))),
    );
    called = [];
    await Promise.all(
      Array.from({ length: 10 }, (_, round) => conversations.map((into) => send(crowd, into, `crowd ${round}`))).flat(),
    );
    await vi.waitFor(() => expect(called).toHaveLength(100)); // one of each conversation, and the carrier does not answer
    const own = await conversation(other, other.line, 1);
    await send(other, own, "other");
    await vi.waitFor(() => expect(called.at(-1)).toBe("other"));
    expect(called).toHaveLength(101);

    // And while the crowd's are handed over as fast as it goes.
    called = [];
    resolve();
    for (let n = 0; n < 10; n++) await send(other, own, `other ${n}`);
    await world.gateway.idle();
    expect(called.filter((text) => text.startsWith("crowd"))).toHaveLength(900);
    expect(called.filter((text) => text.startsWith("other"))).toHaveLength(10);
    expect(called.findLastIndex((text) => text.startsWith("other"))).toBeLessThan(800);
  });
});
