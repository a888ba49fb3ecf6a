import { Refusal } from "./refusal.ts";

/** Longest JSON body of a route, in bytes. */
export const MAX_JSON_BYTES = 64 * 1024;

/**
 * Reads a body of at most `maxBytes`. A longer one is refused as soon as that is known: by its Content-Length before a
 * byte is read, otherwise by counting.
 *
 * @throws Refusal body_too_large, malformed_request when the body broke off
 */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await read(request, maxBytes);
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    throw new Refusal("malformed_request", { detail: "The body broke off before its end.", cause });
  }
}

async function read(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () => new Refusal("body_too_large", { detail: `At most ${maxBytes} bytes are read here.` });
  const announced = request.headers.get("content-length");
  if (announced !== null && Number(announced) > maxBytes) throw tooLarge();
  if (announced !== null) {
    // The host has held the sender to what was announced; reading at one go is several times cheaper than by chunks.
    const whole = new Uint8Array(await request.arrayBuffer());
    if (whole.byteLength > maxBytes) throw tooLarge();
    return whole;
  }
  if (!request.body) return new Uint8Array();
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.byteLength;
    if (length > maxBytes) {
      await reader.cancel().catch(() => undefined); // the sender may have gone already
      throw tooLarge();
    }
    chunks.push(value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

const JSON_TYPE = /^application\/(?:json|[a-z0-9.+-]+\+json)\s*(?:;|$)/i;
const UTF8_NAME = /^utf-?8$/i;
const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]*)/i;

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads bytes as JSON.
 *
 * @throws Refusal unsupported_media_type, invalid_json
 */
export function parseJson(
  bytes: Uint8Array<ArrayBuffer>,
  contentType: string | null,
): { value: unknown; text: string } {
  if (contentType === null || !JSON_TYPE.test(contentType)) throw new Refusal("unsupported_media_type");
  const charset = CHARSET.exec(contentType)?.[1];
  if (charset !== undefined && !UTF8_NAME.test(charset)) {
    throw new Refusal("unsupported_media_type", { detail: "JSON is UTF-8 (RFC 8259): leave charset out." });
  }
  try {
    const text = UTF8.decode(bytes);
    return { value: JSON.parse(text), text };
  } catch {
    // The parser's own words quote the body, which may hold what must not be in a log.
    throw new Refusal("invalid_json", { detail: "The body must be JSON in UTF-8." });
  }
}
