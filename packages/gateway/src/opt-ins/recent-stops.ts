import type { LineId, TenantId } from "@trunkline/protocol";
import type { Clock } from "../clock.ts";

/** A number that wants no more texts, from one line or, with null, from any. */
export interface Stop {
  readonly lineId: LineId | null;
  readonly number: string;
}

/**
 * STOPs that this node has committed lately. A text that was taken before such a commit may not have reached the carrier
 * yet: whoever hands it over asks here right before the call.
 */
export interface RecentStops {
  /** A point in time; take it before the transaction that decides on the texts. */
  mark(): number;
  /** Call it after the commit and before anybody is told. */
  add(tenantId: TenantId, stops: readonly Stop[]): void;
  /** Whether a STOP for the pair was committed after `mark`. */
  cameAfter(mark: number, tenantId: TenantId, lineId: LineId, number: string): boolean;
}

/** A hand-over begins within seconds of its commit; what was taken earlier than this has long been called. */
const KEPT_MS = 10 * 60_000;

export function createRecentStops(clock: Clock): RecentStops {
  let count = 0;
  const stops = new Map<string, { count: number; at: number }>();
  const keyOf = (tenantId: TenantId, lineId: LineId | null, number: string) => `${tenantId} ${lineId ?? "*"} ${number}`;

  function forgetOld(now: number): void {
    for (const [key, { at }] of stops) {
      if (now - at < KEPT_MS) return; // they stand in the order in which they came
      stops.delete(key);
    }
  }

  return {
    mark: () => count,
    add(tenantId, added) {
      if (added.length === 0) return;
      count += 1;
      const at = clock.now();
      for (const { lineId, number } of added) {
        const key = keyOf(tenantId, lineId, number);
        stops.delete(key);
        stops.set(key, { count, at });
      }
      forgetOld(at);
    },
    cameAfter(mark, tenantId, lineId, number) {
      if (mark === count) return false;
      return [null, lineId].some((line) => (stops.get(keyOf(tenantId, line, number))?.count ?? 0) > mark);
    },
  };
}
