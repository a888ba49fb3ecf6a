import type { Message, MessageStatus } from "@trunkline/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { failureOf, type Learnt, mergeOutcome } from "./merge-outcome.ts";

const START = Date.parse("2026-03-03T09:00:00Z");

const message: Message = {
  id: "msg_00000000000000000000000001",
  clientId: null,
  conversationId: "conv_00000000000000000000000001",
  sequence: 1,
  direction: "outbound",
  kind: "text",
  text: "Hello",
  media: [],
  from: "+12065550100",
  to: "+14255550123",
  author: { kind: "api", id: null, name: null },
  status: "queued",
  failure: null,
  encoding: null,
  segments: null,
  sendAt: null,
  held: null,
  sentAt: null,
  deliveredAt: null,
  retryOf: null,
  broadcastId: null,
  templateId: null,
  carrierMessageId: null,
  carrierStatus: null,
  metadata: {},
  createdAt: new Date(START).toISOString(),
  updatedAt: new Date(START).toISOString(),
};

const learnt = (status: Learnt["status"], more: Partial<Learnt> = {}): Learnt => ({
  status,
  failure: null,
  carrierMessageId: "cm_1",
  at: START + 1000,
  ...more,
});

const merge = (all: readonly Learnt[]): Message =>
  all.reduce((present, one, index) => mergeOutcome(present, one, START + index) ?? present, message);

const STATUSES: MessageStatus[] = ["sending", "unknown", "sent", "failed", "undelivered", "delivered"];
const anything = fc.record<Learnt>({
  status: fc.constantFrom(...STATUSES, null),
  failure: fc.constant(null),
  carrierMessageId: fc.constantFrom("cm_1", null),
  at: fc.integer({ min: START, max: START + 86_400_000 }),
});
const withWord = anything.chain((one) =>
  one.status === null
    ? fc.record({ carrierStatus: fc.constantFrom("teleported", "beamed", "") }).map((word) => ({ ...one, ...word }))
    : fc.constant(one),
);
const withFailure = withWord.chain((one) =>
  one.status === "failed" || one.status === "undelivered"
    ? fc
        .record({
          code: fc.constantFrom("unreachable", "landline"),
          carrierCode: fc.constantFrom("30003", "30005", null),
        })
        .map(({ code, carrierCode }): Learnt => ({ ...one, failure: failureOf(code as "landline", carrierCode) }))
    : fc.constant(one),
);

describe("what is learnt about a text", () => {
  test("ends in the same message whatever order it comes in and however often", () => {
    const cases = fc
      .array(withFailure, { maxLength: 8 })
      .chain((all) =>
        fc.tuple(
          fc.constant(all),
          fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2, maxLength: all.length * 2 }),
        ),
      );
    fc.assert(
      fc.property(cases, ([all, shuffled]) => {
        const { updatedAt: _, ...first } = merge(all);
        const { updatedAt: __, ...second } = merge(shuffled);
        expect(second).toEqual(first);
      }),
      { numRuns: 1000 },
    );
  });

  test("always makes a later version, and none when it says nothing new", () => {
    const sent = mergeOutcome(message, learnt("sent"), START - 5000);
    expect(Date.parse(sent?.updatedAt ?? "")).toBe(START + 1);
    expect(sent && mergeOutcome(sent, learnt("sent"), START + 9000)).toBeNull();
    expect(sent && mergeOutcome(sent, learnt("sending", { carrierMessageId: null }), START + 9000)).toBeNull();
  });

  test("keeps the carrier's own code with the failure, and drops it when the text arrives after all", () => {
    const failed = merge([learnt("sent"), learnt("undelivered", { failure: failureOf("unreachable", "30003") })]);
    expect(failed).toMatchObject({
      status: "undelivered",
      failure: { code: "unreachable", carrierCode: "30003", retryable: true },
    });
    expect(
      merge([learnt("undelivered", { failure: failureOf("unreachable", "30003") }), learnt("delivered")]),
    ).toMatchObject({
      status: "delivered",
      failure: null,
    });
  });

  test("lets a carrier's word replace our own guess about the same end", () => {
    const ours = learnt("failed", { failure: failureOf("outcome_unknown", null), carrierMessageId: null });
    const theirs = learnt("failed", { failure: failureOf("landline", "30006") });
    expect(merge([ours, theirs]).failure?.code).toBe("landline");
    expect(merge([theirs, ours]).failure?.code).toBe("landline");
  });
});
