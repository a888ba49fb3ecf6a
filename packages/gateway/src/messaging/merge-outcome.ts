import {
  ERROR_CODES,
  type ErrorCode,
  type Failure,
  type Message,
  type MessageStatus,
  mergeStatus,
} from "@trunkline/protocol";
import { nextUpdate } from "./conversation-row.ts";

/** Something that was learnt about a text: from a hand-over, a receipt or a look-up. */
export interface Learnt {
  /** Null when it says nothing about the status. */
  readonly status: MessageStatus | null;
  readonly failure: Failure | null;
  readonly carrierMessageId: string | null;
  /** The carrier's word for the status, when we do not know it. */
  readonly carrierStatus?: string;
  /** When it happened, in milliseconds. */
  readonly at: number;
}

/** Why a text did not arrive, in our words; the carrier's code is kept as it came. */
export function failureOf(code: ErrorCode, carrierCode: string | null): Failure {
  const { title, retryable } = ERROR_CODES[code];
  return { code, carrierCode, message: `${title}.`, retryable };
}

/**
 * Merges what was learnt into a message, or gives null when it changes nothing. Whatever order receipts come in and
 * however often, the end is the same: the status is the highest, its time the earliest.
 */
export function mergeOutcome(message: Message, learnt: Learnt, now: number): Message | null {
  if (message.status === null) return null; // notes and system lines go nowhere
  const status = learnt.status === null ? message.status : mergeStatus(message.status, learnt.status);
  const merged: Message = {
    ...message,
    status,
    held: status === message.status ? message.held : null,
    failure: mergeFailure(message, learnt, status),
    carrierMessageId: message.carrierMessageId ?? learnt.carrierMessageId,
    carrierStatus: laterWord(message.carrierStatus, learnt.carrierStatus ?? null),
    sentAt: learnt.status === "sent" ? earlier(message.sentAt, learnt.at) : message.sentAt,
    deliveredAt: learnt.status === "delivered" ? earlier(message.deliveredAt, learnt.at) : message.deliveredAt,
  };
  return sameOutcome(merged, message) ? null : { ...merged, updatedAt: nextUpdate(message.updatedAt, now) };
}

/** The failure that belongs to the status that won; of two for one status a carrier's own word, then a fixed order. */
function mergeFailure(message: Message, learnt: Learnt, status: MessageStatus): Failure | null {
  const candidates = [
    message.status === status ? message.failure : null,
    learnt.status === status ? learnt.failure : null,
  ].filter((failure) => failure !== null);
  const [first] = candidates.sort(
    (a, b) => Number(b.carrierCode !== null) - Number(a.carrierCode !== null) || (keyOf(a) < keyOf(b) ? -1 : 1),
  );
  return first ?? null;
}

const keyOf = ({ code, carrierCode }: Failure): string => `${code} ${carrierCode}`;

/** Of two words the same one whichever came first: carriers' clocks do not tell. */
function laterWord(present: string | null, reported: string | null): string | null {
  return present === null || (reported !== null && reported > present) ? reported : present;
}

function earlier(present: string | null, at: number): string {
  return new Date(present === null ? at : Math.min(Date.parse(present), at)).toISOString();
}

function sameOutcome(a: Message, b: Message): boolean {
  return (
    a.status === b.status &&
    a.carrierMessageId === b.carrierMessageId &&
    a.carrierStatus === b.carrierStatus &&
    a.sentAt === b.sentAt &&
    a.deliveredAt === b.deliveredAt &&
    a.failure?.code === b.failure?.code &&
    a.failure?.carrierCode === b.failure?.carrierCode
  );
}
