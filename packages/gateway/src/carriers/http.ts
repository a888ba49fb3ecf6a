import type { ErrorCode } from "@trunkline/protocol";
import type * as z from "zod/mini";
import { joinBytes } from "../bytes.ts";
import { ADDRESS_REFUSED } from "../outside/address-check.ts";
import { CarrierTrouble, type CredentialsCheck, type HandOver } from "./carrier.ts";

/** Reading a vendor's answers: what each may say, and what it means when it says something else. */
export interface AnswerReader {
  /** What a 2xx answer says: the carrier's id of the text, or that it was not taken all the same; undefined when neither. */
  accepted(json: unknown): string | NotAccepted | undefined;
  /** What a 4xx answer says. */
  refused(json: unknown, status: number): NotAccepted;
  /** Who a 429 answer is meant for; the line where a vendor does not tell. */
  throttled?(json: unknown): Throttled;
}

/** Who is to send less: the line alone, or all lines of the account. */
type Throttled = "line" | "account";

/** A text that the carrier certainly has not got: for good, or because there is too much to carry just now. */
export type NotAccepted =
  | { readonly code: ErrorCode; readonly carrierCode: string | null; readonly message: string | undefined }
  | { readonly later: Throttled };

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
  const notAccepted = (why: NotAccepted): HandOver => {
    if ("later" in why) return { kind: "not_taken", retryAfterMs: retryAfter(answer.headers), throttled: why.later };
    const { code, carrierCode, message = `The carrier answered ${answer.status}.` } = why;
    return { kind: "refused", code, carrierCode, message };
  };
  if (answer.status === 429) return notAccepted({ later: reader.throttled?.(json) ?? "line" });
  if (!answer.ok) return notAccepted(reader.refused(json, answer.status));
  const said = reader.accepted(json);
  if (said === undefined) return { kind: "unknown" };
  return typeof said === "string" ? { kind: "accepted", carrierMessageId: said } : notAccepted(said);
}

export interface CheckReader {
  /** The vendor's words in a refusal. */
  wordsOf?(json: unknown): string | undefined;
  /** Whether an answer proves that the credentials are good. @default any 2xx */
  proves?(answer: Response): boolean;
}

/** Asks for something that changes nothing. What a busy or broken carrier answers says nothing about the credentials. */
export async function checkByAsking(
  request: () => Promise<Response>,
  { wordsOf, proves = ({ ok }) => ok }: CheckReader = {},
): Promise<CredentialsCheck> {
  try {
    const answer = await request();
    const json = await readJson(answer).catch(() => undefined);
    if (proves(answer)) return { kind: "accepted" };
    const { status } = answer;
    if (status < 400 || status >= 500 || status === 408 || status === 429) return { kind: "unreachable" };
    return { kind: "refused", message: wordsOf?.(json) ?? `The carrier answered ${status}.` };
  } catch {
    return { kind: "unreachable" }; // whatever broke, it says nothing about the credentials
  }
}

export interface ListReader<List> {
  readonly schema: z.ZodMiniType<List>;
  /** For whoever asked, when the carrier says nothing itself. */
  readonly trouble: string;
  /** The vendor's words in a refusal. */
  wordsOf?(json: unknown): string | undefined;
  /** Longest answer. */
  readonly maxBytes?: number;
}

/** Asks for a page of a list. @throws CarrierTrouble whatever else comes, and when nothing does */
export async function askForList<List>(
  request: () => Promise<Response>,
  { schema, trouble, wordsOf, maxBytes }: ListReader<List>,
): Promise<List> {
  const answer = await request().catch(() => null);
  const json = answer && (await readJson(answer, maxBytes).catch(() => null));
  const { data: list } = schema.safeParse(answer?.ok ? json : null);
  if (list === undefined) throw new CarrierTrouble(wordsOf?.(json) ?? trouble);
  return list;
}

/** The JSON of an answer; undefined when it is none. @throws when the connection breaks or the answer is too long */
export async function readJson(answer: Response, maxBytes = MAX_ANSWER_BYTES): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body ?? []) {
    length += chunk.length;
    if (length > maxBytes) throw new RangeError("the answer is too long");
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
