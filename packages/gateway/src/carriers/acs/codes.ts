import type { ErrorCode } from "@trunkline/protocol";
import type { Receipt } from "../carrier.ts";

/*
 * Why a text failed, out of the words of a delivery report: they hold a number now and then, as in
 * `ErrorCode: 5002. ErrorMessage: Message Delivery Timeout`. The vendor's list of numbers is not machine-readable, so
 * that the words decide, and both are kept as they came.
 */

/** The carrier sent no receipt in time: mostly the text has arrived. */
const NO_RECEIPT = "5002";

const WORDS: readonly (readonly [RegExp, ErrorCode])[] = [
  [/opt(ed)?[ -]?out/i, "opted_out"],
  [/spam/i, "blocked_as_spam"],
  [/landline/i, "landline"],
  [/unreachable|absent|switched off/i, "unreachable"],
  [/block|denied|not allowed/i, "blocked_as_spam"],
  [/invalid (number|destination|recipient)|unknown subscriber/i, "invalid_number"],
];

/** What a delivery report's details say. */
export function acsFailure(details: string): Pick<Receipt, "status" | "code" | "carrierCode"> {
  const number = /ErrorCode:\s*(\d+)/i.exec(details)?.[1] ?? null;
  if (number === NO_RECEIPT) return { status: "sent", code: null, carrierCode: number };
  const code = WORDS.find(([words]) => words.test(details))?.[1] ?? "carrier_refused";
  // What was blocked before it left has failed; anything else was on its way.
  return { status: code === "opted_out" ? "failed" : "undelivered", code, carrierCode: number ?? (details || null) };
}

/** What the status of one recipient in the answer to a send means. */
export function acsRefusal(status: number, words: string): ErrorCode {
  if (/opt(ed)?[ -]?out/i.test(words)) return "opted_out";
  if (status === 401 || status === 403) return "carrier_credentials";
  if (status === 404) return "invalid_sender";
  if (status === 400) return "invalid_number";
  return "carrier_refused";
}
