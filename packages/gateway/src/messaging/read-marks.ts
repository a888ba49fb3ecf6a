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

/**
 * Writes marks, at most one for a user and conversation, with what they mean for the user's totals. They only move forward,
 * whatever order they come in. Parts of a larger statement, for its `with`; hold the locks of the conversations, taken in a
 * statement before it.
 */
export function markingRead(tenantId: TenantId, marks: readonly ReadMark[], now: number): RawBuilder<unknown> {
  const rows = marks.map(({ userId, conversationId, throughSequence, inboundCount }) => ({
    user_id: userId,
    conversation_id: conversationId,
    through_sequence: throughSequence,
    inbound_count: inboundCount,
  }));
  return sql`moved as (
      select n.*, c.line_id, c.inbound_count as received, r.inbound_count as had
      from ${recordset(rows)} as n (user_id text, conversation_id text, through_sequence int, inbound_count int)
      join conversations c on c.tenant_id = ${tenantId} and c.id = n.conversation_id
      left join read_states r on r.tenant_id = ${tenantId} and r.user_id = n.user_id and r.conversation_id = n.conversation_id
      where r.through_sequence is null or r.through_sequence < n.through_sequence
    ), read_more as (
      insert into read_totals as t (tenant_id, user_id, line_id, conversations, texts)
      select ${tenantId}::text, user_id, line_id, count(*) filter (where had is null), sum(inbound_count - coalesce(had, 0))
      from moved where received > 0 and (had is null or had < inbound_count)
      group by user_id, line_id order by user_id, line_id
      on conflict (tenant_id, user_id, line_id) do update
        set conversations = t.conversations + excluded.conversations, texts = t.texts + excluded.texts
      returning 1
    ), marked as (
    insert into read_states as r (tenant_id, user_id, conversation_id, through_sequence, inbound_count, behind, updated_at)
    select ${tenantId}::text, user_id, conversation_id, through_sequence, inbound_count, received > inbound_count,
      ${new Date(now)}::timestamptz
    from moved order by user_id, conversation_id
    on conflict (tenant_id, user_id, conversation_id) do update
      set through_sequence = excluded.through_sequence, inbound_count = excluded.inbound_count, behind = excluded.behind,
        updated_at = excluded.updated_at
      returning 1)`;
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
