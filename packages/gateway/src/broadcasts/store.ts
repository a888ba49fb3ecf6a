import type {
  BroadcastId,
  BroadcastState,
  LineId,
  ListBroadcasts,
  ListRecipients,
  MessageId,
  MessageStatus,
  TenantId,
} from "@trunkline/protocol";
import { type RawBuilder, sql } from "kysely";
import { SEND_KIND } from "../messaging/outbound-kind.ts";
import type { Sight } from "../rights/sight.ts";
import type { Tx } from "../store/database.ts";
import { json, recordset } from "../store/json.ts";
import { BROADCAST_PRIORITY, MOST_AHEAD } from "./broadcast-kind.ts";
import {
  type BroadcastRow,
  type RecipientRow,
  type StatusCounts,
  type StoredBroadcast,
  toStored,
} from "./broadcast-row.ts";
import type { NewRecipient } from "./recipients.ts";

/** Lines whose broadcasts are seen. */
function seen({ lineIds }: Pick<Sight, "lineIds">): RawBuilder<boolean> {
  return lineIds === "all" ? sql<boolean>`true` : sql<boolean>`b.line_id = any(${[...lineIds]}::text[])`;
}

export async function insertBroadcast(tx: Tx, tenantId: TenantId, stored: StoredBroadcast): Promise<void> {
  const { broadcast, words, actor, nextIndex, skipped, toldAt } = stored;
  await tx
    .insertInto("broadcasts")
    .values({
      tenant_id: tenantId,
      id: broadcast.id,
      name: broadcast.name,
      line_id: broadcast.lineId,
      text: words.text,
      locale: words.locale,
      variants: json(words.variants.flatMap(({ locale, text }) => (locale === null ? [] : [{ locale, text }]))),
      template_id: broadcast.templateId,
      state: broadcast.state,
      author: json(broadcast.author),
      actor: actor === null ? null : json(actor),
      total: broadcast.counts.total,
      next_index: nextIndex,
      skipped,
      counts: json(broadcast.counts),
      told_at: new Date(toldAt),
      send_at: dateOf(broadcast.sendAt),
      metadata: json(broadcast.metadata),
      created_at: new Date(broadcast.createdAt),
      started_at: dateOf(broadcast.startedAt),
      updated_at: new Date(broadcast.updatedAt),
    })
    .execute();
}

const dateOf = (iso: string | null): Date | null => (iso === null ? null : new Date(iso));

/** Stores all recipients with one statement. */
export async function insertRecipients(
  tx: Tx,
  tenantId: TenantId,
  id: BroadcastId,
  recipients: readonly NewRecipient[],
): Promise<void> {
  await sql`insert into broadcast_recipients (tenant_id, broadcast_id, index, number, variables, locale, failure)
    select ${tenantId}::text, ${id}::text, r.index, r.number, r.variables, r.locale, r.failure
    from ${recordset(recipients)} as r
      (index int, number text, variables jsonb, locale text, failure jsonb) order by r.index`.execute(tx);
}

/** Broadcasts that are seen, the newest first. Index: the primary key, or broadcasts_of_line. */
export async function listBroadcasts(
  tx: Tx,
  tenantId: TenantId,
  sight: Sight,
  { lineId, state, after, limit }: Pick<ListBroadcasts, "lineId" | "state"> & { after: string | null; limit: number },
): Promise<StoredBroadcast[]> {
  const { rows } = await sql<BroadcastRow>`select * from broadcasts b
    where b.tenant_id = ${tenantId} and ${seen(sight)}
      ${lineId === undefined ? sql`` : sql`and b.line_id = ${lineId}`}
      ${state === undefined ? sql`` : sql`and b.state = ${state}`}
      ${after === null ? sql`` : sql`and b.id < ${after}`}
    order by b.id desc limit ${limit}`.execute(tx);
  return rows.map(toStored);
}

/** One broadcast, or null when there is none, or none that is seen. With `lock` nobody else changes it meanwhile. */
export async function readBroadcast(
  tx: Tx,
  tenantId: TenantId,
  sight: Sight,
  id: BroadcastId,
  { lock = false }: { lock?: boolean } = {},
): Promise<StoredBroadcast | null> {
  const { rows } = await sql<BroadcastRow>`select * from broadcasts b
    where b.tenant_id = ${tenantId} and b.id = ${id} and ${seen(sight)} ${lock ? sql`for update` : sql``}`.execute(tx);
  return rows[0] ? toStored(rows[0]) : null;
}

/** A broadcast on its way, with whom its texts are from. */
export interface LockedBroadcast extends StoredBroadcast {
  readonly from: string;
}

/** Locks broadcasts, in the order of their ids. */
export async function lockBroadcasts(
  tx: Tx,
  tenantId: TenantId,
  ids: readonly BroadcastId[],
): Promise<Map<BroadcastId, LockedBroadcast>> {
  const { rows } = await sql<BroadcastRow & { sender: string }>`
    select b.*, coalesce(l.number, l.sender_id) as sender
    from broadcasts b join lines l on l.tenant_id = b.tenant_id and l.id = b.line_id
    where b.tenant_id = ${tenantId} and b.id = any(${ids}::text[]) order by b.id for update of b`.execute(tx);
  return new Map(rows.map(({ sender, ...row }) => [row.id, { ...toStored(row), from: sender }]));
}

/** Writes what looks and people's words have changed, with one statement. */
export async function updateBroadcasts(tx: Tx, tenantId: TenantId, changed: readonly StoredBroadcast[]): Promise<void> {
  if (changed.length === 0) return;
  const rows = changed.map(({ broadcast, nextIndex, skipped, isSettled, toldAt }) => ({
    id: broadcast.id,
    state: broadcast.state,
    next_index: nextIndex,
    skipped,
    counts: broadcast.counts,
    is_settled: isSettled,
    told_at: new Date(toldAt).toISOString(),
    held_code: broadcast.held?.code ?? null,
    held_until: broadcast.held?.until ?? null,
    started_at: broadcast.startedAt,
    completed_at: broadcast.completedAt,
    updated_at: broadcast.updatedAt,
  }));
  await sql`update broadcasts b set state = n.state, next_index = n.next_index, skipped = n.skipped, counts = n.counts,
      is_settled = n.is_settled, told_at = n.told_at, held_code = n.held_code, held_until = n.held_until,
      started_at = n.started_at, completed_at = n.completed_at, updated_at = n.updated_at
    from ${recordset(rows)} as n (id text, state text, next_index int, skipped int, counts jsonb,
      is_settled boolean, told_at timestamptz, held_code text, held_until timestamptz, started_at timestamptz,
      completed_at timestamptz, updated_at timestamptz)
    where b.tenant_id = ${tenantId} and b.id = n.id`.execute(tx);
}

/** The texts of broadcasts by status. Index: messages_of_broadcast. */
export async function countTexts(
  tx: Tx,
  tenantId: TenantId,
  ids: readonly BroadcastId[],
): Promise<Map<BroadcastId, StatusCounts>> {
  const counts = new Map<BroadcastId, Partial<Record<MessageStatus, number>>>(ids.map((id) => [id, {}]));
  if (ids.length === 0) return counts;
  const { rows } = await sql<{ broadcast_id: BroadcastId; status: MessageStatus; texts: number }>`
    select broadcast_id, status, count(*)::int as texts from messages
    where tenant_id = ${tenantId} and broadcast_id = any(${ids}::text[]) group by broadcast_id, status`.execute(tx);
  for (const { broadcast_id, status, texts } of rows) {
    counts.set(broadcast_id, { ...counts.get(broadcast_id), [status]: texts });
  }
  return counts;
}

/** Texts of broadcasts that are due in the queues of lines, counted no further than anybody wants to know. Index: work_of_lane. */
export async function countQueued(
  tx: Tx,
  tenantId: TenantId,
  lineIds: readonly LineId[],
  now: number,
): Promise<Map<LineId, number>> {
  if (lineIds.length === 0) return new Map();
  const { rows } = await sql<{ line_id: LineId; queued: number }>`
    select l.line_id, (select count(*) from (select from work w where w.tenant_id = ${tenantId} and w.kind = ${SEND_KIND}
      and w.lane = l.line_id and w.priority = ${BROADCAST_PRIORITY} and w.due_at <= ${new Date(now)}
      limit ${MOST_AHEAD}) ahead)::int as queued
    from unnest(${lineIds}::text[]) as l (line_id)`.execute(tx);
  return new Map(rows.map(({ line_id, queued }) => [line_id, queued]));
}

/** A recipient that nothing was decided about. */
export interface PendingRecipient extends Omit<NewRecipient, "failure"> {
  readonly broadcastId: BroadcastId;
}

/** The next recipients of broadcasts, in order. Index: the primary key. */
export async function readPending(
  tx: Tx,
  tenantId: TenantId,
  asked: readonly { id: BroadcastId; from: number; most: number }[],
): Promise<PendingRecipient[]> {
  if (asked.length === 0) return [];
  const { rows } = await sql<Omit<PendingRecipient, "broadcastId"> & { broadcast_id: BroadcastId }>`
    select p.* from ${recordset(asked)} as a (id text, "from" int, most int), lateral (
      select broadcast_id, index, number, variables, locale from broadcast_recipients r
      where r.tenant_id = ${tenantId} and r.broadcast_id = a.id and r.index >= a."from"
        and r.message_id is null and r.failure is null
      order by r.index limit a.most) p
    order by p.broadcast_id, p.index`.execute(tx);
  return rows.map(({ broadcast_id: broadcastId, ...recipient }) => ({ broadcastId, ...recipient }));
}

/** A recipient that something was decided about: they have a text, or a reason why not. */
export type DecidedRecipient = Pick<PendingRecipient, "broadcastId" | "index"> &
  (
    | { readonly messageId: MessageId; readonly failure: null }
    | { readonly messageId: null; readonly failure: NonNullable<NewRecipient["failure"]> }
  );

export async function writeDecided(tx: Tx, tenantId: TenantId, decided: readonly DecidedRecipient[]): Promise<void> {
  if (decided.length === 0) return;
  const rows = decided.map(({ broadcastId, index, messageId, failure }) => ({
    broadcast_id: broadcastId,
    index,
    message_id: messageId,
    failure,
  }));
  await sql`update broadcast_recipients r set message_id = n.message_id, failure = n.failure
    from ${recordset(rows)} as n (broadcast_id text, index int, message_id text, failure jsonb)
    where r.tenant_id = ${tenantId} and r.broadcast_id = n.broadcast_id and r.index = n.index`.execute(tx);
}

/** A page of recipients in the order of the call. Index: the primary key. */
export async function listRecipients(
  tx: Tx,
  tenantId: TenantId,
  id: BroadcastId,
  {
    state,
    broadcastState,
    after,
    limit,
  }: Pick<ListRecipients, "state"> & { broadcastState: BroadcastState; after: number; limit: number },
): Promise<RecipientRow[]> {
  const { rows } = await sql<RecipientRow>`
    select r.index, r.number, r.failure, r.message_id, m.conversation_id, m.status, m.failure as text_failure
    from broadcast_recipients r left join messages m on m.tenant_id = r.tenant_id and m.id = r.message_id
    where r.tenant_id = ${tenantId} and r.broadcast_id = ${id} and r.index > ${after} and ${standsAt(state, broadcastState)}
    order by r.index limit ${limit}`.execute(tx);
  return rows;
}

/** The rule of `toRecipient` as a condition. */
function standsAt(state: ListRecipients["state"], broadcastState: BroadcastState): RawBuilder<boolean> {
  const isCanceled = broadcastState === "canceled";
  const withoutText = sql<boolean>`(r.message_id is null and r.failure is null)`;
  switch (state) {
    case undefined:
      return sql<boolean>`true`;
    case "skipped":
      return sql<boolean>`r.failure is not null`;
    case "waiting":
      return isCanceled ? sql<boolean>`false` : withoutText;
    case "canceled":
      return isCanceled ? sql<boolean>`(m.status = 'canceled' or ${withoutText})` : sql<boolean>`m.status = 'canceled'`;
    default:
      return sql<boolean>`m.status = ${state}`;
  }
}
