import { type Clock, rest } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Database, Tx } from "../store/database.ts";
import {
  acquireLane,
  holdLane,
  type LaneName,
  markStarted,
  nextItems,
  orphans,
  pauseLane,
  releaseLane,
  type Settlement,
  settleItems,
  type WorkItem,
} from "./queue.ts";

/** What `take` decides for one item: begin it, or settle it without beginning. */
export type Take<Task> = { item: WorkItem; task: Task } | Settlement;

/** Decisions about a batch of items, and whether the lane rests for a while: its rate, or a carrier's 429. */
export interface Taken<Task> {
  takes: readonly Take<Task>[];
  pauseUntil?: number;
}
export interface Settled {
  settlements: readonly Settlement[];
  pauseUntil?: number;
}

/**
 * A kind of work. `take`, `settle` and `recover` run inside the transaction that moves the work on, so that what they
 * write commits with it; `perform` runs outside of any and is the only one that may touch the world.
 */
export interface WorkKind<Payload extends object, Task, Outcome> {
  readonly kind: string;
  /** How many items of one lane may be in flight. */
  readonly window: number;
  /** Decides about due items, in order. Those that get a task are begun when the transaction has committed. */
  take(tx: Tx, lane: LaneName, items: readonly WorkItem<Payload>[]): Promise<Taken<Task>>;
  /** Does the work. What it throws counts as an item whose outcome nobody knows. */
  perform(task: Task, signal: AbortSignal): Promise<Outcome>;
  /** Stores what came of it. */
  settle(tx: Tx, lane: LaneName, results: readonly { item: WorkItem<Payload>; outcome: Outcome }[]): Promise<Settled>;
  /** Items that were begun and whose outcome nobody knows: their holder died, or `perform` threw. */
  recover(tx: Tx, lane: LaneName, items: readonly WorkItem<Payload>[]): Promise<Settled>;
  /** After a commit that changed something; the place to publish wake-ups. */
  committed(lane: LaneName): void;
}

/** A kind whose types only it knows, as the worker holds it. */
export type AnyWorkKind = WorkKind<object, unknown, unknown>;

export interface LaneParts {
  database: Database;
  clock: Clock;
  logger: Logger;
  node: string;
  leaseMs: number;
}

/** Waits before another try at the store, in milliseconds. */
const STORE_BACKOFF_MS = [100, 300, 1000, 3000] as const;

/**
 * Drains one lane until nothing of it is due. Each turn is one transaction that renews the lease, stores what has come
 * back, and takes what comes next; meanwhile the window's items are performed side by side.
 */
export class LaneRun {
  readonly #parts: LaneParts;
  readonly #lane: LaneName;
  readonly #kind: AnyWorkKind;
  readonly #stopping: AbortSignal;
  readonly #abort = new AbortController();
  readonly #inFlight = new Map<string, WorkItem>();
  #completed: { item: WorkItem; outcome: unknown }[] = [];
  #lost: WorkItem[] = [];
  #fence = 0;
  /** Whether what others left behind has been looked for since we took the lane, or since a turn failed. */
  #recovered = false;
  #pausedUntil = 0;
  #more = true;
  #signal: () => void = noOne;

  constructor(parts: LaneParts, lane: LaneName, kind: AnyWorkKind, stopping: AbortSignal) {
    this.#parts = parts;
    this.#lane = lane;
    this.#kind = kind;
    this.#stopping = stopping;
  }

  /** Tells the run that new work has come. */
  wake(): void {
    this.#more = true;
    this.#signal();
  }

  /** Resolves when the lane is empty, taken over by somebody else, paused, or when the node stops and all is settled. */
  async run(): Promise<{ heldUntil: number } | undefined> {
    const { database, clock, node, leaseMs } = this.#parts;
    const { tenantId } = this.#lane;
    const acquired = await database.tenant(tenantId, (tx) =>
      acquireLane(tx, this.#lane, { node, now: clock.now(), leaseMs }),
    );
    if ("heldUntil" in acquired) return acquired;
    this.#fence = acquired.fence;

    for (let failures = 0; ; ) {
      try {
        if ((await this.#turn()) === "over") return undefined;
        failures = 0;
      } catch (error) {
        this.#parts.logger.error({ error, kind: this.#lane.kind }, "a turn of work failed; it is tried again");
        if (this.#stopping.aborted && failures >= STORE_BACKOFF_MS.length) {
          this.#abort.abort();
          return undefined; // what was begun is recovered by whoever takes the lane next
        }
        const wait = STORE_BACKOFF_MS[Math.min(failures, STORE_BACKOFF_MS.length - 1)] ?? 0;
        failures += 1;
        this.#recovered = false; // a commit whose answer was lost may have begun items that nobody performs
        await rest(clock, wait);
      }
    }
  }

  async #turn(): Promise<"on" | "over"> {
    const { database, clock, leaseMs } = this.#parts;
    const { tenantId } = this.#lane;
    const completed = this.#completed;
    const lost = this.#lost;
    this.#more = false;

    const turn = await database.tenant(tenantId, async (tx) => {
      const now = clock.now();
      if (!(await holdLane(tx, this.#lane, { fence: this.#fence, now, leaseMs }))) return null;
      const known = [...this.#inFlight.keys()];
      const unknown = this.#recovered ? lost : [...lost, ...(await orphans(tx, this.#lane, known))];
      let pauseUntil = this.#pausedUntil;
      for (const settled of [
        unknown.length > 0 ? await this.#kind.recover(tx, this.#lane, unknown) : undefined,
        completed.length > 0 ? await this.#kind.settle(tx, this.#lane, completed) : undefined,
      ]) {
        if (!settled) continue;
        await settleItems(tx, tenantId, settled.settlements);
        pauseUntil = Math.max(pauseUntil, settled.pauseUntil ?? 0);
      }
      const back = new Set([...completed.map(({ item }) => item.id), ...lost.map(({ id }) => id)]);
      const busy = [...this.#inFlight.values()].filter(({ id }) => !back.has(id));
      const free = this.#stopping.aborted || pauseUntil > now ? 0 : this.#kind.window - busy.length;
      const taken = free > 0 ? await this.#take(tx, now, free, busy) : { started: [], looked: false };
      pauseUntil = Math.max(pauseUntil, taken.pauseUntil ?? 0);
      if (pauseUntil > now) await pauseLane(tx, this.#lane, pauseUntil);
      const over = busy.length === 0 && taken.started.length === 0 && (!taken.looked || pauseUntil > now);
      if (over) await releaseLane(tx, this.#lane, this.#fence);
      const changed = unknown.length + completed.length + taken.started.length > 0 || taken.looked;
      return { ...taken, pauseUntil, over, changed };
    });

    if (!turn) {
      // Somebody else holds the lane: what is in flight here is theirs to settle as unknown.
      this.#parts.logger.warn({ kind: this.#lane.kind }, "a lane was taken over by another node");
      this.#abort.abort();
      return "over";
    }
    this.#recovered = true;
    this.#pausedUntil = turn.pauseUntil;
    this.#completed = this.#completed.slice(completed.length);
    this.#lost = this.#lost.slice(lost.length);
    for (const { item } of completed) this.#inFlight.delete(item.id);
    for (const { id } of lost) this.#inFlight.delete(id);
    for (const { item, task } of turn.started) this.#begin(item, task);
    if (turn.changed) this.#kind.committed(this.#lane);
    if (turn.over) return this.#more && !this.#stopping.aborted ? this.#again() : "over";
    if (!turn.looked) await this.#wait();
    return "on";
  }

  async #take(
    tx: Tx,
    now: number,
    free: number,
    busy: readonly WorkItem[],
  ): Promise<{ started: { item: WorkItem; task: unknown }[]; looked: boolean; pauseUntil?: number }> {
    const { tenantId } = this.#lane;
    const busySerials = busy.map(({ serial }) => serial);
    const items = await nextItems(tx, this.#lane, { now, free, busySerials });
    if (items.length === 0) return { started: [], looked: false };
    const { takes, pauseUntil } = await this.#kind.take(tx, this.#lane, items);
    const started = takes.filter((take) => "task" in take);
    await markStarted(
      tx,
      tenantId,
      started.map(({ item }) => item.id),
      this.#fence,
    );
    await settleItems(
      tx,
      tenantId,
      takes.filter((take) => "kind" in take),
    );
    // Settling without beginning, or filling the window, may have left more that could begin at once.
    const looked = started.length < items.length || items.length === free;
    return { started, looked, ...(pauseUntil === undefined ? {} : { pauseUntil }) };
  }

  #begin(item: WorkItem, task: unknown): void {
    this.#inFlight.set(item.id, item);
    this.#kind.perform(task, this.#abort.signal).then(
      (outcome) => {
        this.#completed.push({ item, outcome });
        this.#signal();
      },
      (error: unknown) => {
        this.#parts.logger.error({ error, kind: this.#lane.kind }, "an item of work failed; its outcome is unknown");
        this.#lost.push(item);
        this.#signal();
      },
    );
  }

  /** The lane was given back in the moment in which new work came: take it once more. */
  async #again(): Promise<"on" | "over"> {
    const { database, clock, node, leaseMs } = this.#parts;
    const acquired = await database.tenant(this.#lane.tenantId, (tx) =>
      acquireLane(tx, this.#lane, { node, now: clock.now(), leaseMs }),
    );
    if ("heldUntil" in acquired) return "over";
    this.#fence = acquired.fence;
    return "on";
  }

  /** Until something comes back or in, or the lease wants renewing. */
  async #wait(): Promise<void> {
    if (this.#completed.length > 0 || this.#lost.length > 0 || this.#more) return;
    const { clock, leaseMs } = this.#parts;
    await new Promise<void>((resolve) => {
      const cancel = clock.at(clock.now() + leaseMs / 3, resolve);
      this.#signal = () => {
        cancel();
        resolve();
      };
    });
    this.#signal = noOne;
  }
}

/** Nobody waits for a signal. */
const noOne = () => undefined;
