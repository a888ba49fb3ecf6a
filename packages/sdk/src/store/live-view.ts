import type { AnyEvent } from "@trunkline/protocol";
import { isTrunklineError, type TrunklineError } from "../errors.ts";
import type { Feed, Reader } from "../events/feed.ts";
import { Listeners } from "../events/listeners.ts";
import type { Clock } from "../platform.ts";
import { abortError } from "../waiting.ts";
import type { LiveSnapshot, Observable } from "./live.ts";

/** A view without subscribers goes on for this long, so that moving an element in the page costs nothing. */
const LINGER_MS = 5_000;

export interface ViewParts {
  /** The client's end is every view's end. */
  readonly closed: AbortSignal;
  readonly clock: Clock;
  readonly feed: Pick<Feed, "attach" | "refresh">;
  report(error: unknown): void;
}

/** What all live views share: their life, their readings, and snapshots that are made only when somebody looks. */
export abstract class LiveView<Snapshot extends { readonly status: LiveSnapshot<unknown>["status"] }>
  implements Observable<Snapshot>, Reader
{
  protected status: LiveSnapshot<unknown>["status"] = "loading";
  protected error: TrunklineError | null = null;
  protected readonly feed: ViewParts["feed"];
  readonly #clock: Clock;
  readonly #closed: AbortSignal;
  readonly #listeners: Listeners;
  #snapshot: Snapshot | null = null;
  #isDirty = true;
  #isScheduled = false;
  #detach: (() => void) | null = null;
  #linger: unknown;
  #isDisposed = false;
  #waiters: { resolve(): void; reject(error: TrunklineError): void }[] = [];

  constructor(parts: ViewParts) {
    this.feed = parts.feed;
    this.#clock = parts.clock;
    this.#closed = parts.closed;
    this.#listeners = new Listeners(parts.report);
  }

  // Both are bound, so that they can be handed to `useSyncExternalStore` as they are.
  readonly subscribe = (listener: () => void): (() => void) => {
    const remove = this.#listeners.add(listener);
    this.#clock.clearTimeout(this.#linger);
    this.#start();
    return () => {
      remove();
      if (this.#listeners.size > 0 || this.#detach === null) return;
      this.#clock.clearTimeout(this.#linger);
      this.#linger = this.#clock.setTimeout(() => this.#stop(), LINGER_MS);
    };
  };

  readonly getSnapshot = (): Snapshot => {
    if (this.#isDirty || !this.#snapshot) {
      this.#isDirty = false;
      this.#snapshot = this.build(this.#snapshot);
    }
    return this.#snapshot;
  };

  /** Resolves when everything shown has been read again. */
  reload(): Promise<void> {
    if (!this.#detach) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.feed.refresh(this);
    });
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#listeners.clear();
    this.#clock.clearTimeout(this.#linger);
    this.#stop();
  }

  clear(): void {
    this.forget();
    this.status = "loading";
    this.error = null;
    this.changed();
  }

  async refresh(signal: AbortSignal): Promise<void> {
    try {
      await this.load(signal);
      if (signal.aborted) return;
      this.status = "ready";
      this.error = null;
      this.#settle(null);
    } catch (error) {
      if (signal.aborted || !isTrunklineError(error)) throw error;
      // What was there once is shown on; what may not be seen any more is not.
      if (!error.retryable) this.forget();
      if (this.status !== "ready" || !error.retryable) this.status = "error";
      this.error = error;
      this.#settle(error);
      throw error;
    } finally {
      this.changed();
    }
  }

  /** Something that `build` shows has changed: listeners hear of it once, when the present work is done. */
  protected changed(): void {
    this.#isDirty = true;
    if (this.#isScheduled || this.#listeners.size === 0) return;
    this.#isScheduled = true;
    const before = this.#snapshot;
    queueMicrotask(() => {
      this.#isScheduled = false;
      if (this.getSnapshot() !== before) this.#listeners.call();
    });
  }

  /** Does something whose failure leaves what is shown as it is; the snapshot tells of it, and so does the promise. */
  protected async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      if (this.status === "ready") this.error = null;
    } catch (error) {
      if (isTrunklineError(error)) this.error = error;
      throw error;
    } finally {
      this.changed();
    }
  }

  abstract event(event: AnyEvent): void;
  /** Reads what is shown anew and puts it in place in one step. */
  protected abstract load(signal: AbortSignal): Promise<void>;
  /** Makes the snapshot; gives `before` back when nothing in it has changed. */
  protected abstract build(before: Snapshot | null): Snapshot;
  /** Drops what is held. */
  protected abstract forget(): void;
  /** Called when the view begins to follow; returns what ends that. */
  protected follow(): () => void {
    return () => undefined;
  }

  #start(): void {
    if (this.#detach || this.#isDisposed || this.#closed.aborted) return;
    const onClosed = () => {
      this.#settle(abortError(this.#closed));
      this[Symbol.dispose]();
    };
    this.#closed.addEventListener("abort", onClosed);
    const unfollow = this.follow();
    const detach = this.feed.attach(this);
    this.#detach = () => {
      this.#closed.removeEventListener("abort", onClosed);
      detach();
      unfollow();
    };
  }

  #stop(): void {
    this.#detach?.();
    this.#detach = null;
    this.#settle(null);
    this.clear();
  }

  #settle(error: TrunklineError | null): void {
    for (const waiter of this.#waiters.splice(0)) {
      if (error) waiter.reject(error);
      else waiter.resolve();
    }
  }
}

/** `next`, or `before` when both hold the same items in the same order. */
export function sameItems<Item>(before: readonly Item[] | undefined, next: readonly Item[]): readonly Item[] {
  if (!before || before.length !== next.length) return next;
  return before.every((item, index) => item === next[index]) ? before : next;
}

/** `next`, or `before` when each field of it is the same. */
export function sameFields<Snapshot extends object>(before: Snapshot | null, next: Snapshot): Snapshot {
  if (!before) return next;
  const names = Object.keys(next) as (keyof Snapshot)[];
  return names.every((name) => Object.is(before[name], next[name])) ? before : next;
}
