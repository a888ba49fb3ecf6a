import type {
  Broadcast,
  BroadcastId,
  BroadcastRecipient,
  BroadcastState,
  CreateBroadcast,
  LineId,
  RecipientState,
} from "@trunkline/protocol";
import type { Http } from "../http.ts";
import type { LiveItem } from "../store/live.ts";
import { BroadcastItem } from "../store/live-items.ts";
import type { Store } from "../store/store.ts";
import type { CallOptions, KeyedCallOptions } from "./call-options.ts";
import { collection, listOf, pathOf } from "./collection.ts";
import type { FetchedCall } from "./fetched-calls.ts";
import type { Listing, ListOptions } from "./listing.ts";

export interface BroadcastFilter extends ListOptions {
  lineId?: LineId | undefined;
  state?: BroadcastState | undefined;
}

export interface RecipientFilter extends ListOptions {
  /** `waiting` has no text yet, `skipped` gets none; the others are the status of the text. */
  state?: RecipientState | undefined;
}

/** One text to many numbers, each with values of its own and a result of its own. */
export interface BroadcastsResource {
  /** Newest first. */
  list(filter?: BroadcastFilter, options?: CallOptions): Listing<Broadcast>;
  get(id: BroadcastId, options?: CallOptions): Promise<Broadcast>;
  /**
   * Sends one text to up to 10,000 numbers. Resolves when all recipients are stored; with the same `idempotencyKey` it is
   * one broadcast, however often it is called. A number that cannot get a text is `skipped` and refuses nobody else.
   */
  create(input: CreateBroadcast, options?: KeyedCallOptions): Promise<Broadcast>;
  /** What became of each recipient, in the order of the call that made the broadcast. */
  recipients(id: BroadcastId, filter?: RecipientFilter, options?: CallOptions): Listing<BroadcastRecipient>;
  /** Hands no more texts over until `resume`; what has begun goes on. Rejects with `conflict` when it has ended. */
  pause(id: BroadcastId, options?: CallOptions): Promise<Broadcast>;
  resume(id: BroadcastId, options?: CallOptions): Promise<Broadcast>;
  /** Takes back every text that has not begun, for good. A second call changes nothing. */
  cancel(id: BroadcastId, options?: CallOptions): Promise<Broadcast>;
  /** One broadcast with its counts, kept up to date: about once a second while it runs. */
  live(id: BroadcastId): LiveItem<Broadcast>;
}

const PATH = "v1/broadcasts";

export function broadcastsResource(http: Http, store: Store, call: FetchedCall): BroadcastsResource {
  const { list, get, create } = collection<Broadcast, CreateBroadcast, never>(http, PATH);
  return {
    list,
    get,
    create,
    recipients: (id, filter, options) => listOf(http, pathOf(PATH, id, "/recipients"), filter, options),
    pause: call("pauseBroadcast"),
    resume: call("resumeBroadcast"),
    cancel: call("cancelBroadcast"),
    live: (id) => new BroadcastItem({ ...store.view, id, fetch: (signal) => get(id, { signal }) }),
  };
}
