import { segments } from "@trunkline/protocol";
import type { CarrierAccount } from "../../carrier/entries.ts";
import { type CarrierMessage, type HandsetMessage, stateAt } from "../../carrier/message.ts";
import { receiptCode } from "./codes.ts";

export const API_VERSION = "2010-04-01";

/** A time as RFC 2822 writes it. */
const dated = (at: number): string => new Date(at).toUTCString().replace("GMT", "+0000");

export const accountPath = (sid: string): string => `/${API_VERSION}/Accounts/${sid}`;

/** An outbound text or one that came in, with the time that lists go by. */
export type Kept =
  | { readonly kind: "outbound"; readonly at: number; readonly message: CarrierMessage }
  | { readonly kind: "inbound"; readonly at: number; readonly message: HandsetMessage };

/** A Message resource. */
export function shownMessage(kept: Kept, { id: accountSid }: CarrierAccount, now: number, isRedacted: boolean) {
  const { id: sid, from, to, text, media } = kept.message;
  const state = kept.kind === "outbound" ? stateAt(kept.message, now) : null;
  const sentAt = kept.kind === "outbound" ? kept.message.steps.find(({ at }) => at <= now)?.at : kept.at;
  const changedAt = kept.kind === "outbound" ? kept.message.steps.findLast(({ at }) => at <= now)?.at : kept.at;
  const service = kept.kind === "outbound" ? kept.message.extras?.messagingServiceSid : undefined;
  const uri = `${accountPath(accountSid)}/Messages/${sid}`;
  const isQueued = state?.status === "accepted";
  return {
    account_sid: accountSid,
    api_version: API_VERSION,
    body: isRedacted ? "" : text,
    date_created: dated(kept.at),
    date_sent: sentAt === undefined ? null : dated(sentAt),
    date_updated: dated(changedAt ?? kept.at),
    direction: kept.kind === "outbound" ? "outbound-api" : "inbound",
    error_code: state?.errorCode ? receiptCode(state.errorCode) : null,
    error_message: null,
    from: isQueued && service ? null : from, // a messaging service has not picked a sender yet
    messaging_service_sid: service ?? null,
    num_media: String(media.length),
    num_segments: String(isQueued && service ? 0 : segments(text).parts.length),
    price: null,
    price_unit: "USD",
    sid,
    status: isQueued ? (service ? "accepted" : "queued") : (state?.status ?? "received"),
    subresource_uris: { media: `${uri}/Media.json` },
    to,
    uri: `${uri}.json`,
  };
}

/** What a customer sets at a number. */
export interface NumberSettings {
  readonly smsUrl?: string;
  readonly statusCallback?: string;
}

/** The sid of an account's number; always the same one. */
export const numberSid = ({ id }: CarrierAccount, number: string): string =>
  `PN${id.slice(2, 22)}${number.replace(/\D/g, "").padStart(12, "0")}`;

/** An IncomingPhoneNumber resource. */
export function shownNumber(number: string, account: CarrierAccount, settings: NumberSettings) {
  const sid = numberSid(account, number);
  const created = dated(0);
  return {
    account_sid: account.id,
    address_requirements: "none",
    address_sid: null,
    api_version: API_VERSION,
    beta: false,
    bundle_sid: null,
    capabilities: { mms: true, sms: true, voice: true, fax: false },
    date_created: created,
    date_updated: created,
    emergency_address_sid: null,
    emergency_address_status: "unregistered",
    emergency_status: "Inactive",
    friendly_name: number,
    identity_sid: null,
    origin: "twilio",
    phone_number: number,
    sid,
    sms_application_sid: null,
    sms_fallback_method: "POST",
    sms_fallback_url: null,
    sms_method: "POST",
    sms_url: settings.smsUrl ?? null,
    status: "in-use",
    status_callback: settings.statusCallback ?? null,
    status_callback_method: "POST",
    trunk_sid: null,
    type: "local",
    uri: `${accountPath(account.id)}/IncomingPhoneNumbers/${sid}.json`,
    voice_application_sid: null,
    voice_caller_id_lookup: false,
    voice_fallback_method: "POST",
    voice_fallback_url: null,
    voice_method: "POST",
    voice_receive_mode: "voice",
    voice_url: null,
  };
}

/** An Account resource. */
export function shownAccount({ id: sid }: CarrierAccount) {
  const under = (name: string) => `${accountPath(sid)}/${name}.json`;
  return {
    sid,
    friendly_name: "Sandbox",
    status: "active",
    type: "Full",
    owner_account_sid: sid,
    date_created: dated(0),
    date_updated: dated(0),
    uri: `${accountPath(sid)}.json`,
    subresource_uris: { messages: under("Messages"), incoming_phone_numbers: under("IncomingPhoneNumbers") },
  };
}
