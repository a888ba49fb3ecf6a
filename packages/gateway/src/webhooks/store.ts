import type { TenantId, Webhook, WebhookDisabledReason, WebhookId } from "@trunkline/protocol";
import { type Selectable, sql } from "kysely";
import type { Position } from "../events/cursor.ts";
import type { Tx } from "../store/database.ts";
import type { Tables } from "../store/tables.ts";
import { nextVersion } from "../store/version-time.ts";

/** A webhook as it is stored; `xid` is PostgreSQL's 64-bit transaction id as text. */
export type WebhookRow = Omit<Selectable<Tables["webhooks"]>, "tenant_id">;

export function toWebhook(row: WebhookRow, now: number): Webhook {
  const { disabled_reason: reason, disabled_at: disabledAt, former_secret_until: until } = row;
  return {
    id: row.id,
    url: row.url,
    events: row.events,
    description: row.description,
    enabled: disabledAt === null,
    disabled: disabledAt === null || reason === null ? null : { reason, at: disabledAt.toISOString() },
    failingSince: row.failing_since?.toISOString() ?? null,
    formerSecretUntil: until !== null && until.getTime() > now ? until.toISOString() : null,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

/** Every column; a transaction id has no type of its own among drivers. */
const ROW = sql`id, url, events, description, secret, former_secret, former_secret_until, disabled_reason, disabled_at,
  failing_since, epoch, xid::text as xid, n, created_at, updated_at`;

/** Webhooks of the tenant, the newest first, after the one with id `after`. Index: the primary key. */
export async function listWebhooks(
  tx: Tx,
  tenantId: TenantId,
  { after, limit }: { after: string | null; limit: number },
): Promise<WebhookRow[]> {
  const rest = after === null ? sql`` : sql`and id < ${after}`;
  const { rows } = await sql<WebhookRow>`select ${ROW} from webhooks where tenant_id = ${tenantId} ${rest}
    order by id desc limit ${limit}`.execute(tx);
  return rows;
}

export async function countWebhooks(tx: Tx, tenantId: TenantId): Promise<number> {
  const { count } = await tx
    .selectFrom("webhooks")
    .select(sql<number>`count(*)::int`.as("count"))
    .where("tenant_id", "=", tenantId)
    .executeTakeFirstOrThrow();
  return count;
}

export async function findWebhook(tx: Tx, tenantId: TenantId, id: WebhookId): Promise<WebhookRow | null> {
  const { rows } = await sql<WebhookRow>`select ${ROW} from webhooks
    where tenant_id = ${tenantId} and id = ${id}`.execute(tx);
  return rows[0] ?? null;
}

/** Those of the webhooks that there are, kept from being changed by others until the transaction ends. */
export async function lockWebhooks(
  tx: Tx,
  tenantId: TenantId,
  ids: readonly WebhookId[],
): Promise<Map<WebhookId, WebhookRow>> {
  const { rows } = await sql<WebhookRow>`select ${ROW} from webhooks
    where tenant_id = ${tenantId} and id = any(${[...new Set(ids)]}::text[]) order by id for update`.execute(tx);
  return new Map(rows.map((row) => [row.id, row]));
}

export interface NewWebhook {
  readonly id: WebhookId;
  readonly url: string;
  readonly events: readonly string[];
  readonly description: string | null;
  readonly secret: Uint8Array;
  readonly epoch: string;
  readonly position: Position;
}

export async function insertWebhook(tx: Tx, tenantId: TenantId, webhook: NewWebhook, now: number): Promise<WebhookRow> {
  const { id, url, events, description, secret, epoch, position } = webhook;
  const at = new Date(now);
  const { rows } = await sql<WebhookRow>`
    insert into webhooks (tenant_id, id, url, events, description, secret, epoch, xid, n, created_at, updated_at)
    values (${tenantId}, ${id}, ${url}, ${[...events]}::text[], ${description}, ${secret}, ${epoch},
      ${String(position.xid)}::text::xid8, ${position.n}, ${at}, ${at})
    returning ${ROW}`.execute(tx);
  const [row] = rows;
  if (!row) throw new Error("an insert gave no row");
  return row;
}

export interface WebhookChange {
  readonly url?: string | undefined;
  readonly events?: readonly string[] | undefined;
  readonly description?: string | null | undefined;
  readonly secret?: Uint8Array;
  readonly formerSecret?: Uint8Array;
  readonly formerSecretUntil?: Date;
  /** Null turns it on. */
  readonly disabled?: { readonly reason: WebhookDisabledReason; readonly at: Date } | null;
  readonly failingSince?: Date | null;
  readonly cursor?: { readonly epoch: string; readonly position: Position };
}

/** Changes what is given, and the version unless only the cursor moves. */
export async function updateWebhook(
  tx: Tx,
  tenantId: TenantId,
  id: WebhookId,
  change: WebhookChange,
  now: number,
): Promise<WebhookRow> {
  const { cursor, disabled, ...seen } = change;
  const isSeen = disabled !== undefined || Object.values(seen).some((value) => value !== undefined);
  const assignments = [
    isSeen ? sql`updated_at = ${nextVersion(now)}` : sql`updated_at = updated_at`,
    ...(seen.url === undefined ? [] : [sql`url = ${seen.url}`]),
    ...(seen.events === undefined ? [] : [sql`events = ${[...seen.events]}::text[]`]),
    ...(seen.description === undefined ? [] : [sql`description = ${seen.description}::text`]),
    ...(seen.secret === undefined ? [] : [sql`secret = ${seen.secret}`]),
    ...(seen.formerSecret === undefined ? [] : [sql`former_secret = ${seen.formerSecret}`]),
    ...(seen.formerSecretUntil === undefined ? [] : [sql`former_secret_until = ${seen.formerSecretUntil}`]),
    ...(seen.failingSince === undefined ? [] : [sql`failing_since = ${seen.failingSince}::timestamptz`]),
    ...(disabled === undefined
      ? []
      : [sql`disabled_reason = ${disabled?.reason ?? null}::text, disabled_at = ${disabled?.at ?? null}::timestamptz`]),
    ...(cursor === undefined
      ? []
      : [
          sql`epoch = ${cursor.epoch}, xid = ${String(cursor.position.xid)}::text::xid8, n = ${cursor.position.n}::bigint`,
        ]),
  ];
  const { rows } = await sql<WebhookRow>`update webhooks set ${sql.join(assignments)}
    where tenant_id = ${tenantId} and id = ${id} returning ${ROW}`.execute(tx);
  const [row] = rows;
  if (!row) throw new Error(`the webhook ${id} is gone although it was locked`);
  return row;
}

/** Deletes a webhook with its deliveries; false when there is none. */
export async function deleteWebhook(tx: Tx, tenantId: TenantId, id: WebhookId): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom("webhooks")
    .where("tenant_id", "=", tenantId)
    .where("id", "=", id)
    .executeTakeFirstOrThrow();
  return numDeletedRows > 0n;
}
