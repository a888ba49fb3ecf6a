import { HEADERS } from "@trunkline/protocol/vocabulary";
import { problemError } from "../problem.ts";
import { VERSION } from "../version.ts";
import { unlessAborted } from "../waiting.ts";
import type { TrunklineAuth } from "./auth.ts";
import type { Tokens } from "./tokens.ts";

/** `fetch` with the caller's token; a token that has ended is replaced once and the request sent again. */
export type AuthorizedFetch = (request: Request) => Promise<Response>;

export interface AuthorizedFetchParts {
  readonly auth: TrunklineAuth;
  readonly tokens: Tokens;
  readonly fetch: typeof fetch;
}

export function authorizedFetch({ auth, tokens, fetch }: AuthorizedFetchParts): AuthorizedFetch {
  const sendWith = (request: Request, token: string) =>
    unlessAborted(fetch(dress(request, token, auth.tenant)), request.signal);

  return async function fetchWithToken(request) {
    const again = request.clone(); // a body can be read once
    const token = await unlessAborted(tokens.get(), request.signal);
    const response = await sendWith(request, token);
    if (response.status !== 401) return response;
    // 401 means that nothing was done, so that sending again is safe whatever the method.
    const refusal = await problemError(response, request.url);
    const reason = refusal.code === "token_expired" ? "expired" : "refused";
    const next = await unlessAborted(tokens.replace(token, reason, refusal), request.signal);
    return sendWith(again, next);
  };
}

/** Adds what every request to the gateway carries. */
export function dress(request: Request, token: string, tenant: string | undefined): Request {
  request.headers.set("Authorization", `Bearer ${token}`);
  request.headers.set(HEADERS.client, `sdk/${VERSION}`);
  if (tenant !== undefined) request.headers.set(HEADERS.tenant, tenant);
  return request;
}
