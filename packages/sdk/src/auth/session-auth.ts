import { HEADERS } from "@trunkline/protocol/vocabulary";
import { TrunklineError } from "../errors.ts";
import type { SessionToken, TokenRequest, TrunklineAuth } from "./auth.ts";

/**
 * Tokens for the signed-in user of the page. A URL is the host application's own session route: it is POSTed with
 * same-origin credentials and the header `Trunkline-Session: 1`, and answers what `POST /v1/sessions` answered. 401 or
 * 403 from it means that nobody is signed in. A function does the same in its own way.
 *
 * @example
 * createTrunkline({ gateway, auth: sessionAuth("/api/trunkline/session") });
 */
export function sessionAuth(
  source: string | URL | ((request: TokenRequest) => Promise<string | SessionToken>),
): TrunklineAuth {
  return {
    kind: "session",
    token: typeof source === "function" ? source : (request) => askHost(String(source), request),
  };
}

async function askHost(url: string, { fetch, signal }: TokenRequest): Promise<SessionToken> {
  const response = await fetch(url, {
    method: "POST",
    credentials: "same-origin",
    headers: { [HEADERS.session]: "1", Accept: "application/json" },
    signal,
  });
  if (response.status === 401 || response.status === 403) {
    throw new TrunklineError("signed_out", {
      status: response.status,
      message: `Nobody is signed in: ${url} answered ${response.status}.`,
    });
  }
  if (!response.ok) {
    throw new TrunklineError("token_refused", {
      status: response.status,
      retryable: true,
      message: `${url} must answer what POST /v1/sessions answered, and not ${response.status}.`,
    });
  }
  return response.json() as Promise<SessionToken>; // whoever receives it looks whether there is a token in it
}
