import type { Author, LineId, Message, MessageId } from "@trunkline/protocol";
import { segments } from "@trunkline/protocol/segments";
import { nextUpdate, type StoredConversation } from "./conversation-row.ts";
import { type MessageRow, type StoredMessage, toPreview } from "./message-row.ts";

/** A message that has no place in its conversation yet. */
export interface Draft {
  readonly id: MessageId;
  readonly direction: Message["direction"];
  readonly kind: Message["kind"];
  readonly text: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly author: Author;
  readonly status: Message["status"];
  readonly clientId: string | null;
  readonly retryOf: MessageId | null;
  readonly carrierMessageId: string | null;
  readonly carrierAccountId: MessageRow["carrier_account_id"];
  /** Absent where nobody is meant. */
  readonly mentions?: Message["mentions"];
  /** Absent where nothing was handed over. */
  readonly transfer?: Message["transfer"];
  readonly metadata: Record<string, string>;
  readonly broadcastId: Message["broadcastId"];
  readonly purpose: MessageRow["purpose"];
  readonly templateId: Message["templateId"];
  readonly sendAt: Message["sendAt"];
  readonly held: Message["held"];
}

/**
 * Gives a draft the next place in its conversation, and the conversation what follows from it. An inbound text opens a
 * conversation that was closed or put off: somebody waits for an answer.
 */
export function placeMessage(
  { conversation, inboundCount, lastInboundAt }: StoredConversation,
  draft: Draft,
  now: number,
): { stored: StoredMessage; into: StoredConversation } {
  const { carrierAccountId, purpose, ...fields } = draft;
  const sequence = conversation.sequence + 1;
  const createdAt = new Date(now).toISOString();
  const isInbound = draft.direction === "inbound";
  const inbound = inboundCount + (isInbound ? 1 : 0);
  const lineId: LineId = conversation.lineId;
  const message: Message = {
    ...fields,
    conversationId: conversation.id,
    sequence,
    media: [],
    failure: null,
    ...(draft.direction === "outbound" ? countSegments(draft.text) : { encoding: null, segments: null }),
    sentAt: null,
    deliveredAt: null,
    carrierStatus: null,
    createdAt,
    updatedAt: createdAt,
  };
  return {
    stored: { message, lineId, inboundCount: inbound, carrierAccountId, purpose },
    into: {
      inboundCount: inbound,
      lastInboundAt: isInbound ? now : lastInboundAt,
      conversation: {
        ...conversation,
        ...(isInbound ? { state: "open", snoozedUntil: null } : {}),
        sequence,
        lastMessage: toPreview(message),
        updatedAt: nextUpdate(conversation.updatedAt, now),
      },
    },
  };
}

/** What a text costs to send. */
function countSegments(text: string): Pick<Message, "encoding" | "segments"> {
  const { encoding, segments: count } = segments(text);
  return { encoding, segments: count };
}
