import type { BroadcastCounts, BroadcastId, Held, TenantId } from "@trunkline/protocol";
import type { Clock } from "../clock.ts";
import type { EventLog, NewEvent } from "../events/log.ts";
import { nextUpdate } from "../messaging/conversation-row.ts";
import type { LaneWakes } from "../messaging/lane-wakes.ts";
import { sendLane } from "../messaging/outbound-kind.ts";
import type { Ids } from "../random.ts";
import type { Tx } from "../store/database.ts";
import type { KindTurn, Settled, Taken } from "../work/kind.ts";
import type { Settlement, WorkItem } from "../work/queue.ts";
import { type BroadcastPayload, standingLook } from "./broadcast-kind.ts";
import { countRecipients, type StatusCounts, type StoredBroadcast } from "./broadcast-row.ts";
import { decideLook, type LookDecision, needsCounts, TELL_EVERY_MS } from "./decide-broadcast.ts";
import { type Expanded, expand } from "./expand.ts";
import { cancelTexts } from "./queue.ts";
import { countQueued, countTexts, type LockedBroadcast, lockBroadcasts, updateBroadcasts } from "./store.ts";

/*
 * One look at some broadcasts of a tenant. Locks: broadcasts by id, then what accepting texts locks.
 */

export interface LookParts {
  log: EventLog;
  ids: Ids;
  clock: Clock;
  wakes: LaneWakes;
}

/** Texts that one look makes or cancels, over all broadcasts: an open transaction holds back every reader of the event log. */
const MOST_TEXTS = 512;

interface Look {
  readonly stored: LockedBroadcast;
  readonly decision: LookDecision;
}

export class BroadcastTurn implements KindTurn<BroadcastPayload, never, never> {
  readonly #tx: Tx;
  readonly #tenantId: TenantId;
  readonly #parts: LookParts;
  readonly #now: number;
  readonly #broadcasts: ReadonlyMap<BroadcastId, LockedBroadcast>;
  readonly #statuses: ReadonlyMap<BroadcastId, StatusCounts>;
  readonly #queued: ReadonlyMap<string, number>;
  readonly #looks: Look[] = [];

  private constructor(
    tx: Tx,
    tenantId: TenantId,
    parts: LookParts,
    now: number,
    read: {
      broadcasts: ReadonlyMap<BroadcastId, LockedBroadcast>;
      statuses: ReadonlyMap<BroadcastId, StatusCounts>;
      queued: ReadonlyMap<string, number>;
    },
  ) {
    this.#tx = tx;
    this.#tenantId = tenantId;
    this.#parts = parts;
    this.#now = now;
    this.#broadcasts = read.broadcasts;
    this.#statuses = read.statuses;
    this.#queued = read.queued;
  }

  static async open(
    tx: Tx,
    tenantId: TenantId,
    items: readonly WorkItem<BroadcastPayload>[],
    parts: LookParts,
  ): Promise<BroadcastTurn> {
    const now = parts.clock.now();
    const broadcasts = await lockBroadcasts(tx, tenantId, [...new Set(items.map(broadcastOf))]);
    const all = [...broadcasts.values()];
    const counted = all.filter((stored) => needsCounts(stored, now)).map(({ broadcast }) => broadcast.id);
    const lineIds = new Set(all.filter(mayExpand).map(({ broadcast }) => broadcast.lineId));
    const statuses = await countTexts(tx, tenantId, counted);
    const queued = await countQueued(tx, tenantId, [...lineIds], now);
    return new BroadcastTurn(tx, tenantId, parts, now, { broadcasts, statuses, queued });
  }

  /** Looks are never begun: what they do is done when they are taken. */
  recover(_lane: string, items: readonly WorkItem<BroadcastPayload>[]): Settled {
    return { settlements: items.map(({ id }) => ({ id, kind: "back" })) };
  }

  settle(): Settled {
    return { settlements: [] };
  }

  take(_lane: string, items: readonly WorkItem<BroadcastPayload>[]): Taken<never> {
    const [first] = items;
    const stored = first && this.#broadcasts.get(broadcastOf(first));
    if (!stored) return { takes: items.map((item) => ({ id: item.id, kind: "done" })) };
    const { id, lineId } = stored.broadcast;
    // They share the transaction, and those of one line its queue.
    const most = Math.max(1, Math.floor(MOST_TEXTS / this.#broadcasts.size));
    const decision = decideLook(stored, {
      statuses: this.#statuses.get(id) ?? null,
      queued: this.#queued.get(lineId) ?? 0,
      most,
      now: this.#now,
    });
    this.#looks.push({ stored, decision });
    return { takes: settleLooks(id, items, decision.at, this.#now) };
  }

  async write(): Promise<void> {
    const { log, wakes } = this.#parts;
    const growing = this.#looks.filter(({ decision }) => decision.expand > 0);
    const { expanded, lineIds } = await expand(
      this.#tx,
      this.#tenantId,
      growing.map(({ stored, decision }) => ({ stored, most: decision.expand })),
      this.#parts,
      this.#now,
    );
    for (const lineId of lineIds) wakes.note(sendLane(this.#tenantId, lineId));
    const shrinking = this.#looks.filter(({ decision }) => decision.takesBack);
    await cancelTexts(
      this.#tx,
      this.#tenantId,
      shrinking.map(({ stored }) => stored.broadcast.id),
      MOST_TEXTS,
      { log, now: this.#now },
    );
    const changes = this.#looks.map((look) => this.#change(look, expanded.get(look.stored.broadcast.id)));
    await updateBroadcasts(
      this.#tx,
      this.#tenantId,
      changes.map(({ stored }) => stored),
    );
    await log.append(
      this.#tx,
      this.#tenantId,
      changes.flatMap(({ stored, isTold }) => (isTold ? [updated(stored)] : [])),
    );
  }

  /** What a look leaves behind, and whether it is told. */
  #change({ stored, decision }: Look, expanded: Expanded | undefined): { stored: StoredBroadcast; isTold: boolean } {
    const now = this.#now;
    const at = new Date(now).toISOString();
    const { broadcast } = stored;
    const state = decision.starts ? "running" : decision.completes ? "completed" : broadcast.state;
    const skipped = stored.skipped + (expanded?.skipped ?? 0);
    const held = expanded === undefined ? broadcast.held : sameOrNew(broadcast.held, expanded.held);
    const changed: StoredBroadcast = {
      ...stored,
      nextIndex: expanded?.nextIndex ?? stored.nextIndex,
      skipped,
      isSettled: decision.settles,
      broadcast: {
        ...broadcast,
        state,
        held,
        startedAt: decision.starts ? at : broadcast.startedAt,
        completedAt: decision.completes ? at : broadcast.completedAt,
      },
    };
    const statuses = this.#statuses.get(broadcast.id);
    const counts = statuses ? countRecipients(changed, statuses) : broadcast.counts;
    const isNews = state !== broadcast.state || changed.broadcast.held?.until !== broadcast.held?.until;
    const isDue = now - stored.toldAt >= TELL_EVERY_MS && !sameCounts(counts, broadcast.counts);
    if (!isNews && !isDue) return { stored: changed, isTold: false };
    const told = { ...changed.broadcast, counts, updatedAt: nextUpdate(broadcast.updatedAt, now) };
    return { stored: { ...changed, toldAt: now, broadcast: told }, isTold: true };
  }
}

const broadcastOf = ({ payload }: WorkItem<BroadcastPayload>): BroadcastId => payload.broadcastId;

const mayExpand = ({ broadcast, nextIndex }: StoredBroadcast): boolean =>
  (broadcast.state === "running" || broadcast.state === "scheduled") && nextIndex < broadcast.counts.total;

/** The standing look moves to when the next one is worth it; others are done with, unless there is more to do at once. */
function settleLooks(
  id: BroadcastId,
  items: readonly WorkItem<BroadcastPayload>[],
  at: number | null,
  now: number,
): Settlement[] {
  const standing = standingLook(id, now).id;
  const keeper = items.find((item) => item.id === standing) ?? (at === now ? items[0] : undefined);
  return items.map((item) =>
    item === keeper && at !== null ? { id: item.id, kind: "again", at } : { id: item.id, kind: "done" },
  );
}

/** The event that tells how a broadcast stands. */
export const updated = ({ broadcast }: StoredBroadcast): NewEvent => ({
  type: "broadcast.updated",
  data: broadcast,
  audience: { lineId: broadcast.lineId },
  actor: null,
});

/** What holds it now: the same as before where only the rounding of its end differs. */
function sameOrNew(before: Held | null, now: Expanded["held"]): Held | null {
  if (now === null) return null;
  const isSame = before?.code === now.code && Math.abs(Date.parse(before.until) - now.until) <= 1000;
  return isSame ? before : { code: now.code, until: new Date(now.until).toISOString() };
}

const sameCounts = (a: BroadcastCounts, b: BroadcastCounts): boolean =>
  (Object.keys(a) as (keyof BroadcastCounts)[]).every((name) => a[name] === b[name]);
