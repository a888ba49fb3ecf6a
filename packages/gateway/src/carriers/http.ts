import type { ErrorCode } from "@trunkline/protocol";
import { joinBytes } from "../bytes.ts";
import { ADDRESS_REFUSED } from "../outside/address-check.ts";
import type { CredentialsCheck, HandOver } from "./carrier.ts";

/** Reading a vendor's answers: what each may say, and what it means when it says something else. */
export interface AnswerReader {
  /** The carrier's id of the text, out of a 2xx answer; undefined when it has none. */
  accepted(json: unknown): string | undefined;
  /** What a 4xx answer says; `later` when it means no more than that there is too much to carry now. */
  refused(json: unknown, status: number): Refused | { readonly later: "line" | "account" };
  /** Who a 429 answer is meant for; the line where a vendor does not tell. */
  throttled?(json: unknown): "line" | "account";
}

export interface Refused {
  readonly code: ErrorCode;
  readonly carrierCode: string | null;
  readonly message: string | undefined;
}

/** Answers are this long at most; more is no answer of a carrier. */
const MAX_ANSWER_BYTES = 256 * 1024;

/**
 * Makes a request that hands a text over, and sorts what came of it. Refused connections and 429 mean that the carrier
 * did not take it; a time-out, a broken connection, a 5xx, or a 2xx without an id may hide a text that is on its way.
 */
export async function handOver(request: () => Promise<Response>, reader: AnswerReader): Promise<HandOver> {
  let answer: Response;
  try {
    answer = await request();
  } catch (error) {
    return neverConnected(error) ? { kind: "not_taken", retryAfterMs: null } : { kind: "unknown" };
  }
  if (answer.status >= 500 || answer.status === 408) return { kind: "unknown" };
  const json = await readJson(answer).catch(() => undefined); // cut off in the middle: the status stands
  if (answer.status === 429) {
    const throttled = reader.throttled?.(json) ?? "line";
    return { kind: "not_taken", retryAfterMs: retryAfter(answer.headers), throttled };
  }
  if (answer.ok) {
    const carrierMessageId = reader.accepted(json);
    return carrierMessageId === undefined ? { kind: "unknown" } : { kind: "accepted", carrierMessageId };
  }
  const refused = reader.refused(json, answer.status);
  if ("later" in refused)
    return { kind: "not_taken", retryAfterMs: retryAfter(answer.headers), throttled: refused.later };
  const { code, carrierCode, message = `The carrier answered ${answer.status}.` } = refused;
  return { kind: "refused", code, carrierCode, message };
}

/** Asks for something that changes nothing: 401 and 403 refuse the credentials, other answers say nothing about them. */
export async function checkByAsking(
  request: () => Promise<Response>,
  wordsOf: (json: unknown) => string | undefined = () => undefined,
): Promise<CredentialsCheck> {
  try {
    const answer = await request();
    if (answer.ok) {
      await answer.body?.cancel();
      return { kind: "accepted" };
    }
    const isRefused = answer.status === 401 || answer.status === 403 || answer.status === 404;
    const words = wordsOf(await readJson(answer).catch(() => undefined));
    if (!isRefused) return { kind: "unreachable" };
    return { kind: "refused", message: words ?? `The carrier answered ${answer.status}.` };
  } catch {
    return { kind: "unreachable" }; // whatever broke, it says nothing about the credentials
  }
}

/** The JSON of an answer; undefined when it is none. @throws when the connection breaks or the answer is too long */
export async function readJson(answer: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body ?? []) {
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) throw new RangeError("the answer is too long");
    chunks.push(chunk);
  }
  return parseJson(joinBytes(chunks));
}

/** Bytes as JSON; undefined when they are something else. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined; // the caller's schema says what is wrong
  }
}

// Node's fetch wraps the socket's error; these codes are given before a byte of the request has left.
const NOT_CONNECTED = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT", ADDRESS_REFUSED]);

function neverConnected(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    if ("code" in cause && typeof cause.code === "string" && NOT_CONNECTED.has(cause.code)) return true;
    if ("syscall" in cause && cause.syscall === "connect") return true;
    if (cause instanceof AggregateError && cause.errors.length > 0 && cause.errors.every(neverConnected)) return true;
  }
  return false;
}

function retryAfter(headers: Headers): number | null {
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1000, 60 * 60_000) : null;
}
