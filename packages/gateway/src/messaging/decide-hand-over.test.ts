import { describe, expect, test } from "vitest";
import type { Receipt } from "../carriers/carrier.ts";
import { decideHandOver, decideLookUp, findAmongAlike, GIVE_UP_MS } from "./decide-hand-over.ts";

const NOW = Date.parse("2026-03-03T09:00:00Z");
const state = { attempts: 0, dueAt: NOW - 500, now: NOW };

describe("a hand-over", () => {
  test("that was accepted has sent the text under the carrier's id", () => {
    expect(decideHandOver({ kind: "accepted", carrierMessageId: "cm_1" }, state)).toMatchObject({
      kind: "done",
      learnt: { status: "sent", carrierMessageId: "cm_1" },
    });
  });

  test("that was refused has failed for good", () => {
    const refused = { kind: "refused", code: "landline", carrierCode: "30006", message: "no" } as const;
    expect(decideHandOver(refused, state)).toMatchObject({
      kind: "done",
      learnt: { status: "failed", failure: { code: "landline", carrierCode: "30006", retryable: false } },
    });
  });

  test("that was not taken keeps its place and rests the line, longer each time", () => {
    const waits = [0, 1, 2, 3, 4, 5, 6, 50].map((attempts) => {
      const decision = decideHandOver({ kind: "not_taken", retryAfterMs: null }, { ...state, attempts });
      if (decision.kind !== "again") throw new Error(decision.kind);
      expect(decision.at).toBe(state.dueAt);
      return decision.pauseUntil - NOW;
    });
    expect(waits).toEqual([1000, 2000, 5000, 10_000, 30_000, 60_000, 60_000, 60_000]);
  });

  test("that was not taken waits as long as the carrier says", () => {
    expect(decideHandOver({ kind: "not_taken", retryAfterMs: 7000 }, state)).toMatchObject({ pauseUntil: NOW + 7000 });
  });

  test("that is not taken for a day has failed", () => {
    const dueAt = NOW - GIVE_UP_MS;
    expect(decideHandOver({ kind: "not_taken", retryAfterMs: null }, { ...state, dueAt })).toMatchObject({
      kind: "done",
      learnt: { status: "failed", failure: { code: "carrier_unavailable" } },
    });
  });

  test("without an answer is looked up and never simply repeated", () => {
    expect(decideHandOver({ kind: "unknown" }, state)).toMatchObject({
      kind: "look_up",
      learnt: { status: "unknown" },
    });
  });
});

describe("a look-up", () => {
  const receipt: Receipt = {
    reference: "msg_1",
    carrierMessageId: "cm_1",
    status: "delivered",
    carrierStatus: "delivered",
    code: null,
    carrierCode: null,
    at: null,
  };
  const CONCLUSIVE_MS = 10_000;
  const at = (msAfter: number) => ({
    firstSentAt: NOW,
    absentAfterMs: CONCLUSIVE_MS,
    handedOverAt: NOW,
    askedAt: NOW + msAfter,
    now: NOW + msAfter + 10,
  });

  test("that finds the text settles it", () => {
    expect(decideLookUp({ kind: "found", receipt }, at(2000))).toMatchObject({ learnt: { status: "delivered" } });
    const strange = { ...receipt, status: null, carrierStatus: "teleported" };
    expect(decideLookUp({ kind: "found", receipt: strange }, at(2000))).toMatchObject({ learnt: { status: "sent" } });
  });

  test("that does not find it proves nothing while a request may still be on its way", () => {
    expect(decideLookUp({ kind: "absent" }, at(2000))).toEqual({
      kind: "again",
      learnt: null,
      at: NOW + CONCLUSIVE_MS,
    });
    expect(decideLookUp({ kind: "absent" }, at(CONCLUSIVE_MS))).toEqual({ kind: "hand_over", learnt: null });
  });

  test("that finds texts of the same words takes the first that is no other text of ours", () => {
    const second = { ...receipt, carrierMessageId: "cm_2" };
    const alike = { kind: "alike", receipts: [receipt, second] } as const;
    expect(findAmongAlike(alike, (id) => id === "cm_1")).toEqual({ kind: "found", receipt: second });
    expect(findAmongAlike(alike, () => true)).toEqual({ kind: "absent" });
    expect(findAmongAlike({ kind: "unclear" }, () => true)).toEqual({ kind: "unclear" });
  });

  test("at a carrier that tells repetitions apart hands over again, after pauses that double", () => {
    expect(decideLookUp({ kind: "repeatable" }, at(2000))).toMatchObject({ kind: "hand_over" });
    const later = { ...at(2000), firstSentAt: NOW - 4000 };
    expect(decideLookUp({ kind: "repeatable" }, later)).toMatchObject({ kind: "again" });
    expect(decideLookUp({ kind: "repeatable" }, { ...later, askedAt: NOW + 4000 })).toMatchObject({
      kind: "hand_over",
    });
  });

  test("that stays unclear is repeated ever more seldom, and gives up after a day", () => {
    const asked: number[] = [];
    let time = 2000;
    while (asked.length < 100) {
      const decision = decideLookUp({ kind: "unclear" }, at(time));
      asked.push(time);
      if (decision.kind !== "again") {
        expect(decision).toMatchObject({
          kind: "done",
          learnt: { status: "failed", failure: { code: "outcome_unknown" } },
        });
        break;
      }
      time = decision.at - NOW;
    }
    expect(asked.slice(0, 6)).toEqual([2000, 10_000, 60_000, 300_000, 900_000, 3_600_000]);
    expect(asked.at(-1)).toBe(GIVE_UP_MS);
    expect(asked.length).toBeLessThan(32);
  });
});
