import type { ConversationId, LineId, TenantId, UserId } from "@trunkline/protocol";
import { type RawBuilder, sql } from "kysely";
import type { Principal } from "../rights/principal.ts";
import { isLimited } from "../rights/sight.ts";
import type { Tx } from "../store/database.ts";
import { recordset } from "../store/json.ts";
import { countInSight } from "./conversation-store.ts";

/*
 * What somebody has not read is a difference: what a line has received, less what they have read of it. Both are counted
 * as they change, by whoever holds the lock of the conversation in which they change; so no badge costs a look at every
 * conversation. Locks: conversations by id, then these counters by user and line.
 */

/** Texts that came into one conversation in a transaction. */
export interface Received {
  readonly conversationId: ConversationId;
  readonly lineId: LineId;
  readonly texts: number;
  /** Nobody at the other end had written in it before. */
  readonly isFirst: boolean;
}

/** Counts what came in, as parts of a larger statement: for `with`, each with a comma behind. */
export function countingInbound(tenantId: TenantId, received: readonly Received[]): RawBuilder<unknown> {
  const lines = new Map<LineId, { line_id: LineId; conversations: number; texts: number }>();
  for (const { lineId, texts, isFirst } of received) {
    const line = lines.get(lineId) ?? { line_id: lineId, conversations: 0, texts: 0 };
    lines.set(lineId, {
      ...line,
      conversations: line.conversations + (isFirst ? 1 : 0),
      texts: line.texts + texts,
    });
  }
  const ids = received.map(({ conversationId }) => ({ id: conversationId }));
  const first = received
    .filter(({ isFirst }) => isFirst)
    .map(({ conversationId: id, lineId }) => ({ id, line_id: lineId }));
  const marks =
    first.length === 0
      ? sql``
      : sql`marked_first as (
      insert into read_totals as t (tenant_id, user_id, line_id, conversations, texts)
      select ${tenantId}::text, r.user_id, n.line_id, count(*), 0
      from ${recordset(first)} as n (id text, line_id text)
      join read_states r on r.tenant_id = ${tenantId} and r.conversation_id = n.id
      group by r.user_id, n.line_id order by r.user_id, n.line_id
      on conflict (tenant_id, user_id, line_id) do update set conversations = t.conversations + excluded.conversations
      returning 1),`;
  return sql`behind as (
      update read_states r set behind = true from ${recordset(ids)} as n (id text)
      where r.tenant_id = ${tenantId} and r.conversation_id = n.id and not r.behind returning 1),
    ${marks}
    counted as (
      insert into line_inbound as t (tenant_id, line_id, conversations, texts)
      select ${tenantId}::text, n.line_id, n.conversations, n.texts
      from ${recordset([...lines.values()])} as n (line_id text, conversations int, texts int) order by n.line_id
      on conflict (tenant_id, line_id) do update
        set conversations = t.conversations + excluded.conversations, texts = t.texts + excluded.texts
      returning 1),`;
}

/** What is unread on one line. */
export interface LineUnread {
  line_id: string;
  conversations: number;
  messages: number;
}

/**
 * Unread inbound texts and the conversations they are in, by line. Whoever is limited to some conversations has those
 * looked at; for all others the counters tell. Index: read_states_behind.
 */
export async function countUnread(tx: Tx, principal: Principal & { user: { id: UserId } }): Promise<LineUnread[]> {
  const { tenantId, sight, user } = principal;
  if (isLimited(sight)) return countInSight(tx, principal);
  const seen = sight.lineIds === "all" ? sql`` : sql`and l.line_id = any(${[...sight.lineIds]}::text[])`;
  const { rows } = await sql<LineUnread>`
    select l.line_id, l.conversations - coalesce(t.conversations, 0) + coalesce(b.conversations, 0) as conversations,
      l.texts - coalesce(t.texts, 0) as messages
    from line_inbound l
    left join read_totals t on t.tenant_id = l.tenant_id and t.line_id = l.line_id and t.user_id = ${user.id}
    left join (
      select c.line_id, count(*)::int as conversations
      from read_states r join conversations c on c.tenant_id = r.tenant_id and c.id = r.conversation_id
      where r.tenant_id = ${tenantId} and r.user_id = ${user.id} and r.behind group by c.line_id
    ) b on b.line_id = l.line_id
    where l.tenant_id = ${tenantId} and l.texts > coalesce(t.texts, 0) ${seen}`.execute(tx);
  return rows;
}
