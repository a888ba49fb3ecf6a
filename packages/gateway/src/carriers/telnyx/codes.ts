import type { ErrorCode } from "@trunkline/protocol";

/** What Telnyx's error codes mean. Source: developers.telnyx.com, messaging error codes */
const CODES: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ["10009", "carrier_credentials"],
  ["10010", "carrier_credentials"],
  ["10039", "carrier_account"],
  ["10002", "invalid_number"],
  ["10016", "invalid_number"],
  ["40012", "invalid_number"],
  ["40310", "invalid_number"],
  ["40013", "invalid_sender"],
  ["10007", "carrier_failed"],
  ["10008", "carrier_failed"],
  ["40004", "carrier_failed"],
  ["40001", "landline"],
  ["40002", "blocked_as_spam"],
  ["40003", "blocked_as_spam"],
  ["40015", "blocked_as_spam"],
  ["40005", "expired"],
  ["40014", "expired"],
  ["40006", "unreachable"],
  ["40008", "unreachable"],
  ["40009", "content_rejected"],
  ["40010", "line_unregistered"],
  ["40011", "carrier_busy"],
  ["40300", "opted_out"],
]);

export const telnyxCode = (code: string | null): ErrorCode => CODES.get(code ?? "") ?? "carrier_refused";

/** The sender's queue is full: four hours' worth of texts. */
export const QUEUE_FULL = "40318";
