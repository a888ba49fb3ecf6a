import type { ConversationId, ReadState, TenantId, UserId } from "@trunkline/protocol";
import { type RawBuilder, sql } from "kysely";
import { recordset } from "../store/json.ts";

/** How far a user has read a conversation, and how many inbound texts there are up to that place. */
export interface ReadMark {
  readonly userId: UserId;
  readonly conversationId: ConversationId;
  readonly throughSequence: number;
  readonly inboundCount: number;
}

/** Writes marks, at most one for a user and conversation. They only move forward, whatever order they come in. */
export function readMarkUpsert(tenantId: TenantId, marks: readonly ReadMark[], now: number): RawBuilder<unknown> {
  const rows = marks.map(({ userId, conversationId, throughSequence, inboundCount }) => ({
    user_id: userId,
    conversation_id: conversationId,
    through_sequence: throughSequence,
    inbound_count: inboundCount,
  }));
  return sql`insert into read_states as r (tenant_id, user_id, conversation_id, through_sequence, inbound_count, updated_at)
    select ${tenantId}::text, n.user_id, n.conversation_id, n.through_sequence, n.inbound_count, ${new Date(now)}::timestamptz
    from ${recordset(rows)} as n (user_id text, conversation_id text, through_sequence int, inbound_count int)
    order by n.user_id, n.conversation_id
    on conflict (tenant_id, user_id, conversation_id) do update
      set through_sequence = excluded.through_sequence, inbound_count = excluded.inbound_count,
        updated_at = excluded.updated_at
      where r.through_sequence < excluded.through_sequence`;
}

/** What a mark means for its user in a conversation that has had `inboundCount` inbound texts so far. */
export function toReadState(
  { userId, conversationId, throughSequence, ...mark }: ReadMark,
  inboundCount: number,
): ReadState {
  return {
    userId,
    conversationId,
    readThroughSequence: throughSequence,
    unreadCount: inboundCount - mark.inboundCount,
  };
}
