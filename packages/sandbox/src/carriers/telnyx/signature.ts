import { fromBase64, toBase64 } from "../bytes.ts";

// What precedes the 32 bytes of a private key in PKCS #8. Source: RFC 8410 §7
const PKCS8 = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

const importKey = (seed: Uint8Array) =>
  crypto.subtle.importKey("pkcs8", Uint8Array.from([...PKCS8, ...seed]), "Ed25519", true, ["sign"]);

/** A key pair out of 32 bytes, each half as base64. */
export async function keyPair(seed: Uint8Array): Promise<{ privateKey: string; publicKey: string }> {
  const { x = "" } = await crypto.subtle.exportKey("jwk", await importKey(seed));
  const publicKey = fromBase64(x.replaceAll("-", "+").replaceAll("_", "/"));
  return { privateKey: toBase64(seed), publicKey: toBase64(publicKey) };
}

/**
 * The headers of a webhook: Ed25519 over the time, a bar and the raw body. Source: Telnyx, "Receiving webhooks".
 *
 * @param now - milliseconds since 1970
 */
export async function signTelnyx(privateKey: string, body: string, now: number): Promise<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1000));
  const signed = new TextEncoder().encode(`${timestamp}|${body}`);
  const signature = await crypto.subtle.sign("Ed25519", await importKey(fromBase64(privateKey)), signed);
  return { "telnyx-timestamp": timestamp, "telnyx-signature-ed25519": toBase64(new Uint8Array(signature)) };
}
