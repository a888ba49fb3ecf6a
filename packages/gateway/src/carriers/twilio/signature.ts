import { hmac, sha256, toBase64, toHex } from "../../bytes.ts";
import { GENUINE, type Verdict, type Webhook } from "../carrier.ts";
import { equalInConstantTime } from "../signature.ts";

/*
 * Twilio's signature of webhooks: HMAC-SHA1 over the address and, for forms, the parameters.
 * Source: twilio.com/docs/usage/security
 */

/** Signs as Twilio does: the address, then each name and value in the order of the names. */
async function sign(authToken: string, url: string, form: URLSearchParams): Promise<string> {
  const pairs = [...new Set([...form.keys()])].sort().flatMap(
    (name) => [...new Set(form.getAll(name))].sort().map((value) => name + value), // a name that repeats: distinct values, sorted
  );
  const encoder = new TextEncoder();
  return toBase64(await hmac("SHA-1", encoder.encode(authToken), encoder.encode(url + pairs.join(""))));
}

export async function verifyTwilio(authToken: string, { url, headers, body }: Webhook): Promise<Verdict> {
  const signature = headers.get("x-twilio-signature");
  if (!signature) return { kind: "refused", why: "The header X-Twilio-Signature is missing." };
  const isForm = headers.get("content-type")?.toLowerCase().startsWith("application/x-www-form-urlencoded") ?? false;
  const form = new URLSearchParams(isForm ? new TextDecoder().decode(body) : "");
  const hash = new URL(url).searchParams.get("bodySHA256");
  if (!isForm && hash !== null && !equalInConstantTime(toHex(await sha256(body)), hash.toLowerCase())) {
    return { kind: "refused", why: "The body is another one than bodySHA256 in the address tells." };
  }
  for (const address of spellings(url)) {
    if (equalInConstantTime(await sign(authToken, address, form), signature)) return GENUINE;
  }
  const { origin, pathname } = new URL(url);
  return {
    kind: "refused",
    why: `The signature is not that of ${origin}${pathname} with this account's auth token. Compare the address in Twilio's console, and the gateway's public URL.`,
  };
}

/** With the scheme's own port and without: Twilio's back ends differ about it. */
function spellings(url: string): string[] {
  const { protocol, port, host } = new URL(url);
  if (port !== "") return [url];
  const afterHost = url.indexOf(host) + host.length;
  return [url, `${url.slice(0, afterHost)}:${protocol === "https:" ? 443 : 80}${url.slice(afterHost)}`];
}
