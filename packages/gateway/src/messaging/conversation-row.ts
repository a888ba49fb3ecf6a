import type { Conversation, MessagePreview, TenantId, Viewer } from "@trunkline/protocol";
import { type RawBuilder, type Selectable, sql } from "kysely";
import type { Audience } from "../rights/sight.ts";
import { recordset } from "../store/json.ts";
import type { Tables } from "../store/tables.ts";
import { isoOf } from "./message-row.ts";

type Row = Selectable<Tables["conversations"]>;
type MessageColumns = Selectable<Tables["messages"]>;

/** A row of `conversations` with its last message, as `SELECTED` asks for it. */
export interface ConversationRow extends Omit<Row, "tenant_id" | "participant_key" | "last_message_id"> {
  last_id: MessageColumns["id"] | null;
  last_sequence: MessageColumns["sequence"];
  last_direction: MessageColumns["direction"];
  last_kind: MessageColumns["kind"];
  last_text: MessageColumns["text"];
  last_status: MessageColumns["status"];
  last_send_at: Date | null;
  last_held_until: Date | null;
  last_author: MessageColumns["author"];
  last_created_at: Date;
  last_updated_at: Date;
}

const OWN = sql`c.id, c.line_id, c.participants, c.state, c.assignee_id, c.tags, c.snoozed_until, c.records, c.metadata,
  c.sequence, c.inbound_count, c.last_inbound_at, c.last_activity_at, c.created_at, c.updated_at`;

/** What is selected of a conversation `c` that is about to get another last message. */
export const WITHOUT_LAST_MESSAGE = sql`${OWN}, null as last_id`;

/** What is selected of a conversation `c`. */
export const SELECTED = sql`${OWN}, last.id as last_id,
  last.sequence as last_sequence, last.direction as last_direction, last.kind as last_kind,
  left(last.text, 200) as last_text, last.status as last_status, last.send_at as last_send_at,
  last.held_until as last_held_until, last.author as last_author, last.created_at as last_created_at, last.updated_at as last_updated_at`;

/** Joins the last message of a conversation `c`. */
export const WITH_LAST_MESSAGE = sql`left join messages last on last.tenant_id = c.tenant_id and last.id = c.last_message_id`;

/** A conversation with what the store knows beyond the wire. */
export interface StoredConversation {
  readonly conversation: Conversation;
  readonly inboundCount: number;
  /** When somebody at the other end wrote last, in milliseconds; null for never. */
  readonly lastInboundAt: number | null;
}

export function toStored(row: ConversationRow): StoredConversation {
  return {
    conversation: toConversation(row),
    inboundCount: row.inbound_count,
    lastInboundAt: row.last_inbound_at?.getTime() ?? null,
  };
}

export function toConversation(row: ConversationRow): Conversation {
  return {
    id: row.id,
    lineId: row.line_id,
    participants: row.participants,
    state: row.state,
    assigneeId: row.assignee_id,
    tags: row.tags,
    snoozedUntil: isoOf(row.snoozed_until),
    records: row.records,
    metadata: row.metadata,
    lastMessage: toLastMessage(row),
    sequence: row.sequence,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

function toLastMessage(row: ConversationRow): MessagePreview | null {
  if (row.last_id === null) return null;
  return {
    id: row.last_id,
    sequence: row.last_sequence,
    direction: row.last_direction,
    kind: row.last_kind,
    text: row.last_text,
    status: row.last_status,
    waitsUntil: row.last_status === "scheduled" ? isoOf(row.last_held_until ?? row.last_send_at) : null,
    author: row.last_author,
    createdAt: row.last_created_at.toISOString(),
    updatedAt: row.last_updated_at.toISOString(),
  };
}

/** How far a user has read; everything inbound is unread for somebody who never opened the conversation. */
export function toViewer(inboundCount: number, read: { through: number; inboundCount: number } | null): Viewer {
  return { readThroughSequence: read?.through ?? 0, unreadCount: inboundCount - (read?.inboundCount ?? 0) };
}

/** For whom the events of a conversation and its messages are. */
export function audienceOf({ lineId, assigneeId, records }: Conversation): Audience {
  const refs = records.map(({ source, type, externalId }) => ({ source, type, externalId }));
  return { lineId, conversation: { assigneeId, records: refs } };
}

/** `updatedAt` of the next version: now, but always later than before, so that versions can be told apart by it. */
export function nextUpdate(previous: string, now: number): string {
  return new Date(Math.max(now, Date.parse(previous) + 1)).toISOString();
}

/** Writes what storing messages changes in conversations, with one statement. */
export function conversationUpdate(tenantId: TenantId, stored: readonly StoredConversation[]): RawBuilder<unknown> {
  const rows = stored.map(({ conversation, inboundCount, lastInboundAt }) => ({
    id: conversation.id,
    state: conversation.state,
    assignee_id: conversation.assigneeId,
    snoozed_until: conversation.snoozedUntil,
    sequence: conversation.sequence,
    inbound_count: inboundCount,
    last_inbound_at: lastInboundAt === null ? null : new Date(lastInboundAt).toISOString(),
    last_message_id: conversation.lastMessage?.id ?? null,
    last_activity_at: conversation.lastMessage?.createdAt ?? conversation.createdAt,
    updated_at: conversation.updatedAt,
  }));
  return sql`update conversations c
    set state = n.state, assignee_id = n.assignee_id, snoozed_until = n.snoozed_until, sequence = n.sequence, inbound_count = n.inbound_count,
      last_inbound_at = n.last_inbound_at, last_message_id = n.last_message_id,
      last_activity_at = greatest(c.last_activity_at, n.last_activity_at), updated_at = n.updated_at
    from ${recordset(rows)} as n (id text, state text, assignee_id text, snoozed_until timestamptz, sequence int,
      inbound_count int, last_inbound_at timestamptz, last_message_id text, last_activity_at timestamptz, updated_at timestamptz)
    where c.tenant_id = ${tenantId} and c.id = n.id`;
}
