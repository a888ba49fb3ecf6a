/*
 * Telnyx's error codes. Source: developers.telnyx.com, messaging error codes
 */

const BY_NAME: Readonly<Record<string, string>> = {
  carrier_credentials: "10009",
  auth: "10009",
  carrier_account: "10039",
  account: "10039",
  carrier_busy: "10011",
  rate_limited: "10011",
  landline: "40001",
  blocked_as_spam: "40003",
  spam_filtered: "40003",
  carrier_refused: "40004",
  carrier_failed: "40004",
  carrier_error: "40004",
  unknown: "40004",
  expired: "40005",
  unreachable: "40008",
  content_rejected: "40009",
  media_rejected: "40009",
  line_unregistered: "40010",
  unregistered: "40010",
  invalid_number: "40012",
  invalid_sender: "40013",
  opted_out: "40300",
};

const TITLES: Readonly<Record<string, string>> = {
  "10004": "Missing required parameter",
  "10005": "Resource not found",
  "10007": "Unexpected error",
  "10009": "Authentication failed",
  "10011": "Too many requests",
  "10015": "Bad request",
  "10039": "Account not verified for this destination",
  "40001": "Not routable",
  "40003": "Blocked as spam",
  "40004": "Rejected by destination",
  "40005": "Message expired",
  "40008": "Undeliverable",
  "40009": "Invalid message body",
  "40010": "Not 10DLC registered",
  "40012": "Invalid messaging destination number",
  "40013": "Invalid messaging source number",
  "40300": "Blocked due to STOP message",
  "40302": "Message too large",
};
const STATUSES: Readonly<Record<string, number>> = {
  "10004": 422,
  "10005": 404,
  "10007": 500,
  "10009": 401,
  "10011": 429,
  "10039": 403,
};

/** The code for a common name; a number stands for itself. */
export const telnyxCode = (name: string): string => (/^\d+$/.test(name) ? name : (BY_NAME[name] ?? "40004"));

/** An entry of `errors`. */
export function shownError(code: string, detail?: string, pointer?: string) {
  const title = TITLES[code] ?? "Message error";
  return {
    code,
    title,
    detail: detail ?? `${title}.`,
    meta: { url: `https://developers.telnyx.com/docs/overview/errors/${code}` },
    ...(pointer === undefined ? {} : { source: { pointer } }),
  };
}

/** An answer that refuses: `{ errors: [{ code, title, detail, source }] }`. */
export function telnyxError(
  code: string,
  { detail, pointer, headers, status = STATUSES[code] ?? 400 }: RefusalFacts = {},
): Response {
  return Response.json({ errors: [shownError(code, detail, pointer)] }, { status, headers: headers ?? {} });
}

interface RefusalFacts {
  readonly detail?: string;
  /** JSON pointer (RFC 6901) to what is wrong in the body. */
  readonly pointer?: string;
  readonly headers?: Record<string, string>;
  readonly status?: number;
}
