import type { Dialect } from "../../carrier/dialect.ts";
import { secretOf } from "../../carrier/secret-of.ts";
import { hex } from "../../random.ts";
import { newUuid } from "../uuid.ts";
import { shownInbound, shownOutbound } from "./resources.ts";
import { keyPair, signTelnyx } from "./signature.ts";

const ATTEMPTS = 3;
const RETRY_MS = 2000;

/** Telnyx. Source: developers.telnyx.com, "Receiving webhooks" */
export const telnyxDialect: Dialect = {
  carrier: "telnyx",
  newAccount: async (random) => ({
    id: newUuid(random),
    secrets: {
      apiKey: `KEY${hex(random(16)).toUpperCase()}`,
      messagingProfileId: newUuid(random),
      ...(await keyPair(random(32))),
    },
  }),
  credentials: (account, baseUrl) => ({
    apiKey: secretOf(account, "apiKey"),
    publicKey: secretOf(account, "publicKey"),
    baseUrl,
  }),
  newMessageId: (random) => newUuid(random),
  keepsArrivals: true,
  optOutsCover: "account",
  arrival: (message, { account, setting, random }) => ({
    body: event("message.received", message.at, shownInbound(message, account), newUuid(random)),
    url: profileUrl(setting),
  }),
  receipt: (message, { status, at }, { account, setting, random }) => ({
    body: event(
      status === "sent" ? "message.sent" : "message.finalized",
      new Date(at).toISOString(),
      shownOutbound(message, account, at),
      newUuid(random),
    ),
    url: message.callback ?? profileUrl(setting),
  }),
  door: () => "messages", // one address takes everything
  async dress({ webhook, account, url, number, now }) {
    const body = JSON.stringify({ data: JSON.parse(webhook.body), meta: { attempt: number, delivered_to: url } });
    const signature = await signTelnyx(secretOf(account, "privateKey"), body, now);
    return { headers: { "content-type": "application/json", "user-agent": "telnyx-webhooks", ...signature }, body };
  },
  waitAfter: (_, { number }) => (number < ATTEMPTS ? RETRY_MS : null),
  handshake: null,
};

const event = (event_type: string, occurred_at: string, payload: object, id: string): string =>
  JSON.stringify({ event_type, id, occurred_at, payload, record_type: "event" });

function profileUrl(setting: (key: string) => unknown): string | undefined {
  const url = setting("webhook_url");
  return typeof url === "string" ? url : undefined;
}
