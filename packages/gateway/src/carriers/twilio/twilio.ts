import * as z from "zod/mini";
import {
  type Carrier,
  type CarrierAdapter,
  CredentialsRefused,
  type HandOver,
  type InboundText,
  type LookUp,
  type Receipt,
} from "../carrier.ts";
import { askForList, checkByAsking, handOver, readJson } from "../http.ts";
import { basicAuth, referenceIn, timeOf, trimSlash, withReference } from "../text.ts";
import { QUEUE_FULL, twilioCode } from "./codes.ts";
import { verifyTwilio } from "./signature.ts";

/*
 * Twilio's Programmable Messaging. Sources: the OpenAPI file of twilio/twilio-oai; twilio.com/docs/messaging
 */

const TWILIO = "https://api.twilio.com";
/** Its list of messages may lag behind what it took, in milliseconds. */
const ABSENT_AFTER_MS = 60_000;
/** Its clock and ours may differ by this much, in milliseconds. */
const CLOCKS_MS = 60_000;
const LISTED = 100;
/** Messages of one page of what was carried, and the bytes that they may take: each has some two thousand. */
const HISTORY = 200;
const HISTORY_BYTES = 4 * 1024 * 1024;

const STATUSES: ReadonlyMap<string, NonNullable<Receipt["status"]>> = new Map([
  ["accepted", "sent"], // taken, and not on its way yet: to us a text is sent once the carrier has it
  ["scheduled", "sent"],
  ["queued", "sent"],
  ["sending", "sent"],
  ["sent", "sent"],
  ["delivered", "delivered"],
  ["read", "delivered"],
  ["undelivered", "undelivered"],
  ["partially_delivered", "undelivered"],
  ["failed", "failed"],
  ["canceled", "failed"],
]);

const Refused = z.object({ code: z.nullish(z.number()), message: z.nullish(z.string()) });
const Sent = z.object({ sid: z.string().check(z.regex(/^(SM|MM)[0-9a-f]{32}$/i)) });
const Message = z.object({
  sid: z.string(),
  status: z.string(),
  body: z.nullish(z.string()),
  direction: z.nullish(z.string()),
  error_code: z.nullish(z.number()),
  date_created: z.nullish(z.string()),
  from: z.nullish(z.string()),
  to: z.nullish(z.string()),
});
const Messages = z.object({ messages: z.array(Message), next_page_uri: z.nullish(z.string()) });
const Numbers = z.object({
  incoming_phone_numbers: z.array(
    z.object({
      phone_number: z.string(),
      capabilities: z.object({
        sms: z.nullish(z.boolean()),
        mms: z.nullish(z.boolean()),
        voice: z.nullish(z.boolean()),
      }),
    }),
  ),
  next_page_uri: z.nullish(z.string()),
});

/**
 * Credentials: `accountSid` and `authToken`; `apiKeySid` and `apiKeySecret` for calls with an API key (webhooks are
 * signed with the auth token all the same); `messagingServiceSid` to send through a messaging service; `baseUrl` for
 * another region or a simulator.
 */
export const twilioCarrier: CarrierAdapter = (credentials, { fetch, webhooks }): Carrier => {
  const { accountSid, authToken, apiKeySid, apiKeySecret, messagingServiceSid, baseUrl = TWILIO } = credentials;
  if (!accountSid || !/^AC[0-9a-f]{32}$/i.test(accountSid) || !authToken) {
    throw new CredentialsRefused(
      "Twilio needs the credentials accountSid (AC and 32 hexadecimal digits) and authToken.",
    );
  }
  if ((apiKeySid === undefined) !== (apiKeySecret === undefined)) {
    throw new CredentialsRefused("Twilio needs apiKeySid and apiKeySecret together, or neither of them.");
  }
  const authorization = basicAuth(apiKeySid ?? accountSid, apiKeySecret ?? authToken);
  const host = trimSlash(baseUrl);
  const account = `${host}/2010-04-01/Accounts/${accountSid}`;
  const read = (address: string, signal: AbortSignal) => fetch(address, { headers: { authorization }, signal });
  const wordsOf = (json: unknown) => Refused.safeParse(json).data?.message ?? undefined;

  return {
    send({ from, to, text, reference }, { signal }): Promise<HandOver> {
      const form = new URLSearchParams({ To: to, From: from, Body: text });
      if (messagingServiceSid !== undefined) form.set("MessagingServiceSid", messagingServiceSid);
      if (webhooks !== null) form.set("StatusCallback", withReference(`${webhooks}/status`, reference));
      const headers = { authorization, "content-type": "application/x-www-form-urlencoded" };
      const request = { method: "POST", headers, body: form.toString(), signal };
      return handOver(() => fetch(`${account}/Messages.json`, request), {
        accepted: (json) => Sent.safeParse(json).data?.sid,
        refused(json) {
          const { code = null, message } = Refused.safeParse(json).data ?? {};
          if (code === QUEUE_FULL) return { later: "line" };
          return { code: twilioCode(code), carrierCode: code?.toString() ?? null, message: message ?? undefined };
        },
        // 20429 counts all calls of the account; a sender's own queue answers 21611.
        throttled: (json) => (Refused.safeParse(json).data?.code === QUEUE_FULL ? "line" : "account"),
      });
    },

    absentAfterMs: ABSENT_AFTER_MS,
    looksUpByWords: true,

    /** Twilio keeps no word of ours with a text, so that it is found by its own. */
    async lookUp({ from, to, text, firstSentAt }, { signal }): Promise<LookUp> {
      const query = new URLSearchParams({ To: to, From: from, PageSize: String(LISTED) });
      try {
        const answer = await read(`${account}/Messages.json?${query}`, signal);
        const { data: listed } = Messages.safeParse(answer.ok ? await readJson(answer) : undefined);
        if (!listed) return { kind: "unclear" };
        const alike = listed.messages
          .filter(({ body, direction }) => body === text && direction?.startsWith("outbound"))
          .map(toReceipt)
          .filter(({ at }) => at === null || at >= firstSentAt - CLOCKS_MS);
        return { kind: "alike", receipts: alike.reverse() };
      } catch {
        return { kind: "unclear" }; // Twilio is away; that says nothing about the text
      }
    },

    verify: (webhook) => verifyTwilio(authToken, webhook),

    read({ url, body }) {
      const form = new URLSearchParams(new TextDecoder().decode(body));
      const carrierMessageId = form.get("MessageSid") ?? form.get("SmsSid");
      if (carrierMessageId === null || form.get("AccountSid") !== accountSid) return null;
      const word = form.get("MessageStatus") ?? form.get("SmsStatus") ?? "";
      const [from, to, text] = [form.get("From"), form.get("To"), form.get("Body")];
      if (word === "received" || (word === "" && text !== null)) {
        if (from === null || to === null || text === null) return null;
        return { texts: [{ carrierMessageId, from, to, text, at: null }], receipts: [] };
      }
      if (word === "") return null;
      const code = form.get("ErrorCode");
      const receipt = toReceipt({ sid: carrierMessageId, status: word, error_code: code ? Number(code) : null });
      return { texts: [], receipts: [{ ...receipt, reference: referenceIn(url) }] };
    },

    // The account itself is no part of the messaging API, and keys can be kept from it.
    check: ({ signal }) => checkByAsking(() => read(`${account}/Messages.json?PageSize=1`, signal), { wordsOf }),

    async listHistory(since, page, { signal }) {
      const query = new URLSearchParams({ "DateSent>": new Date(since).toISOString(), PageSize: String(HISTORY) });
      const address = page === null ? `${account}/Messages.json?${query}` : `${host}${page}`;
      const trouble = "Twilio did not list its messages.";
      const reader = { schema: Messages, trouble, wordsOf, maxBytes: HISTORY_BYTES };
      const { messages, next_page_uri: next = null } = await askForList(() => read(address, signal), reader);
      return {
        texts: messages.filter(({ direction }) => direction === "inbound").flatMap(toInbound),
        receipts: messages.filter(({ direction }) => direction?.startsWith("outbound")).map(toReceipt),
        next,
      };
    },

    async listNumbers(page, { signal }) {
      const address = page === null ? `${account}/IncomingPhoneNumbers.json?PageSize=${LISTED}` : `${host}${page}`;
      const trouble = "Twilio did not list its numbers.";
      const listed = await askForList(() => read(address, signal), { schema: Numbers, trouble, wordsOf });
      return {
        numbers: listed.incoming_phone_numbers.map(({ phone_number, capabilities: { sms, mms, voice } }) => ({
          number: phone_number,
          capabilities: { sms: sms ?? false, mms: mms ?? false, voice: voice ?? false },
        })),
        next: listed.next_page_uri ?? null,
      };
    },
  };
};

function toInbound({ sid, from, to, body, date_created }: z.infer<typeof Message>): InboundText[] {
  if (!from || !to) return [];
  return [{ carrierMessageId: sid, from, to, text: body ?? "", at: timeOf(date_created) }];
}

function toReceipt({ sid, status, error_code, date_created }: z.infer<typeof Message>): Receipt {
  const known = STATUSES.get(status) ?? null;
  const code = error_code ?? null;
  return {
    reference: null,
    carrierMessageId: sid,
    status: known,
    carrierStatus: status,
    code: known === "failed" || known === "undelivered" ? twilioCode(code) : null,
    carrierCode: code?.toString() ?? null,
    at: timeOf(date_created),
  };
}
