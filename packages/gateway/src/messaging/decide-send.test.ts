import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Standing, toStanding } from "../opt-ins/standing.ts";
import { decideSend, decideTake, type SendState } from "./decide-send.ts";
import { quietRuleOf } from "./quiet-rule.ts";

const NOW = Date.parse("2026-03-04T05:00:00Z"); // 22:00 in Phoenix, the evening before
const HOUR = 60 * 60_000;
const NIGHT = quietRuleOf(null, { start: "21:00", end: "08:00" });

const state: SendState = {
  line: { number: "+12065550100", senderId: null, capabilities: { sms: true, mms: false, voice: false } },
  recipient: "+16025550101",
  settings: { optInRequired: false, countries: [] },
  standing: toStanding(null),
  lastInboundAt: null,
  quiet: null,
  homeZone: "UTC",
  home: new Set(["US"]),
  purpose: null,
  isBroadcast: false,
  sendAt: null,
  now: NOW,
};

test("the answers to STOP, START and HELP are not held at night, whoever else is", () => {
  const night = { ...state, quiet: NIGHT };
  expect(decideSend(night)).toMatchObject({ kind: "send", held: { code: "quiet_hours" } });
  for (const purpose of ["opt_out_answer", "opt_in_answer", "help_answer"] as const) {
    expect(decideSend({ ...night, purpose })).toMatchObject({ kind: "send", held: null, dueAt: NOW });
  }
  expect(decideSend({ ...night, purpose: "double_opt_in" })).toMatchObject({ held: { code: "quiet_hours" } });
});

test("an answer is none when it is part of a broadcast", () => {
  const wrote = { ...state, quiet: NIGHT, lastInboundAt: NOW - HOUR };
  expect(decideSend(wrote)).toMatchObject({ held: null });
  expect(decideSend({ ...wrote, isBroadcast: true })).toMatchObject({ held: { code: "quiet_hours" } });
});

const standings: fc.Arbitrary<Standing> = fc.record({
  state: fc.constantFrom("opted_in", "opted_out", "pending", "unknown"),
  carrierBlocked: fc.boolean(),
  needsReview: fc.boolean(),
  scope: fc.constantFrom("tenant", "line", null),
});
const clockTime = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((part) => String(part).padStart(2, "0")).join(":"));
const quietRules = fc
  .tuple(clockTime, clockTime, fc.constantFrom("PT1H", "P2D", null), fc.constantFrom("recipient", "Europe/Berlin"))
  .filter(([start, end]) => start !== end)
  .map(([start, end, repliesWithin, timeZone]) => quietRuleOf(null, { start, end, repliesWithin, timeZone }));
const ahead = fc.integer({ min: 1, max: 366 * 24 * 60 }).map((minutes) => NOW + minutes * 60_000);
const states: fc.Arbitrary<SendState> = fc.record({
  line: fc.constant(state.line),
  recipient: fc.constantFrom("+16025550101", "+18005550101", "+447700900123", "+79031234567", "12345"),
  settings: fc.record({
    optInRequired: fc.boolean(),
    countries: fc.constantFrom<SendState["settings"]["countries"]>("all", [], ["GB", "RU"]),
  }),
  standing: standings,
  lastInboundAt: fc.option(fc.integer({ min: 0, max: 100 }).map((hours) => NOW - hours * HOUR)),
  quiet: fc.option(quietRules).map((rule) => rule ?? null),
  homeZone: fc.constantFrom("UTC", "Asia/Kolkata"),
  home: fc.constant(state.home),
  purpose: fc.option(fc.constantFrom("opt_out_answer", "opt_in_answer", "help_answer", "double_opt_in")),
  isBroadcast: fc.boolean(),
  sendAt: fc.option(ahead),
  now: fc.constant(NOW),
});

describe("whatever is known", () => {
  test("nothing goes to somebody who wants nothing, but the answers to their own STOP and HELP", () => {
    fc.assert(
      fc.property(states, (given) => {
        const isOut = given.standing.state === "opted_out" || given.standing.carrierBlocked;
        const mayPass = given.purpose === "opt_out_answer" || given.purpose === "help_answer";
        if (!isOut || mayPass) return;
        expect(decideSend(given)).toMatchObject({ kind: "refuse", code: "opted_out" });
        expect(decideTake(given)).toMatchObject({ kind: "fail", code: "opted_out" });
      }),
      { numRuns: 2000 },
    );
  });

  test("a text is due no earlier than it was asked for, and what was accepted is not put off again when nothing has changed", () => {
    let sent = 0;
    fc.assert(
      fc.property(states, (given) => {
        const decision = decideSend(given);
        if (decision.kind === "refuse") return;
        sent += 1;
        expect(decision.dueAt).toBeGreaterThanOrEqual(Math.max(given.now, given.sendAt ?? 0));
        expect(decision.held === null ? null : Date.parse(decision.held.until)).toBe(
          decision.held === null ? null : decision.dueAt,
        );
        expect(decideTake({ ...given, now: decision.dueAt })).toEqual({ kind: "begin" });
      }),
      { numRuns: 2000 },
    );
    expect(sent).toBeGreaterThan(300);
  });

  test("a number that wrote before is never in an unconfirmed country", () => {
    fc.assert(
      fc.property(states, (given) => {
        const decision = decideSend(given);
        const isForeign = decision.kind === "refuse" && decision.code === "country_not_confirmed";
        if (isForeign) expect([given.lastInboundAt, given.settings.countries === "all"]).toEqual([null, false]);
      }),
    );
  });
});
