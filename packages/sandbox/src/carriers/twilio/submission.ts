import { readNumber } from "@trunkline/protocol/phone-number";
import { isFailing } from "../../carrier/behaviour.ts";
import type { CarrierBook } from "../../carrier/book.ts";
import type { OutgoingText } from "../../carrier/engine.ts";
import type { CarrierAccount } from "../../carrier/entries.ts";
import { refusalCode } from "./codes.ts";

/** The number with which everybody may send. Source: Twilio, "Test credentials" */
const MAGIC_SENDER = "+15005550006";
/** Numbers that are refused, and how. Source: the same */
const REFUSED_SENDERS = new Map([
  ["+15005550001", 21212],
  ["+15005550007", 21606],
  ["+15005550008", 21611],
]);
const REFUSED_RECIPIENTS = new Map([
  ["+15005550001", 21211],
  ["+15005550002", 21612],
  ["+15005550003", 21408],
  ["+15005550004", 21610],
  ["+15005550009", 21614],
]);
const MAX_CHARACTERS = 1600;
const MAX_MEDIA = 10;

/** What `POST …/Messages.json` asks for: a text that can be taken, or the code that refuses it. */
export type Judgement =
  | { readonly kind: "fine"; readonly text: OutgoingText }
  | { readonly kind: "refused"; readonly code: number; readonly message?: string };

/** Judges a form as Twilio does, in its order. */
export function judge(form: URLSearchParams, account: CarrierAccount, book: CarrierBook): Judgement {
  const refuse = (code: number, message?: string): Judgement => ({
    kind: "refused",
    code,
    ...(message === undefined ? {} : { message }),
  });
  const service = form.get("MessagingServiceSid");
  const to = form.get("To") ?? "";
  const body = form.get("Body") ?? "";
  const media = form.getAll("MediaUrl");
  const callback = form.get("StatusCallback");
  if (to === "") return refuse(21604);
  if (service !== null && service !== account.secrets.messagingServiceSid) return refuse(21701);
  const from = form.get("From") ?? (service === null ? "" : (account.numbers[0] ?? ""));
  if (from === "") return refuse(21603);
  const unsupported = ["SendAt", "ScheduleType", "ContentSid"].find((name) => form.has(name));
  if (unsupported) return refuse(20001, `${unsupported} is not simulated`);
  if (body === "" && media.length === 0) return refuse(21602);
  if ([...body].length > MAX_CHARACTERS) return refuse(21617);
  if (media.length > MAX_MEDIA) return refuse(21623);
  if (!media.every((url) => /^https?:/.test(url) && URL.canParse(url))) return refuse(21620);
  if (callback !== null && !URL.canParse(callback)) return refuse(20001, "StatusCallback is not a valid URL");
  const magic = REFUSED_SENDERS.get(from) ?? REFUSED_RECIPIENTS.get(to);
  if (magic !== undefined) return refuse(magic);
  if (from !== MAGIC_SENDER && !account.numbers.includes(from)) return refuse(21606);
  const reading = readNumber(to);
  if (reading.kind !== "phone") return refuse(21211);
  if (book.isBlocked(account, from, reading.number)) return refuse(21610);
  const { errorCode, receipts } = book.behaviour("twilio");
  if (errorCode !== null && !isFailing(receipts)) return refuse(refusalCode(errorCode));
  return {
    kind: "fine",
    text: {
      from,
      to: reading.number,
      text: body,
      media,
      ...(callback === null ? {} : { callback }),
      ...(service === null ? {} : { extras: { messagingServiceSid: service } }),
    },
  };
}
