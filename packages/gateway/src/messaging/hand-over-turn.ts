import type { CarrierAccountId, ErrorCode, LineId, Message, MessageId, TenantId } from "@trunkline/protocol";
import { askForLooks, broadcastLane } from "../broadcasts/broadcast-kind.ts";
import type { LookPacing } from "../broadcasts/look-pacing.ts";
import { type CarrierAccess, openCarriers, type SealedAccount } from "../carrier-accounts/access.ts";
import { type HealthNews, storeHealth } from "../carrier-accounts/store-health.ts";
import type { Carrier, HandOver, OutgoingText } from "../carriers/carrier.ts";
import type { HealthTallies } from "../carriers/health.ts";
import type { CarrierMoods } from "../carriers/moods.ts";
import type { Clock } from "../clock.ts";
import type { EventLog } from "../events/log.ts";
import { shareNumbersOf } from "../opt-ins/number-locks.ts";
import type { RecentStops } from "../opt-ins/recent-stops.ts";
import { passesOptOut } from "../opt-ins/standing.ts";
import type { Tx } from "../store/database.ts";
import { together } from "../store/together.ts";
import type { Completed, KindTurn, Settled, Take, Taken } from "../work/kind.ts";
import { enqueueMissing, type NewWork, type Settlement, type WorkItem } from "../work/queue.ts";
import { chooseRoute } from "./choose-route.ts";
import { nextUpdate } from "./conversation-row.ts";
import { decideHandOver } from "./decide-hand-over.ts";
import { decideTake } from "./decide-send.ts";
import type { LaneWakes } from "./lane-wakes.ts";
import { failureOf, type Learnt, mergeOutcome } from "./merge-outcome.ts";
import { LOOK_UP_KIND, type LookUpPayload, type SendPayload } from "./outbound-kind.ts";
import { type LockedText, lockTextsToSend, storeOutcomes, storeRoutes, type TextToSend } from "./outbound-store.ts";
import { toOutgoing } from "./outgoing-text.ts";
import { type CarrierId, unparkReceipts } from "./parked-receipts.ts";
import { learnFromReceipt } from "./receipts.ts";

/*
 * One turn of handing texts over, for some lines of a tenant. Locks: the numbers that texts go to, texts by id, then
 * carriers' ids.
 */

/** A text on its way out, with the account it goes through. */
export interface SendTask {
  carrier: Carrier;
  accountId: CarrierAccountId;
  text: OutgoingText;
  /** Whether a STOP for it was committed since it was taken. */
  wasStopped: () => boolean;
}
export interface SendResult {
  handOver: HandOver;
  /** Whom the carrier was called for; null when it was not. */
  calledFor: CarrierAccountId | null;
  /** When the carrier was called, in milliseconds. */
  begunAt: number;
}

export interface HandOverParts {
  carriers: CarrierAccess;
  moods: CarrierMoods;
  tallies: HealthTallies;
  recentStops: RecentStops;
  log: EventLog;
  clock: Clock;
  wakes: LaneWakes;
  pacing: LookPacing;
}

/** What becomes of one text that is due. */
interface Begin {
  readonly kind: "begin";
  readonly take: Take<SendTask>;
}
interface Settle {
  readonly kind: "settle";
  readonly take: Settlement;
}
/** Its carrier cannot be spoken with before this. */
interface Wait {
  readonly kind: "wait";
  readonly until: number;
}

/** A line with a rate begins what it may send in this many seconds, then rests. */
const SHARE_S = 0.25;

export class HandOverTurn implements KindTurn<SendPayload, SendTask, SendResult> {
  readonly #tx: Tx;
  readonly #tenantId: TenantId;
  readonly #parts: HandOverParts;
  readonly #now: number;
  readonly #texts: Map<MessageId, LockedText>;
  readonly #sent: ReadonlyMap<MessageId, Pick<TextToSend, "rules" | "routes">>;
  /** Those that leave through another account than before. */
  readonly #moved = new Set<MessageId>();
  /** Accounts that were called. */
  readonly #called = new Set<CarrierAccountId>();
  /** Of the STOPs that this transaction may not see. */
  readonly #stopMark: number;
  readonly #carriers: ReadonlyMap<CarrierAccountId, Carrier | null>;
  /** Those of the texts that have changed, in the order in which they did. */
  readonly #changed = new Map<MessageId, LockedText>();
  /** Those that were settled: only now their carrier's id may have become known. */
  readonly #settled = new Set<MessageId>();
  readonly #lookUps: NewWork<LookUpPayload>[] = [];

  private constructor(
    tx: Tx,
    tenantId: TenantId,
    texts: ReadonlyMap<MessageId, TextToSend>,
    carriers: ReadonlyMap<CarrierAccountId, Carrier | null>,
    stopMark: number,
    parts: HandOverParts,
  ) {
    this.#tx = tx;
    this.#tenantId = tenantId;
    this.#texts = new Map([...texts].map(([id, { text }]) => [id, text]));
    this.#sent = texts;
    this.#stopMark = stopMark;
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
    const stopMark = parts.recentStops.mark();
    const ids = items.map(messageIdOf);
    // The second statement, which runs when the first has its locks, knows every STOP that was committed before them.
    const [, texts] = await together(shareNumbersOf(tx, tenantId, ids), lockTextsToSend(tx, tenantId, ids));
    const accounts = [...texts.values()].flatMap(({ text, routes }) => [text.account, ...routes]);
    const carriers = await openCarriers(parts.carriers, tenantId, accounts);
    return new HandOverTurn(tx, tenantId, texts, carriers, stopMark, parts);
  }

  take(_lane: string, items: readonly WorkItem<SendPayload>[]): Taken<SendTask> {
    const rate = items.map((item) => this.#texts.get(messageIdOf(item))?.sendRate).find((one) => one !== undefined);
    const share = rate == null ? items.length : Math.max(1, Math.floor(rate * SHARE_S)); // one lane is one line
    const takes: Take<SendTask>[] = [];
    let begun = 0;
    let waitUntil = 0;
    for (const item of items) {
      const one = begun < share ? this.#takeOne(item) : null;
      if (one === null) break;
      if (one.kind === "wait") {
        waitUntil = one.until; // nothing of the line overtakes it
        break;
      }
      if (one.kind === "begin") begun += 1;
      takes.push(one.take);
    }
    const rest = rate == null || begun === 0 ? 0 : this.#now + (begun * 1000) / rate;
    return { takes, pauseUntil: Math.max(rest, waitUntil) };
  }

  settle(_lane: string, results: readonly Completed<SendPayload, SendResult>[]): Settled {
    const settlements: Settlement[] = [];
    let pauseUntil = 0;
    for (const { item, outcome } of results) {
      if (outcome.calledFor !== null) this.#called.add(outcome.calledFor);
      const text = this.#texts.get(messageIdOf(item));
      if (!text) {
        settlements.push({ id: item.id, kind: "done" });
        continue;
      }
      const decision = decideHandOver(outcome.handOver, {
        attempts: item.attempts,
        dueAt: item.dueAt.getTime(),
        now: this.#now,
      });
      const { message } = decision.learnt ? this.#learn(text, decision.learnt) : text;
      this.#settled.add(message.id);
      if (decision.kind === "again") {
        settlements.push({ id: item.id, kind: "again", at: decision.at });
        if (!this.#moves(item, text, outcome)) pauseUntil = Math.max(pauseUntil, decision.pauseUntil);
      } else settlements.push({ id: item.id, kind: "done" });
      // A receipt may have been quicker.
      if (decision.kind === "look_up" && message.status === "unknown")
        this.#lookUp(text, outcome.begunAt, firstSentAtOf(item));
    }
    return { settlements, pauseUntil };
  }

  /** Nobody knows whether the carrier was called: it is found out like any other outcome in doubt. */
  recover(lane: string, items: readonly WorkItem<SendPayload>[]): Settled {
    const outcome: SendResult = { handOver: { kind: "unknown" }, calledFor: null, begunAt: this.#now };
    return this.settle(
      lane,
      items.map((item) => ({ item, outcome })),
    );
  }

  async write(): Promise<void> {
    const { log } = this.#parts;
    const changed = [...this.#changed.values()];
    await this.#askBroadcasts(changed);
    await this.#storeAccounts();
    const named = changed.filter(({ message }) => this.#settled.has(message.id)).flatMap(nameOf);
    const [woken, parked] = await together(
      storeOutcomes(this.#tx, this.#tenantId, changed, log, named), // takes the locks that the other one needs
      this.#mergeParked(named),
    );
    woken.push(...(await storeOutcomes(this.#tx, this.#tenantId, parked, log)));
    for (const lane of woken) this.#parts.wakes.note(lane);
    // Whoever took the lane over from a holder that was only slow has queued the same look-up.
    await enqueueMissing(this.#tx, this.#tenantId, this.#lookUps, this.#now);
  }

  /** Where texts go now, and how the accounts fare that were called. */
  async #storeAccounts(): Promise<void> {
    const { log, carriers, moods, tallies } = this.#parts;
    const moved = [...this.#moved].flatMap((id) => this.#texts.get(id) ?? []);
    await storeRoutes(this.#tx, this.#tenantId, moved);
    const news = [...this.#called].flatMap((accountId): HealthNews[] => {
      const isOpen = moods.isAway(accountId);
      const tally = tallies.take(accountId, isOpen, this.#now);
      return tally ? [{ accountId, tally, isOpen }] : [];
    });
    await storeHealth(this.#tx, this.#tenantId, news, { log, carriers, now: this.#now });
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

  #takeOne(item: WorkItem<SendPayload>): Begin | Settle | Wait {
    const { id } = item;
    const text = this.#texts.get(messageIdOf(item));
    const { rules, routes = [] } = this.#sent.get(messageIdOf(item)) ?? {};
    const outgoing = text && toOutgoing(text.message, firstSentAtOf(item));
    // Canceled, or settled by a receipt before it was handed over again.
    if (!text || !rules || !outgoing) return { kind: "settle", take: { id, kind: "done" } };
    const { message, lineId } = text;
    const isBroadcast = message.broadcastId !== null;
    const decision = decideTake({ ...rules, recipient: outgoing.to, isBroadcast, now: this.#now });
    if (decision.kind === "fail") return this.#fail(item, text, decision.code);
    if (decision.kind === "hold") {
      const held = { code: decision.code, until: new Date(decision.until).toISOString() };
      this.#replace(text, { ...message, held, updatedAt: nextUpdate(message.updatedAt, this.#now) });
      return { kind: "settle", take: { id, kind: "again", at: decision.until } };
    }
    const route = chooseRoute({ text, routes, mayBeTaken: mayBeTaken(item) }, this.#parts.moods);
    if (route.kind === "wait") return route;
    const { account } = route;
    const carrier = (account && this.#carriers.get(account.id)) ?? null;
    if (!account || !carrier) return this.#fail(item, text, "carrier_credentials");

    const { message: begun } = this.#learn(this.#through(text, account), {
      status: "sending",
      failure: null,
      carrierMessageId: null,
      at: this.#now,
    });
    if (begun.held)
      this.#replace(this.#texts.get(begun.id) ?? text, {
        ...begun,
        held: null,
        updatedAt: nextUpdate(begun.updatedAt, this.#now),
      });
    const { recentStops } = this.#parts;
    const wasStopped = () =>
      !passesOptOut(rules.purpose) && recentStops.cameAfter(this.#stopMark, this.#tenantId, lineId, outgoing.to);
    return { kind: "begin", take: { item, task: { carrier, accountId: account.id, text: outgoing, wasStopped } } };
  }

  /** Whether a text that was certainly not taken goes through another account of its line from now on. */
  #moves(item: WorkItem<SendPayload>, text: LockedText, { handOver, calledFor }: SendResult): boolean {
    const { moods } = this.#parts;
    const { account, message } = text;
    if (account === null || mayBeTaken(item) || handOver.kind !== "not_taken") return false;
    const isAway = calledFor === null ? moods.isAway(account.id) : handOver.throttled === undefined;
    const other = this.#sent.get(message.id)?.routes.find(({ id }) => id !== account.id);
    if (!isAway || !other || moods.isAway(other.id)) return false;
    this.#through(text, other);
    return true;
  }

  /** The text with the account that it goes through from now on. */
  #through(text: LockedText, account: SealedAccount): LockedText {
    if (text.account?.id === account.id) return text;
    const moved = { ...text, account, carrierAccountId: account.id };
    this.#texts.set(moved.message.id, moved);
    this.#moved.add(moved.message.id);
    return moved;
  }

  #fail(item: WorkItem<SendPayload>, text: LockedText, code: ErrorCode): Settle {
    const failure = failureOf(code, null);
    this.#learn(text, { status: "failed", failure, carrierMessageId: null, at: this.#now });
    return { kind: "settle", take: { id: item.id, kind: "done" } };
  }

  /** The text as it is now. */
  #learn(text: LockedText, learnt: Learnt): LockedText {
    const message = mergeOutcome(text.message, learnt, this.#now);
    return message ? this.#replace(text, message) : text;
  }

  #replace(text: LockedText, message: Message): LockedText {
    const changed = { ...text, message };
    this.#texts.set(message.id, changed);
    this.#changed.set(message.id, changed);
    return changed;
  }

  #lookUp({ message, carrierAccountId }: LockedText, handedOverAt: number, firstSentAt: number): void {
    if (carrierAccountId === null) return;
    this.#lookUps.push(newLookUp(message.id, carrierAccountId, { handedOverAt, firstSentAt }));
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

const firstSentAtOf = ({ payload, dueAt }: WorkItem<SendPayload>): number => payload.firstSentAt ?? dueAt.getTime();

/** Whether it was in doubt once: whatever was found out since was found out at the account that it has. */
const mayBeTaken = ({ payload }: WorkItem<SendPayload>): boolean => payload.firstSentAt !== undefined;

const messageIdOf = ({ payload }: WorkItem<SendPayload>): MessageId => payload.messageId;

/** Waits before the first look-up, in milliseconds: a callback is often quicker. */
const FIRST_LOOK_UP_MS = 2000;

function newLookUp(
  messageId: MessageId,
  accountId: CarrierAccountId,
  { handedOverAt, firstSentAt }: { handedOverAt: number; firstSentAt: number },
): NewWork<LookUpPayload> {
  return {
    id: `look_up:${messageId}`,
    kind: LOOK_UP_KIND,
    lane: accountId,
    serial: messageId,
    dueAt: new Date(handedOverAt + FIRST_LOOK_UP_MS),
    payload: { messageId, handedOverAt, firstSentAt },
  };
}
