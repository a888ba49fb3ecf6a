import type { ConversationId, Message, MessageId } from "@trunkline/protocol";
import { type RawBuilder, sql } from "kysely";
import type { Principal } from "../rights/principal.ts";
import type { Tx } from "../store/database.ts";
import { type MessageRow, toMessage } from "./message-row.ts";
import { seenBy } from "./sight-condition.ts";

/** Whether there is such a conversation in the principal's sight. */
export async function isConversationSeen(tx: Tx, { tenantId, sight }: Principal, id: ConversationId): Promise<boolean> {
  const { rows } = await sql`select from conversations c
    where c.tenant_id = ${tenantId} and c.id = ${id} and ${seenBy(sight)}`.execute(tx);
  return rows.length > 0;
}

/** A message of a conversation that the principal sees, or null. */
export async function readMessage(tx: Tx, { tenantId, sight }: Principal, id: MessageId): Promise<Message | null> {
  const { rows } = await sql<MessageRow>`select m.* from messages m
    join conversations c on c.tenant_id = m.tenant_id and c.id = m.conversation_id
    where m.tenant_id = ${tenantId} and m.id = ${id} and ${seenBy(sight)}`.execute(tx);
  return rows[0] ? toMessage(rows[0]) : null;
}

export interface MessageWindow {
  readonly conversationId: ConversationId;
  readonly order: "asc" | "desc";
  /** Sequences that are shown are greater than this. */
  readonly above: number;
  /** Sequences that are shown are smaller than this; null for no bound. */
  readonly below: number | null;
  readonly limit: number;
}

/** Messages of a conversation by sequence. */
export async function listMessages(
  tx: Tx,
  { tenantId }: Principal,
  { conversationId, order, above, below, limit }: MessageWindow,
): Promise<Message[]> {
  const upper: RawBuilder<unknown> = below === null ? sql`` : sql`and sequence < ${below}`;
  const direction = order === "asc" ? sql`asc` : sql`desc`;
  const { rows } = await sql<MessageRow>`select * from messages
    where tenant_id = ${tenantId} and conversation_id = ${conversationId} and sequence > ${above} ${upper}
    order by sequence ${direction} limit ${limit}`.execute(tx);
  return rows.map(toMessage);
}
