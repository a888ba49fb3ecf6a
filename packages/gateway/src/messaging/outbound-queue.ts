import type { CarrierAccountId, LineId, MessageId, TenantId } from "@trunkline/protocol";
import type { Bus } from "../bus/bus.ts";
import type { Carrier, HandOver, OutgoingText } from "../carriers/carrier.ts";
import type { Clock } from "../clock.ts";
import type { EventLog } from "../events/log.ts";
import type { Tx } from "../store/database.ts";
import type { Settled, Take, Taken, WorkKind } from "../work/lane.ts";
import { enqueue, type LaneName, type NewWork, type Settlement, type WorkItem } from "../work/queue.ts";
import { withDeadline } from "./call-carrier.ts";
import type { CarrierAccess } from "./carrier-access.ts";
import { decideHandOver } from "./decide-hand-over.ts";
import { laneWakes } from "./lane-wakes.ts";
import { failureOf, type Learnt, mergeOutcome } from "./merge-outcome.ts";
import { LOOK_UP_KIND, type LookUpPayload, SEND_KIND, type SendPayload } from "./outbound-kind.ts";
import { type LockedText, lockTexts, storeOutcomes } from "./outbound-store.ts";
import { type CarrierId, unparkReceipts } from "./parked-receipts.ts";
import { learnFromReceipt } from "./receipts.ts";

/*
 * Handing texts over. The transaction that takes a text commits it as `sending` before the carrier is called, so that a
 * node that dies in between leaves a text in doubt, never one that is sent twice. Locks: texts by id, then carriers' ids.
 */

export interface OutboundParts {
  carriers: CarrierAccess;
  log: EventLog;
  bus: Bus;
  clock: Clock;
}

/** A text on its way out, with the account it goes through. */
interface SendTask {
  carrier: Carrier;
  text: OutgoingText;
}
export interface SendResult {
  handOver: HandOver;
  /** When the carrier was called, in milliseconds. */
  begunAt: number;
}

/** Texts of one line that may be on their way at once. Each belongs to another conversation. */
const WINDOW = 16;
/** A line with a rate begins what it may send in this many seconds, then rests. */
const SHARE_S = 0.25;
/** A carrier that has not answered by then leaves the outcome unknown, in milliseconds. */
export const ANSWER_TIMEOUT_MS = 15_000;

export function sendKind({ carriers, log, bus, clock }: OutboundParts): WorkKind<SendPayload, SendTask, SendResult> {
  const wakes = laneWakes(bus);

  async function take(
    tx: Tx,
    { tenantId }: LaneName,
    items: readonly WorkItem<SendPayload>[],
  ): Promise<Taken<SendTask>> {
    const now = clock.now();
    const texts = await lockTexts(tx, tenantId, items.map(messageIdOf));
    const changed: LockedText[] = [];
    const takes: Take<SendTask>[] = [];
    const rate = texts.values().next().value?.sendRate ?? null; // one lane is one line
    const share = rate === null ? items.length : Math.max(1, Math.floor(rate * SHARE_S));
    for (const item of items.slice(0, share)) {
      const text = texts.get(messageIdOf(item));
      const outgoing = text && toOutgoing(text);
      if (!text || !outgoing) {
        takes.push({ id: item.id, kind: "done" }); // canceled, or settled by a receipt before it was handed over again
        continue;
      }
      const carrier = await carriers.open(tenantId, text.account);
      const learnt: Learnt = carrier
        ? { status: "sending", failure: null, carrierMessageId: null, at: now }
        : { status: "failed", failure: failureOf("carrier_credentials", null), carrierMessageId: null, at: now };
      const message = mergeOutcome(text.message, learnt, now);
      if (message) changed.push({ ...text, message });
      takes.push(carrier ? { item, task: { carrier, text: outgoing } } : { id: item.id, kind: "done" });
    }
    await storeOutcomes(tx, tenantId, changed, log);
    const begun = takes.filter((one) => "task" in one).length;
    return rate === null || begun === 0 ? { takes } : { takes, pauseUntil: now + (begun * 1000) / rate };
  }

  async function settle(
    tx: Tx,
    { tenantId }: LaneName,
    results: readonly { item: WorkItem<SendPayload>; outcome: SendResult }[],
  ): Promise<Settled> {
    const now = clock.now();
    const texts = await lockTexts(
      tx,
      tenantId,
      results.map(({ item }) => messageIdOf(item)),
    );
    const settlements: Settlement[] = [];
    const lookUps: NewWork<LookUpPayload>[] = [];
    const changed = new Map<MessageId, LockedText>();
    let pauseUntil = 0;

    for (const { item, outcome } of results) {
      const text = texts.get(messageIdOf(item));
      if (!text) {
        settlements.push({ id: item.id, kind: "done" });
        continue;
      }
      const decision = decideHandOver(outcome.handOver, {
        attempts: item.attempts,
        dueAt: item.dueAt.getTime(),
        createdAt: text.message.createdAt,
        now,
      });
      const message = decision.learnt && mergeOutcome(text.message, decision.learnt, now);
      if (message) changed.set(message.id, { ...text, message });
      settlements.push(
        decision.kind === "again" ? { id: item.id, kind: "again", at: decision.at } : { id: item.id, kind: "done" },
      );
      if (decision.kind === "again") pauseUntil = Math.max(pauseUntil, decision.pauseUntil);
      const isInDoubt = (message ?? text.message).status === "unknown"; // a receipt may have been quicker
      if (decision.kind === "look_up" && isInDoubt && text.carrierAccountId !== null) {
        lookUps.push(newLookUp(text.message.id, text.carrierAccountId, outcome.begunAt));
        wakes.note({ tenantId, kind: LOOK_UP_KIND, lane: text.carrierAccountId });
      }
    }
    const named = [...changed.values()].flatMap(nameOf);
    await storeOutcomes(tx, tenantId, [...changed.values()], log, named);
    await storeOutcomes(tx, tenantId, await mergeParked(tx, tenantId, changed, named, now), log);
    await enqueue(tx, tenantId, lookUps, now);
    return { settlements, pauseUntil };
  }

  /** Merges receipts that came before the answer which told us the carrier's id. */
  async function mergeParked(
    tx: Tx,
    tenantId: TenantId,
    texts: ReadonlyMap<MessageId, LockedText>,
    named: readonly CarrierId[],
    now: number,
  ): Promise<LockedText[]> {
    const merged = new Map<MessageId, LockedText>();
    for (const { accountId, receipt } of await unparkReceipts(tx, tenantId, named)) {
      const owner = [...texts.values()].find((one) =>
        nameOf(one).some((name) => name.accountId === accountId && name.carrierMessageId === receipt.carrierMessageId),
      );
      const text = owner && (merged.get(owner.message.id) ?? owner);
      const message = text && mergeOutcome(text.message, learnFromReceipt(receipt, now), now);
      if (message) merged.set(message.id, { ...text, message });
    }
    return [...merged.values()];
  }

  return {
    kind: SEND_KIND,
    window: WINDOW,
    take,
    async perform({ carrier, text }, signal) {
      const begunAt = clock.now();
      const handOver = await withDeadline(clock, ANSWER_TIMEOUT_MS, signal, (within) =>
        carrier.send(text, { signal: within }),
      );
      return { handOver, begunAt };
    },
    settle,
    /** Nobody knows whether the carrier was called: it is found out like any other outcome in doubt. */
    recover(tx, lane, items) {
      const begunAt = clock.now();
      return settle(
        tx,
        lane,
        items.map((item) => ({ item, outcome: { handOver: { kind: "unknown" }, begunAt } })),
      );
    },
    committed({ tenantId }) {
      bus.publish({ topic: "events", tenantId });
      wakes.publish(tenantId);
    },
  };
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

/** The lane that hands a line's texts over. */
export const sendLane = (tenantId: TenantId, lineId: LineId): LaneName => ({ tenantId, kind: SEND_KIND, lane: lineId });
