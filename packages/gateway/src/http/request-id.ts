import { HEADERS } from "@trunkline/protocol";
import { toBase64Url } from "../bytes.ts";
import type { RandomBytes } from "../random.ts";

/** A name that a proxy or a client may choose for its request: short, and harmless in a log. */
const WELL_FORMED = /^[A-Za-z0-9._-]{8,64}$/;

/** The id that a request brings, when it is well-formed. */
export function givenRequestId(headers: Headers): string | null {
  const given = headers.get(HEADERS.requestId);
  return given !== null && WELL_FORMED.test(given) ? given : null;
}

/** Names for requests that bring none: random for the gateway, then counted, because they are names and no secrets. */
export function requestIds(random: RandomBytes): () => string {
  const gateway = toBase64Url(random(9));
  let count = 0;
  return () => `req_${gateway}${(count++).toString(36).padStart(6, "0")}`;
}
