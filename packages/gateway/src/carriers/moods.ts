import type { CarrierAccountId } from "@trunkline/protocol";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { HandOver } from "./carrier.ts";
import { ask, begin, type Circuit, CLOSED, hear, type Passage } from "./circuit.ts";

/*
 * What this node has lately met at each carrier account. It is kept in memory: another node finds out for itself, and
 * what it costs to find out is a text that is tried again later.
 */

/** A change in whether an account's texts leave. */
export interface CarrierMoodRecord {
  readonly accountId: CarrierAccountId;
  /** `open`: nothing leaves; `half_open`: one text tries; `closed`: all is well. */
  readonly circuit: Circuit["kind"];
}

export interface CarrierMoods {
  /** Whether a text of the account may begin; otherwise when to ask again. `text` is our message id. */
  ask(accountId: CarrierAccountId, text: string): Passage;
  /** The same right before the call, when everything that began before it may have failed. */
  begin(accountId: CarrierAccountId, text: string): Passage;
  /** Whether the account's texts wait because its carrier cannot be spoken with; not because it said "later". */
  isAway(accountId: CarrierAccountId): boolean;
  /** Takes in what came of a call. */
  hear(accountId: CarrierAccountId, text: string, handOver: HandOver): void;
}

export interface CarrierMoodsParts {
  clock: Clock;
  logger: Logger;
  /** A carrier that has not answered by then is given up on, in milliseconds. */
  answerMs: number;
  onChange: (record: CarrierMoodRecord) => void;
}

/** An account that is limited as a whole rests for this long when its carrier does not say how long, in milliseconds. */
const THROTTLED_MS = 1_000;

interface Mood {
  readonly circuit: Circuit;
  /** The carrier said that the account is limited, until then. */
  readonly throttledUntil: number;
}

const WELL: Mood = { circuit: CLOSED, throttledUntil: 0 };

export function createCarrierMoods({ clock, logger, answerMs, onChange }: CarrierMoodsParts): CarrierMoods {
  // Only accounts that something is the matter with: as many as have failed lately.
  const moods = new Map<CarrierAccountId, Mood>();
  const moodOf = (accountId: CarrierAccountId): Mood => moods.get(accountId) ?? WELL;

  function keep(accountId: CarrierAccountId, { circuit, throttledUntil }: Mood): void {
    const before = moodOf(accountId).circuit;
    const isWell = circuit === CLOSED && throttledUntil <= clock.now();
    if (isWell) moods.delete(accountId);
    else moods.set(accountId, { circuit, throttledUntil });
    if (before.kind === circuit.kind) return;
    onChange({ accountId, circuit: circuit.kind });
    if (circuit.kind === "closed") logger.info({ accountId }, "a carrier account works again; its texts leave");
    if (circuit.kind !== "open") return;
    const until = new Date(circuit.until).toISOString();
    logger.warn({ accountId, until }, "a carrier account cannot be reached; its texts wait, and one tries again");
  }

  function pass(accountId: CarrierAccountId, how: (circuit: Circuit, now: number) => ReturnType<typeof ask>): Passage {
    const present = moods.get(accountId);
    if (!present) return GO;
    const now = clock.now();
    if (present.throttledUntil > now) return { kind: "wait", until: present.throttledUntil };
    const { passage, circuit } = how(present.circuit, now);
    keep(accountId, { ...present, circuit });
    return passage;
  }

  return {
    ask: (accountId, text) => pass(accountId, (circuit, now) => ask(circuit, text, now)),
    begin: (accountId, text) => pass(accountId, (circuit, now) => begin(circuit, text, { now, answerMs })),
    isAway: (accountId) => moodOf(accountId).circuit.kind !== "closed",
    hear(accountId, text, handOver) {
      const present = moodOf(accountId);
      const now = clock.now();
      const throttled = handOver.kind === "not_taken" && handOver.throttled !== undefined;
      const until = throttled && handOver.throttled === "account" ? now + (handOver.retryAfterMs ?? THROTTLED_MS) : 0;
      keep(accountId, {
        circuit: hear(present.circuit, text, throttled || isAnswer(handOver), now),
        throttledUntil: Math.max(present.throttledUntil, until),
      });
    },
  };
}

const GO: Passage = { kind: "go" };

/** Whether the carrier has said something: also a refusal shows that it works. */
const isAnswer = ({ kind }: HandOver): boolean => kind === "accepted" || kind === "refused";
