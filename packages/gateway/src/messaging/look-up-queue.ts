import type { Carrier, LookUp } from "../carriers/carrier.ts";
import type { Settled, Take, WorkKind } from "../work/lane.ts";
import { enqueue, type NewWork, type Settlement, type WorkItem } from "../work/queue.ts";
import { withDeadline } from "./call-carrier.ts";
import { decideLookUp } from "./decide-hand-over.ts";
import { laneWakes } from "./lane-wakes.ts";
import { mergeOutcome } from "./merge-outcome.ts";
import { LOOK_UP_KIND, type LookUpPayload, SEND_KIND, type SendPayload } from "./outbound-kind.ts";
import { ANSWER_TIMEOUT_MS, type OutboundParts, sendLane } from "./outbound-queue.ts";
import { type LockedText, lockTexts, storeOutcomes } from "./outbound-store.ts";

interface LookUpTask {
  carrier: Carrier | null;
  reference: string;
}
export interface LookUpResult {
  lookUp: LookUp;
  /** When the carrier was asked, in milliseconds. */
  askedAt: number;
}

const WINDOW = 8;

/** Finds out what became of texts in doubt. A receipt may settle them first; then there is nothing left to do. */
export function lookUpKind({
  carriers,
  log,
  bus,
  clock,
}: OutboundParts): WorkKind<LookUpPayload, LookUpTask, LookUpResult> {
  const wakes = laneWakes(bus);

  async function settle(
    tx: Parameters<typeof lockTexts>[0],
    { tenantId }: { tenantId: Parameters<typeof lockTexts>[1] },
    results: readonly { item: WorkItem<LookUpPayload>; outcome: LookUpResult }[],
  ): Promise<Settled> {
    const now = clock.now();
    const texts = await lockTexts(
      tx,
      tenantId,
      results.map(({ item }) => item.payload.messageId),
    );
    const settlements: Settlement[] = [];
    const sends: NewWork<SendPayload>[] = [];
    const changed: LockedText[] = [];
    for (const { item, outcome } of results) {
      const text = texts.get(item.payload.messageId);
      if (text?.message.status !== "unknown") {
        settlements.push({ id: item.id, kind: "done" });
        continue;
      }
      const decision = decideLookUp(outcome.lookUp, {
        handedOverAt: item.payload.handedOverAt,
        attempts: item.attempts,
        askedAt: outcome.askedAt,
        now,
      });
      const message = decision.learnt && mergeOutcome(text.message, decision.learnt, now);
      if (message) changed.push({ ...text, message });
      if (decision.kind === "hand_over") {
        sends.push(newSend(text, now));
        wakes.note(sendLane(tenantId, text.lineId));
      }
      settlements.push(
        decision.kind === "again" ? { id: item.id, kind: "again", at: decision.at } : { id: item.id, kind: "done" },
      );
    }
    await storeOutcomes(tx, tenantId, changed, log);
    await enqueue(tx, tenantId, sends, now);
    return { settlements };
  }

  return {
    kind: LOOK_UP_KIND,
    window: WINDOW,
    async take(tx, { tenantId }, items) {
      const texts = await lockTexts(
        tx,
        tenantId,
        items.map(({ payload }) => payload.messageId),
      );
      const [first] = texts.values(); // one lane is one account
      const carrier = await carriers.open(tenantId, first?.account ?? null);
      return {
        takes: items.map((item): Take<LookUpTask> => {
          const isInDoubt = texts.get(item.payload.messageId)?.message.status === "unknown";
          if (!isInDoubt) return { id: item.id, kind: "done" };
          return { item, task: { carrier, reference: item.payload.messageId } };
        }),
      };
    },
    async perform({ carrier, reference }, signal) {
      const askedAt = clock.now();
      const { lookUp } = carrier ?? { lookUp: null };
      if (lookUp === null) return { lookUp: { kind: "unclear" }, askedAt };
      const found = await withDeadline(clock, ANSWER_TIMEOUT_MS, signal, (within) =>
        lookUp(reference, { signal: within }),
      );
      return { lookUp: found, askedAt };
    },
    settle,
    recover(tx, lane, items) {
      const askedAt = clock.now();
      return settle(
        tx,
        lane,
        items.map((item) => ({ item, outcome: { lookUp: { kind: "unclear" }, askedAt } })),
      );
    },
    committed({ tenantId }) {
      bus.publish({ topic: "events", tenantId });
      wakes.publish(tenantId);
    },
  };
}

function newSend({ message, lineId }: LockedText, now: number): NewWork<SendPayload> {
  return {
    id: message.id,
    kind: SEND_KIND,
    lane: lineId,
    serial: message.conversationId,
    dueAt: new Date(now),
    payload: { messageId: message.id },
  };
}
