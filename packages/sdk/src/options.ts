import type { TrunklineAuth } from "./auth/auth.ts";
import type { TrunklineError } from "./errors.ts";

export interface EventStreamOptions {
  /**
   * Silence after which the stream counts as dead and is opened again, in milliseconds.
   * Keep it above twice the gateway's heartbeat (15 s), or healthy streams are cut.
   * @default 40_000
   */
  silenceMs?: number | undefined;
  /**
   * Tabs of one origin and user share one stream where the browser has Web Locks and BroadcastChannel.
   * @default true
   */
  shared?: boolean | undefined;
}

export interface TrunklineOptions {
  /** The gateway's address, without `/v1`. */
  gateway: string | URL;
  /** Where tokens come from: `sessionAuth` in browsers, `apiKeyAuth` on servers. */
  auth: TrunklineAuth;
  /** Stands in for the platform's `fetch`: a test's, a framework's, an in-process gateway's. */
  fetch?: typeof fetch | undefined;
  /**
   * Total time of a call with all its retries, in milliseconds.
   * @default 30_000
   */
  timeoutMs?: number | undefined;
  events?: EventStreamOptions | undefined;
  /**
   * Texts on their way, kept over a reload in session storage. `false` keeps them in memory alone. Servers have none.
   * @default true
   */
  outbox?: boolean | undefined;
  /** Told what no promise can tell: a token source that fails, a listener that throws. Once per incident. */
  onError?: ((error: TrunklineError) => void) | undefined;
}
