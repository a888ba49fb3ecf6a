import { isTrunklineError } from "@trunkline/sdk";

const CODES: ReadonlySet<string> = new Set(["signed_out", "token_missing", "token_refused", "token_expired"]);

/** Tells whether an error means that somebody has to sign in. */
export function needsSignIn(error: unknown): boolean {
  return isTrunklineError(error) && CODES.has(error.code);
}
