import type { AnyEvent, ErrorCode, WebhookTestEvent } from "@trunkline/protocol";
import { TrunklineError } from "../errors.ts";

/** What a webhook brings: an event of the log, or what a test sends. Ignore types that you do not know: a newer gateway has more. */
export type WebhookEvent = AnyEvent | WebhookTestEvent;

/** Headers as `fetch` has them, or as Node has them, in any case. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/** A request as a server without `Request` has it; `body` is as it came, before anybody parsed it. */
export interface ReceivedWebhook {
  readonly headers: WebhookHeaders;
  readonly body: string | Uint8Array | ArrayBuffer;
}

export interface VerifyWebhookOptions {
  /**
   * How far the time of the request may lie from ours, either way, in seconds. Standard Webhooks asks for five minutes.
   * @default 300
   */
  toleranceSeconds?: number;
  /**
   * Our time, in milliseconds; for tests on a clock of their own.
   * @default Date.now()
   */
  now?: number;
  /**
   * Knows the ids of events that were handled; a `Set` will do for one process. Put an id in when the event has been handled,
   * not before: an event whose handling fails comes again, and must then be taken.
   */
  seen?: { has(id: string): boolean | Promise<boolean> };
}

const DEFAULTS = { toleranceSeconds: 300 } as const satisfies VerifyWebhookOptions;
/** Bytes of a secret. Source: Standard Webhooks 1.0.0, "Signature scheme". */
const SECRET_BYTES = { least: 24, most: 64 };

/**
 * Checks that a request came from the gateway, unchanged and lately, and gives its event. While a secret is being rotated give
 * both. Answer 2xx when it resolves and when it rejects with `webhook_repeated`; anything else with 400, so that it comes again.
 *
 * @throws TrunklineError that says why: `raw_body_required` (the body was read or parsed already), `webhook_header_missing`,
 *   `webhook_too_old`, `webhook_too_new`, `signature_invalid` (no signature fits: another secret, or the body was changed),
 *   `webhook_repeated` (`seen` has it), `invalid_json`, `webhook_secret_invalid` (ours, not theirs)
 * @example
 * const event = await verifyWebhook(request, process.env.TRUNKLINE_WEBHOOK_SECRET);
 * if (event.type === "message.created") remember(event.data.text);
 */
export async function verifyWebhook(
  received: Request | ReceivedWebhook,
  secrets: string | readonly string[],
  { toleranceSeconds = DEFAULTS.toleranceSeconds, now = Date.now(), seen }: VerifyWebhookOptions = {},
): Promise<WebhookEvent> {
  const keys = (typeof secrets === "string" ? [secrets] : secrets).map(secretBytes);
  if (keys.length === 0) throw refusal("webhook_secret_invalid", "Give the webhook's secret, whsec_….");
  const id = header(received.headers, "webhook-id");
  const time = header(received.headers, "webhook-timestamp");
  const signatures = header(received.headers, "webhook-signature");
  const body = await rawBody(received);

  checkTime(time, toleranceSeconds, now);
  const signed = joined(new TextEncoder().encode(`${id}.${time}.`), body);
  if (!(await isSigned(signed, signatures, keys))) {
    throw refusal(
      "signature_invalid",
      "No signature fits. Is it this webhook's secret, and is the body as it came, not parsed and written anew?",
    );
  }
  if (await seen?.has(id)) throw refusal("webhook_repeated", `The event ${id} was handled already. Answer 2xx.`);
  return parsed(body);
}

function checkTime(time: string, toleranceSeconds: number, now: number): void {
  // Numbers that are not whole would be signed as they are written, and no gateway writes them.
  if (!/^\d{1,12}$/.test(time)) {
    throw refusal("webhook_header_missing", "The header webhook-timestamp must be a whole number of seconds.");
  }
  const age = Math.floor(now / 1000) - Number(time);
  if (age > toleranceSeconds) {
    throw refusal(
      "webhook_too_old",
      `The request is ${age} seconds old. Somebody repeats it, or this server's clock is fast.`,
    );
  }
  if (-age > toleranceSeconds) {
    throw refusal("webhook_too_new", `The request is ${-age} seconds ahead. This server's clock is slow.`);
  }
}

/** Each signature that is listed, with each secret. `verify` takes as long for a wrong signature as for a right one. */
async function isSigned(
  signed: Uint8Array<ArrayBuffer>,
  signatures: string,
  secrets: readonly Uint8Array<ArrayBuffer>[],
): Promise<boolean> {
  const candidates = signatures.split(" ").flatMap((signature) => {
    const bytes = signature.startsWith("v1,") ? fromBase64(signature.slice(3)) : null;
    return bytes === null ? [] : [bytes];
  });
  for (const secret of secrets) {
    const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    for (const candidate of candidates) if (await crypto.subtle.verify("HMAC", key, candidate, signed)) return true;
  }
  return false;
}

async function rawBody(received: Request | ReceivedWebhook): Promise<Uint8Array<ArrayBuffer>> {
  const { body } = received;
  if ("arrayBuffer" in received && typeof received.arrayBuffer === "function") {
    if (received.bodyUsed) {
      throw refusal(
        "raw_body_required",
        "The request's body was read already. Pass the request before anything reads it, or { headers, body } with the text that was read.",
      );
    }
    return new Uint8Array(await received.arrayBuffer());
  }
  if (typeof body === "string") return new TextEncoder().encode(body);
  if (body instanceof Uint8Array) return new Uint8Array(body);
  if (body instanceof ArrayBuffer) return new Uint8Array(body.slice(0));
  throw refusal(
    "raw_body_required",
    'The signature is over the body\'s very bytes, and this body was parsed. In Express use express.raw({ type: "application/json" }) on this route.',
  );
}

function header(headers: WebhookHeaders, name: string): string {
  const found = typeof headers.get === "function" ? (headers as Headers).get(name) : inRecord(headers, name);
  if (typeof found === "string" && found !== "") return found;
  throw refusal("webhook_header_missing", `The request has no header ${name}. It was not sent by a gateway.`);
}

function inRecord(headers: object, name: string): unknown {
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return Array.isArray(found) ? found[0] : found;
}

function secretBytes(secret: string): Uint8Array<ArrayBuffer> {
  const bytes = typeof secret === "string" ? fromBase64(secret.replace(/^whsec_/, "")) : null;
  if (bytes === null || bytes.length < SECRET_BYTES.least || bytes.length > SECRET_BYTES.most) {
    throw refusal("webhook_secret_invalid", "The secret must be whsec_… as it was shown when the webhook was created.");
  }
  return bytes;
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0) return null;
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function parsed(body: Uint8Array): WebhookEvent {
  let event: unknown;
  try {
    event = JSON.parse(new TextDecoder().decode(body));
  } catch (cause) {
    throw new TrunklineError("invalid_json", { message: "The body is signed, and is no JSON.", cause });
  }
  if (typeof event !== "object" || event === null || !("type" in event)) {
    throw refusal("invalid_json", "The body is signed, and is no event.");
  }
  return event as WebhookEvent; // whoever has the secret wrote it
}

function joined(head: Uint8Array, rest: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(head.length + rest.length);
  whole.set(head);
  whole.set(rest, head.length);
  return whole;
}

const refusal = (code: ErrorCode, message: string): TrunklineError => new TrunklineError(code, { message });
