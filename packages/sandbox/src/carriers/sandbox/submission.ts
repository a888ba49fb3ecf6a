import { MAX_TEXT_LENGTH } from "@trunkline/protocol";
import { readNumber } from "@trunkline/protocol/phone-number";
import * as z from "zod/mini";
import { type CarrierBehaviour, isFailing } from "../../carrier/behaviour.ts";

/** What `POST /messages` of the plain carrier takes. Like many a vendor it ignores fields that it does not know. */
export const Submission = z.object({
  from: z.string(),
  to: z.string(),
  text: z.string(),
  reference: z.optional(z.nullable(z.string().check(z.maxLength(200)))),
  media: z.optional(z.array(z.url()).check(z.maxLength(10))),
});
export type Submission = z.infer<typeof Submission>;

/** An answer of the carrier that takes nothing. */
export interface Refusal {
  readonly status: 401 | 404 | 422 | 429 | 503;
  readonly code: string;
  readonly message: string;
}

/**
 * Judges a text by itself and by how the carrier behaves; null when there is nothing against it.
 *
 * @param isBlocked - whether the phone's owner said STOP to a carrier that keeps opt-outs
 */
export function refusalOf(
  submission: Submission,
  numbers: readonly string[],
  { errorCode, receipts }: CarrierBehaviour,
  isBlocked: boolean,
): Refusal | null {
  const refuse = (code: string, message: string): Refusal => ({ status: 422, code, message });
  if (!numbers.includes(submission.from)) {
    return refuse("invalid_sender", "The sender is not a number of this account");
  }
  const reading = readNumber(submission.to);
  if (reading.kind !== "phone" || reading.number !== submission.to) {
    return refuse("invalid_number", "The recipient must be a valid number in E.164");
  }
  if (submission.text === "" && !submission.media?.length) {
    return refuse("content_rejected", "A message needs a text or media");
  }
  if (submission.text.length > MAX_TEXT_LENGTH) {
    return refuse("content_rejected", `A text has at most ${MAX_TEXT_LENGTH} characters`);
  }
  if (isBlocked) return refuse("opted_out", "The recipient said STOP to this number");
  if (errorCode !== null && !isFailing(receipts)) return refuse(errorCode, "The carrier was told to refuse this text");
  return null;
}
