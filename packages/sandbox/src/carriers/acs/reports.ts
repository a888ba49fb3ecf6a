import type { CarrierMessage, Step } from "../../carrier/message.ts";

/** What a delivery report says in words. The vendor's own list of numbers is not published in a form to be read by programs. */
const DETAILS: Readonly<Record<string, string>> = {
  opted_out: "Recipient has opted out.",
  landline: "The destination number is a landline.",
  unreachable: "The destination handset is unreachable.",
  invalid_number: "Invalid destination number.",
  blocked_as_spam: "The message was blocked as spam.",
  spam_filtered: "The message was blocked as spam.",
  expired: "ErrorCode: 5002. ErrorMessage: Message Delivery Timeout",
};

/** A text's only report, once its end is known; null before. */
export function reportOf(message: CarrierMessage, now: number) {
  const end = message.steps.find(({ status, at }) => status !== "sent" && at <= now);
  return end ? shownReport(message, end) : null;
}

/** The report of a text that ended so. */
export function shownReport({ id, from, to, at, extras }: CarrierMessage, { status, errorCode, at: endedAt }: Step) {
  const isDelivered = status === "delivered";
  return {
    messageId: id,
    from,
    to,
    deliveryStatus: isDelivered ? "Delivered" : "Failed",
    deliveryStatusDetails: isDelivered ? "No error." : detailsOf(errorCode ?? "unknown"),
    deliveryAttempts: [
      {
        timestamp: new Date(at).toISOString(),
        segmentsSucceeded: isDelivered ? 1 : 0,
        segmentsFailed: isDelivered ? 0 : 1,
      },
    ],
    receivedTimestamp: new Date(endedAt).toISOString(),
    ...(extras?.tag === undefined ? {} : { tag: extras.tag }),
  };
}

const detailsOf = (name: string): string =>
  DETAILS[name] ??
  (/^\d+$/.test(name) ? `ErrorCode: ${name}. ErrorMessage: Message Delivery Failed` : "Message Delivery Failed");
