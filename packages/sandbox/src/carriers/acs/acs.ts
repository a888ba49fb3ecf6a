import { segments } from "@trunkline/protocol";
import type { Dialect } from "../../carrier/dialect.ts";
import type { CarrierAccount } from "../../carrier/entries.ts";
import { secretOf } from "../../carrier/secret-of.ts";
import { hex } from "../../random.ts";
import { fromBase64, hmac, toBase64 } from "../bytes.ts";
import { newUuid } from "../uuid.ts";
import { shownReport } from "./reports.ts";

const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];
// Waits between attempts; the last one repeats until the day is over.
const WAITS_MS = [10 * SECOND, 30 * SECOND, MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR];
const MAX_ATTEMPTS = 30;
const GIVE_UP_MS = 24 * HOUR;
/** Answers after which Event Grid does not try again. */
const FINAL = [400, 401, 403, 404, 413];

/** Azure Communication Services with Event Grid. Sources: learn.microsoft.com/azure/event-grid, "Message delivery and retry", "Endpoint validation" */
export const acsDialect: Dialect = {
  carrier: "acs",
  newAccount: async (random) => ({
    id: `sandbox-${hex(random(4))}`,
    secrets: { accessKey: toBase64(random(32)), webhookSecret: hex(random(16)) },
  }),
  credentials: (account, baseUrl) => ({
    connectionString: `endpoint=${baseUrl};accesskey=${secretOf(account, "accessKey")}`,
    webhookSecret: secretOf(account, "webhookSecret"),
  }),
  newMessageId: (random, _, direction) => `${direction === "in" ? "Incoming" : "Outgoing"}_${newUuid(random)}`,
  keepsArrivals: false,
  optOutsCover: "number",
  arrival: ({ id, from, to, text, at }, { account }) => ({
    body: event(account, "SMSReceived", to, at, {
      messageId: id,
      from: from.slice(1), // without the plus, as Event Grid's own examples are
      to: to.slice(1),
      message: text,
      receivedTimestamp: at,
      segmentCount: segments(text).parts.length,
    }),
  }),
  receipt(message, step, { account }) {
    if (step.status === "sent" || !message.extras?.enableDeliveryReport) return null;
    const at = new Date(step.at).toISOString();
    return { body: event(account, "SMSDeliveryReportReceived", message.from, at, shownReport(message, step)) };
  },
  door: (_, account) => `messages?secret=${secretOf(account, "webhookSecret")}`, // one address takes everything
  dress: async ({ webhook, number }) => ({
    headers: { ...headers("Notification"), "aeg-delivery-count": String(number - 1) },
    body: webhook.body,
  }),
  waitAfter(outcome, { number, webhook, now }) {
    if (outcome.kind === "answered" && FINAL.includes(outcome.status)) return null;
    if (number >= MAX_ATTEMPTS || now - webhook.dueAt > GIVE_UP_MS) return null;
    return WAITS_MS[Math.min(number, WAITS_MS.length) - 1] ?? null;
  },
  handshake: {
    async ask(account, url, now) {
      const validationCode = await codeOf(account, url);
      const content = {
        id: validationCode,
        topic: topicOf(account),
        subject: "",
        data: {
          validationCode,
          validationUrl: `https://rp-westus2.eventgrid.azure.net:553/eventsubscriptions/trunkline/validate?id=${validationCode}`,
        },
        eventType: "Microsoft.EventGrid.SubscriptionValidationEvent",
        eventTime: new Date(now).toISOString(),
        metadataVersion: "1",
        dataVersion: "2",
      };
      return { headers: headers("SubscriptionValidation"), body: JSON.stringify([content]) };
    },
    async isAnswered(account, url, answer) {
      const code = await codeOf(account, url);
      try {
        return JSON.parse(answer)?.validationResponse === code;
      } catch {
        return false; // whoever answers something else has not understood the question
      }
    },
  },
};

const headers = (kind: string) => ({
  "content-type": "application/json; charset=utf-8",
  "aeg-event-type": kind,
  "aeg-subscription-name": "TRUNKLINE",
  "aeg-data-version": kind === "Notification" ? "1.0" : "2",
  "aeg-metadata-version": "1",
});

const topicOf = ({ id }: CarrierAccount): string =>
  `/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/sandbox/providers/Microsoft.Communication/CommunicationServices/${id}`;

/** An event in Event Grid's own schema; a delivery is an array of one. */
function event<Facts extends { messageId: string }>(
  account: CarrierAccount,
  type: string,
  number: string,
  at: string,
  data: Facts,
): string {
  const content = {
    id: data.messageId,
    topic: topicOf(account),
    subject: `/phonenumber/${number.slice(1)}`,
    data,
    eventType: `Microsoft.Communication.${type}`,
    dataVersion: "1.0",
    metadataVersion: "1",
    eventTime: at,
  };
  return JSON.stringify([content]);
}

/** What an address has to answer; always the same for one address. */
async function codeOf(account: CarrierAccount, url: string): Promise<string> {
  return hex(await hmac("SHA-256", fromBase64(secretOf(account, "accessKey")), url)).toUpperCase();
}
