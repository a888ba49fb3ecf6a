import { type DeliveryAttempt, type DeliveryError, MAX_ANSWER_KEPT, toStorableText } from "@trunkline/protocol";
import { joinBytes } from "../bytes.ts";
import { type Clock, pause, rest } from "../clock.ts";
import { isAddressRefused } from "../outside/address-check.ts";
import { VERSION } from "../version.ts";
import type { AttemptResult } from "./decide-attempt.ts";
import { signDelivery } from "./secrets.ts";

/** Longest that a receiver may take for its whole answer, in milliseconds. */
const ATTEMPT_MS = 15_000;
/** Bytes of an answer that are read: what is kept has at most four for a character. */
const MAX_READ = 4 * MAX_ANSWER_KEPT;

export interface AttemptParts {
  clock: Clock;
  fetch: typeof globalThis.fetch;
}

/** One try: an event for one receiver. */
export interface Attempt {
  readonly url: string;
  /** The newest first. */
  readonly secrets: readonly string[];
  readonly eventId: string;
  readonly body: string;
}

export interface Attempted extends AttemptResult {
  readonly attempt: DeliveryAttempt;
}

/**
 * Makes one try. Whatever the receiver does is an outcome; it takes 15 seconds at most, by the gateway's clock or by the
 * machine's, because a receiver does not follow a clock that was moved.
 *
 * @throws what `signal` was aborted with
 */
export async function attemptDelivery(
  { clock, fetch }: AttemptParts,
  { url, secrets, eventId, body }: Attempt,
  signal: AbortSignal,
): Promise<Attempted> {
  const startedAt = clock.now();
  const deadline = new AbortController();
  const ended = new AbortController();
  for (const wait of [rest, pause]) {
    void wait(clock, ATTEMPT_MS, ended.signal).then(() => {
      if (!ended.signal.aborted) deadline.abort();
    });
  }
  const finish = (
    status: number | null,
    answer: string | null,
    error: DeliveryError | null,
    retryAfter: string | null,
  ): Attempted => ({
    attempt: {
      at: new Date(startedAt).toISOString(),
      durationMs: Math.max(0, Math.round(clock.now() - startedAt)),
      status,
      body: answer,
      error,
    },
    isDelivered: error === null,
    isGone: status === 410,
    retryAfterMs: status === 429 || status === 503 ? retryAfterMs(retryAfter, clock.now()) : null,
  });
  try {
    const headers = { ...(await signDelivery(secrets, { id: eventId, body, now: startedAt })), ...HEADERS };
    const answer = await fetch(url, {
      method: "POST",
      headers,
      body,
      redirect: "manual", // its target would be an address that nobody has checked
      signal: AbortSignal.any([signal, deadline.signal]),
    });
    const text = await readStart(answer).catch(() => null); // cut off in the middle: the status stands
    signal.throwIfAborted();
    return finish(answer.status, text, answer.ok ? null : "status", answer.headers.get("retry-after"));
  } catch (error) {
    signal.throwIfAborted();
    const reason = deadline.signal.aborted ? "timeout" : isAddressRefused(error) ? "address_refused" : "connection";
    return finish(null, null, reason, null);
  } finally {
    ended.abort();
  }
}

const HEADERS = { "content-type": "application/json", "user-agent": `Trunkline-Webhooks/${VERSION}` };

/** The beginning of an answer, as text that can be stored; null when there is none. */
async function readStart({ body }: Response): Promise<string | null> {
  if (body === null) return null;
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop gives up the rest.
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= MAX_READ) break;
  }
  const text = toStorableText(new TextDecoder().decode(joinBytes(chunks))).slice(0, MAX_ANSWER_KEPT);
  return text === "" ? null : text.toWellFormed();
}

/** Seconds or an HTTP date (RFC 9110 §10.2.3), as milliseconds from now. */
function retryAfterMs(header: string | null, now: number): number | null {
  if (header === null) return null;
  const ms = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}
