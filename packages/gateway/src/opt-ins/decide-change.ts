import type { Evidence, OptIn, PutOptIn, SendingSettings } from "@trunkline/protocol";
import { invalid, Refusal } from "../http/refusal.ts";

/** How far ahead the clock of whoever records something may be, in milliseconds. */
const AHEAD_MS = 5 * 60_000;

/** When something happened, in milliseconds; null for now. @throws Refusal for a time that is still to come */
export function timeOf({ at }: Pick<Evidence, "at">, now: number): number | null {
  if (at === undefined) return null;
  const time = Date.parse(at);
  if (time > now + AHEAD_MS) throw invalid(["evidence", "at"], "is still to come");
  return Math.min(time, now);
}

/** @throws Refusal invalid_input for a change that lacks what must show it */
export function requireEvidence({ state, evidence }: Pick<PutOptIn, "state" | "evidence">): void {
  const { method, wording, url, note } = evidence;
  const isShown = wording !== undefined || url !== undefined || note !== undefined;
  if (method === "number_changed") {
    if (state !== "unknown") throw invalid(["state"], "of a number that has changed hands is `unknown`");
    return;
  }
  switch (state) {
    case "unknown":
      if (method !== "staff") throw invalid(["state"], "`unknown` goes with the methods `staff` and `number_changed`");
      return;
    case "opted_in":
    case "pending":
      if (method === "staff") {
        throw invalid(["evidence", "method"], "must say how the number's owner agreed: staff cannot agree for them");
      }
      if (!isShown) {
        throw invalid(["evidence"], "must show that the owner agreed: give `wording`, `url` or `note`");
      }
      return;
    case "opted_out":
      if (method === "staff" && wording === undefined && note === undefined) {
        throw invalid(["evidence", "note"], "must give the reason");
      }
  }
}

/** What is recorded for a change that was asked for, and whether the owner is asked. */
export interface ChangeDecision {
  readonly state: OptIn["state"];
  readonly asks: boolean;
}

/** An agreement waits for its owner's YES where it must be double, unless they have agreed before. */
export function decideChange(
  { state }: Pick<PutOptIn, "state">,
  before: OptIn,
  { doubleOptIn }: Pick<SendingSettings, "doubleOptIn">,
): ChangeDecision {
  const waits = state === "pending" || (state === "opted_in" && doubleOptIn && before.state !== "opted_in");
  return waits ? { state: "pending", asks: before.state !== "pending" } : { state, asks: false };
}

/** Why a change has no effect, or null. @param elsewhere - what holds for all lines, for a change to one of them */
export function standsAgainst(
  { state }: Pick<PutOptIn, "state">,
  after: OptIn,
  elsewhere: OptIn | null,
): Refusal | null {
  if (state === "opted_out") return null;
  if (after.state === "opted_out") {
    return new Refusal("conflict", {
      detail:
        "The number's owner said STOP. Only their own START lifts that, or agreement that they gave later on a form, on paper or by word of mouth, with its `wording` or `url` as evidence.",
    });
  }
  if (state !== "unknown" && elsewhere?.state === "opted_out") {
    return new Refusal("conflict", {
      detail:
        "The number's owner wants no texts from any line. Record what they say now for all lines (without `lineId`).",
    });
  }
  return null;
}
