import type { EntraStanding } from "./standing.ts";

/*
 * What the gateway asks of Entra as a confidential client. `@trunkline/gateway/node` makes one on @azure/msal-node; the
 * rest of the gateway knows this form alone.
 */

/** The account that signed in. `tenantId` and `objectId` together are the person. */
export interface EntraAccount {
  readonly tenantId: string;
  readonly objectId: string;
  /** For people to read; it changes hands. */
  readonly name: string;
  readonly username: string;
  /** What they are in that organisation. */
  readonly standing: EntraStanding;
}

/** A person's sign-in as it now stands. */
export interface EntraSignIn {
  readonly account: EntraAccount;
  readonly accessToken: string;
  /** Of the access token, in milliseconds. */
  readonly expiresAt: number;
  /** Short names of the delegated permissions that hold, such as `User.Read`. */
  readonly scopes: readonly string[];
  /** All that is needed to renew it, refresh token included; sealed at rest and never sent anywhere. */
  readonly tokens: string;
}

/** A token that the app has in its own name. */
export interface EntraAppToken {
  readonly accessToken: string;
  /** In milliseconds. */
  readonly expiresAt: number;
  /** Application permissions that hold. */
  readonly roles: readonly string[];
}

export interface AuthorizeRequest {
  /** A tenant's GUID, or `organizations`. */
  readonly tenant: string;
  readonly scopes: readonly string[];
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  /** PKCE, S256. */
  readonly codeChallenge: string;
  readonly loginHint?: string;
  readonly prompt?: "none" | "consent" | "select_account";
}

export interface RedeemRequest {
  readonly tenant: string;
  readonly scopes: readonly string[];
  readonly redirectUri: string;
  readonly code: string;
  readonly codeVerifier: string;
  /** What the ID token must carry. */
  readonly nonce: string;
}

/** Every call may throw `EntraRefused` or `EntraUnavailable`. */
export interface EntraClient {
  authorizeUrl(request: AuthorizeRequest): Promise<string>;
  redeem(request: RedeemRequest): Promise<EntraSignIn>;
  /** Renews a sign-in; the old `tokens` are of no use afterwards. */
  renew(request: { readonly tokens: string; readonly scopes: readonly string[] }): Promise<EntraSignIn>;
  /** Trades a person's access token for this gateway for one of Graph. */
  onBehalfOf(request: {
    readonly tenant: string;
    readonly assertion: string;
    readonly scopes: readonly string[];
  }): Promise<EntraSignIn>;
  /** Signs the app itself in to a resource, such as `https://graph.microsoft.com`. */
  asApp(request: { readonly tenant: string; readonly resource: string }): Promise<EntraAppToken>;
}

/** Entra said no, and why. */
export class EntraRefused extends Error {
  override readonly name = "EntraRefused";
  /** AADSTS numbers, such as 65001; the rest of the answer is for programs. */
  readonly codes: readonly number[];
  readonly error: string;
  readonly suberror: string | null;
  /** What conditional access wants to be asked again with. */
  readonly claims: string | null;

  constructor(
    message: string,
    {
      codes,
      error,
      suberror = null,
      claims = null,
    }: { codes: readonly number[]; error: string; suberror?: string | null; claims?: string | null },
  ) {
    super(message);
    this.codes = codes;
    this.error = error;
    this.suberror = suberror;
    this.claims = claims;
  }
}

/** Entra could not be reached, or asks for a pause. Nothing is known of what was asked. */
export class EntraUnavailable extends Error {
  override readonly name = "EntraUnavailable";
  readonly retryAfterMs: number | null;

  constructor(message: string, { retryAfterMs = null, cause }: { retryAfterMs?: number | null; cause?: unknown } = {}) {
    super(message, { cause });
    this.retryAfterMs = retryAfterMs;
  }
}
