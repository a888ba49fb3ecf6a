import type { SessionToken, TokenRequest, TrunklineAuth } from "./auth.ts";

/**
 * Tokens for the signed-in user of the page. A URL is the host application's own session route: it is POSTed with
 * same-origin credentials and the header `Trunkline-Session: 1`, and answers what `POST /v1/sessions` answered. 401 or
 * 403 from it means that nobody is signed in. A function does the same in its own way.
 */
export declare function sessionAuth(
  source: string | URL | ((request: TokenRequest) => Promise<string | SessionToken>),
): TrunklineAuth;
