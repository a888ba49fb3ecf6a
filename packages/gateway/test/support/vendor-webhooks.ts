/* Webhooks as vendors sign them. Sources: twilio.com/docs/usage/security; developers.telnyx.com, receiving webhooks */

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const base64 = (bytes: ArrayBuffer): string => btoa(String.fromCharCode(...new Uint8Array(bytes)));

/** A form, signed for the address that Twilio was given. */
export async function twilioWebhook(
  authToken: string,
  url: string,
  fields: Readonly<Record<string, string>>,
): Promise<RequestInit> {
  const key = await crypto.subtle.importKey("raw", bytesOf(authToken), { name: "HMAC", hash: "SHA-1" }, false, [
    "sign",
  ]);
  const pairs = Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
  const signature = base64(await crypto.subtle.sign("HMAC", key, bytesOf(url + pairs.flat().join(""))));
  return {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature },
    body: new URLSearchParams(fields).toString(),
  };
}

/** An account of Telnyx: its public key, and how it signs at a time in milliseconds. */
export async function telnyxAccount() {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  return {
    publicKey: base64(await crypto.subtle.exportKey("raw", pair.publicKey)),
    async webhook(at: number, event: object): Promise<RequestInit> {
      const body = JSON.stringify({ data: event });
      const time = String(Math.floor(at / 1000));
      const signature = base64(await crypto.subtle.sign("Ed25519", pair.privateKey, bytesOf(`${time}|${body}`)));
      const headers = {
        "content-type": "application/json",
        "telnyx-timestamp": time,
        "telnyx-signature-ed25519": signature,
      };
      return { method: "POST", headers, body };
    },
  };
}
