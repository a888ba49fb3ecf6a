import type { Actor, Author, BroadcastId, ConversationId, Message, MessageId, TenantId } from "@trunkline/protocol";
import type { Keyed } from "../http/idempotency.ts";
import type { Principal } from "../rights/principal.ts";
import { FULL_SIGHT } from "../rights/sight.ts";
import type { MessagePurpose } from "../store/tables/message-tables.ts";
import type { Content } from "./content.ts";

/** Where a text goes: into a conversation, from a line to a number, or once more where another one went. */
export type SendTarget =
  | { readonly kind: "conversation"; readonly id: ConversationId; readonly content: Content }
  | { readonly kind: "number"; readonly from: string; readonly to: string; readonly content: Content }
  | { readonly kind: "retry"; readonly of: MessageId; readonly clientId: string | undefined };

/** What a text is part of. */
export interface SendOrigin {
  readonly broadcastId: BroadcastId | null;
  /** Why the gateway wrote it by itself; null for all that people and programs write. */
  readonly purpose: MessagePurpose | null;
  /** Of two texts that are due the one with the smaller number leaves first. */
  readonly priority: 0 | 10;
}

/** Of a text that somebody wrote to one person. */
export const ONE_TO_ONE: SendOrigin = { broadcastId: null, purpose: null, priority: 0 };

/** Of a broadcast's texts: they let answers to people pass. */
export const broadcastOrigin = (broadcastId: BroadcastId): SendOrigin => ({ broadcastId, purpose: null, priority: 10 });

/** The place in the line of a text that is put back into it. */
export const priorityOf = ({ broadcastId }: Pick<Message, "broadcastId">): SendOrigin["priority"] =>
  broadcastId === null ? ONE_TO_ONE.priority : broadcastOrigin(broadcastId).priority;

/** Of what the gateway answers by itself. */
export const answerOrigin = (purpose: MessagePurpose): SendOrigin => ({ broadcastId: null, purpose, priority: 0 });

/** On whose behalf a text is sent. */
export type SendingPrincipal = Pick<Principal, "tenantId" | "sight" | "user" | "author"> & {
  /** Null for what the gateway does by itself. */
  readonly actor: Actor | null;
};

export interface SendRequest {
  readonly principal: SendingPrincipal;
  readonly target: SendTarget;
  readonly origin: SendOrigin;
  readonly keyed: Keyed | null;
}

/** Sends for somebody whose request is long over, or for the gateway itself: it sees the whole tenant. */
export function systemPrincipal(tenantId: TenantId, author: Author, actor: Actor | null): SendingPrincipal {
  return { tenantId, sight: FULL_SIGHT, user: null, author, actor };
}
