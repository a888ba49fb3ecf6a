import { isTrunklineError, TrunklineError } from "../errors.ts";
import type { Clock } from "../platform.ts";
import { unlessAborted } from "../waiting.ts";
import type { TokenReason, TrunklineAuth } from "./auth.ts";

/** How long a source of tokens may think. */
const SOURCE_TIMEOUT_MS = 15_000;
/** A token that is refused when it is younger than this counts as a failure of its source. */
const YOUNG_MS = 10_000;
/** Tokens are renewed this long before their end, or a quarter of their life before it when that is less. */
const MARGIN_MS = 60_000;
/** Pause after the first, second, … failure in a row: at most five calls in the first minute, then one a minute. */
const PAUSES_MS = [0, 2_000, 4_000, 8_000, 60_000] as const;

export interface TokensParts {
  readonly auth: TrunklineAuth;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  /** Ends every wait for a token. */
  readonly closed: AbortSignal;
  /** Looks whose token it is, before anybody may use it. */
  inspect(token: string, signal: AbortSignal): Promise<void>;
  report(error: TrunklineError): void;
}

interface Held {
  readonly token: string;
  readonly since: number;
  /** When to ask for the next one while this one is still good. */
  readonly renewAt: number;
  readonly endsAt: number;
}

/**
 * The one place that asks the source for tokens: one question at a time, ahead of the end, and never in a storm.
 *
 * The page's clock may be wrong by hours, so an end that lies in the past at arrival is not believed; then the gateway's
 * `token_expired` is what ends a token.
 */
export class Tokens {
  readonly #parts: TokensParts;
  #held: Held | null = null;
  #asking: Promise<string> | null = null;
  #failures = 0;
  #failedAt = Number.NEGATIVE_INFINITY;
  #notBefore = 0;
  #lastError: TrunklineError | null = null;
  #isReported = false;

  constructor(parts: TokensParts) {
    this.#parts = parts;
  }

  /** A token to use now. Rejects at once while the source is being left alone after failures. */
  get(): Promise<string> {
    const now = this.#parts.clock.now();
    const held = this.#held;
    if (!held) return this.#ask("start");
    if (now >= held.endsAt) return this.#renew("expiring");
    // The failure is told by whoever needs a token when this one has ended.
    if (now >= held.renewAt) this.#renew("expiring").catch(() => undefined);
    return Promise.resolve(held.token);
  }

  /** The gateway did not take `token`. Gives another one, or says why there is none. */
  replace(token: string, reason: TokenReason, refusal: TrunklineError): Promise<string> {
    const held = this.#held;
    if (held && held.token !== token) return Promise.resolve(held.token); // somebody was faster
    if (!held) return this.#ask(reason);
    this.#lastError = refusal;
    if (this.#parts.auth.kind === "key") return Promise.reject(refusal);
    this.#held = null;
    if (this.#parts.clock.now() - held.since < YOUNG_MS) this.#failed(refusal, this.#failures > 0);
    else this.#served(held);
    return this.#ask(reason);
  }

  /** The world has changed: the network is back, or somebody asks to try now. The source may be asked at once. */
  wake(): void {
    this.#notBefore = 0;
  }

  #renew(reason: TokenReason): Promise<string> {
    if (this.#held) this.#served(this.#held);
    return this.#ask(reason);
  }

  #ask(reason: TokenReason): Promise<string> {
    if (this.#asking !== null) return this.#asking;
    const waitMs = this.#notBefore - this.#parts.clock.now();
    if (waitMs > 0) return Promise.reject(this.#tooEarly(waitMs));
    this.#asking = this.#askSource(reason).finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  async #askSource(reason: TokenReason): Promise<string> {
    const { auth, clock, closed, fetch, inspect } = this.#parts;
    const late = new AbortController();
    const timer = clock.setTimeout(
      () => late.abort(sourceError("It did not answer within 15 seconds.")),
      SOURCE_TIMEOUT_MS,
    );
    const signal = AbortSignal.any([closed, late.signal]);
    try {
      const answer = await unlessAborted(Promise.resolve(auth.token({ signal, reason, fetch })), signal);
      const session = typeof answer === "string" ? { token: answer } : answer;
      if (typeof session?.token !== "string" || session.token === "") throw sourceError("It gave no token.");
      await unlessAborted(inspect(session.token, signal), signal);
      this.#held = hold(session, clock.now());
      return session.token;
    } catch (cause) {
      const error = isTrunklineError(cause) ? cause : sourceError("It failed.", cause);
      if (!closed.aborted) this.#failed(error, true);
      throw error;
    } finally {
      clock.clearTimeout(timer);
    }
  }

  #failed(error: TrunklineError, isWorthTelling: boolean): void {
    const pauseMs = PAUSES_MS[Math.min(this.#failures, PAUSES_MS.length - 1)] ?? 0;
    this.#failures += 1;
    this.#lastError = error;
    this.#failedAt = this.#parts.clock.now();
    this.#notBefore = this.#failedAt + pauseMs;
    if (!isWorthTelling || this.#isReported) return;
    this.#isReported = true;
    this.#parts.report(error);
  }

  /** A token that did its service ends a streak of failures, unless the failures came while it served. */
  #served(held: Held): void {
    if (this.#failedAt > held.since || this.#parts.clock.now() - held.since < YOUNG_MS) return;
    this.#failures = 0;
    this.#isReported = false;
  }

  #tooEarly(retryAfterMs: number): TrunklineError {
    const last = this.#lastError;
    return new TrunklineError(last?.code ?? "token_refused", {
      status: last?.status ?? undefined,
      retryable: last?.code !== "signed_out",
      retryAfterMs,
      cause: last,
      message: `The source of session tokens is asked again later. ${last?.message ?? ""}`.trim(),
    });
  }
}

function hold(
  { token, expiresAt }: { token: string; expiresAt?: string | number | Date | undefined },
  now: number,
): Held {
  const end = expiresAt === undefined ? Number.NaN : new Date(expiresAt).getTime();
  const lifeMs = end - now;
  if (!(lifeMs > 0)) return { token, since: now, renewAt: Number.POSITIVE_INFINITY, endsAt: Number.POSITIVE_INFINITY };
  return { token, since: now, renewAt: end - Math.min(MARGIN_MS, lifeMs / 4), endsAt: end };
}

function sourceError(what: string, cause?: unknown): TrunklineError {
  return new TrunklineError("token_refused", {
    message: `The source of session tokens gave none. ${what}`,
    retryable: true,
    cause,
  });
}
