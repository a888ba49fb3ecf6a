import { segments } from "@trunkline/protocol";
import type { Dialect, WebhookOutcome } from "../../carrier/dialect.ts";
import { secretOf } from "../../carrier/secret-of.ts";
import { hex } from "../../random.ts";
import { contentTypeOf } from "../content-type.ts";
import { receiptCode } from "./codes.ts";
import { API_VERSION, type NumberSettings } from "./resources.ts";
import { signTwilio } from "./signature.ts";

const RETRY_MS = 1000;

/** Twilio. Sources: twilio.com/docs/messaging/guides/webhook-request, …/usage/webhooks/webhooks-connection-overrides */
export const twilioDialect: Dialect = {
  carrier: "twilio",
  newAccount: async (random) => ({
    id: `AC${hex(random(16))}`,
    secrets: {
      authToken: hex(random(16)),
      apiKeySid: `SK${hex(random(16))}`,
      apiKeySecret: hex(random(16)),
      messagingServiceSid: `MG${hex(random(16))}`,
    },
  }),
  credentials: (account, baseUrl) => ({ accountSid: account.id, authToken: secretOf(account, "authToken"), baseUrl }),
  newMessageId: (random, media) => `${media.length > 0 ? "MM" : "SM"}${hex(random(16))}`,
  keepsArrivals: true,
  optOutsCover: "number",
  arrival({ id, from, to, text, media }, { account, setting }) {
    const form = new URLSearchParams({
      ToCountry: "US",
      ToState: "",
      SmsMessageSid: id,
      NumMedia: String(media.length),
      ToCity: "",
      FromZip: "",
      SmsSid: id,
      FromState: "",
      SmsStatus: "received",
      FromCity: "",
      Body: text,
      FromCountry: "US",
      To: to,
      ToZip: "",
      NumSegments: String(segments(text).parts.length),
      MessageSid: id,
      AccountSid: account.id,
      From: from,
      ApiVersion: API_VERSION,
    });
    for (const [index, url] of media.entries()) {
      form.set(`MediaUrl${index}`, url);
      form.set(`MediaContentType${index}`, contentTypeOf(url));
    }
    const { smsUrl } = (setting(`number ${to}`) ?? {}) as NumberSettings;
    return { body: form.toString(), url: smsUrl || undefined };
  },
  receipt({ id, from, to, callback, extras }, { status, errorCode, at }, { account }) {
    const form = new URLSearchParams({
      SmsSid: id,
      SmsStatus: status,
      MessageStatus: status,
      To: to,
      MessageSid: id,
      AccountSid: account.id,
      From: from,
      ApiVersion: API_VERSION,
    });
    if (extras?.messagingServiceSid) form.set("MessagingServiceSid", extras.messagingServiceSid);
    if (errorCode !== null) form.set("ErrorCode", String(receiptCode(errorCode)));
    if (status !== "sent") form.set("RawDlrDoneDate", new Date(at).toISOString().replace(/\D/g, "").slice(2, 12));
    return { body: form.toString(), url: callback };
  },
  door: (kind) => kind,
  async dress({ webhook, account, url }) {
    const form = new URLSearchParams(webhook.body);
    return {
      headers: {
        "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
        "user-agent": "TwilioProxy/1.1",
        "i-twilio-idempotency-token": webhook.id,
        "x-twilio-signature": await signTwilio(secretOf(account, "authToken"), url, form),
      },
      body: webhook.body,
    };
  },
  // One more attempt where nobody could be reached, and none after an answer, unless the address asks for more.
  waitAfter(outcome, { number, webhook }) {
    const overrides = new URLSearchParams(webhook.url?.split("#")[1] ?? "");
    const policy = (overrides.get("rp") ?? "ct").split(",");
    const count = Math.min(5, Number(overrides.get("rc") ?? 1));
    return number <= count && policy.some((name) => isMeant(name, outcome)) ? RETRY_MS : null;
  },
  handshake: null,
};

function isMeant(policy: string, outcome: WebhookOutcome): boolean {
  if (policy === "all") return true;
  if (outcome.kind !== "answered") return policy === "ct" || policy === "rt";
  return policy === (outcome.status >= 500 ? "5xx" : "4xx");
}
