import type { CarrierAccountId, LineId, MessageId, TenantId } from "@trunkline/protocol";
import { askForLooks, broadcastLane } from "../broadcasts/broadcast-kind.ts";
import type { LookPacing } from "../broadcasts/look-pacing.ts";
import type { Carrier, HandOver, OutgoingText } from "../carriers/carrier.ts";
import type { CarrierMoods } from "../carriers/moods.ts";
import type { Clock } from "../clock.ts";
import type { EventLog } from "../events/log.ts";
import type { Tx } from "../store/database.ts";
import type { Completed, KindTurn, Settled, Take, Taken } from "../work/kind.ts";
import { enqueueMissing, type NewWork, type Settlement, type WorkItem } from "../work/queue.ts";
import { type CarrierAccess, openCarriers } from "./carrier-access.ts";
import { decideHandOver } from "./decide-hand-over.ts";
import type { LaneWakes } from "./lane-wakes.ts";
import { failureOf, type Learnt, mergeOutcome } from "./merge-outcome.ts";
import { LOOK_UP_KIND, type LookUpPayload, type SendPayload } from "./outbound-kind.ts";
import { type LockedText, lockTexts, storeOutcomes } from "./outbound-store.ts";
import { type CarrierId, unparkReceipts } from "./parked-receipts.ts";
import { learnFromReceipt } from "./receipts.ts";

/*
 * One turn of handing texts over, for some lines of a tenant. Locks: texts by id, then carriers' ids.
 */

/** A text on its way out, with the account it goes through. */
export interface SendTask {
  carrier: Carrier;
  accountId: CarrierAccountId;
  text: OutgoingText;
}
export interface SendResult {
  handOver: HandOver;
  /** When the carrier was called, in milliseconds. */
  begunAt: number;
}

export interface HandOverParts {
  carriers: CarrierAccess;
  moods: CarrierMoods;
  log: EventLog;
  clock: Clock;
  wakes: LaneWakes;
  pacing: LookPacing;
}

/** A line with a rate begins what it may send in this many seconds, then rests. */
const SHARE_S = 0.25;

export class HandOverTurn implements KindTurn<SendPayload, SendTask, SendResult> {
  readonly #tx: Tx;
  readonly #tenantId: TenantId;
  readonly #parts: HandOverParts;
  readonly #now: number;
  readonly #texts: Map<MessageId, LockedText>;
  readonly #carriers: ReadonlyMap<CarrierAccountId, Carrier | null>;
  /** Those of the texts that have changed, in the order in which they did. */
  readonly #changed = new Map<MessageId, LockedText>();
  /** Those that were settled: only now their carrier's id may have become known. */
  readonly #settled = new Set<MessageId>();
  readonly #lookUps: NewWork<LookUpPayload>[] = [];

  private constructor(
    tx: Tx,
    tenantId: TenantId,
    texts: Map<MessageId, LockedText>,
    carriers: ReadonlyMap<CarrierAccountId, Carrier | null>,
    parts: HandOverParts,
  ) {
    this.#tx = tx;
    this.#tenantId = tenantId;
    this.#texts = texts;
    this.#carriers = carriers;
    this.#parts = parts;
    this.#now = parts.clock.now();
  }

  /** Locks the texts of all lines, and opens the accounts that they go through. */
  static async open(
    tx: Tx,
    tenantId: TenantId,
    items: readonly WorkItem<SendPayload>[],
    parts: HandOverParts,
  ): Promise<HandOverTurn> {
    const texts = await lockTexts(tx, tenantId, items.map(messageIdOf));
    const accounts = [...texts.values()].map(({ account }) => account);
    return new HandOverTurn(tx, tenantId, texts, await openCarriers(parts.carriers, tenantId, accounts), parts);
  }

  take(_lane: string, items: readonly WorkItem<SendPayload>[]): Taken<SendTask> {
    const rate = items.map((item) => this.#texts.get(messageIdOf(item))?.sendRate).find((one) => one !== undefined);
    const share = rate == null ? items.length : Math.max(1, Math.floor(rate * SHARE_S)); // one lane is one line
    const { passed, waitUntil } = this.#letThrough(items.slice(0, share));
    const takes = passed.map((item) => this.#takeOne(item));
    const begun = takes.filter((one) => "task" in one).length;
    const rest = rate == null || begun === 0 ? 0 : this.#now + (begun * 1000) / rate;
    return { takes, pauseUntil: Math.max(rest, waitUntil) };
  }

  /** Those before the first one whose carrier cannot be spoken with now: nothing of its line overtakes it. */
  #letThrough(items: readonly WorkItem<SendPayload>[]): {
    passed: readonly WorkItem<SendPayload>[];
    waitUntil: number;
  } {
    for (const [index, item] of items.entries()) {
      const text = this.#texts.get(messageIdOf(item));
      if (!text?.account || !toOutgoing(text)) continue;
      const passage = this.#parts.moods.ask(text.account.id, text.message.id);
      if (passage.kind === "wait") return { passed: items.slice(0, index), waitUntil: passage.until };
    }
    return { passed: items, waitUntil: 0 };
  }

  settle(_lane: string, results: readonly Completed<SendPayload, SendResult>[]): Settled {
    const settlements: Settlement[] = [];
    let pauseUntil = 0;
    for (const { item, outcome } of results) {
      const text = this.#texts.get(messageIdOf(item));
      if (!text) {
        settlements.push({ id: item.id, kind: "done" });
        continue;
      }
      const decision = decideHandOver(outcome.handOver, {
        attempts: item.attempts,
        dueAt: item.dueAt.getTime(),
        createdAt: text.message.createdAt,
        now: this.#now,
      });
      const { message } = decision.learnt ? this.#learn(text, decision.learnt) : text;
      this.#settled.add(message.id);
      if (decision.kind === "again") {
        settlements.push({ id: item.id, kind: "again", at: decision.at });
        pauseUntil = Math.max(pauseUntil, decision.pauseUntil);
      } else settlements.push({ id: item.id, kind: "done" });
      // A receipt may have been quicker.
      if (decision.kind === "look_up" && message.status === "unknown") this.#lookUp(text, outcome.begunAt);
    }
    return { settlements, pauseUntil };
  }

  /** Nobody knows whether the carrier was called: it is found out like any other outcome in doubt. */
  recover(lane: string, items: readonly WorkItem<SendPayload>[]): Settled {
    const outcome: SendResult = { handOver: { kind: "unknown" }, begunAt: this.#now };
    return this.settle(
      lane,
      items.map((item) => ({ item, outcome })),
    );
  }

  async write(): Promise<void> {
    const { log } = this.#parts;
    const changed = [...this.#changed.values()];
    await this.#askBroadcasts(changed);
    const named = changed.filter(({ message }) => this.#settled.has(message.id)).flatMap(nameOf);
    await storeOutcomes(this.#tx, this.#tenantId, changed, log, named);
    await storeOutcomes(this.#tx, this.#tenantId, await this.#mergeParked(named), log);
    // Whoever took the lane over from a holder that was only slow has queued the same look-up.
    await enqueueMissing(this.#tx, this.#tenantId, this.#lookUps, this.#now);
  }

  /** Broadcasts keep their line's queue short, and want to know when it is. */
  async #askBroadcasts(changed: readonly LockedText[]): Promise<void> {
    const left = changed.filter(({ message }) => message.broadcastId !== null && message.status !== "sending");
    const [first] = left;
    if (!first) return;
    const leaving = new Map<LineId, number>();
    for (const { lineId } of left) leaving.set(lineId, (leaving.get(lineId) ?? 0) + 1);
    for (const [lineId, count] of leaving) {
      const begun = changed.filter((one) => one.lineId === lineId && one.message.status === "sending").length;
      if (!this.#parts.pacing.isDue(lineId, count, begun)) leaving.delete(lineId);
    }
    const tenantId = this.#tenantId;
    for (const id of await askForLooks(this.#tx, tenantId, leaving, first.message.id, this.#now)) {
      this.#parts.wakes.note(broadcastLane(tenantId, id));
    }
  }

  #takeOne(item: WorkItem<SendPayload>): Take<SendTask> {
    const text = this.#texts.get(messageIdOf(item));
    const outgoing = text && toOutgoing(text);
    // Canceled, or settled by a receipt before it was handed over again.
    if (!text || !outgoing) return { id: item.id, kind: "done" };
    const { account } = text;
    const carrier = (account && this.#carriers.get(account.id)) ?? null;
    const at = this.#now;
    if (!account || !carrier) {
      const failure = failureOf("carrier_credentials", null);
      this.#learn(text, { status: "failed", failure, carrierMessageId: null, at });
      return { id: item.id, kind: "done" };
    }
    this.#learn(text, { status: "sending", failure: null, carrierMessageId: null, at });
    return { item, task: { carrier, accountId: account.id, text: outgoing } };
  }

  /** The text as it is now. */
  #learn(text: LockedText, learnt: Learnt): LockedText {
    const message = mergeOutcome(text.message, learnt, this.#now);
    if (!message) return text;
    const changed = { ...text, message };
    this.#texts.set(message.id, changed);
    this.#changed.set(message.id, changed);
    return changed;
  }

  #lookUp({ message, carrierAccountId }: LockedText, handedOverAt: number): void {
    if (carrierAccountId === null) return;
    this.#lookUps.push(newLookUp(message.id, carrierAccountId, handedOverAt));
    this.#parts.wakes.note({ tenantId: this.#tenantId, kind: LOOK_UP_KIND, lane: carrierAccountId });
  }

  /** Merges receipts that came before the answer which told us the carrier's id. */
  async #mergeParked(named: readonly CarrierId[]): Promise<LockedText[]> {
    const merged = new Map<MessageId, LockedText>();
    for (const { accountId, receipt } of await unparkReceipts(this.#tx, this.#tenantId, named)) {
      const owner = [...this.#changed.values()].find((one) =>
        nameOf(one).some((name) => name.accountId === accountId && name.carrierMessageId === receipt.carrierMessageId),
      );
      const text = owner && (merged.get(owner.message.id) ?? owner);
      const message = text && mergeOutcome(text.message, learnFromReceipt(receipt, this.#now), this.#now);
      if (message) merged.set(message.id, { ...text, message });
    }
    return [...merged.values()];
  }
}

const nameOf = ({ carrierAccountId, message: { carrierMessageId } }: LockedText): CarrierId[] =>
  carrierAccountId === null || carrierMessageId === null ? [] : [{ accountId: carrierAccountId, carrierMessageId }];

const messageIdOf = ({ payload }: WorkItem<SendPayload>): MessageId => payload.messageId;

/** What is handed over; null when the text needs no hand-over any more. */
function toOutgoing({ message }: LockedText): OutgoingText | null {
  const { id, status, from, to, text } = message;
  const isDue = status === "queued" || status === "sending" || status === "unknown";
  return isDue && from !== null && to !== null ? { reference: id, from, to, text } : null;
}

/** Waits before the first look-up, in milliseconds: a callback is often quicker. */
const FIRST_LOOK_UP_MS = 2000;

function newLookUp(messageId: MessageId, accountId: CarrierAccountId, handedOverAt: number): NewWork<LookUpPayload> {
  return {
    id: `look_up:${messageId}`,
    kind: LOOK_UP_KIND,
    lane: accountId,
    serial: messageId,
    dueAt: new Date(handedOverAt + FIRST_LOOK_UP_MS),
    payload: { messageId, handedOverAt },
  };
}
