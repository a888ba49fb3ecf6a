import { fromBase64, joinBytes } from "../../bytes.ts";
import { GENUINE, type Verdict, type Webhook } from "../carrier.ts";

/* Telnyx signs the time, a bar and the raw body with Ed25519. Source: developers.telnyx.com, receiving webhooks */

/** Signatures older or newer than this are refused, in milliseconds. */
const TOLERANCE_MS = 300_000;
const KEY_BYTES = 32;

/** The account's public key; null for what is none. */
export function telnyxKey(base64: string): Promise<CryptoKey> | null {
  const bytes = fromBase64(base64);
  if (bytes?.length !== KEY_BYTES) return null;
  return crypto.subtle.importKey("raw", bytes, "Ed25519", false, ["verify"]);
}

export async function verifyTelnyx(key: Promise<CryptoKey>, { headers, body }: Webhook, now: number): Promise<Verdict> {
  const signature = fromBase64(headers.get("telnyx-signature-ed25519") ?? "");
  const time = headers.get("telnyx-timestamp") ?? "";
  if (!signature?.length || !/^\d{1,12}$/.test(time)) {
    return {
      kind: "refused",
      why: "The headers telnyx-signature-ed25519 and telnyx-timestamp are missing or malformed.",
    };
  }
  if (Math.abs(now - Number(time) * 1000) > TOLERANCE_MS) {
    return { kind: "refused", why: "It was signed more than five minutes ago, or this gateway's clock is wrong." };
  }
  const signed = joinBytes([new TextEncoder().encode(`${time}|`), body]);
  return (await crypto.subtle.verify("Ed25519", await key, signature, signed))
    ? GENUINE
    : { kind: "refused", why: "The signature is not that of this account's public key, or the body was changed." };
}
