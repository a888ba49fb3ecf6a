/**
 * One catalogue for problems (`application/problem+json`), `failure.code` of a message and `check.reasons`.
 *
 * `status` is the HTTP status when the code answers a request; codes that only ever describe what happened to a message
 * have none. `retryable` tells a program whether the same request may succeed later without anybody changing anything.
 */
export interface ErrorFact {
  readonly status: number | null;
  readonly title: string;
  readonly retryable: boolean;
}

const fact = (status: number | null, title: string, retryable = false): ErrorFact => ({ status, title, retryable });

export const ERROR_CODES = {
  // the request
  malformed_request: fact(400, "The request is not whole, or not valid HTTP"),
  request_timeout: fact(408, "The request did not arrive in time", true),
  headers_too_large: fact(431, "The request's headers are larger than the gateway accepts"),
  invalid_json: fact(400, "The body is not valid JSON"),
  invalid_input: fact(422, "A field has a value that is not accepted"),
  unknown_field: fact(422, "The request has a field that this route does not know"),
  invalid_cursor: fact(400, "The cursor does not belong to this list"),
  invalid_number: fact(422, "Not a phone number that can be texted"),
  too_long: fact(422, "The text is longer than a carrier takes"),
  body_too_large: fact(413, "The body is larger than this route accepts"),
  unsupported_media_type: fact(415, "Send application/json"),
  media_not_accepted: fact(422, "The file is none that can be sent"),
  media_not_set_up: fact(409, "This gateway has no place for files"),
  not_found: fact(404, "There is nothing here that you may see"),
  method_not_allowed: fact(405, "This address does not answer that method"),
  conflict: fact(409, "What is there already stands against it"),
  already_assigned: fact(409, "Somebody else has this conversation"),
  idempotency_key_reused: fact(422, "That Idempotency-Key was used with another request"),
  // who asks
  token_missing: fact(401, "Send a key or a session token"),
  token_refused: fact(401, "The key or token is not valid"),
  token_expired: fact(401, "The session token has expired"),
  tenant_required: fact(400, "An operator key must name the tenant it acts for"),
  operator_required: fact(403, "Only an operator key may do this"),
  forbidden: fact(403, "You may see this, but not do that"),
  suspended: fact(403, "This user is suspended"),
  tenant_not_connected: fact(403, "Nobody has connected this Microsoft 365 organisation"),
  microsoft_not_set_up: fact(409, "This gateway has no Microsoft 365 app registration"),
  microsoft_unavailable: fact(503, "Microsoft 365 cannot be reached at the moment", true),
  // the gateway
  rate_limited: fact(429, "Too many requests", true),
  internal_error: fact(500, "Something went wrong in the gateway", true),
  unavailable: fact(503, "The gateway cannot reach its store at the moment", true),
  signature_invalid: fact(401, "The webhook's signature does not match"),
  // what a receiver of webhooks can find out
  raw_body_required: fact(null, "The webhook's body was parsed before its signature could be checked"),
  webhook_header_missing: fact(null, "The request lacks a header that every webhook has"),
  webhook_too_old: fact(null, "The webhook's time lies too far back"),
  webhook_too_new: fact(null, "The webhook's time lies ahead"),
  webhook_repeated: fact(null, "The webhook's event was handled already"),
  webhook_secret_invalid: fact(null, "Not a webhook's secret"),
  // what happened to a message
  line_unregistered: fact(null, "The line is not registered for this traffic"),
  line_not_assigned: fact(403, "The line is not assigned to you"),
  opted_out: fact(422, "The number has opted out"),
  no_opt_in: fact(422, "The number has not agreed to be texted, and this business asks for that first"),
  quiet_hours: fact(422, "It is a time of quiet at the recipient's"),
  country_not_confirmed: fact(422, "Nobody has confirmed yet that this business texts to that country"),
  send_cap_reached: fact(429, "The business has sent as many texts as it may for now", true),
  missing_variables: fact(422, "The template needs values that were not given"),
  broadcast_canceled: fact(null, "The broadcast was canceled before this text left"),
  duplicate_recipient: fact(null, "The number comes earlier in the same broadcast"),
  landline: fact(null, "The number is a landline"),
  unreachable: fact(null, "The handset could not be reached", true),
  blocked_as_spam: fact(null, "A carrier blocked the text as spam"),
  invalid_sender: fact(null, "The carrier does not accept this sender"),
  content_rejected: fact(null, "The carrier does not accept this text's content"),
  media_rejected: fact(null, "The carrier does not accept these media"),
  expired: fact(null, "The text could not be delivered in time"),
  carrier_refused: fact(null, "The carrier refused the text"),
  carrier_unavailable: fact(503, "The carrier could not be reached", true),
  carrier_busy: fact(null, "Too many texts were on their way at the carrier", true),
  carrier_failed: fact(null, "Something went wrong at the carrier", true),
  carrier_account: fact(null, "The carrier account may not do this"),
  carrier_credentials: fact(null, "The carrier refused our credentials"),
  outcome_unknown: fact(null, "It is not known whether the carrier took the text"),
  // what a client can meet before it reaches a gateway
  network_error: fact(null, "The gateway could not be reached", true),
  timeout: fact(null, "The gateway did not answer in time", true),
  aborted: fact(null, "The call was aborted"),
  closed: fact(null, "The client was closed"),
  invalid_options: fact(null, "The client was created with options that contradict each other"),
  signed_out: fact(null, "Nobody is signed in"),
  popup_blocked: fact(null, "The browser did not open a window"),
  popup_closed: fact(null, "The window was closed before all was done"),
} as const satisfies Record<string, ErrorFact>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Narrows a string that came over the wire; a newer gateway may send codes that this version does not know. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === "string" && Object.hasOwn(ERROR_CODES, value);
}
