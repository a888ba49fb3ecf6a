import { type Clock, rest } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Database, Tx } from "../store/database.ts";
import { closeTurn, heldUntil, openTurn, TurnOutdated } from "./lane-store.ts";
import type { LaneName, Settlement, WorkItem } from "./queue.ts";
import type { Turnstile } from "./turnstile.ts";

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
  /** Turns of all lanes pass here, so that they never take all connections from those who wait for an answer. */
  turnstile: Turnstile;
}

/** How a run of a lane ended, and when the lane is worth another look; null when only new work can make it so. */
export interface LaneEnd {
  nextAt: number | null;
  /** Until then nothing of it can begin here, whatever comes in: somebody else holds the lane, or it is paused. */
  isHeld: boolean;
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
  #fence: number | null = null;
  /** Whether what others left behind has been looked for since we took the lane, or since a turn failed. */
  #recovered = false;
  #pausedUntil = 0;
  #more = false;
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

  /** New work has come since the last turn looked: whoever sees the run end takes the lane once more. */
  get wasWokenLate(): boolean {
    return this.#more;
  }

  /** Resolves when the lane is empty, held by somebody else, paused, or when the node stops and all is settled. */
  async run(): Promise<LaneEnd> {
    for (let failures = 0; ; ) {
      try {
        const end = await this.#turn();
        if (end) return end;
        failures = 0;
      } catch (error) {
        if (error instanceof TurnOutdated && failures === 0) {
          failures += 1; // the next one reads anew, and nobody waits for that
          continue;
        }
        this.#parts.logger.error({ error, kind: this.#lane.kind }, "a turn of work failed; it is tried again");
        if (this.#stopping.aborted && failures >= STORE_BACKOFF_MS.length) {
          this.#abort.abort();
          return { nextAt: null, isHeld: false }; // what was begun is recovered by whoever takes the lane next
        }
        const wait = STORE_BACKOFF_MS[Math.min(failures, STORE_BACKOFF_MS.length - 1)] ?? 0;
        failures += 1;
        this.#recovered = false; // a commit whose answer was lost may have begun items that nobody performs
        await rest(this.#parts.clock, wait);
      }
    }
  }

  async #turn(): Promise<LaneEnd | null> {
    const { database, turnstile } = this.#parts;
    const { turn, completed, lost } = await turnstile(async () => {
      const results = [...this.#completed]; // gathered only now: what came back while waiting is stored along
      const losses = [...this.#lost];
      this.#more = false;
      const moved = await database.tenant(this.#lane.tenantId, (tx) => this.#move(tx, results, losses));
      return { turn: moved, completed: results, lost: losses };
    });

    if ("heldUntil" in turn) {
      if (this.#fence !== null) this.#parts.logger.warn({ kind: this.#lane.kind }, "another node took a lane over");
      this.#abort.abort(); // what is in flight here is theirs to settle as unknown
      return { nextAt: turn.heldUntil, isHeld: true };
    }
    this.#fence = turn.fence;
    this.#recovered = true;
    this.#pausedUntil = turn.pauseUntil;
    this.#completed = this.#completed.slice(completed.length);
    this.#lost = this.#lost.slice(lost.length);
    for (const { item } of completed) this.#inFlight.delete(item.id);
    for (const { id } of lost) this.#inFlight.delete(id);
    for (const { item, task } of turn.started) this.#begin(item, task);
    if (turn.hasChanged) this.#kind.committed(this.#lane);
    if (turn.isOver) return { nextAt: turn.nextAt, isHeld: turn.pauseUntil > this.#parts.clock.now() };
    if (!turn.hasMore) await this.#wait();
    return null;
  }

  async #move(
    tx: Tx,
    completed: readonly { item: WorkItem; outcome: unknown }[],
    lost: readonly WorkItem[],
  ): Promise<{ heldUntil: number } | Turn> {
    const { clock, node, leaseMs } = this.#parts;
    const now = clock.now();
    const back = new Set([...completed.map(({ item }) => item.id), ...lost.map(({ id }) => id)]);
    const busy = [...this.#inFlight.values()].filter(({ id }) => !back.has(id));
    const opened = await openTurn(tx, this.#lane, {
      node,
      now,
      leaseMs,
      fence: this.#fence,
      free: this.#kind.window - busy.length,
      inFlight: [...this.#inFlight.keys()],
      busySerials: busy.map(({ serial }) => serial),
      withOrphans: !this.#recovered,
    });
    if (!opened) return { heldUntil: await heldUntil(tx, this.#lane, now) };

    const settlements: Settlement[] = [];
    let pauseUntil = this.#pausedUntil;
    const unknown = [...lost, ...opened.orphans];
    for (const settled of [
      unknown.length > 0 ? await this.#kind.recover(tx, this.#lane, unknown) : undefined,
      completed.length > 0 ? await this.#kind.settle(tx, this.#lane, completed) : undefined,
    ]) {
      settlements.push(...(settled?.settlements ?? []));
      pauseUntil = Math.max(pauseUntil, settled?.pauseUntil ?? 0);
    }
    const mayBegin = !this.#stopping.aborted && pauseUntil <= now && opened.next.length > 0;
    const { takes, ...taken } = mayBegin ? await this.#kind.take(tx, this.#lane, opened.next) : { takes: [] };
    pauseUntil = Math.max(pauseUntil, taken.pauseUntil ?? 0);
    const started = takes.filter((take) => "task" in take);
    settlements.push(...takes.filter((take) => "kind" in take));
    // What was settled without being begun may have held back others of its serial.
    const hasMore = takes.length > started.length && pauseUntil <= now;
    const isOver = busy.length === 0 && started.length === 0 && !hasMore;
    const { nextAt } = await closeTurn(tx, this.#lane, {
      fence: opened.fence,
      started: started.map(({ item }) => item.id),
      settlements,
      pauseUntil: pauseUntil > this.#pausedUntil ? pauseUntil : null,
      release: isOver,
    });
    return {
      fence: opened.fence,
      started,
      pauseUntil,
      hasMore,
      hasChanged: settlements.length + started.length > 0,
      isOver,
      nextAt: nextAt === null ? null : Math.max(nextAt, pauseUntil),
    };
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

interface Turn {
  fence: number;
  started: readonly { item: WorkItem; task: unknown }[];
  pauseUntil: number;
  /** There may be more that could begin at once. */
  hasMore: boolean;
  hasChanged: boolean;
  isOver: boolean;
  nextAt: number | null;
}

/** Nobody waits for a signal. */
const noOne = () => undefined;
