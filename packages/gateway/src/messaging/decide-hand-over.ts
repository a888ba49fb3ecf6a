import type { HandOver, LookUp } from "../carriers/carrier.ts";
import { failureOf, type Learnt } from "./merge-outcome.ts";
import { learnFromReceipt } from "./receipts.ts";

/*
 * What follows from a hand-over and from a look-up: pure, so that every case can be read and tried without a carrier.
 */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** After this long a text that never got through, or whose outcome never came to light, has failed. */
export const GIVE_UP_MS = 24 * HOUR;
/** Waits before a carrier that did not take a text is tried again. */
const RETRY_MS = [SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 30 * SECOND, MINUTE] as const;
/** When to look, counted from the hand-over; later every hour. */
const LOOK_UP_MS = [2 * SECOND, 10 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR] as const;

/** Most that a repeatable hand-over waits for its repetition. */
const LONGEST_PAUSE_MS = 5 * MINUTE;

export type HandOverDecision =
  | { kind: "done"; learnt: Learnt }
  | { kind: "look_up"; learnt: Learnt }
  | { kind: "again"; learnt: null; at: number; pauseUntil: number };

export interface HandOverState {
  /** How often it was begun before. */
  attempts: number;
  /** Its place in the line, in milliseconds: when it was to leave. */
  dueAt: number;
  now: number;
}

export function decideHandOver(handOver: HandOver, { attempts, dueAt, now }: HandOverState): HandOverDecision {
  const nothing = { failure: null, carrierMessageId: null, at: now };
  switch (handOver.kind) {
    case "accepted":
      return { kind: "done", learnt: { ...nothing, status: "sent", carrierMessageId: handOver.carrierMessageId } };
    case "refused":
      return {
        kind: "done",
        learnt: { ...nothing, status: "failed", failure: failureOf(handOver.code, handOver.carrierCode) },
      };
    case "unknown":
      return { kind: "look_up", learnt: { ...nothing, status: "unknown" } };
    case "not_taken": {
      if (now - dueAt >= GIVE_UP_MS) {
        return {
          kind: "done",
          learnt: { ...nothing, status: "failed", failure: failureOf("carrier_unavailable", null) },
        };
      }
      const wait = handOver.retryAfterMs ?? RETRY_MS[Math.min(attempts, RETRY_MS.length - 1)] ?? SECOND;
      // It keeps its place and the whole line rests: nothing may overtake, and the carrier would say the same of all.
      return { kind: "again", learnt: null, at: dueAt, pauseUntil: now + wait };
    }
  }
}

export type LookUpDecision =
  | { kind: "done"; learnt: Learnt }
  /** The carrier lacks it: hand it over once more. Its status stays. */
  | { kind: "hand_over"; learnt: null }
  | { kind: "again"; learnt: null; at: number };

/** What a look-up comes to, once other texts of ours are told apart from the one that is looked for. */
export type Finding = Exclude<LookUp, { kind: "alike" }>;

/** Of texts that are alike the first that is no other text of ours. */
export function findAmongAlike(lookUp: LookUp, isOther: (carrierMessageId: string) => boolean): Finding {
  if (lookUp.kind !== "alike") return lookUp;
  const receipt = lookUp.receipts.find(({ carrierMessageId }) => !isOther(carrierMessageId));
  return receipt ? { kind: "found", receipt } : { kind: "absent" };
}

export interface LookUpState {
  /** `OutgoingText.firstSentAt`. */
  firstSentAt: number;
  /** When it was last handed over. */
  handedOverAt: number;
  /** How long after that `absent` is believed. */
  absentAfterMs: number;
  /** When the carrier was asked. */
  askedAt: number;
  now: number;
}

export function decideLookUp(
  lookUp: Finding,
  { firstSentAt, handedOverAt, absentAfterMs, askedAt, now }: LookUpState,
): LookUpDecision {
  if (lookUp.kind === "found" && lookUp.receipt.status !== null) {
    return { kind: "done", learnt: learnFromReceipt(lookUp.receipt, now) };
  }
  if (lookUp.kind === "found") {
    // A word that we do not know is still proof that the carrier took it.
    return { kind: "done", learnt: { ...learnFromReceipt(lookUp.receipt, now), status: "sent" } };
  }
  if (lookUp.kind === "absent" && askedAt - handedOverAt >= absentAfterMs) return { kind: "hand_over", learnt: null };
  // Each time it waits as long as all the times before took together.
  const pause = Math.min(handedOverAt - firstSentAt, LONGEST_PAUSE_MS);
  if (lookUp.kind === "repeatable" && askedAt - handedOverAt >= pause) return { kind: "hand_over", learnt: null };
  if (now - handedOverAt >= GIVE_UP_MS) {
    const failure = failureOf("outcome_unknown", null);
    return { kind: "done", learnt: { status: "failed", failure, carrierMessageId: null, at: now } };
  }
  // By the time that has gone by, not by how often it was tried: what a crash cut off has not been looked up.
  const passed = now - handedOverAt;
  const planned = LOOK_UP_MS.find((after) => after > passed) ?? (Math.floor(passed / HOUR) + 1) * HOUR;
  const next = Math.max(handedOverAt + planned, now + SECOND);
  return { kind: "again", learnt: null, at: Math.min(next, handedOverAt + GIVE_UP_MS) };
}
