import type { AuthorizedFetch } from "../auth/authorized-fetch.ts";
import { networkError } from "../http.ts";
import type { Platform } from "../platform.ts";
import type { Connection } from "./connection.ts";
import { type Attempt, ConnectionLoop } from "./connection-loop.ts";
import { followStream } from "./event-stream.ts";

/** What a source of events tells a tab. */
export interface SourceSink {
  /** An event's envelope as it came. */
  event(data: unknown): void;
  /** From here on nothing is missed, but what was read before may be stale. */
  stale(): void;
  state(connection: Connection): void;
}

/** Where a tab has its events from: a stream of its own, or that of another tab. */
export interface EventSource {
  start(): void;
  /** Stops and forgets where it stood: what comes next begins anew. */
  stop(): void;
  /** Tries now instead of later. */
  retry(): void;
  /** Goes on from where it stands with the present token. */
  renew(): void;
}

export interface OwnStreamParts {
  readonly url: string;
  readonly fetch: AuthorizedFetch;
  readonly platform: Platform;
  readonly silenceMs: number;
  readonly sink: SourceSink;
  /** Bytes came, or five seconds passed. */
  onAlive?(): void;
}

/** A stream of one's own. It goes on from `cursor` after any cut. */
export class OwnStream implements EventSource {
  /** Where to go on; null for "from now on". Kept from stream to stream until a new one names its first. */
  cursor: string | null = null;
  readonly #parts: OwnStreamParts;
  readonly #loop: ConnectionLoop;

  constructor(parts: OwnStreamParts) {
    this.#parts = parts;
    this.#loop = new ConnectionLoop({
      platform: parts.platform,
      silenceMs: parts.silenceMs,
      connect: (attempt) => this.#connect(attempt),
      onState: (state) => parts.sink.state(state),
      onTick: () => parts.onAlive?.(),
    });
  }

  start(): void {
    this.#loop.start();
  }

  stop(): void {
    this.rest();
    this.cursor = null;
  }

  /** Stops, and knows where to go on. */
  rest(): void {
    this.#loop.stop();
  }

  retry(): void {
    this.#loop.retry();
  }

  renew(): void {
    this.#loop.reconnect();
  }

  async #connect(attempt: Attempt): Promise<"again"> {
    const { url, fetch, sink, onAlive } = this.#parts;
    const after = this.cursor;
    const ending = await followStream({
      url,
      fetch,
      after,
      signal: attempt.signal,
      sink: {
        ready: () => {
          if (after === null) sink.stale();
        },
        caughtUp: () => attempt.live(),
        cursor: (cursor) => {
          this.cursor = cursor;
        },
        reset: () => sink.stale(),
        event: (data) => sink.event(data),
        alive: () => {
          attempt.alive();
          onAlive?.();
        },
      },
    });
    // A node that stops takes all its streams with it: come back one by one.
    if (ending?.reason === "shutdown") throw networkError(new Error("the gateway is shutting down"));
    return "again";
  }
}
