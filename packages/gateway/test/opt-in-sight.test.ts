import type { Conversation, CreatedSession, Line, OptIn, OptInLookUp, Page } from "@trunkline/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { foldHistory } from "../src/opt-ins/state.ts";
import { FORM, OTHER, optInCalls, PHONE, STAFF } from "./support/opt-in-calls.ts";
import { eachStore } from "./support/stores.ts";
import { type Caller, made } from "./support/test-gateway.ts";

eachStore((store) => {
  const calls = optInCalls(store);
  const { says, put, send, settings, lookUp, list, changes, csv } = calls;
  const newLine = (number: string) =>
    made<Line>(
      calls.acme.call("POST", "/v1/lines", { name: "Other", carrierAccountId: calls.acme.account.id, number }),
    );

  describe("who sees what", () => {
    const session = async (user: string, scope: object) =>
      calls.world.as(
        (
          await made<CreatedSession>(
            calls.acme.call("POST", "/v1/sessions", {
              user: { externalId: user, name: user },
              scope,
              expiresInSeconds: 600,
            }),
          )
        ).token,
      );

    test("a narrowed session knows only the numbers of its conversations", async () => {
      await says("STOP");
      await says("STOP", OTHER);
      const { data } = await made<Page<Conversation>>(calls.acme.call("GET", "/v1/conversations"));
      const mine = data.find(({ participants }) => participants[0]?.number === PHONE);
      await made(calls.acme.call("PATCH", `/v1/conversations/${mine?.id}`, { assigneeId: "ext:owner" }));
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
      const { member, viewer, owner } = calls.acme.users;
      await made(calls.acme.call("PATCH", `/v1/lines/${calls.acme.line.id}`, { assignees: [member.id] }));
      await made(calls.acme.call("PATCH", `/v1/lines/${other.id}`, { assignees: [viewer.id, member.id] }));
      await made(calls.acme.call("POST", "/v1/conversations", { lineId: other.id, participants: [OTHER] }));
      await says("STOP");
      await says("STOP", OTHER);
      const numbers = async (call: Caller) => (await changes(call)).map(({ number }) => number);
      expect(await numbers(owner.call)).toEqual([PHONE, OTHER]);
      expect(await numbers(member.call)).toEqual([PHONE, OTHER]);
      expect(await numbers(viewer.call)).toEqual([OTHER]);
    });

    test("a line that is out of sight is none", async () => {
      const { member } = calls.acme.users;
      const body = { state: "opted_out", lineId: calls.acme.line.id, evidence: STAFF };
      expect(await put(body, member.call)).toMatchObject({ status: 404 });
      expect(
        await member.call("POST", "/v1/opt-ins/lookup", { numbers: [PHONE], lineId: calls.acme.line.id }),
      ).toMatchObject({
        status: 404,
      });
    });
  });

  test("numbers are listed by their latest change, filtered, and in pages", async () => {
    const numbers = Array.from({ length: 7 }, (_, n) => `+1425555011${n}`);
    for (const number of numbers) await put({ number, state: "opted_out", evidence: STAFF });
    calls.world.clock.advance(1000);
    await put({ number: numbers[3], state: "unknown", evidence: STAFF });
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const query: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const page: Page<OptIn> = await made(calls.acme.call("GET", `/v1/opt-ins?limit=3${query}`));
      seen.push(...page.data.map(({ number }) => number));
      cursor = page.nextCursor;
    }
    expect(seen[0]).toBe(numbers[3]);
    expect([...seen].sort()).toEqual(numbers);
    expect(await list("?state=unknown")).toHaveLength(1);
    expect(await list(`?lineId=${calls.acme.line.id}`)).toEqual([]);
  });

  test("what is said to one tenant is said to no other", async () => {
    const globex = await calls.world.newTenant(`globex of ${calls.acme.tenant.name}`);
    await says("STOP");
    const { data } = await made<OptInLookUp>(globex.call("POST", "/v1/opt-ins/lookup", { numbers: [PHONE] }));
    expect(data).toMatchObject([{ optIns: [{ state: "unknown" }], history: [] }]);
    expect(await globex.call("GET", "/v1/opt-ins")).toMatchObject({ body: { data: [] } });
    expect((await globex.call("GET", "/v1/opt-ins/export?format=ndjson")).body).toBeUndefined();
    const to = { from: globex.line.number, to: PHONE, text: "Hi" };
    expect(await globex.call("POST", "/v1/messages", to)).toMatchObject({ status: 202 });
  });

  test("whatever happens in whatever order, a number stands where its history says", async () => {
    const minutes = (n: number) => new Date(calls.world.clock.now() - n * 60_000).toISOString();
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
          await put({ state, lineId: isForLine ? calls.acme.line.id : null, evidence: { ...evidence, ...at } });
        }),
      fc.constantFrom(0, 7).map((ago) => async () => {
        await csv("number,state,method,at", `${PHONE},opted_out,keyword,${minutes(ago)}`);
      }),
      fc.constant(async () => void calls.world.clock.advance(60_000)),
      fc.constantFrom("tenant", "line").map((optOutScope) => async () => void (await settings({ optOutScope }))),
      fc.constant(async () => {
        calls.carrier.script.push({ refuse: "opted_out" });
        await send();
        await calls.world.gateway.idle();
        calls.carrier.script.length = 0;
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        await calls.newTenant();
        for (const one of steps) await one();
        const [known] = await lookUp();
        for (const { number: _, lineId, updatedAt, ...standing } of known?.optIns ?? []) {
          const history = known?.history.filter((one) => one.lineId === lineId) ?? [];
          expect(standing).toEqual(foldHistory(history));
          if (history.length === 0) expect(updatedAt).toBeNull();
          if (updatedAt === null) expect(standing.state).toBe("unknown"); // what was said changed nothing
        }
        const last = (await changes()).filter(({ lineId }) => lineId === null).at(-1);
        if (last) expect(known?.optIns[0]).toEqual(last); // what was told is what is
      }),
      { numRuns: 6 },
    );
  });
});
