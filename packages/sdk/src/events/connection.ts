import type { TrunklineError } from "../errors.ts";
import type { Observable } from "../store/live.ts";

/**
 * Where the event stream stands. `live` means caught up: after a cut it comes back only when what was missed has been
 * merged, so that a note "Reconnecting" may be shown until then.
 */
export type Connection =
  /** Nobody listens, so there is no stream. */
  | { readonly state: "idle" }
  /** `attempt` is 1 for the first try, and counts on until a stream is live. */
  | { readonly state: "connecting"; readonly attempt: number }
  | { readonly state: "live"; readonly since: Date }
  /** The next try comes at `retryAt`, or at once when the network or the page wakes up. */
  | { readonly state: "waiting"; readonly attempt: number; readonly retryAt: Date; readonly error: TrunklineError }
  /** Nothing is tried again by itself: the token was refused for good, nobody is signed in, or the client is closed. */
  | { readonly state: "stopped"; readonly error: TrunklineError };

/** `trunkline.connection`: observable, and able to be hurried. */
export interface ConnectionView extends Observable<Connection> {
  /** Tries now instead of at `retryAt`; starts a stopped connection again. For a "Try now" button. */
  retry(): void;
}
