import { type Clock, rest } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { AnyWorkKind } from "./kind.ts";
import { TurnOutdated } from "./lane-store.ts";
import type { LaneName, WorkItem } from "./queue.ts";
import type { LaneState, Turns } from "./turn.ts";

export interface LaneParts {
  clock: Clock;
  logger: Logger;
  leaseMs: number;
  turns: Turns;
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
 * Drains one lane until nothing of it is due. Each turn renews the lease, stores what has come back, and takes what comes
 * next, in a transaction that other lanes may share; meanwhile the window's items are performed side by side.
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
    const turn = await this.#parts.turns.add(this.#lane.tenantId, () => this.#gather());
    if ("heldUntil" in turn) {
      if (this.#fence !== null) this.#parts.logger.warn({ kind: this.#lane.kind }, "another node took a lane over");
      this.#abort.abort(); // what is in flight here is theirs to settle as unknown
      return { nextAt: turn.heldUntil, isHeld: true };
    }
    const { move } = turn;
    const { completed, lost } = turn.state;
    this.#fence = move.fence;
    this.#recovered = true;
    this.#pausedUntil = move.pauseUntil;
    this.#completed = this.#completed.slice(completed.length);
    this.#lost = this.#lost.slice(lost.length);
    for (const { item } of completed) this.#inFlight.delete(item.id);
    for (const { id } of lost) this.#inFlight.delete(id);
    for (const { item, task } of move.started) this.#begin(item, task);
    if (move.isOver) return { nextAt: move.nextAt, isHeld: move.pauseUntil > this.#parts.clock.now() };
    if (!move.hasMore) await this.#wait();
    return null;
  }

  /** What this lane brings to a turn that begins now. */
  #gather(): LaneState {
    this.#more = false;
    return {
      lane: this.#lane.lane,
      fence: this.#fence,
      inFlight: [...this.#inFlight.values()],
      completed: [...this.#completed],
      lost: [...this.#lost],
      withOrphans: !this.#recovered,
      pausedUntil: this.#pausedUntil,
      isStopping: this.#stopping.aborted,
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

/** Nobody waits for a signal. */
const noOne = () => undefined;
