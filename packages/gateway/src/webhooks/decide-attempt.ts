import type { DeliveryStatus, WebhookDisabledReason } from "@trunkline/protocol";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * Waits after each failed try, in milliseconds: ten tries in 75 hours and 35 minutes. Source: Standard Webhooks 1.0.0, "Deliverability and reliability".
 */
export const RETRY_WAITS_MS: readonly number[] = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];
/** How far a wait is moved at random, as a share of it: receivers that were away are not met by all at once. */
const JITTER = 0.1;
/** A hook that has failed for so long, without one success, is turned off. */
export const FAILING_FOR_MS = 5 * 24 * HOUR;
/** Longest that a receiver can put a try off, in milliseconds. */
const LONGEST_RETRY_AFTER_MS = 24 * HOUR;
/** Longest that one answer can keep everything else of its hook waiting, in milliseconds. */
const LONGEST_PAUSE_MS = HOUR;

/** What came of a try, as far as it matters for what follows. */
export interface AttemptResult {
  readonly isDelivered: boolean;
  /** 410: the receiver wants nothing more. */
  readonly isGone: boolean;
  /** What a 429 or 503 asked for, in milliseconds. */
  readonly retryAfterMs: number | null;
}

export interface AfterAttempt {
  readonly status: Exclude<DeliveryStatus, "canceled">;
  /** Null unless the status is `pending`. */
  readonly nextAt: number | null;
}

/**
 * What becomes of a delivery.
 *
 * @param attempts - tries so far, this one included
 * @param chance - 0 to 1
 */
export function decideDelivery(
  { isDelivered, isGone, retryAfterMs }: AttemptResult,
  attempts: number,
  now: number,
  chance: number,
): AfterAttempt {
  if (isDelivered) return { status: "delivered", nextAt: null };
  const wait = RETRY_WAITS_MS[attempts - 1];
  if (isGone || wait === undefined) return { status: "failed", nextAt: null };
  const own = Math.round(wait * (1 + JITTER * (2 * chance - 1)));
  return { status: "pending", nextAt: now + Math.max(own, Math.min(retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS)) };
}

/** Until when nothing is sent to a receiver that said so; 0 for at once. */
export function pauseAfter({ retryAfterMs }: AttemptResult, now: number): number {
  return retryAfterMs === null || retryAfterMs === 0 ? 0 : now + Math.min(retryAfterMs, LONGEST_PAUSE_MS);
}

/** A hook's health: since when it does nothing but fail, and why it should be turned off now. */
export interface HookHealth {
  readonly failingSince: Date | null;
  readonly disable: Extract<WebhookDisabledReason, "failing" | "gone"> | null;
}

/** What some tries that ended together say about their hook. */
export function decideHealth(failingSince: Date | null, results: readonly AttemptResult[], now: number): HookHealth {
  if (results.length === 0) return { failingSince, disable: null };
  if (results.some(({ isGone }) => isGone)) return { failingSince: failingSince ?? new Date(now), disable: "gone" };
  if (results.some(({ isDelivered }) => isDelivered)) return { failingSince: null, disable: null };
  const since = failingSince ?? new Date(now);
  return { failingSince: since, disable: now - since.getTime() >= FAILING_FOR_MS ? "failing" : null };
}
