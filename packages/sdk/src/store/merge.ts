import type { Conversation, Message, MessageStatus } from "@trunkline/protocol";
import { MESSAGE_STATUSES, waitsUntil } from "@trunkline/protocol/vocabulary";

/*
 * Two versions of one thing become the later one. `updatedAt` strictly increases with every change and is written in
 * one form, so that text order is time order. What is unchanged keeps its identity. Which status outweighs which is
 * decided where receipts come in, in the gateway.
 */

interface Versioned {
  readonly updatedAt: string;
}

/** The later of two versions; of equal ones the first. */
export function later<Item extends Versioned>(held: Item, come: Item): Item {
  return come.updatedAt > held.updatedAt ? come : held;
}

/** The later of two versions of a conversation; its `lastMessage` may be known to have gone further. */
export function mergeConversation<Item extends Conversation>(held: Item, come: Item): Item {
  const newer = later(held, come);
  const other = newer === held ? come : held;
  if (!newer.lastMessage || newer.lastMessage.id !== other.lastMessage?.id) return newer;
  const lastMessage = later(newer.lastMessage, other.lastMessage);
  return lastMessage === newer.lastMessage ? newer : { ...newer, lastMessage };
}

/** Patches a conversation's `lastMessage` with a later version of that message; its words never change. */
export function withLastMessage<Item extends Conversation>(held: Item, message: Message): Item {
  const { lastMessage } = held;
  if (lastMessage?.id !== message.id || message.updatedAt <= lastMessage.updatedAt) return held;
  const { status, updatedAt } = message;
  return { ...held, lastMessage: { ...lastMessage, status, waitsUntil: waitsUntil(message), updatedAt } };
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
