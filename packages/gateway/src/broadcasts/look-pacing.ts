import type { LineId } from "@trunkline/protocol";
import { FEW_AHEAD } from "./broadcast-kind.ts";

/**
 * Says when it is time to see how long a line's queue is: counting it for every text that leaves would cost more than the
 * text. It knows this node's turns alone, so it is a hint; a broadcast looks for itself every few seconds.
 */
export interface LookPacing {
  /**
   * @param left - texts of broadcasts that left the line's queue
   * @param begun - texts that the same turn began; with fewer than left the queue may be empty
   */
  isDue(lineId: LineId, left: number, begun: number): boolean;
}

/** Texts that leave before the queue is counted again, while it is not empty. */
const COUNT_EVERY = FEW_AHEAD / 2;

export function lookPacing(): LookPacing {
  const since = new Map<LineId, number>();
  return {
    isDue(lineId, left, begun) {
      const total = (since.get(lineId) ?? 0) + left;
      const isDue = begun < left || total >= COUNT_EVERY;
      if (isDue) since.delete(lineId);
      else since.set(lineId, total);
      return isDue;
    },
  };
}
