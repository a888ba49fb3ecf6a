import type { CarrierAccountId, Conversation, LineId, MessageId, TenantId } from "@trunkline/protocol";
import { readNumber } from "@trunkline/protocol/phone-number";
import { sql } from "kysely";
import { toHex } from "../bytes.ts";
import type { InboundText } from "../carriers/carrier.ts";
import type { EventLog, NewEvent } from "../events/log.ts";
import { applyKeywords, type KeywordEffects, NO_EFFECTS, openKeywords, type Placed } from "../opt-ins/keyword-turn.ts";
import type { Ids } from "../random.ts";
import { entryInsertion, messageEntries } from "../search/entries.ts";
import type { Tx } from "../store/database.ts";
import { recordset } from "../store/json.ts";
import {
  audienceOf,
  type ConversationRow,
  conversationUpdate,
  toStored,
  WITHOUT_LAST_MESSAGE,
} from "./conversation-row.ts";
import { messageInsertion, type StoredMessage } from "./message-row.ts";
import { countryOf, readAddress } from "./numbers.ts";
import { type Draft, placeMessage } from "./place-message.ts";
import { getOrCreateThreads } from "./threads.ts";
import { countingInbound, type Received as ReceivedInto } from "./unread-counts.ts";

export interface InboundParts {
  log: EventLog;
  ids: Ids;
}

/** A text that a carrier delivered. */
export interface ReceivedText {
  readonly accountId: CarrierAccountId;
  readonly text: InboundText;
  /** The webhook's body, kept as it came. */
  readonly raw: Uint8Array;
}

/** `no_line`: the number it was sent to is none of this account's lines, so that there is nobody to show it to. */
export type Reception = "stored" | "repeated" | "no_line";

/** What became of texts, in their order, and what follows after the commit. */
export interface Received extends KeywordEffects {
  readonly receptions: readonly Reception[];
}

/**
 * Stores texts that carriers delivered, each once for its carrier's id however often and in whatever number of parallel
 * calls it comes: the row in `inbound_texts` lets one win, and the others wait for its commit. Keywords take effect with
 * it. Locks: those rows, then numbers of keywords, threads that are made, conversations by id.
 */
export async function receiveTexts(
  tx: Tx,
  tenantId: TenantId,
  received: readonly ReceivedText[],
  { log, ids }: InboundParts,
  now: number,
): Promise<Received> {
  const lines = await findLines(tx, tenantId, received);
  const withLine = received.filter((one) => lines.has(one));
  const claimed = await claim(tx, tenantId, withLine, ids, now);
  const items = withLine.flatMap((one): Item[] => {
    const line = lines.get(one);
    const messageId = claimed.get(one);
    if (!line || !messageId) return [];
    return [{ ...one, line, messageId, from: readAddress(one.text.from, countryOf(line.number)) }];
  });
  const effects = items.length === 0 ? NO_EFFECTS : await storeAndObey(tx, tenantId, items, { log, ids }, now);
  const receptions = received.map((one) => (claimed.has(one) ? "stored" : lines.has(one) ? "repeated" : "no_line"));
  return { receptions, ...effects };
}

interface InboundLine {
  id: LineId;
  number: string | null;
  senderId: string | null;
}

/** A text that is ours to store. */
interface Item extends ReceivedText {
  readonly line: InboundLine;
  readonly messageId: MessageId;
  readonly from: string;
}

async function storeAndObey(
  tx: Tx,
  tenantId: TenantId,
  items: readonly Item[],
  parts: InboundParts,
  now: number,
): Promise<KeywordEffects> {
  const words = items.map(({ line, text: { text, at: sentAt }, ...item }) => ({
    ...item,
    text,
    sentAt,
    lineId: line.id,
  }));
  const keywords = await openKeywords(tx, tenantId, words, { ids: parts.ids, now });
  const placed = await store(tx, tenantId, items, parts, now);
  return keywords === null ? NO_EFFECTS : applyKeywords(tx, tenantId, keywords, placed, parts, now);
}

async function store(
  tx: Tx,
  tenantId: TenantId,
  items: readonly Item[],
  { log, ids }: InboundParts,
  now: number,
): Promise<Map<MessageId, Placed>> {
  const wanted = items.map(({ line, from }) => ({
    lineId: line.id,
    participants: [{ number: from, contactId: null, name: null }],
    assigneeId: null,
    records: [],
    metadata: {},
  }));
  const threads = await getOrCreateThreads(tx, tenantId, wanted, { ids, now });
  const { rows } = await sql<ConversationRow>`select ${WITHOUT_LAST_MESSAGE} from conversations c
    where c.tenant_id = ${tenantId} and c.id = any(${threads.map(({ id }) => id)}::text[])
    order by c.id for update of c`.execute(tx);
  const conversations = new Map(rows.map((row) => [row.id, toStored(row)]));
  const counts = new Map([...conversations].map(([id, { inboundCount }]) => [id, inboundCount]));
  const untold = new Set(threads.filter(({ isNew }) => isNew).map(({ id }) => id));
  const messages: StoredMessage[] = [];
  const events: NewEvent[] = [];
  const placed = new Map<MessageId, Placed>();
  for (const [index, item] of items.entries()) {
    const id = threads[index]?.id;
    const before = id && conversations.get(id);
    if (!id || !before) throw new Error("a thread vanished while a text was put into it");
    const { stored, into } = placeMessage(before, toDraft(item, before.conversation), now);
    conversations.set(id, into);
    messages.push(stored);
    placed.set(item.messageId, { conversationId: id, name: stored.message.author.name });
    const audience = audienceOf(into.conversation);
    const created: NewEvent = { type: "message.created", data: stored.message, audience, actor: null };
    if (untold.delete(id)) {
      events.push({ type: "conversation.created", data: into.conversation, audience, actor: null }, created);
    } else events.push(created, { type: "conversation.updated", data: into.conversation, audience, actor: null });
  }
  const received = [...conversations].map(([conversationId, { conversation, inboundCount }]): ReceivedInto => {
    const before = counts.get(conversationId) ?? 0;
    return { conversationId, lineId: conversation.lineId, texts: inboundCount - before, isFirst: before === 0 };
  });
  await sql`with ${countingInbound(tenantId, received)} changed as (${conversationUpdate(tenantId, [...conversations.values()])} returning 1),
    stored as (${messageInsertion(tenantId, messages)} returning 1),
    findable as (${entryInsertion(tenantId, messageEntries(tenantId, messages))} returning 1)
    ${log.insertion(tenantId, events)}`.execute(tx);
  return placed;
}

function toDraft({ text, line, messageId, from, accountId }: Item, { participants }: Conversation): Draft {
  return {
    id: messageId,
    direction: "inbound",
    kind: "text",
    text: text.text,
    from,
    to: line.number ?? line.senderId,
    author: { kind: "contact", id: null, name: participants.find(({ number }) => number === from)?.name ?? null },
    status: "received",
    clientId: null,
    retryOf: null,
    carrierMessageId: text.carrierMessageId,
    carrierAccountId: accountId,
    metadata: {},
    broadcastId: null,
    purpose: null,
    templateId: null,
    sendAt: null,
    held: null,
  };
}

/** The line of its account that each text was sent to. */
async function findLines(
  tx: Tx,
  tenantId: TenantId,
  received: readonly ReceivedText[],
): Promise<Map<ReceivedText, InboundLine>> {
  const wanted = received.map(({ accountId, text: { to } }, i) => {
    const reading = readNumber(to);
    return { i, account: accountId, number: reading.kind === "invalid" ? to.trim() : reading.number };
  });
  const { rows } = await sql<InboundLine & { i: number }>`
    select w.i, l.id, l.number, l.sender_id as "senderId"
    from ${recordset(wanted)} as w (i int, account text, number text)
    join lines l on l.tenant_id = ${tenantId} and w.account in (l.carrier_account_id, l.fallback_carrier_account_id)
      and (l.number = w.number or l.sender_id = w.number)`.execute(tx);
  const lines = new Map<ReceivedText, InboundLine>();
  for (const { i, ...line } of rows) {
    const one = received[i];
    if (one) lines.set(one, line);
  }
  return lines;
}

/** Claims texts by their carriers' ids, and gives the message ids of those that nobody has claimed before. */
async function claim(
  tx: Tx,
  tenantId: TenantId,
  received: readonly ReceivedText[],
  ids: Ids,
  now: number,
): Promise<Map<ReceivedText, MessageId>> {
  const nameOf = (account: string, id: string) => `${account} ${id}`;
  const first = new Map<string, { one: ReceivedText; messageId: MessageId }>();
  for (const one of received) {
    const name = nameOf(one.accountId, one.text.carrierMessageId);
    if (!first.has(name)) first.set(name, { one, messageId: ids("message") });
  }
  const claimed = new Map<ReceivedText, MessageId>();
  if (first.size === 0) return claimed;
  const rows = [...first.values()].map(({ one, messageId }) => ({
    account: one.accountId,
    carrier_id: one.text.carrierMessageId,
    message_id: messageId,
    raw: toHex(one.raw),
  }));
  // In one order, so that two batches with the same texts wait for each other and do not lock each other out.
  const { rows: taken } = await sql<{ account: string; carrier_id: string }>`
    insert into inbound_texts (tenant_id, carrier_account_id, carrier_message_id, message_id, raw, received_at)
    select ${tenantId}::text, t.account, t.carrier_id, t.message_id, decode(t.raw, 'hex'), ${new Date(now)}::timestamptz
    from ${recordset(rows)} as t (account text, carrier_id text, message_id text, raw text)
    order by t.account, t.carrier_id
    on conflict (tenant_id, carrier_account_id, carrier_message_id) do nothing
    returning carrier_account_id as account, carrier_message_id as carrier_id`.execute(tx);
  for (const { account, carrier_id } of taken) {
    const own = first.get(nameOf(account, carrier_id));
    if (own) claimed.set(own.one, own.messageId);
  }
  return claimed;
}
