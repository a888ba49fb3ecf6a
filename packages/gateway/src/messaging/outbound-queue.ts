import { lookPacing } from "../broadcasts/look-pacing.ts";
import type { Bus } from "../bus/bus.ts";
import type { CarrierAccess } from "../carrier-accounts/access.ts";
import type { HandOver } from "../carriers/carrier.ts";
import { createHealthTallies } from "../carriers/health.ts";
import type { CarrierMoods } from "../carriers/moods.ts";
import { type Clock, withDeadline } from "../clock.ts";
import type { EventLog } from "../events/log.ts";
import type { RecentStops } from "../opt-ins/recent-stops.ts";
import type { WorkKind } from "../work/kind.ts";
import { HandOverTurn, type SendResult, type SendTask } from "./hand-over-turn.ts";
import { laneWakes } from "./lane-wakes.ts";
import { SEND_KIND, type SendPayload } from "./outbound-kind.ts";

/*
 * Handing texts over. The transaction that takes a text commits it as `sending` before the carrier is called, so that a
 * node that dies in between leaves a text in doubt, never one that is sent twice.
 */

export interface OutboundParts {
  carriers: CarrierAccess;
  log: EventLog;
  bus: Bus;
  clock: Clock;
}

/** Texts of one line that may be on their way at once. Each belongs to another conversation. */
const WINDOW = 64;
/** A carrier that has not answered by then leaves the outcome unknown, in milliseconds. */
export const ANSWER_TIMEOUT_MS = 15_000;

/** Not a word of the carrier's: it was not called. */
const STOPPED: HandOver = {
  kind: "refused",
  code: "opted_out",
  carrierCode: null,
  message: "The recipient said STOP before the carrier was called.",
};

export function sendKind({
  carriers,
  moods,
  recentStops,
  log,
  bus,
  clock,
}: OutboundParts & { moods: CarrierMoods; recentStops: RecentStops }): WorkKind<SendPayload, SendTask, SendResult> {
  const wakes = laneWakes(bus);
  const tallies = createHealthTallies();
  const parts = { carriers, moods, tallies, recentStops, log, clock, wakes, pacing: lookPacing() };
  return {
    kind: SEND_KIND,
    window: WINDOW,
    open: (tx, tenantId, items) => HandOverTurn.open(tx, tenantId, items, parts),
    async perform({ carrier, accountId, text, wasStopped }, signal) {
      const begunAt = clock.now();
      if (wasStopped()) return { handOver: STOPPED, calledFor: null, begunAt };
      const passage = moods.begin(accountId, text.reference);
      if (passage.kind === "wait") {
        return { handOver: { kind: "not_taken", retryAfterMs: passage.until - begunAt }, calledFor: null, begunAt };
      }
      const handOver = await withDeadline(clock, ANSWER_TIMEOUT_MS, signal, (within) =>
        carrier.send(text, { signal: within }),
      );
      moods.hear(accountId, text.reference, handOver);
      tallies.note(accountId, handOver, clock.now());
      return { handOver, calledFor: accountId, begunAt };
    },
    committed(tenantId) {
      bus.publish({ topic: "events", tenantId });
      wakes.publish(tenantId);
    },
  };
}
