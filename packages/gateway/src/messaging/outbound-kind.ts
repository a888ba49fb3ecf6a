import type { MessageId } from "@trunkline/protocol";

/** Hands texts to carriers. Lane = line, serial = conversation, so that a conversation keeps its order. */
export const SEND_KIND = "send";
/** Finds out what became of texts whose hand-over ended without an answer. Lane = carrier account. */
export const LOOK_UP_KIND = "look_up";

export interface SendPayload {
  messageId: MessageId;
}

export interface LookUpPayload {
  messageId: MessageId;
  /** When the last hand-over was begun, in milliseconds. */
  handedOverAt: number;
}
