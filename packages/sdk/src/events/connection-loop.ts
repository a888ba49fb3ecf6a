import { isTrunklineError, type TrunklineError } from "../errors.ts";
import { networkError } from "../http.ts";
import type { Platform } from "../platform.ts";
import { backOffMs, pause } from "../waiting.ts";
import type { Connection } from "./connection.ts";
import { type WakeUp, watchWakeUps } from "./wake-ups.ts";

/** A connection that lived for less than this has not proved that the next one will do better. */
const STEADY_MS = 2_000;

/** Codes after which trying again by oneself is of no use. */
const FINAL_CODES = new Set([
  "signed_out",
  "closed",
  "forbidden",
  "suspended",
  "operator_required",
  "tenant_required",
  "tenant_not_connected",
]);

/** One try to connect. */
export interface Attempt {
  readonly signal: AbortSignal;
  /** It stands, and what was missed has come over it. */
  live(): void;
  /** Something came over it. */
  alive(): void;
}

export interface ConnectionLoopParts {
  readonly platform: Platform;
  /** Silence after which a connection counts as dead. */
  readonly silenceMs: number;
  /** Connects, and settles when the connection has ended: `again` to connect anew, `done` when nothing is left to do. */
  connect(attempt: Attempt): Promise<"again" | "done">;
  onState(state: Connection): void;
  onTick?(): void;
}

/**
 * Keeps something connected: tries, waits longer after every failure, gives up on what no waiting cures, and tries at
 * once when the world wakes up.
 */
export class ConnectionLoop {
  readonly #parts: ConnectionLoopParts;
  #running: AbortController | null = null;
  #attempt: AbortController | null = null;
  #wait: AbortController | null = null;
  #lastByteAt = 0;
  #retryAt = 0;
  /** The gateway asked not to be called before. */
  #notBefore = 0;
  #failures = 0;

  constructor(parts: ConnectionLoopParts) {
    this.#parts = parts;
  }

  /** Runs until `stop()`, `done`, or an error that no waiting cures. A second call while it runs does nothing. */
  start(): void {
    if (this.#running) return;
    const running = new AbortController();
    this.#running = running;
    const stopWatching = watchWakeUps(this.#parts.platform, (kind) => this.#onWakeUp(kind));
    running.signal.addEventListener("abort", stopWatching, { once: true });
    void this.#run(running.signal).finally(() => {
      running.abort();
      if (this.#running === running) this.#running = null;
    });
  }

  stop(): void {
    this.#running?.abort();
    this.#running = null;
    this.#attempt?.abort();
    this.#wait?.abort();
    this.#failures = 0;
  }

  /** Tries now; starts again when it had given up. */
  retry(): void {
    if (!this.#running) this.start();
    else this.#wait?.abort();
  }

  /** Ends the present connection, so that another is made. */
  reconnect(): void {
    this.#attempt?.abort();
    this.#wait?.abort();
  }

  async #run(stopped: AbortSignal): Promise<void> {
    const { platform, onState } = this.#parts;
    while (!stopped.aborted) {
      onState({ state: "connecting", attempt: this.#failures + 1 });
      const error = await this.#connectOnce(stopped);
      if (stopped.aborted || error === "done") return;
      if (error === null) continue; // it ended in good order after a life worth the name
      if (isFinal(error)) {
        this.#running = null; // so that whoever hears of it may call retry()
        return onState({ state: "stopped", error });
      }
      this.#failures += 1;
      const waitMs = Math.max(backOffMs(this.#failures, platform.random), error.retryAfterMs ?? 0);
      await this.#waitFor(waitMs, error, stopped);
    }
  }

  /** Null when the connection stood and ended in good order, otherwise why it did not. */
  async #connectOnce(stopped: AbortSignal): Promise<TrunklineError | "done" | null> {
    const { clock } = this.#parts.platform;
    const attempt = new AbortController();
    this.#attempt = attempt;
    this.#lastByteAt = clock.now();
    let liveAt: number | null = null;
    const ended = (cause: unknown): TrunklineError | null => {
      const wasSteady = liveAt !== null && clock.now() - liveAt >= STEADY_MS;
      if (wasSteady) this.#failures = 0;
      if (attempt.signal.aborted && !stopped.aborted) return null; // we cut it to connect anew
      if (cause === null && wasSteady) return null;
      return isTrunklineError(cause) ? cause : networkError(cause ?? new Error("the stream ended at once"));
    };
    try {
      const outcome = await this.#parts.connect({
        signal: AbortSignal.any([stopped, attempt.signal]),
        live: () => {
          liveAt = clock.now();
          this.#lastByteAt = liveAt;
          this.#parts.onState({ state: "live", since: new Date(liveAt) });
        },
        alive: () => {
          this.#lastByteAt = clock.now();
        },
      });
      return outcome === "done" ? "done" : ended(null);
    } catch (cause) {
      return ended(cause);
    } finally {
      if (this.#attempt === attempt) this.#attempt = null;
    }
  }

  async #waitFor(ms: number, error: TrunklineError, stopped: AbortSignal): Promise<void> {
    const { clock } = this.#parts.platform;
    const wait = new AbortController();
    this.#wait = wait;
    this.#retryAt = clock.now() + ms;
    const isAsked = error.status === 429 || error.status === 503;
    this.#notBefore = clock.now() + (isAsked ? (error.retryAfterMs ?? 0) : 0);
    this.#parts.onState({ state: "waiting", attempt: this.#failures, retryAt: new Date(this.#retryAt), error });
    await pause(clock, ms, AbortSignal.any([stopped, wait.signal]));
    if (this.#wait === wait) this.#wait = null;
  }

  #onWakeUp(kind: WakeUp): void {
    const { clock } = this.#parts.platform;
    const now = clock.now();
    this.#parts.onTick?.();
    if (this.#wait) {
      // Timers stand still while a machine sleeps, so the time is looked at as well.
      if (now >= (kind === "tick" ? this.#retryAt : this.#notBefore)) this.#wait.abort();
      return;
    }
    if (now < this.#lastByteAt) this.#lastByteAt = now; // the clock was set back
    const silentMs = now - this.#lastByteAt;
    const limitMs = kind === "tick" ? this.#parts.silenceMs : this.#parts.silenceMs / 2;
    if (kind === "lost" || silentMs > limitMs) this.#attempt?.abort();
  }
}

function isFinal({ code, retryable }: TrunklineError): boolean {
  return FINAL_CODES.has(code) || (code === "token_refused" && !retryable);
}
