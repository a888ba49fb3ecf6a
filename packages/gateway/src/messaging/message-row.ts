import { type Message, type MessagePreview, type TenantId, waitsUntil } from "@trunkline/protocol";
import { type RawBuilder, type Selectable, sql } from "kysely";
import { recordset } from "../store/json.ts";
import type { Tables } from "../store/tables.ts";

/** A row of `messages` as the store gives it. */
export type MessageRow = Omit<Selectable<Tables["messages"]>, "tenant_id">;

/** A message with what the store knows beyond the wire. */
export interface StoredMessage {
  readonly message: Message;
  readonly lineId: MessageRow["line_id"];
  readonly inboundCount: number;
  readonly carrierAccountId: MessageRow["carrier_account_id"];
  readonly purpose: MessageRow["purpose"];
}

export function toMessage(row: MessageRow): Message {
  return {
    id: row.id,
    clientId: row.client_id,
    conversationId: row.conversation_id,
    sequence: row.sequence,
    direction: row.direction,
    kind: row.kind,
    text: row.text,
    media: row.media,
    from: row.sender,
    to: row.recipient,
    author: row.author,
    status: row.status,
    failure: row.failure,
    encoding: row.encoding,
    segments: row.segments,
    sendAt: isoOf(row.send_at),
    held:
      row.held_code === null || row.held_until === null
        ? null
        : { code: row.held_code, until: row.held_until.toISOString() },
    sentAt: isoOf(row.sent_at),
    deliveredAt: isoOf(row.delivered_at),
    retryOf: row.retry_of,
    broadcastId: row.broadcast_id,
    templateId: row.template_id,
    carrierMessageId: row.carrier_message_id,
    carrierStatus: row.carrier_status,
    ...(row.mentions === null ? {} : { mentions: row.mentions }),
    ...(row.transfer === null ? {} : { transfer: row.transfer }),
    metadata: row.metadata,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

/** A time as it travels. */
export const isoOf = (date: Date | null): string | null => date?.toISOString() ?? null;

const PREVIEW_CHARACTERS = 200;

/** What a list of conversations shows of a message. The text is cut between characters, never within one. */
export function toPreview(message: Message): MessagePreview {
  const { id, sequence, direction, kind, text, status, author, createdAt, updatedAt } = message;
  const short = text.length > PREVIEW_CHARACTERS ? [...text].slice(0, PREVIEW_CHARACTERS).join("") : text;
  const waits = waitsUntil(message);
  return { id, sequence, direction, kind, text: short, status, waitsUntil: waits, author, createdAt, updatedAt };
}

/** Inserts messages with one statement. */
export function messageInsertion(tenantId: TenantId, stored: readonly StoredMessage[]): RawBuilder<unknown> {
  const rows = stored.map(({ message, lineId, inboundCount, carrierAccountId, purpose }) => ({
    id: message.id,
    conversation_id: message.conversationId,
    line_id: lineId,
    sequence: message.sequence,
    inbound_count: inboundCount,
    direction: message.direction,
    kind: message.kind,
    text: message.text,
    sender: message.from,
    recipient: message.to,
    author: message.author,
    status: message.status,
    encoding: message.encoding,
    segments: message.segments,
    send_at: message.sendAt,
    held_code: message.held?.code ?? null,
    held_until: message.held?.until ?? null,
    template_id: message.templateId,
    retry_of: message.retryOf,
    broadcast_id: message.broadcastId,
    purpose,
    carrier_account_id: carrierAccountId,
    carrier_message_id: message.carrierMessageId,
    client_id: message.clientId,
    mentions: message.mentions ?? null,
    transfer: message.transfer ?? null,
    metadata: message.metadata,
    created_at: message.createdAt,
    updated_at: message.updatedAt,
  }));
  return sql`insert into messages (tenant_id, id, conversation_id, line_id, sequence, inbound_count, direction, kind, text,
      sender, recipient, author, status, encoding, segments, send_at, held_code, held_until, template_id, retry_of,
      broadcast_id, purpose, carrier_account_id, carrier_message_id, client_id, mentions, transfer, metadata, created_at, updated_at)
    select ${tenantId}::text, m.* from ${recordset(rows)} as m (id text, conversation_id text, line_id text,
      sequence int, inbound_count int, direction text, kind text, text text, sender text, recipient text, author jsonb,
      status text, encoding text, segments int, send_at timestamptz, held_code text, held_until timestamptz,
      template_id text, retry_of text, broadcast_id text, purpose text, carrier_account_id text, carrier_message_id text,
      client_id text, mentions text[], transfer jsonb, metadata jsonb, created_at timestamptz, updated_at timestamptz)`;
}
