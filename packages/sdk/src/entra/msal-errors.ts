import { isTrunklineError, TrunklineError } from "../errors.ts";

/** Fields of MSAL's errors, read without its classes: the page may hold two copies of it. */
interface MsalError {
  readonly name: string;
  readonly errorCode: string;
  readonly message: string;
  readonly claims?: string | undefined;
}

/** A person has to act. Source: `BrowserAuthErrorCodes` and `InteractionRequiredAuthErrorCodes` of MSAL 5. */
const NEEDS_PERSON = new Set([
  "no_account_error",
  "no_tokens_found",
  "refresh_token_expired",
  "interaction_required",
  "consent_required",
  "login_required",
  "ui_not_allowed",
  "bad_token",
  "interrupted_user",
  "native_account_unavailable",
  "iframe_closed_prematurely",
]);
const NETWORK = new Set(["no_network_connectivity", "post_request_failed", "get_request_failed", "network_error"]);

/** What went wrong at Microsoft or on the way there, as the SDK's own kind of error. MSAL's stays as its `cause`. */
export function entraError(cause: unknown): TrunklineError {
  if (isTrunklineError(cause)) return cause;
  if (!isMsalError(cause)) return failure("Signing in with Microsoft failed.", cause);
  const { errorCode, name, message } = cause;
  if (name === "InteractionRequiredAuthError" || NEEDS_PERSON.has(errorCode)) return signInNeeded(cause);
  if (errorCode === "user_cancelled" || errorCode === "access_denied") return popupClosed(cause);
  if (errorCode === "popup_window_error" || errorCode === "empty_window_error") {
    return of("popup_blocked", "The browser did not open a window. Call signIn() straight from a click.", cause);
  }
  if (errorCode === "redirect_in_iframe") {
    return of("invalid_options", 'Microsoft\'s pages refuse to be framed: use mode: "popup" in a frame.', cause);
  }
  if (errorCode === "interaction_in_progress_cancelled") {
    return of("aborted", "Somebody began to sign in anew.", cause);
  }
  if (errorCode === "timed_out") return of("timeout", "Nobody signed in within five minutes.", cause);
  if (NETWORK.has(errorCode)) {
    return new TrunklineError("network_error", { message: "Microsoft could not be reached.", retryable: true, cause });
  }
  return failure(`Signing in with Microsoft failed: ${message}`, cause);
}

/** Microsoft's own words for what a new sign-in must fulfil, such as a second factor; undefined when it named nothing. */
export function claimsOf(error: unknown): string | undefined {
  return isMsalError(error) && error.claims ? error.claims : undefined;
}

export function signInNeeded(cause?: unknown): TrunklineError {
  return of("signed_out", "Somebody has to sign in with Microsoft. Call signIn() from a click.", cause);
}

export function popupClosed(cause?: unknown): TrunklineError {
  return of("popup_closed", "The person came back without having signed in. Offer to try again.", cause);
}

export function noAnswer(): TrunklineError {
  return failure("Microsoft's library did not answer in time.", undefined);
}

function failure(message: string, cause: unknown): TrunklineError {
  return new TrunklineError("token_refused", { message, retryable: true, cause });
}

function of(code: string, message: string, cause: unknown): TrunklineError {
  return new TrunklineError(code, { message, cause });
}

function isMsalError(error: unknown): error is MsalError {
  return error instanceof Error && typeof (error as Partial<MsalError>).errorCode === "string";
}
