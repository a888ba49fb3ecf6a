import type {
  DeliveryAttempt,
  DeliveryStatus,
  EventId,
  TenantId,
  WebhookDelivery,
  WebhookDeliveryId,
  WebhookId,
} from "@trunkline/protocol";
import { type Selectable, sql } from "kysely";
import type { Position } from "../events/cursor.ts";
import type { Tx } from "../store/database.ts";
import { recordset } from "../store/json.ts";
import type { Tables } from "../store/tables.ts";

/** How long deliveries are kept, in milliseconds: as long as the event log, which holds their bodies. */
export const DELIVERIES_KEPT_MS = 7 * 24 * 60 * 60_000;

type DeliveryRow = Omit<Selectable<Tables["webhook_deliveries"]>, "tenant_id" | "webhook_id" | "xid" | "n">;

export function toDelivery(row: DeliveryRow): WebhookDelivery {
  return {
    id: row.id,
    eventId: row.event_id,
    eventType: row.event_type,
    status: row.status,
    isReplay: row.is_replay,
    attempts: row.attempts,
    lastAttempt: row.last_attempt,
    nextAttemptAt: row.next_attempt_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

const COLUMNS = [
  "id",
  "event_id",
  "event_type",
  "status",
  "is_replay",
  "attempts",
  "last_attempt",
  "next_attempt_at",
  "created_at",
  "updated_at",
] as const;

/** Deliveries of one webhook, the newest first, after the one with id `after`. Index: webhook_deliveries_of_webhook. */
export async function listDeliveries(
  tx: Tx,
  tenantId: TenantId,
  webhookId: WebhookId,
  { status, after, limit }: { status: DeliveryStatus | undefined; after: string | null; limit: number },
): Promise<DeliveryRow[]> {
  let query = tx
    .selectFrom("webhook_deliveries")
    .select(COLUMNS)
    .where("tenant_id", "=", tenantId)
    .where("webhook_id", "=", webhookId);
  if (status !== undefined) query = query.where("status", "=", status);
  if (after !== null) query = query.where("id", "<", after as WebhookDeliveryId);
  return query.orderBy("id", "desc").limit(limit).execute();
}

export interface NewDelivery {
  readonly id: WebhookDeliveryId;
  readonly webhookId: WebhookId;
  readonly eventId: EventId;
  readonly eventType: string;
  /** Place in the log; null for what is in no log. */
  readonly position: Position | null;
  readonly status: DeliveryStatus;
  readonly isReplay: boolean;
  readonly lastAttempt: DeliveryAttempt;
  readonly nextAt: number | null;
}

/** Stores deliveries that were tried once. */
export async function insertDeliveries(
  tx: Tx,
  tenantId: TenantId,
  deliveries: readonly NewDelivery[],
  now: number,
): Promise<void> {
  if (deliveries.length === 0) return;
  const rows = deliveries.map(({ position, nextAt, ...one }) => ({
    id: one.id,
    webhook_id: one.webhookId,
    event_id: one.eventId,
    event_type: one.eventType,
    xid: position && String(position.xid),
    n: position?.n ?? null,
    status: one.status,
    is_replay: one.isReplay,
    last_attempt: one.lastAttempt,
    next_attempt_at: nextAt === null ? null : new Date(nextAt).toISOString(),
  }));
  const at = new Date(now);
  await sql`insert into webhook_deliveries (tenant_id, id, webhook_id, event_id, event_type, xid, n, status, is_replay,
      attempts, last_attempt, next_attempt_at, created_at, updated_at)
    select ${tenantId}::text, d.id, d.webhook_id, d.event_id, d.event_type, d.xid::xid8, d.n, d.status, d.is_replay,
      1, d.last_attempt, d.next_attempt_at, ${at}::timestamptz, ${at}::timestamptz
    from ${recordset(rows)} as d (id text, webhook_id text, event_id text, event_type text, xid text, n bigint,
      status text, is_replay boolean, last_attempt jsonb, next_attempt_at timestamptz)`.execute(tx);
}

/** A delivery that waits for its next try, with what is sent; `body` is null when the log has been cleared of it. */
export interface PendingDelivery {
  readonly id: WebhookDeliveryId;
  readonly eventId: EventId;
  readonly attempts: number;
  readonly body: string | null;
}

/** Those of the deliveries that are still pending. Whoever holds the hook's lane is alone with them. */
export async function readPending(
  tx: Tx,
  tenantId: TenantId,
  ids: readonly WebhookDeliveryId[],
): Promise<Map<WebhookDeliveryId, PendingDelivery>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<PendingDelivery>`
    select d.id, d.event_id as "eventId", d.attempts, e.body
    from webhook_deliveries d left join events e on e.tenant_id = d.tenant_id and e.xid = d.xid and e.n = d.n
    where d.tenant_id = ${tenantId} and d.id = any(${[...ids]}::text[]) and d.status = 'pending'`.execute(tx);
  return new Map(rows.map((row) => [row.id, row]));
}

export interface DeliveryChange {
  readonly id: WebhookDeliveryId;
  readonly status: DeliveryStatus;
  readonly nextAt: number | null;
  /** Null when nothing was tried. */
  readonly attempt: DeliveryAttempt | null;
}

export async function updateDeliveries(
  tx: Tx,
  tenantId: TenantId,
  changes: readonly DeliveryChange[],
  now: number,
): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map(({ id, status, nextAt, attempt }) => ({
    id,
    status,
    attempt,
    next_attempt_at: nextAt === null ? null : new Date(nextAt).toISOString(),
  }));
  await sql`update webhook_deliveries d set status = c.status, next_attempt_at = c.next_attempt_at,
      attempts = d.attempts + case when c.attempt is null then 0 else 1 end,
      last_attempt = coalesce(c.attempt, d.last_attempt), updated_at = ${new Date(now)}::timestamptz
    from ${recordset(rows)} as c (id text, status text, attempt jsonb, next_attempt_at timestamptz)
    where d.tenant_id = ${tenantId} and d.id = c.id`.execute(tx);
}
