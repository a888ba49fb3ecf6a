import { hmac, toBase64 } from "../bytes.ts";

/**
 * The value of `X-Twilio-Signature`: HMAC-SHA1 with the auth token over the address as it was configured and, for a form,
 * each name and value in the order of the names. Source: Twilio, "Webhooks security".
 *
 * @param form - null for a JSON body, whose hash stands in the address (`bodySHA256`)
 */
export async function signTwilio(authToken: string, url: string, form: URLSearchParams | null): Promise<string> {
  const names = [...new Set(form?.keys() ?? [])].sort();
  const pairs = names.flatMap((name) => [...new Set(form?.getAll(name))].sort().map((value) => name + value));
  return toBase64(await hmac("SHA-1", new TextEncoder().encode(authToken), url + pairs.join("")));
}
