import type { Message, MessageId } from "@trunkline/protocol";
import type { Draft } from "./place-message.ts";
import type { SendingPrincipal } from "./send-request.ts";

/** What a message has that is for colleagues alone. */
export type Internal = Pick<Message, "text" | "mentions" | "transfer"> & {
  readonly id: MessageId;
  readonly kind: "note" | "system";
  readonly author: SendingPrincipal["author"];
  readonly clientId?: string | null;
  readonly metadata?: Record<string, string>;
};

/** A message that stands beside a conversation and never leaves. */
export function internalDraft({ clientId = null, metadata = {}, ...own }: Internal): Draft {
  return {
    ...own,
    clientId,
    metadata,
    direction: "internal",
    from: null,
    to: null,
    status: null,
    retryOf: null,
    carrierMessageId: null,
    carrierAccountId: null,
    broadcastId: null,
    purpose: null,
    templateId: null,
    sendAt: null,
    held: null,
  };
}
