import { withDeadline } from "../clock.ts";
import type { WorkKind } from "../work/kind.ts";
import { laneWakes } from "./lane-wakes.ts";
import { type LookUpResult, type LookUpTask, LookUpTurn } from "./look-up-turn.ts";
import { LOOK_UP_KIND, type LookUpPayload } from "./outbound-kind.ts";
import { ANSWER_TIMEOUT_MS, type OutboundParts } from "./outbound-queue.ts";

const WINDOW = 8;

/** Finds out what became of texts in doubt. A receipt may settle them first; then there is nothing left to do. */
export function lookUpKind({
  carriers,
  log,
  bus,
  clock,
}: OutboundParts): WorkKind<LookUpPayload, LookUpTask, LookUpResult> {
  const wakes = laneWakes(bus);
  const parts = { carriers, log, clock, wakes };
  return {
    kind: LOOK_UP_KIND,
    window: WINDOW,
    open: (tx, tenantId, items) => LookUpTurn.open(tx, tenantId, items, parts),
    async perform({ carrier, text }, signal) {
      const askedAt = clock.now();
      const { lookUp } = carrier ?? { lookUp: null };
      if (lookUp === null || text === null) return { lookUp: { kind: "unclear" }, askedAt };
      const found = await withDeadline(clock, ANSWER_TIMEOUT_MS, signal, (within) => lookUp(text, { signal: within }));
      return { lookUp: found, askedAt };
    },
    committed(tenantId) {
      bus.publish({ topic: "events", tenantId });
      wakes.publish(tenantId);
    },
  };
}
