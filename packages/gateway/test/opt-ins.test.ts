import type {
  Conversation,
  CreatedSession,
  EventPage,
  Line,
  Message,
  OptIn,
  OptInImport,
  OptInLookUp,
  Page,
  Tenant,
} from "@trunkline/protocol";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { foldHistory } from "../src/opt-ins/state.ts";
import { type PlainCarrier, plainCarrier, webhook } from "./support/plain-carrier.ts";
import { eachStore } from "./support/stores.ts";
import { type Caller, made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

const PHONE = "+14255550101";
const OTHER = "+14255550102";
const FORM = { method: "web_form", wording: "Text me offers", url: "https://acme.example/join" };
const STAFF = { method: "staff", note: "asked me on the phone" };

eachStore((store) => {
  let carrier: PlainCarrier;
  let world: TestGateway;
  let acme: TestTenant;
  let tenants = 0;
  let texts = 0;

  beforeAll(async () => {
    carrier = plainCarrier();
    world = await testGateway(store, { fetch: carrier.fetch });
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    acme = await world.newTenant(`acme ${tenants++}`);
    carrier.taken.length = 0;
    carrier.script.length = 0;
  });

  const says = async (text: string, from = PHONE) => {
    const message = { id: `in_${texts++}`, from, to: acme.line.number, text, media: [] };
    expect((await webhook(world, acme, "messages", message)).status).toBe(204);
  };
  const put = (body: object, call: Caller = acme.call) =>
    call<OptIn & { code: string; detail: string }>("PUT", "/v1/opt-ins", { number: PHONE, ...body });
  const send = (to = PHONE) => acme.call<Message>("POST", "/v1/messages", { from: acme.line.number, to, text: "Hi" });
  const settings = (sending: object) => made<Tenant>(acme.call("PATCH", "/v1/tenant", { sending }));
  const lookUp = async (numbers: string[] = [PHONE], call: Caller = acme.call) =>
    (await made<OptInLookUp>(call("POST", "/v1/opt-ins/lookup", { numbers }))).data;
  const list = async (query = "") => (await made<Page<OptIn>>(acme.call("GET", `/v1/opt-ins${query}`))).data;
  const changes = async (call: Caller = acme.call) => {
    const { data } = await made<EventPage>(call("GET", "/v1/events?types=opt_in.changed&limit=200"));
    return data.map((one) => one.data as OptIn);
  };
  const import_ = async (body: object, headers: Record<string, string> = {}) =>
    made<OptInImport>(acme.call("POST", "/v1/opt-ins/import", body, headers));
  const csv = (...lines: string[]) => import_({ csv: lines.join("\n") });
  const file = async (query: string) => (await acme.call<string>("GET", `/v1/opt-ins/export${query}`)).body;
  const newLine = (number: string) =>
    made<Line>(acme.call("POST", "/v1/lines", { name: "Other", carrierAccountId: acme.account.id, number }));

  describe("by hand", () => {
    test("a member may opt somebody out of a conversation, with a reason, and staff may take it back", async () => {
      await says("I told your colleague: no more");
      await made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { assignees: [acme.users.member.id] }));
      const { member } = acme.users;
      expect(await put({ state: "opted_out", evidence: { method: "staff" } }, member.call)).toMatchObject({
        status: 422,
        body: { issues: [{ path: ["evidence", "note"] }] },
      });
      expect(await put({ state: "opted_out", evidence: STAFF }, member.call)).toMatchObject({
        status: 200,
        body: { number: PHONE, lineId: null, state: "opted_out", method: "staff" },
      });
      expect(await send()).toMatchObject({ status: 422, body: { code: "opted_out" } });
      const [known] = await lookUp();
      expect(known?.history).toMatchObject([
        { state: "opted_out", by: { kind: "user", id: member.id, name: "The member" }, evidence: STAFF },
      ]);
      expect(await put({ state: "unknown", evidence: STAFF })).toMatchObject({ body: { state: "unknown" } });
      expect(await send()).toMatchObject({ status: 202 });
    });

    test("nobody's word lifts a STOP but its owner's, or documented agreement that came later", async () => {
      await says("STOP");
      for (const evidence of [
        { method: "api", note: "trust me" },
        { method: "verbal", note: "said yes" },
      ]) {
        const { status, body } = await put({ state: "opted_in", evidence });
        expect({ status, code: body.code }).toEqual({ status: 409, code: "conflict" });
        expect(body.detail).toContain("START");
      }
      expect(await put({ state: "unknown", evidence: STAFF })).toMatchObject({ status: 409 });
      const earlier = { ...FORM, at: new Date(world.clock.now() - 60_000).toISOString() };
      expect(await put({ state: "opted_in", evidence: earlier })).toMatchObject({ status: 409 });
      const onLine = { state: "opted_in", lineId: acme.line.id, evidence: FORM };
      expect(await put(onLine)).toMatchObject({ status: 409 });
      expect((await lookUp())[0]?.history).toHaveLength(1); // what was refused is not on record
      expect(await put({ state: "opted_in", evidence: FORM })).toMatchObject({
        status: 200,
        body: { state: "opted_in" },
      });
      expect(await send()).toMatchObject({ status: 202 });
    });

    test("plain words that were none are taken back, and those that were meant stand like a STOP", async () => {
      await put({ state: "opted_in", evidence: FORM });
      world.clock.advance(1000);
      await says("please stop texting me");
      expect(await list("?needsReview=true")).toMatchObject([{ number: PHONE, state: "opted_out" }]);
      expect(await put({ state: "unknown", evidence: { method: "staff", note: "a joke" } })).toMatchObject({
        body: { state: "opted_in", method: "web_form", needsReview: false },
      });
      await says("please stop texting me");
      expect(await put({ state: "opted_out", evidence: { method: "staff", note: "meant it" } })).toMatchObject({
        body: { state: "opted_out", method: "phrase", needsReview: false },
      });
      expect(await put({ state: "unknown", evidence: STAFF })).toMatchObject({ status: 409 });
      expect(await list("?needsReview=true")).toEqual([]);
    });

    test.each([
      ["agreement without evidence", { state: "opted_in", evidence: { method: "web_form" } }, "evidence"],
      ["agreement by staff", { state: "opted_in", evidence: STAFF }, "method"],
      ["what is still to come", { state: "opted_in", evidence: { ...FORM, at: "2126-01-01T00:00:00Z" } }, "at"],
      ["a change of hands with a state", { state: "opted_in", evidence: { method: "number_changed" } }, "state"],
      ["taking back by a form", { state: "unknown", evidence: FORM }, "state"],
      ["a line that is none", { state: "opted_out", lineId: `line_${"0".repeat(26)}`, evidence: STAFF }, "lineId"],
      ["a number that is none", { number: "12", state: "opted_out", evidence: STAFF }, "number"],
    ])("%s is refused and leaves no trace", async (_, body, field) => {
      const answer = await put(body);
      expect(answer.status).toBeGreaterThanOrEqual(404);
      expect(answer.body).toMatchObject({ issues: [{ path: expect.arrayContaining([field]) }] });
      expect(await list()).toEqual([]);
    });

    test("a number that has changed hands begins anew, and its history is kept apart", async () => {
      await says("STOP");
      expect(await put({ state: "unknown", evidence: { method: "number_changed", note: "new owner" } })).toMatchObject({
        body: { state: "unknown", method: "number_changed" },
      });
      expect(await send()).toMatchObject({ status: 202 });
      expect((await lookUp())[0]?.history.map(({ method }) => method)).toEqual(["number_changed", "keyword"]);
    });

    test("the same call once more records nothing", async () => {
      const body = { state: "opted_in", evidence: FORM };
      const first = await put(body);
      expect((await put(body)).body).toEqual(first.body);
      expect((await lookUp())[0]?.history).toHaveLength(1);
      expect(await changes()).toHaveLength(1);
    });
  });

  describe("double opt-in", () => {
    beforeEach(() => settings({ doubleOptIn: true, optInRequired: true }));
    const asked = async () => {
      await world.gateway.idle();
      return carrier.taken.filter(({ text }) => text.includes("Reply YES")).length;
    };

    test("asks, waits, and counts with YES", async () => {
      expect(await put({ state: "opted_in", evidence: FORM })).toMatchObject({ body: { state: "pending" } });
      expect(await asked()).toBe(1);
      expect(await put({ state: "opted_in", evidence: { ...FORM, note: "again" } })).toMatchObject({
        body: { state: "pending" },
      });
      expect(await asked()).toBe(1);
      expect(await send()).toMatchObject({ status: 422, body: { code: "no_opt_in" } });
      await says("Yes!");
      expect((await lookUp())[0]?.optIns).toMatchObject([{ state: "opted_in", method: "double_opt_in" }]);
      expect(await send()).toMatchObject({ status: 202 });
      await world.gateway.idle();
      expect(carrier.taken.filter(({ text }) => text.includes("You will get texts"))).toHaveLength(1);
    });

    test("is opted in with START at once, and out with STOP", async () => {
      await put({ state: "pending", evidence: FORM });
      await says("START");
      expect((await lookUp())[0]?.optIns).toMatchObject([{ state: "opted_in", method: "keyword" }]);
      await put({ number: OTHER, state: "pending", evidence: FORM });
      await says("STOP", OTHER);
      await says("yes", OTHER);
      expect((await lookUp([OTHER]))[0]?.optIns).toMatchObject([{ state: "opted_out" }]);
    });

    test("needs a line with a number to ask from", async () => {
      await newLine("+12065550196");
      expect(await put({ state: "opted_in", evidence: FORM })).toMatchObject({
        status: 422,
        body: { issues: [{ path: ["lineId"] }] },
      });
      expect(await list()).toEqual([]);
      expect(await put({ state: "opted_in", lineId: acme.line.id, evidence: FORM })).toMatchObject({
        body: { state: "pending", lineId: acme.line.id },
      });
    });
  });

  describe("a carrier's block", () => {
    test("is recorded when a hand-over is refused for it, and only START lifts it", async () => {
      carrier.script.push({ refuse: "opted_out" });
      await made(send());
      await world.gateway.idle();
      const forLine = { lineId: acme.line.id, state: "opted_out", method: "carrier", carrierBlocked: true };
      expect((await lookUp())[0]?.optIns).toMatchObject([{ lineId: null, state: "opted_out" }, forLine]);
      expect(await send()).toMatchObject({ status: 422, body: { code: "opted_out" } });
      await put({ state: "opted_in", evidence: FORM });
      const { body } = await send();
      expect(body).toMatchObject({ code: "opted_out", detail: expect.stringContaining("carrier") });
      await says("START");
      expect(await send()).toMatchObject({ status: 202 });
    });

    test("is recorded when a receipt says so, once for each line, and for the line alone where STOPs reach one line", async () => {
      await settings({ optOutScope: "line" });
      const { id } = await made<Message>(send());
      await world.gateway.idle();
      const carrierId = carrier.taken.at(-1)?.id;
      for (const status of ["failed", "undelivered", "failed"]) {
        const receipt = { id: carrierId, reference: id, status, errorCode: "opted_out", at: null };
        expect((await webhook(world, acme, "status", receipt)).status).toBe(204);
        await world.gateway.idle();
      }
      const [known] = await lookUp();
      expect(known?.optIns).toMatchObject([
        { lineId: null, state: "unknown" },
        { lineId: acme.line.id, carrierBlocked: true },
      ]);
      expect(known?.history).toMatchObject([
        { method: "carrier", messageId: id, evidence: { carrierCode: "opted_out" } },
      ]);
      expect(await changes()).toHaveLength(1);
    });

    test("counts for its line alone when the owner has said START to us since", async () => {
      await says("START");
      carrier.script.push("accept", { refuse: "opted_out" }); // our answer to START leaves first
      await made(send());
      await world.gateway.idle();
      expect((await lookUp())[0]?.optIns).toMatchObject([
        { lineId: null, state: "opted_in", carrierBlocked: false },
        { lineId: acme.line.id, state: "opted_out", carrierBlocked: true },
      ]);
      expect(await send()).toMatchObject({ status: 422, body: { code: "opted_out" } });
    });

    test("is not recorded for what we refuse ourselves", async () => {
      await made(send());
      await says("STOP");
      await world.gateway.idle();
      expect((await lookUp())[0]?.history.map(({ method }) => method)).toEqual(["keyword"]);
    });
  });

  describe("who sees what", () => {
    const session = async (user: string, scope: object) =>
      world.as(
        (
          await made<CreatedSession>(
            acme.call("POST", "/v1/sessions", { user: { externalId: user, name: user }, scope, expiresInSeconds: 600 }),
          )
        ).token,
      );

    test("a narrowed session knows only the numbers of its conversations", async () => {
      await says("STOP");
      await says("STOP", OTHER);
      const { data } = await made<Page<Conversation>>(acme.call("GET", "/v1/conversations"));
      const mine = data.find(({ participants }) => participants[0]?.number === PHONE);
      await made(acme.call("PATCH", `/v1/conversations/${mine?.id}`, { assigneeId: "ext:owner" }));
      const narrow = await session("owner", { assignedOnly: true });
      const [own, foreign] = await lookUp([PHONE, OTHER], narrow);
      expect(own).toMatchObject({ optIns: [{ state: "opted_out" }], history: [{ method: "keyword" }] });
      expect(foreign).toEqual({ number: OTHER, optIns: [], history: [] });
      expect(await narrow("PUT", "/v1/opt-ins", { number: OTHER, state: "opted_out", evidence: STAFF })).toMatchObject({
        status: 404,
      });
      for (const path of ["/v1/opt-ins", "/v1/opt-ins/export"]) {
        expect(await narrow("GET", path)).toMatchObject({ status: 403, body: { code: "forbidden" } });
      }
      const entry = { number: OTHER, state: "opted_out", evidence: STAFF };
      expect(await narrow("POST", "/v1/opt-ins/import", { entries: [entry] })).toMatchObject({ status: 403 });
    });

    test("a change is told once to each who sees a conversation with the number", async () => {
      const other = await newLine("+12065550195");
      const { member, viewer, owner } = acme.users;
      await made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { assignees: [member.id] }));
      await made(acme.call("PATCH", `/v1/lines/${other.id}`, { assignees: [viewer.id, member.id] }));
      await made(acme.call("POST", "/v1/conversations", { lineId: other.id, participants: [OTHER] }));
      await says("STOP");
      await says("STOP", OTHER);
      const numbers = async (call: Caller) => (await changes(call)).map(({ number }) => number);
      expect(await numbers(owner.call)).toEqual([PHONE, OTHER]);
      expect(await numbers(member.call)).toEqual([PHONE, OTHER]);
      expect(await numbers(viewer.call)).toEqual([OTHER]);
    });

    test("a line that is out of sight is none", async () => {
      const { member } = acme.users;
      const body = { state: "opted_out", lineId: acme.line.id, evidence: STAFF };
      expect(await put(body, member.call)).toMatchObject({ status: 404 });
      expect(await member.call("POST", "/v1/opt-ins/lookup", { numbers: [PHONE], lineId: acme.line.id })).toMatchObject(
        {
          status: 404,
        },
      );
    });
  });

  test("numbers are listed by their latest change, filtered, and in pages", async () => {
    const numbers = Array.from({ length: 7 }, (_, n) => `+1425555011${n}`);
    for (const number of numbers) await put({ number, state: "opted_out", evidence: STAFF });
    world.clock.advance(1000);
    await put({ number: numbers[3], state: "unknown", evidence: STAFF });
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const query: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const page: Page<OptIn> = await made(acme.call("GET", `/v1/opt-ins?limit=3${query}`));
      seen.push(...page.data.map(({ number }) => number));
      cursor = page.nextCursor;
    }
    expect(seen[0]).toBe(numbers[3]);
    expect([...seen].sort()).toEqual(numbers);
    expect(await list("?state=unknown")).toHaveLength(1);
    expect(await list(`?lineId=${acme.line.id}`)).toEqual([]);
  });

  test("what is said to one tenant is said to no other", async () => {
    const globex = await world.newTenant(`globex ${tenants}`);
    await says("STOP");
    const { data } = await made<OptInLookUp>(globex.call("POST", "/v1/opt-ins/lookup", { numbers: [PHONE] }));
    expect(data).toMatchObject([{ optIns: [{ state: "unknown" }], history: [] }]);
    expect(await globex.call("GET", "/v1/opt-ins")).toMatchObject({ body: { data: [] } });
    expect((await globex.call("GET", "/v1/opt-ins/export?format=ndjson")).body).toBeUndefined();
    const to = { from: globex.line.number, to: PHONE, text: "Hi" };
    expect(await globex.call("POST", "/v1/messages", to)).toMatchObject({ status: 202 });
  });

  test("whatever happens in whatever order, a number stands where its history says", async () => {
    const minutes = (n: number) => new Date(world.clock.now() - n * 60_000).toISOString();
    const step = fc.oneof(
      fc
        .constantFrom("stop", "start", "yes", "help", "please stop texting me", "hello")
        .map((text) => () => says(text)),
      fc
        .record({
          state: fc.constantFrom("opted_in", "opted_out", "unknown", "pending"),
          isForLine: fc.boolean(),
          evidence: fc.constantFrom(FORM, STAFF, { method: "number_changed" }, { method: "api", note: "x" }),
          ago: fc.constantFrom(null, 0, 5, 600),
        })
        .map(({ state, isForLine, evidence, ago }) => async () => {
          const at = ago === null ? {} : { at: minutes(ago) };
          await put({ state, lineId: isForLine ? acme.line.id : null, evidence: { ...evidence, ...at } });
        }),
      fc.constantFrom(0, 7).map((ago) => async () => {
        await csv("number,state,method,at", `${PHONE},opted_out,keyword,${minutes(ago)}`);
      }),
      fc.constant(async () => void world.clock.advance(60_000)),
      fc.constantFrom("tenant", "line").map((optOutScope) => async () => void (await settings({ optOutScope }))),
      fc.constant(async () => {
        carrier.script.push({ refuse: "opted_out" });
        await send();
        await world.gateway.idle();
        carrier.script.length = 0;
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        acme = await world.newTenant(`acme ${tenants++}`);
        for (const one of steps) await one();
        const [known] = await lookUp();
        for (const { number: _, lineId, updatedAt, ...standing } of known?.optIns ?? []) {
          const history = known?.history.filter((one) => one.lineId === lineId) ?? [];
          expect(standing).toEqual(foldHistory(history));
          expect(updatedAt === null).toBe(history.length === 0);
        }
        const last = (await changes()).filter(({ lineId }) => lineId === null).at(-1);
        if (last) expect(known?.optIns[0]).toEqual(last); // what was told is what is
      }),
      { numRuns: 6 },
    );
  });

  describe("an import", () => {
    test("records what is new, keeps what is later, refuses what is wrong, and says which", async () => {
      await says("STOP");
      const report = await csv(
        "number;state;method;at;wording;note",
        `${PHONE};opted_in;web_form;2020-01-01T00:00:00Z;Text me;`,
        "(425) 555-0102;opted_out;keyword;2024-05-01T10:00:00Z;;",
        "+44 7700 900123;opted_in;paper;2024-05-01T10:00:00+02:00;;card in the shop",
        "12;opted_in;paper;;;x",
        "+14255550104;opted_in;web_form;;;",
        "+14255550105;maybe;;;;",
        "+14255550106;opted_out;;2999-01-01T00:00:00Z;;",
        "+14255550107;opted_out;;;;",
      );
      expect(report).toEqual({
        counts: { recorded: 3, kept: 1, refused: 4 },
        kept: [0],
        refused: [
          { index: 3, code: "invalid_number", message: expect.any(String) },
          { index: 4, code: "invalid_input", message: expect.stringContaining("wording") },
          { index: 5, code: "invalid_input", message: expect.stringContaining("Line 7") },
          { index: 6, code: "invalid_input", message: expect.stringContaining("still to come") },
        ],
      });
      const known = await lookUp([PHONE, OTHER, "+447700900123"]);
      expect(known.map(({ optIns }) => optIns[0]?.state)).toEqual(["opted_out", "opted_out", "opted_in"]);
      expect(known[1]?.optIns[0]).toMatchObject({ method: "import", since: "2024-05-01T10:00:00.000Z" });
      expect(known[0]?.history).toHaveLength(2);
      expect(carrier.taken.filter(({ to }) => to !== PHONE)).toEqual([]);
    });

    test("that is repeated records nothing, with its key or without", async () => {
      const entries = Array.from({ length: 1200 }, (_, n) => ({
        number: `+1425${String(2_000_000 + n)}`,
        state: n % 2 ? "opted_in" : "opted_out",
        evidence: n % 2 ? FORM : { method: "api" },
      }));
      const first = await import_({ entries }, { "idempotency-key": "k1" });
      expect(first.counts).toEqual({ recorded: 1200, kept: 0, refused: 0 });
      expect(await import_({ entries }, { "idempotency-key": "k1" })).toEqual(first);
      expect((await import_({ entries })).counts).toEqual({ recorded: 0, kept: 1200, refused: 0 });
      const reused = await acme.call(
        "POST",
        "/v1/opt-ins/import",
        { entries: entries.slice(0, 1) },
        { "idempotency-key": "k1" },
      );
      expect(reused).toMatchObject({ status: 422, body: { code: "idempotency_key_reused" } });
      expect((await file("")).trim().split("\r\n")).toHaveLength(1201);
    });

    test.each([
      ["an unknown column", "number,state,colour\n1,2,3", "colour"],
      ["no state", "number\n1", "state"],
      ["no entries", "number,state", "no entries"],
      ["a cell without an end", 'number,state\n"1', "line 2"],
    ])("of a table with %s is refused as a whole", async (_, table, word) => {
      const answer = await acme.call("POST", "/v1/opt-ins/import", { csv: table });
      expect(answer).toMatchObject({ status: 422, body: { code: "invalid_input" } });
      expect(JSON.stringify(answer.body)).toContain(word);
    });
  });

  describe("an export", () => {
    test("runs in no spreadsheet, and comes back as it was", async () => {
      await put({ state: "opted_in", evidence: { ...FORM, note: "=1+1" } });
      await says("STOP", OTHER);
      await put({
        number: "+14255550103",
        state: "opted_in",
        evidence: { method: "paper", note: 'said "yes",\nsigned' },
      });
      const history = await file("?what=history");
      expect(history).toContain("'=1+1");
      expect(history).toContain("'+14255550101,");
      expect(history).not.toMatch(/(^|,)"?[=+@-]/m);
      expect((await import_({ csv: history })).counts).toEqual({ recorded: 0, kept: 3, refused: 0 });
      expect((await import_({ csv: await file("") })).counts).toEqual({ recorded: 0, kept: 3, refused: 0 });

      const globex = await world.newTenant(`globex ${tenants}`);
      const there = await made<OptInImport>(globex.call("POST", "/v1/opt-ins/import", { csv: history }));
      expect(there.counts).toEqual({ recorded: 3, kept: 0, refused: 0 });
      const { data } = await made<OptInLookUp>(globex.call("POST", "/v1/opt-ins/lookup", { numbers: [PHONE, OTHER] }));
      expect(data.map(({ optIns }) => optIns[0]?.state)).toEqual(["opted_in", "opted_out"]);
      expect(data[0]?.history[0]).toMatchObject({ evidence: { note: "=1+1", url: FORM.url } });
    });

    test("has one document a line when asked to, page after page", async () => {
      const entries = Array.from({ length: 2300 }, (_, n) => ({
        number: `+1425${String(2_000_000 + n)}`,
        state: "opted_out",
        evidence: { method: "api" },
      }));
      await import_({ entries });
      for (const what of ["current", "history"]) {
        const rows = (await file(`?format=ndjson&what=${what}`))
          .trim()
          .split("\n")
          .map((row) => JSON.parse(row));
        expect(new Set(rows.map(({ number }) => number)).size).toBe(2300);
        expect(rows).toHaveLength(2300);
      }
    });

    test("is read from the store as its reader takes it", async () => {
      const entries = Array.from({ length: 2300 }, (_, n) => ({
        number: `+1425${String(2_000_000 + n)}`,
        state: "opted_out",
        evidence: { method: "api" },
      }));
      await import_({ entries });
      const open = async () => {
        const headers = { authorization: `Bearer ${acme.key.key}` };
        const { body } = await world.fetch("/v1/opt-ins/export?format=ndjson", { headers });
        if (!body) throw new Error("an export without a body");
        return body;
      };
      const pages: number[] = [];
      for await (const chunk of await open()) pages.push(new TextDecoder().decode(chunk).trim().split("\n").length);
      expect(pages).toEqual([1000, 1000, 300]);

      const reader = (await open()).getReader();
      await reader.read();
      await made(acme.call("PUT", "/v1/opt-ins", { number: "+14259999999", state: "opted_out", evidence: STAFF }));
      const rest: string[] = [];
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        rest.push(new TextDecoder().decode(next.value));
      }
      expect(rest.join("")).toContain("+14259999999"); // it was not read ahead
    });

    test("says what it is", async () => {
      const { headers } = await acme.call("GET", "/v1/opt-ins/export");
      expect(headers.get("content-type")).toContain("text/csv");
      expect(headers.get("content-disposition")).toContain("opt-ins-current.csv");
      expect(headers.get("request-id")).not.toBeNull();
    });
  });
});
