import type { TenantId } from "@trunkline/protocol";
import type { Clock } from "../clock.ts";
import type { FairTurnstile } from "../fair-turnstile.ts";
import type { Database, Tx } from "../store/database.ts";
import { type Outcome, type TenantBatches, tenantBatches } from "../store/tenant-batches.ts";
import { together } from "../store/together.ts";
import type { AnyWorkKind, Completed, KindTurn } from "./kind.ts";
import { type CloseTurn, closeTurns, heldUntil, type OpenedTurn, openTurns } from "./lane-store.ts";
import type { Settlement, WorkItem } from "./queue.ts";

/*
 * A turn moves lanes on: it renews their leases, stores what has come back and takes what comes next, in one transaction
 * for all lanes of a tenant and kind that want one at that time.
 */

/** What a lane brings to its turn. */
export interface LaneState {
  readonly lane: string;
  /** Of the lease that is held; null when the lane is to be taken. */
  readonly fence: number | null;
  /** All that was begun here and not settled, what has come back included. */
  readonly inFlight: readonly WorkItem[];
  readonly completed: readonly Completed<object, unknown>[];
  /** Begun here, and nobody knows what came of it. */
  readonly lost: readonly WorkItem[];
  /** Looks for what others began and never settled. */
  readonly withOrphans: boolean;
  readonly pausedUntil: number;
  /** Takes nothing new: the node stops. */
  readonly isStopping: boolean;
}

/** What a lane's turn came to. */
export interface LaneMove {
  readonly fence: number;
  readonly started: readonly { item: WorkItem; task: unknown }[];
  readonly pauseUntil: number;
  /** There may be more that could begin at once. */
  readonly hasMore: boolean;
  readonly hasChanged: boolean;
  /** Nothing is due or in flight; the lane was given back. */
  readonly isOver: boolean;
  /** When the lane is worth another look; null when only new work can make it so. */
  readonly nextAt: number | null;
}

/** A lane that has moved, from what it brought; or until when it is out of reach, because somebody else holds it or it is paused. */
export type LaneTurn = { readonly state: LaneState } & ({ readonly move: LaneMove } | { readonly heldUntil: number });

/** Gives a lane its turn. What it brings is gathered when the transaction begins: what came back while waiting is stored along. */
export type Turns = TenantBatches<() => LaneState, LaneTurn>;

export interface TurnParts {
  database: Database;
  clock: Clock;
  node: string;
  leaseMs: number;
  /** Turns of all tenants and kinds pass here, so that they never take all connections from those who wait for an answer. */
  turnstile: FairTurnstile;
}

/** Lanes in one transaction. */
const MAX_LANES = 64;
/** Items that one transaction begins. */
const MAX_ITEMS = 512;

/** The turns of one kind of work. One lane whose turn cannot be stored does not sink the others: each then gets one alone. */
export function createTurns(parts: TurnParts, kind: AnyWorkKind): Turns {
  const { database, turnstile } = parts;
  return tenantBatches<() => LaneState, LaneTurn>(
    (tenantId, lanes) =>
      turnstile.pass(tenantId, async () => {
        const states = lanes.map((gather) => gather());
        const turns = await database.tenant(tenantId, (tx) => moveLanes(tx, tenantId, kind, states, parts), {
          byKeys: true,
        });
        if (turns.some((turn) => "move" in turn && turn.move.hasChanged)) kind.committed(tenantId);
        return turns.map((result): Outcome<LaneTurn> => ({ kind: "done", result }));
      }),
    { maxBatch: MAX_LANES },
  );
}

async function moveLanes(
  tx: Tx,
  tenantId: TenantId,
  kind: AnyWorkKind,
  states: readonly LaneState[],
  { clock, node, leaseMs }: TurnParts,
): Promise<LaneTurn[]> {
  const now = clock.now();
  const group = { tenantId, kind: kind.kind };
  const share = Math.max(1, Math.floor(MAX_ITEMS / states.length));
  const asked = states.map((state) => {
    const busy = busyOf(state);
    return {
      lane: state.lane,
      fence: state.fence,
      free: Math.min(share, kind.window - busy.length),
      inFlight: state.inFlight.map(({ id }) => id),
      busySerials: busy.map(({ serial }) => serial),
      withOrphans: state.withOrphans,
    };
  });
  const opened = await openTurns(tx, group, { node, now, leaseMs }, asked);
  const items = states.flatMap((state) => itemsOf(state, opened.get(state.lane)));
  const turn = items.length > 0 ? await kind.open(tx, tenantId, items) : NOTHING_TO_DECIDE;
  const decided = new Map<string, Decided>();
  for (const state of states) {
    const lane = opened.get(state.lane);
    if (lane) decided.set(state.lane, decide(turn, state, lane, now));
  }
  const closings = [...decided.values()].map(({ closing }) => closing);
  const [, nextTimes] = await together(turn.write(), closeTurns(tx, group, closings));
  const away = states.map(({ lane }) => lane).filter((lane) => !opened.has(lane));
  const held = await heldUntil(tx, group, away, now);
  return states.map((state): LaneTurn => {
    const move = decided.get(state.lane)?.move;
    if (!move) return { state, heldUntil: held.get(state.lane) ?? now };
    const at = nextTimes.get(state.lane);
    return { state, move: { ...move, nextAt: at === undefined ? null : Math.max(at, move.pauseUntil) } };
  });
}

interface Decided {
  move: Omit<LaneMove, "nextAt">;
  closing: CloseTurn;
}

/** What becomes of one lane. */
function decide(
  turn: KindTurn<object, unknown, unknown>,
  state: LaneState,
  { fence, orphans, next }: OpenedTurn,
  now: number,
): Decided {
  const { lane, completed, lost, pausedUntil, isStopping } = state;
  const settlements: Settlement[] = [];
  let pauseUntil = pausedUntil;
  const unknown = [...lost, ...orphans];
  for (const settled of [
    unknown.length > 0 ? turn.recover(lane, unknown) : undefined,
    completed.length > 0 ? turn.settle(lane, completed) : undefined,
  ]) {
    settlements.push(...(settled?.settlements ?? []));
    pauseUntil = Math.max(pauseUntil, settled?.pauseUntil ?? 0);
  }
  const mayBegin = !isStopping && pauseUntil <= now && next.length > 0;
  const { takes, ...taken } = mayBegin ? turn.take(lane, next) : { takes: [] };
  pauseUntil = Math.max(pauseUntil, taken.pauseUntil ?? 0);
  const started = takes.filter((take) => "task" in take);
  settlements.push(...takes.filter((take) => "kind" in take));
  // What was settled without being begun may have held back others of its serial.
  const hasMore = takes.length > started.length && pauseUntil <= now;
  const isOver = busyOf(state).length === 0 && started.length === 0 && !hasMore;
  return {
    move: { fence, started, pauseUntil, hasMore, hasChanged: settlements.length + started.length > 0, isOver },
    closing: {
      lane,
      fence,
      started: started.map(({ item }) => item.id),
      settlements,
      pauseUntil: pauseUntil > pausedUntil ? pauseUntil : null,
      release: isOver,
    },
  };
}

/** What is in flight and has not come back. */
function busyOf({ inFlight, completed, lost }: LaneState): WorkItem[] {
  const back = new Set([...completed.map(({ item }) => item.id), ...lost.map(({ id }) => id)]);
  return inFlight.filter(({ id }) => !back.has(id));
}

/** All that a lane's turn may decide about; nothing when it is held elsewhere. */
function itemsOf({ completed, lost }: LaneState, opened: OpenedTurn | undefined): WorkItem[] {
  if (!opened) return [];
  return [...completed.map(({ item }) => item), ...lost, ...opened.orphans, ...opened.next];
}

/** For lanes that only renew their leases. */
const NOTHING_TO_DECIDE: KindTurn<object, unknown, unknown> = {
  recover: () => ({ settlements: [] }),
  settle: () => ({ settlements: [] }),
  take: () => ({ takes: [] }),
  write: async () => undefined,
};
