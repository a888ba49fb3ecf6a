import type { CarrierAccount, CarrierAccountId } from "@trunkline/protocol";
import type { HandOver } from "./carrier.ts";

/*
 * How an account fares. Each node counts the calls that it makes, and adds what it has counted to the account's row in a
 * transaction that settles texts anyway: at once when the account stops or begins to work, otherwise now and then. What a
 * node had counted since is lost with it.
 */

/** What one node has met at an account since it last told. Times are in milliseconds. */
export interface HealthTally {
  calls: number;
  failures: number;
  lastSuccessAt: number | null;
  lastFailureAt: number | null;
}

/** The account's row. Of `hours`, which begin at `at`, the present one and the one before count. */
export interface StoredHealth {
  readonly circuit: CarrierAccount["health"]["circuit"];
  readonly lastSuccessAt: number | null;
  readonly lastFailureAt: number | null;
  readonly hours: readonly { readonly at: number; readonly calls: number; readonly failures: number }[];
}

export interface HealthTallies {
  /** Takes in what came of a call. */
  note(accountId: CarrierAccountId, handOver: HandOver, now: number): void;
  /** What is to be told of an account; null when it can wait. It counts as told. */
  take(accountId: CarrierAccountId, isOpen: boolean, now: number): HealthTally | null;
}

const TELL_MS = 10_000;
const HOUR_MS = 60 * 60_000;

/** Nothing is known of an account that has handed nothing over. */
const NEW: StoredHealth = { circuit: "closed", lastSuccessAt: null, lastFailureAt: null, hours: [] };

export function createHealthTallies(): HealthTallies {
  // As many as there are accounts that texts go through: a few numbers each.
  const known = new Map<CarrierAccountId, { tally: HealthTally; toldAt: number; wasOpen: boolean }>();
  return {
    note(accountId, handOver, now) {
      const { tally, ...told } = known.get(accountId) ?? { tally: nothing(), toldAt: 0, wasOpen: false };
      const isFailure = isFailed(handOver);
      tally.calls += 1;
      if (isFailure) tally.failures += 1;
      if (isFailure) tally.lastFailureAt = now;
      if (handOver.kind === "accepted") tally.lastSuccessAt = now;
      known.set(accountId, { tally, ...told });
    },
    take(accountId, isOpen, now) {
      const one = known.get(accountId);
      if (!one || (one.wasOpen === isOpen && now - one.toldAt < TELL_MS)) return null;
      known.set(accountId, { tally: nothing(), toldAt: now, wasOpen: isOpen });
      return one.tally;
    },
  };
}

const nothing = (): HealthTally => ({ calls: 0, failures: 0, lastSuccessAt: null, lastFailureAt: null });

/** No answer, or one that says that the account itself is not well. Who is told "later" has not failed. */
function isFailed(handOver: HandOver): boolean {
  if (handOver.kind === "refused") return ["carrier_credentials", "carrier_account"].includes(handOver.code);
  return handOver.kind === "unknown" || (handOver.kind === "not_taken" && handOver.throttled === undefined);
}

/** Adds what a node has counted to what is known. */
export function addTally(before: StoredHealth | null, tally: HealthTally, isOpen: boolean, now: number): StoredHealth {
  const { lastSuccessAt, lastFailureAt, hours } = before ?? NEW;
  const at = Math.floor(now / HOUR_MS) * HOUR_MS;
  const present = hours.find((hour) => hour.at === at) ?? { at, calls: 0, failures: 0 };
  const counted = { at, calls: present.calls + tally.calls, failures: present.failures + tally.failures };
  return {
    circuit: isOpen ? "open" : "closed",
    lastSuccessAt: later(lastSuccessAt, tally.lastSuccessAt),
    lastFailureAt: later(lastFailureAt, tally.lastFailureAt),
    hours: [...hours.filter((hour) => hour.at === at - HOUR_MS), counted],
  };
}

/** What is shown of it, as of `now`. */
export function shownHealth(stored: StoredHealth | null, now: number): CarrierAccount["health"] {
  const { circuit, lastSuccessAt, lastFailureAt, hours } = stored ?? NEW;
  const recent = hours.filter(({ at }) => at > now - 2 * HOUR_MS);
  const sum = (which: "calls" | "failures") => recent.reduce((total, hour) => total + hour[which], 0);
  return {
    circuit,
    lastSuccessAt: toIso(lastSuccessAt),
    lastFailureAt: toIso(lastFailureAt),
    calls: sum("calls"),
    failures: sum("failures"),
  };
}

const toIso = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString());

function later(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.max(one, other);
}
