import { HEADERS } from "@trunkline/protocol/vocabulary";
import type { AuthorizedFetch } from "./auth/authorized-fetch.ts";
import { isTrunklineError, TrunklineError } from "./errors.ts";
import type { Platform } from "./platform.ts";
import { problemError } from "./problem.ts";
import type { KeyedCallOptions } from "./resources/call-options.ts";
import { abortError, pause, unlessAborted } from "./waiting.ts";

/** Time for one try of a call that may be tried again. */
const TRY_TIMEOUT_MS = 10_000;
const MAX_TRIES = 4;
/** Pause after the first try; it doubles with each. */
const FIRST_PAUSE_MS = 300;

export interface HttpParts {
  /** Ends in `/`. */
  readonly gateway: string;
  readonly fetch: AuthorizedFetch;
  readonly platform: Platform;
  /** Ends every call when the client is closed. */
  readonly closed: AbortSignal;
  readonly timeoutMs: number;
}

export interface Call {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the gateway's address, without a leading slash. */
  readonly path: string;
  readonly query?: object | undefined;
  /** Sent as JSON, but for a form, which brings its own type. */
  readonly body?: unknown;
  /** The route honours `Idempotency-Key`: one is made when the caller gave none. */
  readonly isKeyed?: boolean | undefined;
  /** It changes nothing, or nothing more the second time, although its method does not say so. */
  readonly isRepeatable?: boolean | undefined;
  /** Gives the bytes of the answer as they come, instead of one JSON value. */
  readonly isStreamed?: boolean | undefined;
}

/**
 * Calls the gateway: one promise per call that always settles, and one kind of error.
 *
 * Only what is safe to repeat is tried again: reading, what says how a thing shall be rather than adds to it, and what
 * carries an `Idempotency-Key`. `Retry-After` is kept to.
 */
export class Http {
  readonly #parts: HttpParts;

  constructor(parts: HttpParts) {
    this.#parts = parts;
  }

  async call<Answer>(call: Call, options: KeyedCallOptions = {}): Promise<Answer> {
    const { closed, platform } = this.#parts;
    const { clock } = platform;
    const timeoutMs = options.timeoutMs ?? this.#parts.timeoutMs;
    const key = call.isKeyed ? (options.idempotencyKey ?? platform.uuid()) : undefined;
    const isRepeatable = call.isRepeatable || call.method === "GET" || key !== undefined;
    const endsAt = clock.now() + timeoutMs;
    const signal = options.signal ? AbortSignal.any([closed, options.signal]) : closed;
    for (let tries = 1; ; tries += 1) {
      if (signal.aborted) throw abortError(signal);
      const leftMs = endsAt - clock.now();
      try {
        return await this.#try<Answer>(call, key, signal, isRepeatable ? Math.min(TRY_TIMEOUT_MS, leftMs) : leftMs);
      } catch (cause) {
        if (signal.aborted) throw abortError(signal);
        const error = isTrunklineError(cause) ? cause : networkError(cause);
        const pauseMs = FIRST_PAUSE_MS * 2 ** (tries - 1) * (0.5 + platform.random() / 2);
        const waitMs = Math.max(pauseMs, error.retryAfterMs ?? 0);
        // Better the gateway's own "try again in an hour" now than a time-out later.
        const isLast = tries === MAX_TRIES || clock.now() + waitMs >= endsAt;
        if (!isRepeatable || !error.retryable || isLast) throw error;
        await pause(clock, waitMs, signal);
      }
    }
  }

  async #try<Answer>(call: Call, key: string | undefined, ended: AbortSignal, timeoutMs: number): Promise<Answer> {
    const { gateway, fetch, platform } = this.#parts;
    const late = new AbortController();
    const timer = platform.clock.setTimeout(() => late.abort(timeout(timeoutMs)), timeoutMs);
    const signal = AbortSignal.any([ended, late.signal]);
    const url = new URL(call.path, gateway);
    for (const [name, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const headers: Record<string, string> = { Accept: call.isStreamed ? "*/*" : "application/json" };
    if (key !== undefined) headers[HEADERS.idempotencyKey] = key;
    let body = call.body as BodyInit | undefined;
    if (body !== undefined && !(body instanceof FormData)) {
      headers["Content-Type"] = "application/json";
      body = JSON.stringify(body);
    }
    try {
      // Not left to the request's own signal: it only follows this one, weakly, and is collected with a fetch that forgets it.
      const response = await unlessAborted(
        fetch(new Request(url, { method: call.method, headers, body: body ?? null, signal })),
        signal,
      );
      if (!response.ok) throw await problemError(response, url.href);
      if (call.isStreamed) return response.body as Answer; // its time is the reader's own
      return parseAnswer<Answer>(await unlessAborted(response.text(), signal));
    } catch (error) {
      throw signal.aborted ? abortError(signal) : error;
    } finally {
      platform.clock.clearTimeout(timer);
    }
  }
}

function parseAnswer<Answer>(text: string): Answer {
  try {
    return (text === "" ? undefined : JSON.parse(text)) as Answer; // the gateway answers by the schemas of the protocol
  } catch (cause) {
    throw new TrunklineError("network_error", {
      message: "The answer was not JSON. Is `gateway` a Trunkline gateway's address?",
      cause,
    });
  }
}

function timeout(ms: number): TrunklineError {
  return new TrunklineError("timeout", { message: `The gateway did not answer within ${ms} ms.`, retryable: true });
}

/** The gateway was not reached at all. */
export function networkError(cause: unknown): TrunklineError {
  return new TrunklineError("network_error", {
    message: "The gateway could not be reached. Is it running, and does it allow this page's origin?",
    retryable: true,
    cause,
  });
}
