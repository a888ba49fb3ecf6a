/** Why a token is asked for: the first one, one that will expire soon, or one that the gateway no longer takes. */
export type TokenReason = "start" | "expiring" | "expired" | "refused";

/** A token with its end, as the gateway's `POST /v1/sessions` answers; other fields are ignored. */
export interface SessionToken {
  readonly token: string;
  /** ISO 8601, or milliseconds since 1970. Without it the token is used until the gateway says that it has expired. */
  readonly expiresAt?: string | number | Date | undefined;
}

export interface TokenRequest {
  readonly signal: AbortSignal;
  readonly reason: TokenReason;
  /** The client's `fetch`. */
  readonly fetch: typeof fetch;
}

/**
 * Where tokens come from. Made by `sessionAuth` and `apiKeyAuth`; anything of this form will do.
 */
export interface TrunklineAuth {
  /** `session` tokens are renewed by asking again; a `key` never changes and is refused in browsers. */
  readonly kind: "session" | "key";
  /** The tenant that an operator key acts for: `ten_…` or `ext:…`. */
  readonly tenant?: string | undefined;
  /** Gives a token. A rejection is retried with growing pauses, never in a storm. */
  token(request: TokenRequest): Promise<string | SessionToken>;
}
