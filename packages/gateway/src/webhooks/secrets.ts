import type { TenantId, WebhookId } from "@trunkline/protocol";
import { fromBase64, hmac, toBase64 } from "../bytes.ts";
import type { RandomBytes } from "../random.ts";
import type { Sealer } from "../seal/seal.ts";

/** Bytes of a secret; Standard Webhooks 1.0.0 asks for 24 to 64. */
const SECRET_BYTES = 32;
const PREFIX = "whsec_";

/** A new secret: `whsec_` and base64. */
export const newWebhookSecret = (random: RandomBytes): string => PREFIX + toBase64(random(SECRET_BYTES));

const rowOf = (tenantId: TenantId, id: WebhookId): string => JSON.stringify(["webhooks", tenantId, id]);

export const sealSecret = (sealer: Sealer, tenantId: TenantId, id: WebhookId, secret: string): Promise<Uint8Array> =>
  sealer.seal(secret, rowOf(tenantId, id));

/** @throws SealBroken when it was sealed for another row, or under a key that is not there */
export const openSecret = (sealer: Sealer, tenantId: TenantId, id: WebhookId, sealed: Uint8Array): Promise<string> =>
  sealer.open(sealed, rowOf(tenantId, id));

/** A delivery's own headers, by Standard Webhooks 1.0.0. */
export interface SignedHeaders {
  readonly "webhook-id": string;
  readonly "webhook-timestamp": string;
  readonly "webhook-signature": string;
}

/**
 * Signs one try of a delivery with each of the secrets, the newest first: `v1,` and the base64 of HMAC-SHA256 over
 * `{id}.{seconds}.{body}`, separated by blanks. Source: Standard Webhooks 1.0.0, "Signature scheme".
 *
 * @param now - of this try, in milliseconds
 */
export async function signDelivery(
  secrets: readonly string[],
  { id, body, now }: { id: string; body: string; now: number },
): Promise<SignedHeaders> {
  const timestamp = String(Math.floor(now / 1000));
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  const signatures = await Promise.all(secrets.map(async (secret) => `v1,${await sign(secret, signed)}`));
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures.join(" ") };
}

async function sign(secret: string, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const key = fromBase64(secret.slice(PREFIX.length));
  if (key === null) throw new TypeError("a webhook's secret is whsec_ and base64");
  return toBase64(await hmac("SHA-256", key, bytes));
}
