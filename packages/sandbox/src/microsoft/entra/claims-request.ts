import * as z from "zod/mini";
import { EntraError } from "./errors.ts";

const Demand = z.nullable(z.object({ essential: z.optional(z.boolean()) }));
const Claims = z.looseObject({ access_token: z.optional(z.nullable(z.record(z.string(), z.unknown()))) });

/** Claims of an access token that are had only after a second factor: authentication contexts, and policies to be met. */
const SECOND_FACTOR = ["acrs", "capolids", "polids"];

/**
 * Whether the `claims` of a request can be met only by a second factor, as those of a claims challenge can.
 *
 * @throws EntraError 90023 when they are not the JSON that OpenID Connect Core, section 5.5, describes
 */
export function demandsSecondFactor(claims: string | null): boolean {
  if (claims === null || claims === "") return false;
  const accessToken = parsed(claims).access_token ?? {};
  return SECOND_FACTOR.some((name) => Demand.safeParse(accessToken[name]).data?.essential === true);
}

function parsed(claims: string): z.infer<typeof Claims> {
  try {
    return z.parse(Claims, JSON.parse(claims));
  } catch {
    throw new EntraError(90023, "'claims' is not valid.");
  }
}

/** The challenge that goes with AADSTS50076: which policy has to be met. */
export function secondFactorChallenge(tenantId: string): string {
  return JSON.stringify({ access_token: { capolids: { essential: true, values: [tenantId] } } });
}
