import { hex } from "../../random.ts";

/** Header that bears the plain carrier's signature: `t=<unix seconds>,v1=<hex>`. */
export const SIGNATURE_HEADER = "Sandbox-Signature";

/** Signs a webhook: HMAC-SHA256 over `<t>.<raw body>` with the account's webhook secret. */
export async function signWebhook(secret: string, body: string, now: number): Promise<string> {
  const encoder = new TextEncoder();
  const time = Math.floor(now / 1000);
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
  const mac = await crypto.subtle.sign("HMAC", key, encoder.encode(`${time}.${body}`));
  return `t=${time},v1=${hex(new Uint8Array(mac))}`;
}
