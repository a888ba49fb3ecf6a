import type { TenantId } from "@trunkline/protocol";
import type { Tx } from "../store/database.ts";
import type { Settlement, WorkItem } from "./queue.ts";

/** What `take` decides for one item: begin it, or settle it without beginning. */
export type Take<Task> = { item: WorkItem; task: Task } | Settlement;

/** Decisions about a lane's items, and whether the lane rests for a while: its rate, or a carrier's 429. */
export interface Taken<Task> {
  takes: readonly Take<Task>[];
  pauseUntil?: number;
}
export interface Settled {
  settlements: readonly Settlement[];
  pauseUntil?: number;
}

/** An item that was performed, and what came of it. */
export interface Completed<Payload extends object, Outcome> {
  item: WorkItem<Payload>;
  outcome: Outcome;
}

/**
 * One turn of a kind of work, for some lanes of one tenant at once. It decides lane by lane on what `open` has read, and
 * writes all of it together: what a turn costs hardly depends on how many lanes it moves.
 */
export interface KindTurn<Payload extends object, Task, Outcome> {
  /** Decides about items that were begun and whose outcome nobody knows: their holder died, or `perform` threw. */
  recover(lane: string, items: readonly WorkItem<Payload>[]): Settled;
  /** Decides what follows from what came back. */
  settle(lane: string, results: readonly Completed<Payload, Outcome>[]): Settled;
  /** Decides about due items, in order. Those that get a task are begun when the transaction has committed. */
  take(lane: string, items: readonly WorkItem<Payload>[]): Taken<Task>;
  /** Writes what was decided. Comes last, and once. */
  write(): Promise<void>;
}

/**
 * A kind of work. A turn runs inside the transaction that moves the work on, so that what it writes commits with it;
 * `perform` runs outside of any and is the only one that may touch the world.
 */
export interface WorkKind<Payload extends object, Task, Outcome> {
  readonly kind: string;
  /** How many items of one lane may be in flight. */
  readonly window: number;
  /** Opens a turn: reads and locks what its decisions need. `items` are all that it may be asked about. */
  open(tx: Tx, tenantId: TenantId, items: readonly WorkItem<Payload>[]): Promise<KindTurn<Payload, Task, Outcome>>;
  /** Does the work. What it throws counts as an item whose outcome nobody knows. */
  perform(task: Task, signal: AbortSignal): Promise<Outcome>;
  /** After a commit that changed something; the place to publish wake-ups. */
  committed(tenantId: TenantId): void;
}

/** A kind whose types only it knows, as the worker holds it. */
export type AnyWorkKind = WorkKind<object, unknown, unknown>;

/** Hides a kind's own types, so that kinds of all sorts fit in one list. */
export function workKind<Payload extends object, Task, Outcome>(kind: WorkKind<Payload, Task, Outcome>): AnyWorkKind {
  return kind as unknown as AnyWorkKind; // the worker hands each kind only what that kind made itself
}
