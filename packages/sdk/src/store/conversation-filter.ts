import type { Conversation, ConversationState, ConversationWithViewer, LineId, UserRef } from "@trunkline/protocol";

/** Which conversations; all given conditions must hold. */
export interface ConversationFilter {
  lineId?: LineId | undefined;
  state?: ConversationState | undefined;
  /** A user, the asking one, or nobody. */
  assigneeId?: UserRef | "me" | "none" | undefined;
  /** Those with something that the asking user has not read; only with a session. */
  unread?: boolean | undefined;
  tag?: string | undefined;
  /** Whom they are with: a number in international notation. */
  participant?: string | undefined;
  /** A record of the host's CRM: `source:type:externalId`. */
  record?: string | undefined;
  /** Changed after this time, ISO 8601. */
  updatedAfter?: string | undefined;
}

/**
 * Whether a conversation belongs in a list, by what is known of it here. The gateway decides the same way for its pages;
 * `assigneeId` is the user's own id by now.
 */
export function matches(filter: ConversationFilter, conversation: ConversationWithViewer): boolean {
  const { lineId, state, assigneeId, unread, tag, participant, record, updatedAfter } = filter;
  if (lineId !== undefined && conversation.lineId !== lineId) return false;
  if (state !== undefined && conversation.state !== state) return false;
  if (assigneeId !== undefined && conversation.assigneeId !== (assigneeId === "none" ? null : assigneeId)) return false;
  if (unread !== undefined && (conversation.viewer?.unreadCount ?? 0) > 0 !== unread) return false;
  if (tag !== undefined && !conversation.tags.includes(tag)) return false;
  if (participant !== undefined && !conversation.participants.some(({ number }) => isSame(number, participant)))
    return false;
  if (updatedAfter !== undefined && !(Date.parse(conversation.updatedAt) > Date.parse(updatedAfter))) return false;
  return record === undefined || conversation.records.some((each) => nameOf(each) === record);
}

/** The gateway reads what people write between the digits as nothing, too. */
const isSame = (number: string, participant: string): boolean => number === participant.replace(/[^+\d]/g, "");

const nameOf = ({ source, type, externalId }: Conversation["records"][number]): string =>
  `${source}:${type}:${externalId}`;

/** A conversation's place in a list: the newest activity first, and a fixed order among equals. */
export interface Place {
  readonly id: string;
  readonly activeAt: string;
}

/** When something was last said in it. */
export function placeOf({ id, lastMessage, createdAt }: Conversation): Place {
  return { id, activeAt: lastMessage?.createdAt ?? createdAt };
}

/** Sorts newest activity first. */
export function comparePlaces(a: Place, b: Place): number {
  return -(compare(a.activeAt, b.activeAt) || compare(a.id, b.id));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
