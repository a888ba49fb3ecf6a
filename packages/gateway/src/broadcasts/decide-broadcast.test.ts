import { BROADCAST_STATES, type Broadcast, MESSAGE_STATUSES, type MessageStatus } from "@trunkline/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FEW_AHEAD, MOST_AHEAD } from "./broadcast-kind.ts";
import { countRecipients, type StoredBroadcast } from "./broadcast-row.ts";
import { decideLook, decideVerb, type LookFacts } from "./decide-broadcast.ts";

const NOW = Date.parse("2026-03-03T09:00:00Z");
const iso = (at: number) => new Date(at).toISOString();
const VERBS = ["pause", "resume", "cancel"] as const;

function stored(broadcast: Partial<Broadcast>, rest: Partial<StoredBroadcast> = {}): StoredBroadcast {
  const counts = { total: 1000, waiting: 1000, sending: 0, delivered: 0, failed: 0, skipped: 0, canceled: 0 };
  return {
    broadcast: {
      id: "bct_1",
      name: null,
      lineId: "line_1",
      text: "Hello",
      templateId: null,
      state: "running",
      counts,
      author: { kind: "api", id: null, name: null },
      sendAt: null,
      held: null,
      metadata: {},
      createdAt: iso(NOW),
      startedAt: iso(NOW),
      completedAt: null,
      updatedAt: iso(NOW),
      ...broadcast,
    },
    words: { text: "Hello", locale: null, variants: [] },
    actor: null,
    nextIndex: 0,
    skipped: 0,
    isSettled: false,
    toldAt: NOW,
    ...rest,
  };
}

const facts = (changes: Partial<LookFacts> = {}): LookFacts => ({
  statuses: null,
  queued: 0,
  most: MOST_AHEAD,
  now: NOW,
  ...changes,
});

describe("a word about a broadcast", () => {
  test.each([
    ["pause", "running", "paused"],
    ["pause", "scheduled", "paused"],
    ["resume", "paused", "running"],
    ["cancel", "scheduled", "canceled"],
    ["cancel", "running", "canceled"],
    ["cancel", "paused", "canceled"],
  ] as const)("%s: %s becomes %s", (verb, state, after) => {
    expect(decideVerb(verb, { state, sendAt: null }, NOW)).toEqual({ kind: "become", state: after });
  });

  test("resume gives one whose time has not come its schedule back", () => {
    const waiting = { state: "paused", sendAt: iso(NOW + 1000) } as const;
    expect(decideVerb("resume", waiting, NOW)).toEqual({ kind: "become", state: "scheduled" });
    expect(decideVerb("resume", waiting, NOW + 1000)).toEqual({ kind: "become", state: "running" });
  });

  test("said twice does nothing the second time, and an end is an end", () => {
    const anyState = fc.constantFrom(...BROADCAST_STATES);
    fc.assert(
      fc.property(
        anyState,
        fc.constantFrom(...VERBS),
        fc.option(fc.integer({ min: -9, max: 9 })),
        (state, verb, ahead) => {
          const sendAt = ahead === null ? null : iso(NOW + ahead);
          const first = decideVerb(verb, { state, sendAt }, NOW);
          const isOver = state === "completed" || state === "canceled";
          if (first.kind === "become") {
            expect(isOver).toBe(false);
            expect(decideVerb(verb, { state: first.state, sendAt }, NOW)).toEqual({ kind: "stay" });
          } else if (first.kind === "refuse") expect(isOver).toBe(true);
          else expect(verb === "cancel" || !isOver).toBe(true);
        },
      ),
    );
  });
});

describe("a look", () => {
  test("fills a short queue up, and leaves a long one alone", () => {
    expect(decideLook(stored({}), facts())).toMatchObject({ expand: MOST_AHEAD });
    expect(decideLook(stored({}), facts({ queued: FEW_AHEAD }))).toMatchObject({ expand: MOST_AHEAD - FEW_AHEAD });
    expect(decideLook(stored({}), facts({ queued: FEW_AHEAD + 1 }))).toMatchObject({ expand: 0, at: NOW + 1000 });
  });

  test("waits while a cap holds it, and looks at least every minute whether it was lifted", () => {
    const held = { code: "send_cap_reached", until: iso(NOW + 3_600_000) };
    expect(decideLook(stored({ held }), facts())).toMatchObject({ expand: 0, at: NOW + 60_000 });
    expect(decideLook(stored({ held }), facts({ now: NOW + 60_000 }))).toMatchObject({ expand: 1, at: NOW + 120_000 });
    expect(decideLook(stored({ held }), facts({ now: NOW + 3_600_000 }))).toMatchObject({ expand: MOST_AHEAD });
  });

  test("completes when all were handed over, unknown outcomes too, and not while one is on its way", () => {
    const all = stored({}, { nextIndex: 1000 });
    expect(decideLook(all, facts({ statuses: { sent: 900, unknown: 60, failed: 40 } })).completes).toBe(true);
    for (const open of ["scheduled", "queued", "sending"] as const) {
      expect(decideLook(all, facts({ statuses: { sent: 999, [open]: 1 } })).completes).toBe(false);
    }
    expect(decideLook(stored({}, { nextIndex: 999 }), facts({ statuses: { sent: 999 } })).completes).toBe(false);
  });

  test("is the last one when every text has come to its end, or after three days without news", () => {
    const over = stored({ state: "completed" }, { nextIndex: 1000 });
    const open = { delivered: 999, sent: 1 };
    expect(decideLook(over, facts({ statuses: { delivered: 1000 } }))).toMatchObject({ settles: true, at: null });
    expect(decideLook(over, facts({ statuses: open }))).toMatchObject({ settles: false, at: NOW + 1000 });
    const late = facts({ statuses: open, now: NOW + 72 * 3_600_000 });
    expect(decideLook(over, late)).toMatchObject({ settles: true, at: null });
  });

  test("never gives out more than there is room, work and transaction for, and is never due in the past", () => {
    fc.assert(
      fc.property(
        fc.record({
          state: fc.constantFrom(...BROADCAST_STATES),
          next: fc.integer({ min: 0, max: 1000 }),
          queued: fc.integer({ min: 0, max: MOST_AHEAD }),
          most: fc.integer({ min: 1, max: MOST_AHEAD }),
          told: fc.integer({ min: 0, max: 10 ** 9 }),
          sendAt: fc.option(fc.integer({ min: -(10 ** 6), max: 10 ** 6 })),
        }),
        ({ state, next, queued, most, told, sendAt }) => {
          const one = stored(
            { state, sendAt: sendAt === null ? null : iso(NOW + sendAt) },
            { nextIndex: next, toldAt: NOW - told },
          );
          const { expand, at, starts } = decideLook(one, facts({ queued, most, statuses: {} }));
          expect(expand).toBeLessThanOrEqual(Math.min(most, 1000 - next, MOST_AHEAD - queued));
          expect(at === null || at >= NOW).toBe(true);
          if (expand > 0) expect(state === "running" || starts).toBe(true);
          // Whoever looks again at once has got on with it.
          if (at === NOW) expect(expand > 0).toBe(true);
        },
      ),
    );
  });
});

test("whatever the texts' statuses, the counts add up to all recipients", () => {
  const statuses = fc.dictionary(fc.constantFrom<MessageStatus>(...MESSAGE_STATUSES), fc.nat({ max: 60 }));
  fc.assert(
    fc.property(statuses, fc.nat({ max: 100 }), fc.constantFrom(...BROADCAST_STATES), (given, skipped, state) => {
      const { received: _, ...texts } = given as Partial<Record<MessageStatus, number>>;
      const { total, ...counts } = countRecipients(stored({ state }, { skipped }), texts);
      expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(total);
      expect(counts.waiting === 0 || state !== "canceled" || (texts.scheduled ?? 0) + (texts.queued ?? 0) > 0).toBe(
        true,
      );
    }),
  );
});
