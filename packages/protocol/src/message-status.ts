/** Where an outbound text stands; `received` is an inbound one. Notes and system lines have `null`. */
export const MESSAGE_STATUSES = [
  "scheduled",
  "queued",
  "sending",
  "unknown",
  "sent",
  "delivered",
  "undelivered",
  "failed",
  "canceled",
  "received",
] as const;
export type MessageStatus = (typeof MESSAGE_STATUSES)[number];

// Three ends share a rank: the first that arrives stays, except that a receipt outranks what we concluded ourselves.
const RANK: Readonly<Record<MessageStatus, number>> = {
  scheduled: 0,
  queued: 1,
  sending: 2,
  unknown: 3,
  sent: 4,
  failed: 5,
  canceled: 5,
  undelivered: 6,
  delivered: 7,
  received: 8,
};

/**
 * Merges a reported status into the present one. The result is the higher of the two in one total order, so every
 * permutation and repetition of the same receipts ends in the same status.
 *
 * Order: scheduled < queued < sending < unknown < sent < failed = canceled < undelivered < delivered. A contradiction
 * between ends is settled for the better: a handset that showed the text outweighs a network that gave up on it.
 */
export function mergeStatus(present: MessageStatus, reported: MessageStatus): MessageStatus {
  return RANK[reported] > RANK[present] ? reported : present;
}

/** Nothing more is expected to happen to a message with this status. */
export function isFinalStatus(status: MessageStatus): boolean {
  return RANK[status] >= RANK.failed;
}

/** When a text leaves that is scheduled or held, as a time of the wire; null for one that does not wait. */
export function waitsUntil(message: {
  readonly status: string | null;
  readonly sendAt: string | null;
  readonly held: { readonly until: string } | null;
}): string | null {
  return message.status === "scheduled" ? (message.held?.until ?? message.sendAt) : null;
}
