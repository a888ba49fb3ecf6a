import type { Conversation, Message, Page } from "@trunkline/protocol";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { plainCarrier } from "./support/plain-carrier.ts";
import { eachStore } from "./support/stores.ts";
import { made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

const CONVERSATIONS = 23;
const MESSAGES = 41;

// The clock stands still, so that every row has the same time: an order by time alone would skip or repeat some.
eachStore((store) => {
  let world: TestGateway;
  let acme: TestTenant;
  let long: Conversation;
  const ids: string[] = [];

  beforeAll(async () => {
    world = await testGateway(store, { fetch: plainCarrier().fetch });
    acme = await world.newTenant("acme");
    for (let n = 0; n < CONVERSATIONS; n++) {
      long = await made<Conversation>(
        acme.call("POST", "/v1/conversations", { lineId: acme.line.id, participants: [`+142555501${n + 10}`] }),
      );
      ids.push(long.id);
    }
    await Promise.all(
      Array.from({ length: MESSAGES }, (_, n) =>
        made(acme.call("POST", `/v1/conversations/${long.id}/messages`, { text: `text ${n}` })),
      ),
    );
  });
  afterAll(() => world.stop());

  async function pages<Item>(path: string, limit: number): Promise<Item[]> {
    const all: Item[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page: Page<Item> = await made(acme.call("GET", `${path}&limit=${limit}${cursor && `&cursor=${cursor}`}`));
      expect(page.data.length).toBeLessThanOrEqual(limit);
      all.push(...page.data);
      cursor = page.nextCursor;
    }
    return all;
  }

  test("pages of conversations of any size hold each one once, in one order", async () => {
    const whole = (await pages<Conversation>("/v1/conversations?state=open", 200)).map(({ id }) => id);
    expect([...whole].sort()).toEqual([...ids].sort());
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 30 }), async (limit) => {
        const paged = await pages<Conversation>("/v1/conversations?state=open", limit);
        expect(paged.map(({ id }) => id)).toEqual(whole);
      }),
      { numRuns: 12 },
    );
  });

  test("pages of messages of any size, order and bound hold each sequence once", async () => {
    const bounds = fc.oneof(
      fc.constant({}),
      fc.record({ beforeSequence: fc.integer({ min: 0, max: MESSAGES + 3 }) }),
      fc.record({ afterSequence: fc.integer({ min: 0, max: MESSAGES + 3 }) }),
    );
    const cases = fc.record({ limit: fc.integer({ min: 1, max: 50 }), order: fc.constantFrom("asc", "desc"), bounds });
    await fc.assert(
      fc.asyncProperty(cases, async ({ limit, order, bounds: bound }) => {
        const query = new URLSearchParams(
          Object.entries({ order, ...bound }).map(([name, value]) => [name, String(value)]),
        );
        const paged = await pages<Message>(`/v1/conversations/${long.id}/messages?${query}`, limit);
        const { beforeSequence = MESSAGES + 1, afterSequence = 0 } = bound as Record<string, number>;
        const expected = Array.from({ length: MESSAGES }, (_, n) => n + 1).filter(
          (sequence) => sequence > afterSequence && sequence < beforeSequence,
        );
        expect(paged.map(({ sequence }) => sequence)).toEqual(order === "asc" ? expected : expected.reverse());
      }),
      { numRuns: 30 },
    );
  });

  test("a page around a message has it in the middle and goes on from there", async () => {
    const path = `/v1/conversations/${long.id}/messages?aroundSequence=20&limit=5`;
    const page = await made<Page<Message>>(acme.call("GET", path));
    expect(page.data.map(({ sequence }) => sequence)).toEqual([22, 21, 20, 19, 18]);
    const next = await made<Page<Message>>(acme.call("GET", `${path}&cursor=${page.nextCursor}`));
    expect(next.data.map(({ sequence }) => sequence)).toEqual([17, 16, 15, 14, 13]);
    const ascending = await made<Page<Message>>(acme.call("GET", `${path}&order=asc`));
    expect(ascending.data.map(({ sequence }) => sequence)).toEqual([18, 19, 20, 21, 22]);
  });

  test("a cursor belongs to its list and filters", async () => {
    const { nextCursor } = await made<Page<Conversation>>(acme.call("GET", "/v1/conversations?limit=2"));
    const refused = { status: 400, body: { code: "invalid_cursor" } };
    expect(await acme.call("GET", `/v1/conversations?limit=2&state=open&cursor=${nextCursor}`)).toMatchObject(refused);
    expect(await acme.call("GET", `/v1/conversations/${long.id}/messages?cursor=${nextCursor}`)).toMatchObject(refused);
    const messages = await made<Page<Message>>(acme.call("GET", `/v1/conversations/${long.id}/messages?limit=2`));
    const elsewhere = `/v1/conversations/${ids[0]}/messages?limit=2&cursor=${messages.nextCursor}`;
    expect(await acme.call("GET", elsewhere)).toMatchObject(refused);
  });

  test("filters find by tag, participant, record, assignee, state and time", async () => {
    const [first, second] = ids;
    const record = { source: "crm", type: "account", externalId: "a:b" };
    world.clock.advance(1000);
    await made(
      acme.call("PATCH", `/v1/conversations/${first}`, {
        tags: ["vip", "vip"],
        records: [record],
        assigneeId: "ext:admin",
      }),
    );
    await made(acme.call("PATCH", `/v1/conversations/${second}`, { state: "closed" }));
    const found = async (query: string) =>
      (await made<Page<Conversation>>(acme.call("GET", `/v1/conversations?${query}`))).data.map(({ id }) => id);
    expect(await found("tag=vip")).toEqual([first]);
    expect(await found(`participant=${encodeURIComponent("+1 (425) 555-0110")}`)).toEqual([first]);
    expect(await found(`lineId=${acme.line.id}&participant=%2B14255550111`)).toEqual([second]);
    expect(await found("participant=%2B14255550999")).toEqual([]);
    expect(await found("record=crm:account:a:b")).toEqual([first]);
    expect(await found("assigneeId=ext:admin")).toEqual([first]);
    expect(await found(`assigneeId=${acme.users.admin.id}`)).toEqual([first]);
    expect(await found("state=closed")).toEqual([second]);
    expect((await found(`updatedAfter=${new Date(world.clock.now() - 500).toISOString()}`)).sort()).toEqual(
      [first, second].sort(),
    );
    await made(acme.call("PATCH", `/v1/conversations/${second}`, { state: "open" }));
    expect(await acme.call("GET", "/v1/conversations?unread=true")).toMatchObject({ status: 422 });
    expect(await acme.call("GET", "/v1/conversations?record=nonsense")).toMatchObject({ status: 422 });
    expect(await acme.call("GET", "/v1/conversations?participant=nobody")).toMatchObject({ status: 422 });
  });
});
