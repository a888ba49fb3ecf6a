import type { LineId, MessageId, TenantId } from "@trunkline/protocol";
import type { LaneName } from "../work/queue.ts";

/** Hands texts to carriers. Lane = line, serial = conversation, so that a conversation keeps its order. */
export const SEND_KIND = "send";
/** Finds out what became of texts whose hand-over ended without an answer. Lane = carrier account. */
export const LOOK_UP_KIND = "look_up";

export interface SendPayload {
  messageId: MessageId;
  /** `OutgoingText.firstSentAt` of a text that was in doubt, in milliseconds; absent for others. */
  firstSentAt?: number;
}

export interface LookUpPayload {
  messageId: MessageId;
  /** When the last hand-over was begun, in milliseconds. */
  handedOverAt: number;
  /** `OutgoingText.firstSentAt`, in milliseconds; what an older version queued lacks it. */
  firstSentAt?: number;
}

/** The lane that hands a line's texts over. */
export const sendLane = (tenantId: TenantId, lineId: LineId): LaneName => ({ tenantId, kind: SEND_KIND, lane: lineId });
