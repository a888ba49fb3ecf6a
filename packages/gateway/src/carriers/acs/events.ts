import * as z from "zod/mini";
import type { InboundText, Receipt, WebhookContent } from "../carrier.ts";
import { timeOf } from "../text.ts";
import { acsFailure } from "./codes.ts";

/*
 * Events of Azure Communication Services, as Event Grid delivers them: in its own schema or as CloudEvents, one or many.
 * Names come in two spellings (`messageId`, `MessageId`), numbers with and without the plus.
 * Source: learn.microsoft.com/azure/event-grid/communication-services-telephony-sms-events
 */

const SMS_RECEIVED = "Microsoft.Communication.SMSReceived";
const SMS_REPORTED = "Microsoft.Communication.SMSDeliveryReportReceived";
const VALIDATION = "Microsoft.EventGrid.SubscriptionValidationEvent";

const Event = z.object({ eventType: z.optional(z.string()), type: z.optional(z.string()), data: z.unknown() });
type Event = z.infer<typeof Event>;

const text = z.string().check(z.minLength(1));
const Received = z.object({
  messageid: text,
  from: text,
  to: text,
  message: z.nullish(z.string()),
  receivedtimestamp: z.nullish(z.string()),
});
const Report = z.object({
  messageid: text,
  deliverystatus: text,
  deliverystatusdetails: z.nullish(z.string()),
  receivedtimestamp: z.nullish(z.string()),
  tag: z.nullish(z.string()),
});
const Validation = z.object({ validationcode: text });

/** The events of a body; null when it holds none. */
export function readEvents(json: unknown): Event[] | null {
  const { data } = z.array(Event).safeParse(Array.isArray(json) ? json : [json]);
  return data?.every(({ eventType, type }) => (eventType ?? type) !== undefined) ? data : null;
}

/** What Event Grid wants to hear before it delivers anything; null when it asks for nothing. */
export function validationCode(events: readonly Event[]): string | null {
  const asked = events.find(({ eventType }) => eventType === VALIDATION);
  return (asked && Validation.safeParse(lowerNames(asked.data)).data?.validationcode) ?? null;
}

/** Texts and delivery reports; what else Event Grid tells is of no use here. Null when one of ours is malformed. */
export function contentOf(events: readonly Event[]): WebhookContent | null {
  const texts: InboundText[] = [];
  const receipts: Receipt[] = [];
  for (const { eventType, type, data } of events) {
    const name = eventType ?? type;
    if (name === SMS_RECEIVED) {
      const { data: received } = Received.safeParse(lowerNames(data));
      if (!received) return null;
      const { messageid, from, to, message, receivedtimestamp } = received;
      const at = timeOf(receivedtimestamp);
      texts.push({ carrierMessageId: messageid, from: withPlus(from), to: withPlus(to), text: message ?? "", at });
    } else if (name === SMS_REPORTED) {
      const { data: report } = Report.safeParse(lowerNames(data));
      if (!report) return null;
      receipts.push(toReceipt(report));
    }
  }
  return { texts, receipts };
}

function toReceipt(report: z.infer<typeof Report>): Receipt {
  const { messageid, deliverystatus, deliverystatusdetails: details, receivedtimestamp, tag } = report;
  return {
    reference: tag ?? null,
    carrierMessageId: messageid,
    carrierStatus: deliverystatus,
    at: timeOf(receivedtimestamp),
    ...outcomeOf(deliverystatus, details ?? ""),
  };
}

function outcomeOf(word: string, details: string): Pick<Receipt, "status" | "code" | "carrierCode"> {
  if (word.toLowerCase() === "delivered") return { status: "delivered", code: null, carrierCode: null };
  if (word.toLowerCase() !== "failed") return { status: null, code: null, carrierCode: null };
  return acsFailure(details);
}

/** The same object with its names in lower case. */
function lowerNames(data: unknown): unknown {
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name.toLowerCase(), value]));
}

/** A whole number of digits, longer than any short code, is E.164 without its plus. */
const withPlus = (number: string): string => (/^\d{9,15}$/.test(number) ? `+${number}` : number);
