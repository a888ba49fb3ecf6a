import type { CarrierAccountId, MessageId, TenantId } from "@trunkline/protocol";
import type { Carrier, LookUp } from "../carriers/carrier.ts";
import type { Clock } from "../clock.ts";
import type { EventLog } from "../events/log.ts";
import type { Tx } from "../store/database.ts";
import type { Completed, KindTurn, Settled, Take, Taken } from "../work/kind.ts";
import { enqueue, type NewWork, type Settlement, type WorkItem } from "../work/queue.ts";
import { type CarrierAccess, openCarriers } from "./carrier-access.ts";
import { decideLookUp } from "./decide-hand-over.ts";
import type { LaneWakes } from "./lane-wakes.ts";
import { mergeOutcome } from "./merge-outcome.ts";
import { type LookUpPayload, SEND_KIND, type SendPayload, sendLane } from "./outbound-kind.ts";
import { type LockedText, lockTexts, storeOutcomes } from "./outbound-store.ts";
import { priorityOf } from "./send-request.ts";

/** Waits before a look-up that was cut off is begun anew, in milliseconds: should it be what brings us down, then not at once. */
const RECOVER_MS = 1000;

export interface LookUpTask {
  carrier: Carrier | null;
  reference: string;
}
export interface LookUpResult {
  lookUp: LookUp;
  /** When the carrier was asked, in milliseconds. */
  askedAt: number;
}

export interface LookUpParts {
  carriers: CarrierAccess;
  log: EventLog;
  clock: Clock;
  wakes: LaneWakes;
}

/** One turn of finding out what became of texts in doubt, for some carrier accounts of a tenant. Locks: texts by id. */
export class LookUpTurn implements KindTurn<LookUpPayload, LookUpTask, LookUpResult> {
  readonly #tx: Tx;
  readonly #tenantId: TenantId;
  readonly #parts: LookUpParts;
  readonly #now: number;
  readonly #texts: ReadonlyMap<MessageId, LockedText>;
  readonly #carriers: ReadonlyMap<CarrierAccountId, Carrier | null>;
  readonly #changed: LockedText[] = [];
  readonly #sends: NewWork<SendPayload>[] = [];

  private constructor(
    tx: Tx,
    tenantId: TenantId,
    texts: ReadonlyMap<MessageId, LockedText>,
    carriers: ReadonlyMap<CarrierAccountId, Carrier | null>,
    parts: LookUpParts,
  ) {
    this.#tx = tx;
    this.#tenantId = tenantId;
    this.#texts = texts;
    this.#carriers = carriers;
    this.#parts = parts;
    this.#now = parts.clock.now();
  }

  static async open(
    tx: Tx,
    tenantId: TenantId,
    items: readonly WorkItem<LookUpPayload>[],
    parts: LookUpParts,
  ): Promise<LookUpTurn> {
    const texts = await lockTexts(
      tx,
      tenantId,
      items.map(({ payload }) => payload.messageId),
    );
    const accounts = [...texts.values()].map(({ account }) => account);
    return new LookUpTurn(tx, tenantId, texts, await openCarriers(parts.carriers, tenantId, accounts), parts);
  }

  take(_lane: string, items: readonly WorkItem<LookUpPayload>[]): Taken<LookUpTask> {
    return {
      takes: items.map((item): Take<LookUpTask> => {
        const text = this.#texts.get(item.payload.messageId);
        if (text?.message.status !== "unknown") return { id: item.id, kind: "done" };
        const carrier = (text.account && this.#carriers.get(text.account.id)) ?? null;
        return { item, task: { carrier, reference: item.payload.messageId } };
      }),
    };
  }

  settle(_lane: string, results: readonly Completed<LookUpPayload, LookUpResult>[]): Settled {
    return {
      settlements: results.map(({ item, outcome }): Settlement => {
        const text = this.#texts.get(item.payload.messageId);
        if (text?.message.status !== "unknown") return { id: item.id, kind: "done" };
        const decision = decideLookUp(outcome.lookUp, {
          handedOverAt: item.payload.handedOverAt,
          askedAt: outcome.askedAt,
          now: this.#now,
        });
        const message = decision.learnt && mergeOutcome(text.message, decision.learnt, this.#now);
        if (message) this.#changed.push({ ...text, message });
        if (decision.kind === "hand_over") this.#handOver(text);
        return decision.kind === "again"
          ? { id: item.id, kind: "again", at: decision.at }
          : { id: item.id, kind: "done" };
      }),
    };
  }

  /** Asking costs nothing but the call: what was cut off is asked again, whatever its plan says. */
  recover(_lane: string, items: readonly WorkItem<LookUpPayload>[]): Settled {
    return { settlements: items.map(({ id }): Settlement => ({ id, kind: "again", at: this.#now + RECOVER_MS })) };
  }

  async write(): Promise<void> {
    const woken = await storeOutcomes(this.#tx, this.#tenantId, this.#changed, this.#parts.log);
    for (const lane of woken) this.#parts.wakes.note(lane);
    await enqueue(this.#tx, this.#tenantId, this.#sends, this.#now);
  }

  #handOver({ message, lineId }: LockedText): void {
    this.#sends.push({
      id: message.id,
      kind: SEND_KIND,
      lane: lineId,
      serial: message.conversationId,
      priority: priorityOf(message),
      dueAt: new Date(this.#now),
      payload: { messageId: message.id },
    });
    this.#parts.wakes.note(sendLane(this.#tenantId, lineId));
  }
}
