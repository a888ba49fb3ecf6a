import type { Line, Message } from "@trunkline/protocol";
import { beforeEach, describe, expect, test } from "vitest";
import { FORM, OTHER, optInCalls, PHONE, STAFF } from "./support/opt-in-calls.ts";
import { webhook } from "./support/plain-carrier.ts";
import { eachStore } from "./support/stores.ts";
import { made } from "./support/test-gateway.ts";

eachStore((store) => {
  const calls = optInCalls(store);
  const { says, put, send, settings, lookUp, list, changes } = calls;
  const newLine = (number: string) =>
    made<Line>(
      calls.acme.call("POST", "/v1/lines", { name: "Other", carrierAccountId: calls.acme.account.id, number }),
    );

  describe("by hand", () => {
    test("a member may opt somebody out of a conversation, with a reason, and staff may take it back", async () => {
      await says("I told your colleague: no more");
      await made(
        calls.acme.call("PATCH", `/v1/lines/${calls.acme.line.id}`, { assignees: [calls.acme.users.member.id] }),
      );
      const { member } = calls.acme.users;
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
      const earlier = { ...FORM, at: new Date(calls.world.clock.now() - 60_000).toISOString() };
      expect(await put({ state: "opted_in", evidence: earlier })).toMatchObject({ status: 409 });
      const onLine = { state: "opted_in", lineId: calls.acme.line.id, evidence: FORM };
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
      calls.world.clock.advance(1000);
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
      await calls.world.gateway.idle();
      return calls.carrier.taken.filter(({ text }) => text.includes("Reply YES")).length;
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
      await calls.world.gateway.idle();
      expect(calls.carrier.taken.filter(({ text }) => text.includes("You will get texts"))).toHaveLength(1);
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
      expect(await put({ state: "opted_in", lineId: calls.acme.line.id, evidence: FORM })).toMatchObject({
        body: { state: "pending", lineId: calls.acme.line.id },
      });
    });
  });

  describe("a carrier's block", () => {
    test("is recorded when a hand-over is refused for it, and only START lifts it", async () => {
      calls.carrier.script.push({ refuse: "opted_out" });
      await made(send());
      await calls.world.gateway.idle();
      const forLine = { lineId: calls.acme.line.id, state: "opted_out", method: "carrier", carrierBlocked: true };
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
      await calls.world.gateway.idle();
      const carrierId = calls.carrier.taken.at(-1)?.id;
      for (const status of ["failed", "undelivered", "failed"]) {
        const receipt = { id: carrierId, reference: id, status, errorCode: "opted_out", at: null };
        expect((await webhook(calls.world, calls.acme, "status", receipt)).status).toBe(204);
        await calls.world.gateway.idle();
      }
      const [known] = await lookUp();
      expect(known?.optIns).toMatchObject([
        { lineId: null, state: "unknown" },
        { lineId: calls.acme.line.id, carrierBlocked: true },
      ]);
      expect(known?.history).toMatchObject([
        { method: "carrier", messageId: id, evidence: { carrierCode: "opted_out" } },
      ]);
      expect(await changes()).toHaveLength(1);
    });

    test("counts for its line alone when the owner has said START to us since", async () => {
      await says("START");
      calls.carrier.script.push("accept", { refuse: "opted_out" }); // our answer to START leaves first
      await made(send());
      await calls.world.gateway.idle();
      expect((await lookUp())[0]?.optIns).toMatchObject([
        { lineId: null, state: "opted_in", carrierBlocked: false },
        { lineId: calls.acme.line.id, state: "opted_out", carrierBlocked: true },
      ]);
      expect(await send()).toMatchObject({ status: 422, body: { code: "opted_out" } });
    });

    test("is not recorded for what we refuse ourselves", async () => {
      await made(send());
      await says("STOP");
      await calls.world.gateway.idle();
      expect((await lookUp())[0]?.history.map(({ method }) => method)).toEqual(["keyword"]);
    });
  });
});
