import type {
  ConversationWithViewer,
  CreatedSession,
  Line,
  Message,
  Problem,
  Search,
  SearchResult,
} from "@trunkline/protocol";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { eachStore } from "./support/stores.ts";
import { type Caller, made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

eachStore((store) => {
  let world: TestGateway;
  let acme: TestTenant;
  let tenants = 0;

  beforeAll(async () => {
    world = await testGateway(store);
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    acme = await world.newTenant(`acme ${tenants++}`);
  });

  const open = (number: string, more: { name?: string; lineId?: string; records?: object[] } = {}) =>
    made<ConversationWithViewer>(
      acme.call("POST", "/v1/conversations", {
        lineId: more.lineId ?? acme.line.id,
        participants: [{ number, ...(more.name ? { name: more.name } : {}) }],
        ...(more.records ? { records: more.records } : {}),
      }),
    );
  const send = (conversationId: string, text: string) =>
    made<Message>(acme.call("POST", `/v1/conversations/${conversationId}/messages`, { text }));
  const search = (body: Search, call: Caller = acme.call) => made<SearchResult>(call("POST", "/v1/search", body));
  /** The texts that are found, with what is marked in brackets. */
  const texts = async (q: string, more: Partial<Search> = {}, call?: Caller) => {
    const { messages } = await search({ q, in: ["messages"], ...more }, call);
    return messages?.data.map(({ message, ranges }) =>
      ranges.reduceRight(
        (text, { start, end }) => `${text.slice(0, start)}[${text.slice(start, end)}]${text.slice(end)}`,
        message.text,
      ),
    );
  };
  /** The numbers whose conversations are found. */
  const numbers = async (q: string, more: Partial<Search> = {}, call?: Caller) => {
    const { conversations } = await search({ q, in: ["conversations"], ...more }, call);
    return conversations?.data.map(({ conversation }) => conversation.participants[0]?.number);
  };

  test.each([
    ["ready order", "Your order is ready", "Your [order] is [ready]"],
    ["ORD", "Your order is ready", "Your [ord]er is ready"],
    ["appointm", "Two appointments tomorrow", "Two [appointm]ents tomorrow"],
    ["cafe strasse", "Café Straße 5", "[Café] [Straße] 5"],
    ["istanbul", "İstanbul'da", "[İstanbul]'da"],
    ["οδος", "ΟΔΟΣ 7", "[ΟΔΟΣ] 7"],
    ["京都", "明日は京都に行きます", "明日は[京都]に行きます"],
    ["都", "明日は京都に", "明日は京[都]に"],
    ["北京饭店", "我在北京饭店等你", "我在[北京饭店]等你"],
    ["ガス", "ｶﾞｽの点検", "[ｶﾞｽ]の点検"],
    ["หมาย", "ยืนยันนัดหมายของคุณ", "ยืนยันนัด[หมาย]ของคุณ"],
    ["고객", "안녕하세요 고객님", "안녕하세요 [고객]님"],
    ["привет", "Привет, как дела", "[Привет], как дела"],
    ["سلام", "سلام عليكم", "[سلام] عليكم"],
    ["👍", "ok 👍🏽!", "ok [👍]🏽!"],
    ["555.0199", "Call (425) 555-0199 now", "Call (425) [555-0199] now"],
    ["+1 425 555 0199", "Call (425) 555-0199 now", "Call ([425) 555-0199] now"],
    ["5 pm", "At 5 pm or 15 pm", "At [5] [pm] or 15 [pm]"],
    ["<b>bold", "a <b>bold</b> <i>", "a <[b]>[bold]</[b]> <i>"],
  ])("%j finds %j and says where", async (q, text, marked) => {
    const { id } = await open("+14255550101");
    await send(id, text);
    await send(id, "Something else 9 東京 ยา");
    expect(await texts(q)).toEqual([marked]);
  });

  test("what has the letters but not the words is not found", async () => {
    const { id } = await open("+14255550102");
    for (const text of ["京と都", "reorder", "apple apposite", "12 and 34"]) await send(id, text);
    for (const q of ["京都", "order", "appoint", "applepie", "1234", "app order"])
      expect(await texts(q), q).toEqual([]);
  });

  test("what could be an operator, a pattern or markup is a literal, and nothing that is sent breaks the search", async () => {
    const { id } = await open("+14255550103");
    await send(id, "100% of a_b 'quoted' & (more)");
    expect(await texts("100%")).toEqual(["[100]% of a_b 'quoted' & (more)"]);
    for (const q of [
      "a:* | b",
      "!more",
      "mo%",
      "m_re",
      "' or 1=1 --",
      "more)); drop table messages; --",
      "\\",
      "a<->b",
    ]) {
      const { status } = await acme.call("POST", "/v1/search", { q });
      expect([200, 422], q).toContain(status);
    }
    expect(await texts("mo%re")).toEqual([]);
    for (const q of ["", " ".repeat(10_000), "\0", "a\0b", "\ud800", "x".repeat(10_000), "%_&|!", "(((", "—"]) {
      const { status, body } = await acme.call<Problem>("POST", "/v1/search", { q });
      expect(status, JSON.stringify(q.slice(0, 5))).toBe(422);
      expect(body.issues?.[0]?.path).toEqual(["q"]);
    }
    expect((await acme.call("POST", "/v1/search", { q: `${"(".repeat(199)}a` })).status).toBe(200);
  });

  test("pieces of a number find whom it belongs to, in any notation, and so do names", async () => {
    await open("+442079460018", { name: "Zoë Ångström" });
    await open("+14255550123", { name: "Bob" });
    const zoe = ["+442079460018"];
    for (const q of ["+44 20 7946 0018", "0044 20 79460018", "020 7946 0018", "+44 (0)20 7946-0018", "946.00", "018"]) {
      expect(await numbers(q), q).toEqual(zoe);
    }
    for (const q of ["zoe", "Ang", "ångström zoë", "zoe 0018"]) expect(await numbers(q), q).toEqual(zoe);
    expect(await numbers("zoe 0123")).toEqual([]);
    expect(await numbers("(425) 555")).toEqual(["+14255550123"]);
    const { conversations } = await search({ q: "zoe 7946", in: ["conversations"] });
    expect(conversations?.data[0]?.matches).toEqual([
      { index: 0, field: "name", ranges: [{ start: 0, end: 3 }] },
      { index: 0, field: "number", ranges: [{ start: 5, end: 9 }] },
    ]);
  });

  test("a name that is learned later is found", async () => {
    await open("+14255550104");
    expect(await numbers("grace")).toEqual([]);
    await open("+14255550104", { name: "Grace" });
    expect(await numbers("grace")).toEqual(["+14255550104"]);
  });

  test("pages go from new to old without gaps and repetitions, also over equal times and old ones", async () => {
    const { id } = await open("+14255550105");
    const sent: string[] = [];
    for (let turn = 0; turn < 30; turn++) {
      sent.push((await send(id, `boat ${turn}`)).id);
      if (turn % 3 === 0) await world.clock.advance(turn % 2 === 0 ? 7_000 : 40 * 24 * 3_600_000);
    }
    const seen: string[] = [];
    let cursor: string | null | undefined;
    do {
      const { messages }: SearchResult = await search({
        q: "boat",
        in: ["messages"],
        limit: 4,
        ...(cursor ? { cursor } : {}),
      });
      seen.push(...(messages?.data.map(({ message }) => message.id) ?? []));
      cursor = messages?.nextCursor;
    } while (cursor);
    expect(seen).toEqual(sent.toReversed());
  });

  test("a cursor belongs to its search, and goes on with one kind", async () => {
    const { id } = await open("+14255550106");
    for (const text of ["boat 1", "boat 2"]) await send(id, text);
    const { messages } = await search({ q: "boat", in: ["messages"], limit: 1 });
    const cursor = messages?.nextCursor ?? "";
    expect(await texts("boat", { limit: 1, cursor })).toEqual(["[boat] 1"]);
    const other = await acme.call("POST", "/v1/search", { q: "ship", in: ["messages"], cursor });
    expect(other).toMatchObject({ status: 400, body: { code: "invalid_cursor" } });
    expect((await acme.call("POST", "/v1/search", { q: "boat", cursor })).status).toBe(422);
  });

  test("filters narrow what is found", async () => {
    const line = await made<Line>(
      acme.call("POST", "/v1/lines", { name: "B", carrierAccountId: acme.account.id, number: "+12065559999" }),
    );
    const first = await open("+14255550107");
    const second = await open("+14255550108", {
      lineId: line.id,
      records: [{ source: "crm", type: "deal", externalId: "7" }],
    });
    await send(first.id, "fish one");
    await world.clock.advance(3_600_000);
    const middle = new Date(world.clock.now()).toISOString();
    await send(second.id, "fish two");
    await made(acme.call("POST", `/v1/conversations/${second.id}/messages`, { kind: "note", text: "fish three" }));
    await made(
      acme.call("PATCH", `/v1/conversations/${second.id}`, {
        state: "closed",
        tags: ["vip"],
        assigneeId: acme.users.owner.id,
      }),
    );
    const [one, two, three] = ["[fish] one", "[fish] two", "[fish] three"];
    const cases: [Partial<Search>, unknown[]][] = [
      [{}, [three, two, one]],
      [{ lineId: line.id }, [three, two]],
      [{ conversationId: first.id }, [one]],
      [{ from: middle }, [three, two]],
      [{ to: middle }, [one]],
      [{ from: middle, to: middle }, []],
      [{ direction: "outbound" }, [two, one]],
      [{ direction: "internal" }, [three]],
      [{ state: "open" }, [one]],
      [{ tag: "vip" }, [three, two]],
      [{ tag: "other" }, []],
      [{ assigneeId: acme.users.owner.id }, [three, two]],
      [{ assigneeId: "ext:owner", lineId: acme.line.id }, []],
      [{ participant: "+1 425 555 0107" }, [one]],
      [{ record: "crm:deal:7" }, [three, two]],
    ];
    for (const [filter, found] of cases) expect(await texts("fish", filter), JSON.stringify(filter)).toEqual(found);
    expect(await numbers("425555", { tag: "vip" })).toEqual(["+14255550108"]);
    const { messages, conversations } = await search({ q: "fish" });
    expect([messages?.data.length, conversations?.data.length]).toEqual([3, 0]);
    expect(await search({ q: "fish", in: ["conversations"] })).toMatchObject({ messages: null });
  });

  test("contacts are refused in words until there are any", async () => {
    const { status, body } = await acme.call<Problem>("POST", "/v1/search", { q: "a", in: ["contacts"] });
    expect(status).toBe(422);
    expect(body.issues?.[0]?.message).toMatch(/contacts cannot be searched yet/);
  });

  test("people find what they see: their lines, their records, what is theirs, and never another tenant's", async () => {
    const line = await made<Line>(
      acme.call("POST", "/v1/lines", { name: "B", carrierAccountId: acme.account.id, number: "+12065559998" }),
    );
    const mine = await open("+14255550109");
    const record = { source: "crm", type: "deal", externalId: "8" };
    const theirs = await open("+14255550110", { lineId: line.id, records: [record] });
    await send(mine.id, "secret mine");
    await send(theirs.id, "secret theirs");
    const { member, admin } = acme.users;
    expect(await texts("secret", {}, member.call)).toEqual([]);
    expect(await numbers("4255550", {}, member.call)).toEqual([]);
    await made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { assignees: [member.id] }));
    expect(await texts("secret", {}, member.call)).toEqual(["[secret] mine"]);
    expect(await numbers("4255550", {}, member.call)).toEqual(["+14255550109"]);
    expect(await texts("secret", { lineId: line.id }, member.call)).toEqual([]);
    expect(await texts("secret", { conversationId: theirs.id }, member.call)).toEqual([]);
    expect(await texts("secret", {}, admin.call)).toHaveLength(2);

    const session = async (scope: object) => {
      const { token } = await made<CreatedSession>(
        acme.call("POST", "/v1/sessions", { user: { externalId: "admin", name: "The admin" }, scope }),
      );
      return world.as(token);
    };
    const ofRecord = await session({ records: [record] });
    expect(await texts("secret", {}, ofRecord)).toEqual(["[secret] theirs"]);
    const assigned = await session({ assignedOnly: true });
    expect(await texts("secret", {}, assigned)).toEqual([]);
    await made(acme.call("PATCH", `/v1/conversations/${mine.id}`, { assigneeId: admin.id }));
    expect(await texts("secret", {}, assigned)).toEqual(["[secret] mine"]);

    const other = await world.newTenant(`other ${tenants++}`);
    expect(await search({ q: "secret" }, other.call)).toEqual({
      messages: { data: [], nextCursor: null },
      conversations: { data: [], nextCursor: null },
    });
  });
});
