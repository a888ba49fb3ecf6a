import type { Message } from "@trunkline/protocol";
import type { OutgoingText } from "../carriers/carrier.ts";

/** What is handed over; null when the text needs no hand-over any more. */
export function toOutgoing({ id, status, from, to, text }: Message, firstSentAt: number): OutgoingText | null {
  const isDue = status === "scheduled" || status === "queued" || status === "sending" || status === "unknown";
  return isDue && from !== null && to !== null ? { reference: id, from, to, text, firstSentAt } : null;
}
