import { hex } from "../../random.ts";
import { hmac } from "../bytes.ts";

/** Header that bears the plain carrier's signature: `t=<unix seconds>,v1=<hex>`. */
export const SIGNATURE_HEADER = "Sandbox-Signature";

/** Signs a webhook: HMAC-SHA256 over `<t>.<raw body>` with the account's webhook secret. */
export async function signWebhook(secret: string, body: string, now: number): Promise<string> {
  const time = Math.floor(now / 1000);
  const mac = await hmac("SHA-256", new TextEncoder().encode(secret), `${time}.${body}`);
  return `t=${time},v1=${hex(mac)}`;
}
