import { segments } from "@trunkline/protocol";
import { readNumber } from "@trunkline/protocol/phone-number";
import * as z from "zod/mini";
import { isFailing } from "../../carrier/behaviour.ts";
import type { CarrierBook } from "../../carrier/book.ts";
import type { OutgoingText } from "../../carrier/engine.ts";
import type { CarrierAccount } from "../../carrier/entries.ts";
import { telnyxCode, telnyxError } from "./codes.ts";

/** `CreateMessageRequest`; like Telnyx it ignores fields that it does not know. */
const Submission = z.object({
  to: z.string(),
  from: z.optional(z.string()),
  messaging_profile_id: z.optional(z.string()),
  text: z.optional(z.string()),
  subject: z.nullish(z.string()),
  media_urls: z.optional(z.array(z.url()).check(z.maxLength(10))),
  webhook_url: z.nullish(z.url()),
  webhook_failover_url: z.nullish(z.url()),
  use_profile_webhooks: z.optional(z.boolean()),
  type: z.optional(z.enum(["SMS", "MMS"])),
  encoding: z.optional(z.enum(["auto", "gsm7", "ucs2"])),
  send_at: z.nullish(z.string()),
});

const MAX_PARTS = 10;

/** What `POST /messages` asks for: a text that can be taken, or the answer that refuses it. */
export function judge(json: unknown, account: CarrierAccount, book: CarrierBook): OutgoingText | Response {
  const { data, error } = Submission.safeParse(json);
  if (!data) {
    const pointer = `/${error.issues[0]?.path.map(String).join("/") ?? ""}`;
    const isMissing = typeof json === "object" && json !== null && !("to" in json);
    return telnyxError(isMissing ? "10004" : "10015", { pointer: isMissing ? "/to" : pointer });
  }
  const { text = "", media_urls: media = [], messaging_profile_id: profile } = data;
  if (profile !== undefined && profile !== account.secrets.messagingProfileId) {
    return telnyxError("10005", { pointer: "/messaging_profile_id" });
  }
  if (data.send_at) return telnyxError("10015", { pointer: "/send_at", detail: "Scheduling is not simulated." });
  const from = data.from ?? (profile === undefined ? undefined : account.numbers[0]);
  if (from === undefined) return telnyxError("10004", { pointer: "/from" });
  if (!account.numbers.includes(from)) return telnyxError("40013", { pointer: "/from" });
  if (text === "" && media.length === 0) return telnyxError("10004", { pointer: "/text" });
  const { encoding, parts } = segments(text);
  if (parts.length > MAX_PARTS) return telnyxError("40302", { pointer: "/text" });
  if (data.encoding === "gsm7" && encoding !== "gsm7") {
    return telnyxError("10015", { pointer: "/encoding", detail: "The text cannot be written in GSM-7." });
  }
  const reading = readNumber(data.to);
  if (reading.kind !== "phone" || reading.number !== data.to) return telnyxError("40012", { pointer: "/to" });
  if (book.isBlocked(account, from, data.to)) return telnyxError("40300", { pointer: "/to" });
  const { errorCode, receipts } = book.behaviour("telnyx");
  if (errorCode !== null && !isFailing(receipts)) return telnyxError(telnyxCode(errorCode));
  return { from, to: data.to, text, media, ...(data.webhook_url ? { callback: data.webhook_url } : {}) };
}
