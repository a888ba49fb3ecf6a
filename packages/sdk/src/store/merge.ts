import type { Conversation, Message, MessagePreview, MessageStatus } from "@trunkline/protocol";
import { MESSAGE_STATUSES, mergeStatus } from "@trunkline/protocol/vocabulary";

/*
 * Two versions of one thing become the later one. `updatedAt` strictly increases with every change and is written in
 * one form, so that text order is time order. What is unchanged keeps its identity.
 */

interface Versioned {
  readonly updatedAt: string;
}

/** The later of two versions; of equal ones the first. */
export function later<Item extends Versioned>(held: Item, come: Item): Item {
  return come.updatedAt > held.updatedAt ? come : held;
}

/** The later of two versions of a message, or of its preview, with the higher status of the two. */
export function mergeMessage<Item extends Pick<MessagePreview, "status" | "updatedAt">>(held: Item, come: Item): Item {
  const newer = later(held, come);
  if (held.status === null || come.status === null) return newer;
  const status = mergeStatus(held.status, come.status);
  return status === newer.status ? newer : { ...newer, status };
}

/** The later of two versions of a conversation; its `lastMessage` may be known to have gone further. */
export function mergeConversation<Item extends Conversation>(held: Item, come: Item): Item {
  const newer = later(held, come);
  const other = newer === held ? come : held;
  if (!newer.lastMessage || newer.lastMessage.id !== other.lastMessage?.id) return newer;
  const lastMessage = mergeMessage(newer.lastMessage, other.lastMessage);
  return lastMessage === newer.lastMessage ? newer : { ...newer, lastMessage };
}

/** Patches a conversation's `lastMessage` with a later version of that message. */
export function withLastMessage<Item extends Conversation>(held: Item, message: Message): Item {
  const { lastMessage } = held;
  if (lastMessage?.id !== message.id) return held;
  const { status, updatedAt } = mergeMessage<Pick<MessagePreview, "status" | "updatedAt">>(lastMessage, message);
  if (status === lastMessage.status && updatedAt === lastMessage.updatedAt) return held;
  return { ...held, lastMessage: { ...lastMessage, status, updatedAt } };
}

/** A status that this version does not know reads `unknown`. */
export function readMessage<Item extends { readonly status: MessageStatus | null }>(message: Item): Item {
  const { status } = message;
  return status === null || MESSAGE_STATUSES.includes(status) ? message : { ...message, status: "unknown" };
}

/** The same for a conversation's last message. */
export function readConversation<Item extends Conversation>(conversation: Item): Item {
  const { lastMessage } = conversation;
  const read = lastMessage && readMessage(lastMessage);
  return read === lastMessage ? conversation : { ...conversation, lastMessage: read };
}
