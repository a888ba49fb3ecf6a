import type { ErrorCode } from "@trunkline/protocol";

/** What Twilio's error codes mean. Source: twilio.com/docs/api/errors */
const CODES: ReadonlyMap<number, ErrorCode> = new Map<number, ErrorCode>([
  [20003, "carrier_credentials"],
  [21211, "invalid_number"],
  [21614, "invalid_number"],
  [30005, "invalid_number"],
  [21212, "invalid_sender"],
  [21606, "invalid_sender"],
  [21612, "invalid_sender"],
  [21659, "invalid_sender"],
  [21660, "invalid_sender"],
  [21408, "carrier_account"],
  [30002, "carrier_account"],
  [21610, "opted_out"],
  [30004, "opted_out"],
  [21617, "content_rejected"],
  [12300, "media_rejected"],
  [21620, "media_rejected"],
  [21623, "media_rejected"],
  [30019, "media_rejected"],
  [30003, "unreachable"],
  [30006, "landline"],
  [30007, "blocked_as_spam"],
  [30001, "carrier_busy"],
  [30017, "carrier_busy"],
  [30022, "carrier_busy"],
  [30023, "carrier_busy"],
  [30027, "carrier_busy"],
  [30032, "line_unregistered"],
  [30034, "line_unregistered"],
  [30036, "expired"],
  [30410, "carrier_failed"],
  [30500, "carrier_failed"],
]);

/** What one of Twilio's codes means; it splits and renames them, so that any may be new. */
export const twilioCode = (code: number | null): ErrorCode => CODES.get(code ?? 0) ?? "carrier_refused";

/** The sender's queue is full: ten hours' worth of texts. */
export const QUEUE_FULL = 21611;
