import { segments } from "@trunkline/protocol";
import type { CarrierAccount } from "../../carrier/entries.ts";
import type { CarrierMessage, HandsetMessage, ReceiptStatus } from "../../carrier/message.ts";
import { secretOf } from "../../carrier/secret-of.ts";
import { contentTypeOf } from "../content-type.ts";
import { shownError, telnyxCode } from "./codes.ts";

const STATUSES: Readonly<Record<ReceiptStatus | "accepted", string>> = {
  accepted: "queued",
  sent: "sent",
  delivered: "delivered",
  undelivered: "delivery_failed",
  failed: "sending_failed",
};
const CREATED = new Date(0).toISOString();
const VALID_MS = 3_600_000;

function common(
  { id, from, to, text, media }: Pick<HandsetMessage, "id" | "from" | "to" | "text" | "media">,
  account: CarrierAccount,
) {
  const { encoding, parts } = segments(text);
  return {
    record_type: "message",
    id,
    type: media.length > 0 ? "MMS" : "SMS",
    messaging_profile_id: secretOf(account, "messagingProfileId"),
    organization_id: account.id,
    from: { phone_number: from, carrier: "Sandbox", line_type: "Wireless" },
    to: [{ phone_number: to, carrier: "Sandbox", line_type: "Wireless" }],
    cc: [],
    text,
    encoding: encoding === "gsm7" ? "GSM-7" : "UCS-2",
    parts: Math.min(10, parts.length),
    tags: [],
    cost: null,
    subject: null,
  };
}

/** An outbound message as it stood at a time. */
export function shownOutbound(message: CarrierMessage, account: CarrierAccount, now: number) {
  const step = message.steps.findLast(({ at }) => at <= now);
  const sent = message.steps.find(({ at, status }) => at <= now && status === "sent");
  const isFinal = step !== undefined && step.status !== "sent";
  const whole = common(message, account);
  return {
    ...whole,
    direction: "outbound",
    to: whole.to.map((place) => ({ ...place, status: STATUSES[step?.status ?? "accepted"] })),
    media: message.media.map((url) => ({ url, content_type: null, sha256: null, size: null })),
    webhook_url: message.callback ?? null,
    webhook_failover_url: null,
    received_at: new Date(message.at).toISOString(),
    sent_at: sent ? new Date(sent.at).toISOString() : null,
    completed_at: isFinal ? new Date(step.at).toISOString() : null,
    valid_until: sent ? null : new Date(message.at + VALID_MS).toISOString(),
    errors: step?.errorCode ? [shownError(telnyxCode(step.errorCode))] : [],
  };
}

/** A message that came in. */
export function shownInbound(message: HandsetMessage, account: CarrierAccount) {
  const whole = common(message, account);
  return {
    ...whole,
    direction: "inbound",
    to: whole.to.map((place) => ({ ...place, status: "webhook_delivered" })),
    media: message.media.map((url) => ({ url, content_type: contentTypeOf(url) })),
    received_at: message.at,
    sent_at: null,
    completed_at: null,
    valid_until: null,
    errors: [],
  };
}

/** The account's one messaging profile. */
export function shownProfile(account: CarrierAccount, webhookUrl: string | null) {
  return {
    record_type: "messaging_profile",
    id: secretOf(account, "messagingProfileId"),
    organization_id: account.id,
    name: "Sandbox",
    enabled: true,
    webhook_url: webhookUrl,
    webhook_failover_url: null,
    webhook_api_version: "2",
    whitelisted_destinations: ["US", "CA"],
    number_pool_settings: null,
    url_shortener_settings: null,
    created_at: CREATED,
    updated_at: CREATED,
  };
}

/** A number with what it can do. */
export function shownNumber(number: string, account: CarrierAccount) {
  const feature = { domestic_two_way: true, international_inbound: true, international_outbound: true };
  return {
    record_type: "messaging_settings",
    id: number.replace(/\D/g, ""),
    phone_number: number,
    messaging_profile_id: secretOf(account, "messagingProfileId"),
    organization_id: account.id,
    country_code: "US",
    type: "long-code",
    traffic_type: "A2P",
    messaging_product: "A2P",
    eligible_messaging_products: ["A2P"],
    features: { sms: feature, mms: { ...feature, international_inbound: false, international_outbound: false } },
    health: { message_count: 0, inbound_outbound_ratio: 0, success_ratio: 1, spam_ratio: 0 },
    tags: [],
    created_at: CREATED,
    updated_at: CREATED,
  };
}

const DEFAULT_SIZE = 20;
const MAX_SIZE = 250;

/** One page of a list, as `page[number]` and `page[size]` choose it; null for pages that there cannot be. */
export function pageOf<Item>(items: readonly Item[], query: URLSearchParams) {
  const number = Number(query.get("page[number]") ?? 1);
  const size = Number(query.get("page[size]") ?? DEFAULT_SIZE);
  if (!Number.isInteger(number) || number < 1 || !Number.isInteger(size) || size < 1 || size > MAX_SIZE) return null;
  return {
    data: items.slice((number - 1) * size, number * size),
    meta: {
      page_number: number,
      page_size: size,
      total_pages: Math.ceil(items.length / size),
      total_results: items.length,
    },
  };
}
