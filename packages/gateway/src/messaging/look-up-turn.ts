import type { CarrierAccountId, ConversationId, MessageId, TenantId } from "@trunkline/protocol";
import { type CarrierAccess, openCarriers } from "../carrier-accounts/access.ts";
import type { Carrier, LookUp, OutgoingText } from "../carriers/carrier.ts";
import type { Clock } from "../clock.ts";
import type { EventLog } from "../events/log.ts";
import type { Tx } from "../store/database.ts";
import type { Completed, KindTurn, Settled, Take, Taken } from "../work/kind.ts";
import { enqueue, type NewWork, type Settlement, type WorkItem } from "../work/queue.ts";
import { decideLookUp, findAmongAlike } from "./decide-hand-over.ts";
import type { LaneWakes } from "./lane-wakes.ts";
import { mergeOutcome } from "./merge-outcome.ts";
import { type LookUpPayload, SEND_KIND, type SendPayload, sendLane } from "./outbound-kind.ts";
import { type LockedText, lockTexts, storeOutcomes } from "./outbound-store.ts";
import { toOutgoing } from "./outgoing-text.ts";
import { priorityOf } from "./send-request.ts";

/** Waits before a look-up that was cut off is begun anew, in milliseconds: should it be what brings us down, then not at once. */
const RECOVER_MS = 1000;

export interface LookUpTask {
  carrier: Carrier | null;
  text: OutgoingText | null;
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
  /** What other texts of the same conversations are called at their carriers. */
  readonly #named: Set<string>;
  readonly #changed: LockedText[] = [];
  readonly #sends: NewWork<SendPayload>[] = [];

  private constructor(
    tx: Tx,
    tenantId: TenantId,
    texts: ReadonlyMap<MessageId, LockedText>,
    carriers: ReadonlyMap<CarrierAccountId, Carrier | null>,
    named: Set<string>,
    parts: LookUpParts,
  ) {
    this.#tx = tx;
    this.#tenantId = tenantId;
    this.#texts = texts;
    this.#carriers = carriers;
    this.#named = named;
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
    const carriers = await openCarriers(parts.carriers, tenantId, accounts);
    const doubtful = [...texts.values()].filter(
      ({ message, account }) =>
        message.status === "unknown" && account !== null && carriers.get(account.id)?.looksUpByWords,
    );
    return new LookUpTurn(tx, tenantId, texts, carriers, await readNamed(tx, tenantId, doubtful), parts);
  }

  take(_lane: string, items: readonly WorkItem<LookUpPayload>[]): Taken<LookUpTask> {
    return {
      takes: items.map((item): Take<LookUpTask> => {
        const text = this.#texts.get(item.payload.messageId);
        if (text?.message.status !== "unknown") return { id: item.id, kind: "done" };
        const carrier = (text.account && this.#carriers.get(text.account.id)) ?? null;
        const { handedOverAt, firstSentAt = handedOverAt } = item.payload;
        return { item, task: { carrier, text: toOutgoing(text.message, firstSentAt) } };
      }),
    };
  }

  settle(_lane: string, results: readonly Completed<LookUpPayload, LookUpResult>[]): Settled {
    return {
      settlements: results.map(({ item, outcome }): Settlement => {
        const text = this.#texts.get(item.payload.messageId);
        if (text?.message.status !== "unknown") return { id: item.id, kind: "done" };
        const { handedOverAt, firstSentAt = handedOverAt } = item.payload;
        const carrier = text.account && this.#carriers.get(text.account.id);
        const finding = findAmongAlike(outcome.lookUp, (id) =>
          this.#named.has(nameOf(text.message.conversationId, id)),
        );
        const decision = decideLookUp(finding, {
          firstSentAt,
          handedOverAt,
          absentAfterMs: carrier?.absentAfterMs ?? 0,
          askedAt: outcome.askedAt,
          now: this.#now,
        });
        const message = decision.learnt && mergeOutcome(text.message, decision.learnt, this.#now);
        if (message) this.#changed.push({ ...text, message });
        if (decision.kind === "hand_over") this.#handOver(text, firstSentAt);
        if (decision.kind === "done" && finding.kind === "found") {
          this.#named.add(nameOf(text.message.conversationId, finding.receipt.carrierMessageId));
        }
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

  #handOver({ message, lineId }: LockedText, firstSentAt: number): void {
    this.#sends.push({
      id: message.id,
      kind: SEND_KIND,
      lane: lineId,
      serial: message.conversationId,
      priority: priorityOf(message),
      dueAt: new Date(this.#now),
      payload: { messageId: message.id, firstSentAt },
    });
    this.#parts.wakes.note(sendLane(this.#tenantId, lineId));
  }
}

/** Texts this long before the hand-over of one in doubt can still be taken for it: carriers' clocks differ. */
const NEARBY_MS = 60 * 60_000;

const nameOf = (conversationId: ConversationId, carrierMessageId: string): string =>
  `${conversationId} ${carrierMessageId}`;

/** The carriers' ids of the texts that went to the same people about the same time. */
async function readNamed(tx: Tx, tenantId: TenantId, doubtful: readonly LockedText[]): Promise<Set<string>> {
  if (doubtful.length === 0) return new Set();
  const from = Math.min(...doubtful.map(({ message }) => Date.parse(message.createdAt))) - NEARBY_MS;
  const rows = await tx
    .selectFrom("messages")
    .select(["conversation_id", "carrier_message_id"])
    .where("tenant_id", "=", tenantId)
    .where("conversation_id", "in", [...new Set(doubtful.map(({ message }) => message.conversationId))])
    .where("direction", "=", "outbound")
    .where("carrier_message_id", "is not", null)
    .where("created_at", ">=", new Date(from))
    .execute();
  return new Set(rows.map((row) => nameOf(row.conversation_id, row.carrier_message_id ?? "")));
}
