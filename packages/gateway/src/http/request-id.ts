import { HEADERS } from "@trunkline/protocol";
import { toBase64Url } from "../bytes.ts";
import type { RandomBytes } from "../random.ts";

/** A name that a proxy or a client may choose for its request: short, and harmless in a log. */
const WELL_FORMED = /^[A-Za-z0-9._-]{8,64}$/;

/** The id that the request brings, when it is well-formed; otherwise a new one. */
export function requestIdOf(headers: Headers, random: RandomBytes): string {
  const given = headers.get(HEADERS.requestId);
  return given !== null && WELL_FORMED.test(given) ? given : `req_${toBase64Url(random(15))}`;
}
