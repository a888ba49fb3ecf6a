import type { Conversation, ConversationId, ConversationWithViewer, TenantId, UserId } from "@trunkline/protocol";
import { type RawBuilder, sql } from "kysely";
import type { Principal } from "../rights/principal.ts";
import type { Tx } from "../store/database.ts";
import {
  type ConversationRow,
  SELECTED,
  type StoredConversation,
  toConversation,
  toStored,
  toViewer,
  WITH_LAST_MESSAGE,
} from "./conversation-row.ts";
import { seenBy } from "./sight-condition.ts";

/** A conversation row with how far the asking user has read. */
export interface ViewedRow extends ConversationRow {
  read_through: number | null;
  read_inbound: number | null;
}

const WITH_READ_MARK = (userId: UserId | null) => sql`left join read_states r on r.tenant_id = c.tenant_id
  and r.conversation_id = c.id and r.user_id = ${userId}`;
const VIEWED = sql`${SELECTED}, r.through_sequence as read_through, r.inbound_count as read_inbound`;

/** How many inbound texts the asking user has not read; for conditions. */
export const UNREAD_COUNT = sql<number>`(c.inbound_count - coalesce(r.inbound_count, 0))`;

/** The answer to a principal: only users have something read and unread. */
export function toAnswer(row: ViewedRow, { user }: Pick<Principal, "user">): ConversationWithViewer {
  const conversation = toConversation(row);
  if (user === null) return conversation;
  const read = row.read_through === null ? null : { through: row.read_through, inboundCount: row.read_inbound ?? 0 };
  return { ...conversation, viewer: toViewer(row.inbound_count, read) };
}

/** A conversation that the principal sees, or null. */
export async function readConversation(
  tx: Tx,
  principal: Principal,
  id: ConversationId,
): Promise<ConversationWithViewer | null> {
  const { rows } = await sql<ViewedRow>`select ${VIEWED} from conversations c ${WITH_LAST_MESSAGE}
    ${WITH_READ_MARK(principal.sight.userId)}
    where c.tenant_id = ${principal.tenantId} and c.id = ${id} and ${seenBy(principal.sight)}`.execute(tx);
  return rows[0] ? toAnswer(rows[0], principal) : null;
}

/** Locks a conversation that the principal sees, or gives null. */
export async function lockConversation(
  tx: Tx,
  { tenantId, sight }: Principal,
  id: ConversationId,
): Promise<StoredConversation | null> {
  const { rows } = await sql<ConversationRow>`select ${SELECTED} from conversations c ${WITH_LAST_MESSAGE}
    where c.tenant_id = ${tenantId} and c.id = ${id} and ${seenBy(sight)} for update of c`.execute(tx);
  return rows[0] ? toStored(rows[0]) : null;
}

/** Newest activity first, beginning after a position of `[lastActivityAt, id]`. */
export async function listConversations(
  tx: Tx,
  { tenantId, sight }: Principal,
  {
    conditions,
    after,
    limit,
  }: { conditions: readonly RawBuilder<boolean>[]; after: readonly [string, string] | null; limit: number },
): Promise<ViewedRow[]> {
  const all = [
    sql<boolean>`c.tenant_id = ${tenantId}`,
    seenBy(sight),
    ...conditions,
    ...(after ? [sql<boolean>`(c.last_activity_at, c.id) < (${after[0]}::timestamptz, ${after[1]})`] : []),
  ];
  const { rows } = await sql<ViewedRow>`select ${VIEWED} from conversations c ${WITH_LAST_MESSAGE}
    ${WITH_READ_MARK(sight.userId)}
    where ${sql.join(all, sql` and `)} order by c.last_activity_at desc, c.id desc limit ${limit}`.execute(tx);
  return rows;
}

/** Unread inbound texts and the conversations they are in, by line, counted in every conversation that is seen. */
export async function countInSight(
  tx: Tx,
  { tenantId, sight }: Principal,
): Promise<{ line_id: string; conversations: number; messages: number }[]> {
  const { rows } = await sql<{ line_id: string; conversations: number; messages: number }>`
    select c.line_id, count(*)::int as conversations, sum(${UNREAD_COUNT})::int as messages
    from conversations c ${WITH_READ_MARK(sight.userId)}
    where c.tenant_id = ${tenantId} and ${seenBy(sight)} and ${UNREAD_COUNT} > 0
    group by c.line_id`.execute(tx);
  return rows;
}

/** Writes what a person may change of a conversation. */
export async function writeConversation(
  tx: Tx,
  tenantId: TenantId,
  { id, participants, state, assigneeId, tags, snoozedUntil, records, metadata, updatedAt }: Conversation,
): Promise<void> {
  await sql`update conversations set participants = ${JSON.stringify(participants)}::text::jsonb, state = ${state},
      assignee_id = ${assigneeId}, tags = ${tags}::text[], snoozed_until = ${snoozedUntil}::timestamptz,
      records = ${JSON.stringify(records)}::text::jsonb, metadata = ${JSON.stringify(metadata)}::text::jsonb,
      updated_at = ${updatedAt}::timestamptz
    where tenant_id = ${tenantId} and id = ${id}`.execute(tx);
}
