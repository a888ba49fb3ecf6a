/// <reference lib="esnext.disposable" />
import type { TrunklineError } from "../errors.ts";

/** Something to watch: all that a Lit controller or React's `useSyncExternalStore` needs. */
export interface Observable<Value> {
  /** Calls `listener` after every change, never at once. Returns the way out; calling that twice does no harm. */
  subscribe(listener: () => void): () => void;
  /** The present value. It keeps its identity while nothing changed. */
  getSnapshot(): Value;
}

/** What a live list shows at one moment. */
export interface LiveSnapshot<Item> {
  /** Items keep their identity from snapshot to snapshot while they are unchanged. */
  readonly data: readonly Item[];
  /** `loading` until the first page is there; `ready` from then on, also while the connection is away; `error` when there is nothing to show. */
  readonly status: "loading" | "ready" | "error";
  /** Why there is nothing (`error`), or why the last `loadMore`, `loadNewer` or refresh failed (`ready`); null once it went well. */
  readonly error: TrunklineError | null;
  /** `loadMore` would find older items. */
  readonly hasMore: boolean;
  /** `loadNewer` would find newer items: only in a list that was opened `around` a place and has not reached the end. */
  readonly hasNewer: boolean;
}

/**
 * A list that follows the gateway: filled by pages, kept up to date by events, whole again by itself after any cut.
 * It starts with the first subscriber and stops 5 seconds after the last has gone; a later subscriber starts it again.
 */
export interface Live<Item> extends Observable<LiveSnapshot<Item>>, Disposable {
  /** Loads one more page of older items. Calls while one is under way share it; without more it resolves at once. */
  loadMore(): Promise<void>;
  /** Loads one more page of newer items, in a list that was opened `around` a place. */
  loadNewer(): Promise<void>;
  /** Reads everything shown again; for a "Try again" button. What is shown stays until the answer is there. */
  reload(): Promise<void>;
  /** Stops at once and for good. */
  [Symbol.dispose](): void;
}

/** What a live single value shows; `data` is null until it is `ready`, and again when it was removed. */
export interface LiveItemSnapshot<Item> {
  readonly data: Item | null;
  readonly status: "loading" | "ready" | "error";
  readonly error: TrunklineError | null;
}

/** One thing that follows the gateway, with the same life as {@link Live}. */
export interface LiveItem<Item> extends Observable<LiveItemSnapshot<Item>>, Disposable {
  reload(): Promise<void>;
  [Symbol.dispose](): void;
}
