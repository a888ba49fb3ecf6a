import type { RandomBytes } from "@trunkline/gateway";
import { newGuid } from "../guid.ts";

/** The `error` that OAuth 2.0 and OpenID Connect know, and one `suberror` where Entra tells more. */
interface AadstsKind {
  readonly error: string;
  readonly suberror?: string;
  readonly text: string;
}

/**
 * What the simulator answers with. Programs branch on `error` and `suberror`; the numbers are for people.
 * Source: "Microsoft Entra authentication and authorization error codes"; the texts are our own, and so is `error` where that page names none.
 */
export const AADSTS = {
  16000: { error: "interaction_required", text: "Several accounts are signed in; one has to be picked." },
  50001: { error: "invalid_resource", text: "The resource is not known in this tenant." },
  50011: { error: "invalid_request", text: "The redirect URI does not match those of the registration." },
  50013: { error: "invalid_grant", text: "The assertion is not valid." },
  50020: { error: "invalid_grant", text: "The account is of another tenant and not known in this one." },
  50034: { error: "invalid_grant", text: "The account does not exist in this directory." },
  50057: { error: "invalid_grant", text: "The account is disabled." },
  50058: { error: "login_required", text: "A silent sign-in was asked for, and nobody is signed in." },
  50076: {
    error: "interaction_required",
    suberror: "basic_action",
    text: "A second factor is needed.",
  },
  50105: { error: "invalid_grant", text: "The user is not assigned to the app." },
  53003: { error: "access_denied", text: "Conditional access blocks the sign-in." },
  54005: { error: "invalid_grant", text: "The authorization code was redeemed already." },
  65001: { error: "invalid_grant", suberror: "consent_required", text: "Nobody has consented to this use of the app." },
  65004: { error: "access_denied", text: "The user declined to consent." },
  70000: { error: "invalid_grant", text: "The grant is not valid." },
  70003: { error: "unsupported_grant_type", text: "The app asked for a grant that is not supported." },
  70008: { error: "invalid_grant", text: "The code or refresh token has expired." },
  70011: { error: "invalid_scope", text: "The scope is not valid." },
  90002: { error: "invalid_request", text: "The tenant was not found." },
  90014: { error: "invalid_request", text: "A required field is missing." },
  90023: { error: "invalid_request", text: "The request is not valid." },
  90094: { error: "access_denied", text: "An admin must consent." },
  90095: { error: "access_denied", text: "An admin must consent; approval can be asked for." },
  501481: { error: "invalid_grant", text: "The code verifier does not match the code challenge." },
  500133: { error: "invalid_grant", text: "The assertion is not within its valid time range." },
  700005: { error: "invalid_grant", text: "The authorization code is meant for another tenant." },
  700016: { error: "unauthorized_client", text: "The app was not found in the directory." },
  700025: { error: "invalid_client", text: "The client is public and must not present a secret or an assertion." },
  700027: { error: "invalid_client", text: "The client assertion's signature is not valid." },
  700054: { error: "unsupported_response_type", text: "The response type is not enabled for the app." },
  700084: { error: "invalid_grant", text: "The refresh token of a single-page app has reached its fixed end." },
  7000112: { error: "unauthorized_client", text: "The app is disabled." },
  7000215: { error: "invalid_client", text: "The client secret is not valid." },
  7000218: { error: "invalid_client", text: "The request must carry a client secret or a client assertion." },
  7000229: { error: "unauthorized_client", text: "The app has no service principal in the tenant." },
  7000222: { error: "invalid_client", text: "The client secret has expired." },
  9002326: {
    error: "invalid_request",
    text: "Only what went to a redirect URI of a single-page app is redeemed from another origin.",
  },
  9002327: {
    error: "invalid_request",
    text: "What went to a redirect URI of a single-page app is redeemed by its page alone.",
  },
  9001023: { error: "invalid_request", text: "The grant is not supported over /common or /consumers." },
} as const satisfies Record<number, AadstsKind>;

export type AadstsCode = keyof typeof AADSTS;

/** A request that Entra refuses. */
export class EntraError extends Error {
  override name = "EntraError";
  readonly code: AadstsCode;
  readonly error: string;
  readonly suberror: string | undefined;
  /** What a new sign-in has to ask for, as its `claims`. */
  readonly claims: string | undefined;

  constructor(code: AadstsCode, detail = "", claims?: string) {
    const kind: AadstsKind = AADSTS[code];
    super(`AADSTS${code}: ${kind.text}${detail === "" ? "" : ` ${detail}`}`);
    this.code = code;
    this.error = kind.error;
    this.suberror = kind.suberror;
    this.claims = claims;
  }

  /** The token endpoint's answer: 401 where the client did not prove who it is, otherwise 400. */
  toResponse(random: RandomBytes, now: number, correlationId: string | null): Response {
    const timestamp = `${new Date(now).toISOString().slice(0, 19).replace("T", " ")}Z`;
    const traceId = newGuid(random);
    const correlation = correlationId ?? newGuid(random);
    const body = {
      error: this.error,
      ...(this.suberror === undefined ? {} : { suberror: this.suberror }),
      error_description: `${this.message}\r\nTrace ID: ${traceId}\r\nCorrelation ID: ${correlation}\r\nTimestamp: ${timestamp}`,
      error_codes: [this.code],
      timestamp,
      trace_id: traceId,
      correlation_id: correlation,
      ...(this.claims === undefined ? {} : { claims: this.claims }),
      error_uri: `https://login.microsoftonline.com/error?code=${this.code}`,
    };
    return Response.json(body, {
      status: this.error === "invalid_client" ? 401 : 400,
      headers: { "cache-control": "no-store" },
    });
  }
}
