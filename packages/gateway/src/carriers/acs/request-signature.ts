import { fromBase64, sha256, toBase64 } from "../../bytes.ts";

/*
 * How requests to Azure Communication Services are signed with an access key.
 * Source: learn.microsoft.com/azure/communication-services/tutorials/hmac-header-tutorial
 */

/** An access key; null for what is none. */
export function accessKey(base64: string): Promise<CryptoKey> | null {
  const bytes = fromBase64(base64);
  if (!bytes?.length) return null;
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
}

/** The headers that prove a request. `body` is empty for a GET. */
export async function signRequest(
  key: Promise<CryptoKey>,
  { method, url, body, now }: { method: string; url: string; body: string; now: number },
): Promise<Record<string, string>> {
  const { host, pathname, search } = new URL(url);
  const date = new Date(now).toUTCString();
  const hash = toBase64(await sha256(body));
  const text = new TextEncoder().encode(`${method}\n${pathname}${search}\n${date};${host};${hash}`);
  const signature = toBase64(new Uint8Array(await crypto.subtle.sign("HMAC", await key, text)));
  return {
    "x-ms-date": date,
    "x-ms-content-sha256": hash,
    authorization: `HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=${signature}`,
  };
}
