import * as z from "zod/mini";
import { type Carrier, type CarrierAdapter, CredentialsRefused, type HandOver, type Receipt } from "../carrier.ts";
import { askForList, checkByAsking, handOver, parseJson } from "../http.ts";
import { referenceIn, timeOf, trimSlash, withReference } from "../text.ts";
import { QUEUE_FULL, telnyxCode } from "./codes.ts";
import { telnyxKey, verifyTelnyx } from "./signature.ts";

/*
 * Telnyx Messaging, API v2. Sources: the OpenAPI file of team-telnyx/openapi; developers.telnyx.com
 */

const TELNYX = "https://api.telnyx.com/v2";
/** It has no look-up at all, so that nothing is ever called absent. */
const NEVER_MS = Number.MAX_SAFE_INTEGER;
const LISTED = 100;

const STATUSES: ReadonlyMap<string, NonNullable<Receipt["status"]>> = new Map([
  ["scheduled", "sent"], // taken, and not on its way yet: to us a text is sent once the carrier has it
  ["queued", "sent"],
  ["sending", "sent"],
  ["sent", "sent"],
  ["delivery_unconfirmed", "sent"],
  ["delivered", "delivered"],
  ["delivery_failed", "undelivered"],
  ["sending_failed", "failed"],
  ["expired", "failed"],
  ["cancelled", "failed"],
]);

const Errors = z.array(
  z.object({ code: z.nullish(z.string()), title: z.nullish(z.string()), detail: z.nullish(z.string()) }),
);
const Refused = z.object({ errors: Errors });
const Sent = z.object({ data: z.object({ id: z.string().check(z.minLength(1)) }) });
const Numbers = z.object({
  data: z.array(z.object({ phone_number: z.string(), features: z.nullish(z.record(z.string(), z.unknown())) })),
  meta: z.object({ page_number: z.number(), total_pages: z.number() }),
});
const Place = z.object({ phone_number: z.string(), status: z.nullish(z.string()) });
const Event = z.object({
  data: z.object({
    event_type: z.string(),
    occurred_at: z.nullish(z.string()),
    payload: z.optional(z.unknown()),
  }),
});
const Inbound = z.object({
  id: z.string(),
  from: Place,
  to: z.array(Place),
  text: z.nullish(z.string()),
  received_at: z.nullish(z.string()),
});
const Outbound = z.object({ id: z.string(), to: z.array(Place), errors: z.nullish(Errors) });

/**
 * Credentials: `apiKey` and `publicKey` (Mission Control, Keys & Credentials); `messagingProfileId` for alphanumeric
 * senders and number pools; `baseUrl` for a simulator.
 */
export const telnyxCarrier: CarrierAdapter = (credentials, { fetch, webhooks }): Carrier => {
  const { apiKey, publicKey, messagingProfileId, baseUrl = TELNYX } = credentials;
  const key = publicKey === undefined ? null : telnyxKey(publicKey);
  if (!apiKey || key === null) {
    throw new CredentialsRefused("Telnyx needs the credentials apiKey and publicKey (the base64 of 32 bytes).");
  }
  const host = trimSlash(baseUrl);
  const authorization = `Bearer ${apiKey}`;
  const read = (path: string, signal: AbortSignal) => fetch(`${host}${path}`, { headers: { authorization }, signal });
  const firstError = (json: unknown) => Refused.safeParse(json).data?.errors[0];
  const wordsOf = (json: unknown) => firstError(json)?.detail ?? firstError(json)?.title ?? undefined;

  return {
    send({ from, to, text, reference }, { signal }): Promise<HandOver> {
      const body = {
        from,
        to,
        text,
        ...(messagingProfileId === undefined ? {} : { messaging_profile_id: messagingProfileId }),
        ...(webhooks === null ? {} : { webhook_url: withReference(`${webhooks}/status`, reference) }),
      };
      const headers = { authorization, "content-type": "application/json" };
      const request = { method: "POST", headers, body: JSON.stringify(body), signal };
      return handOver(() => fetch(`${host}/messages`, request), {
        accepted: (json) => Sent.safeParse(json).data?.data.id,
        refused(json) {
          const code = firstError(json)?.code ?? null;
          if (code === QUEUE_FULL) return { later: "line" };
          return { code: telnyxCode(code), carrierCode: code, message: wordsOf(json) };
        },
        throttled: (json) => (firstError(json)?.code === QUEUE_FULL ? "line" : "account"),
      });
    },

    lookUp: null,
    absentAfterMs: NEVER_MS,

    verify: (webhook, now) => verifyTelnyx(key, webhook, now),

    read({ url, body }) {
      const { data: event } = Event.safeParse(parseJson(body));
      if (!event) return null;
      const { event_type: type, occurred_at: occurredAt, payload } = event.data;
      if (type === "message.received") {
        const { data: text } = Inbound.safeParse(payload);
        if (!text) return null;
        const { id, from, to, received_at: receivedAt } = text;
        const at = timeOf(receivedAt ?? occurredAt);
        return {
          texts: to.map((place) => ({
            carrierMessageId: id,
            from: from.phone_number,
            to: place.phone_number,
            text: text.text ?? "",
            at,
          })),
          receipts: [],
        };
      }
      if (type !== "message.sent" && type !== "message.finalized") return { texts: [], receipts: [] };
      const { data: message } = Outbound.safeParse(payload);
      if (!message) return null;
      const word = message.to[0]?.status ?? "";
      const status = STATUSES.get(word) ?? null;
      const code = message.errors?.[0]?.code ?? null;
      const receipt: Receipt = {
        reference: referenceIn(url),
        carrierMessageId: message.id,
        status,
        carrierStatus: word,
        code: status === "failed" || status === "undelivered" ? telnyxCode(code) : null,
        carrierCode: code,
        at: timeOf(occurredAt),
      };
      return { texts: [], receipts: [receipt] };
    },

    check: ({ signal }) => checkByAsking(() => read("/messaging_profiles?page[size]=1", signal), { wordsOf }),

    listHistory: null,

    async listNumbers(page, { signal }) {
      const number = Number(page ?? 1);
      const path = `/phone_numbers/messaging?page[number]=${number}&page[size]=${LISTED}`;
      const trouble = "Telnyx did not list its numbers.";
      const { data, meta } = await askForList(() => read(path, signal), { schema: Numbers, trouble, wordsOf });
      return {
        numbers: data.map(({ phone_number, features }) => ({
          number: phone_number,
          capabilities: { sms: Boolean(features?.sms), mms: Boolean(features?.mms), voice: false },
        })),
        next: meta.page_number < meta.total_pages ? String(number + 1) : null,
      };
    },
  };
};
