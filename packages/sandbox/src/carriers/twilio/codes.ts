/*
 * Twilio's error codes. Source: twilio.com/docs/api/errors
 */

/** What is said when a text is refused as it is handed over, by the common name of the reason. */
const REFUSED: Readonly<Record<string, number>> = {
  carrier_credentials: 20003,
  auth: 20003,
  carrier_busy: 20429,
  rate_limited: 20429,
  carrier_failed: 20500,
  carrier_error: 20500,
  invalid_number: 21211,
  carrier_account: 21408,
  account: 21408,
  invalid_sender: 21606,
  line_unregistered: 21606,
  unregistered: 21606,
  opted_out: 21610,
  unreachable: 21612,
  landline: 21614,
  content_rejected: 21617,
  media_rejected: 21620,
};

/** What is said in a receipt. */
const NOT_DELIVERED: Readonly<Record<string, number>> = {
  carrier_account: 30002,
  account: 30002,
  unreachable: 30003,
  opted_out: 30004,
  invalid_number: 30005,
  landline: 30006,
  blocked_as_spam: 30007,
  spam_filtered: 30007,
  carrier_refused: 30008,
  unknown: 30008,
  media_rejected: 30019,
  carrier_busy: 30022,
  rate_limited: 30022,
  line_unregistered: 30034,
  unregistered: 30034,
  expired: 30036,
  carrier_failed: 30500,
  carrier_error: 30500,
};

const MESSAGES: Readonly<Record<number, string>> = {
  20001: "Invalid parameter",
  20003: "Authenticate",
  20009: "Message delivery is not complete",
  20404: "The requested resource was not found",
  20429: "Too Many Requests",
  20500: "Internal Server Error",
  20503: "Service Unavailable",
  21211: "The 'To' number is not a valid phone number",
  21212: "The 'From' number is not a valid phone number, shortcode, or alphanumeric sender ID",
  21408: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number",
  21602: "Message body is required",
  21603: "A 'From' phone number is required",
  21604: "A 'To' phone number is required",
  21606: "The 'From' phone number is not a valid, SMS-capable inbound phone number for this account",
  21610: "Attempt to send to unsubscribed recipient",
  21611: "This 'From' number has exceeded the maximum number of queued messages",
  21612: "The 'To' phone number is not currently reachable via SMS",
  21614: "The 'To' number is not a valid mobile number",
  21617: "The concatenated message body exceeds the 1600 character limit",
  21620: "Invalid media URL(s)",
  21623: "Number of media files exceeds allowed limit",
  21701: "The Messaging Service does not exist",
};
const STATUSES: Readonly<Record<number, number>> = {
  20003: 401,
  20009: 409,
  20404: 404,
  20429: 429,
  20500: 500,
  20503: 503,
  21611: 429,
  21701: 404,
};

/** The code for a common name; a number stands for itself. */
const codeOf = (name: string, table: Readonly<Record<string, number>>, otherwise: number): number =>
  /^\d+$/.test(name) ? Number(name) : (table[name] ?? otherwise);

/** The code with which a text is refused that the carrier was told to refuse. */
export const refusalCode = (name: string): number => codeOf(name, REFUSED, NOT_DELIVERED[name] ?? 20001);

/** The code in the receipt of a text that did not arrive. */
export const receiptCode = (name: string): number => codeOf(name, NOT_DELIVERED, 30008);

/** An answer that refuses: `{ code, message, more_info, status }`. */
export function twilioError(code: number, message = MESSAGES[code] ?? "The message was refused"): Response {
  const status = STATUSES[code] ?? 400;
  const body = { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status };
  return Response.json(body, { status, headers: status === 429 ? { "retry-after": "1" } : {} });
}
