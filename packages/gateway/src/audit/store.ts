import type { AuditEntry, ListAudit, TenantId } from "@trunkline/protocol";
import { type Selectable, sql } from "kysely";
import type { SystemTx, Tx } from "../store/database.ts";
import type { Tables } from "../store/tables.ts";

type Row = Omit<Selectable<Tables["audit_entries"]>, "tenant_id">;

export function toAuditEntry(row: Row): AuditEntry {
  return {
    id: row.id,
    timestamp: row.at.toISOString(),
    actor: { kind: row.actor_kind, id: row.actor_id },
    by: { kind: row.by_kind, id: row.by_id },
    requestId: row.request_id,
    action: row.action,
    object: { kind: row.object_kind, id: row.object_id },
    before: row.before,
    after: row.after,
    secrets: row.secrets,
  };
}

/** What of the log is asked for. */
export type AuditFilter = Pick<ListAudit, "actorId" | "action" | "objectId" | "from" | "to">;

/** Entries that fit, the newest first, after the one with id `after`. Index: the primary key, or that of a filter. */
export async function listAudit(
  tx: Tx,
  tenantId: TenantId,
  { actorId, action, objectId, from, to }: AuditFilter,
  { after, limit }: { after: string | null; limit: number },
): Promise<Row[]> {
  let query = tx.selectFrom("audit_entries").selectAll().where("tenant_id", "=", tenantId);
  if (actorId !== undefined) query = query.where("actor_id", "=", actorId);
  if (action !== undefined) query = query.where("action", "=", action);
  if (objectId !== undefined) query = query.where("object_id", "=", objectId);
  if (from !== undefined) query = query.where("at", ">=", new Date(from));
  if (to !== undefined) query = query.where("at", "<", new Date(to));
  if (after !== null) query = query.where("id", "<", after as Row["id"]);
  return query.orderBy("id", "desc").limit(limit).execute();
}

/** Days that entries are kept where the operator has said nothing: a little more than a year, for who looks once a year. */
const KEPT_DAYS = 400;
const DAY_MS = 24 * 60 * 60_000;

/** Until when a tenant's entries have had their time. */
export async function auditHorizon(tx: Tx, tenantId: TenantId, now: number): Promise<Date> {
  const tenant = await tx.selectFrom("tenants").select("limits").where("tenant_id", "=", tenantId).executeTakeFirst();
  return new Date(now - (tenant?.limits.auditDays ?? KEPT_DAYS) * DAY_MS);
}

/** Clears entries that are not younger than `until`, or any; at most `limit`. Only the system may. @returns how many */
export async function clearAudit(tx: SystemTx, tenantId: TenantId, until: Date | null, limit: number): Promise<number> {
  const aged = until === null ? sql`` : sql`and at <= ${until}`;
  const { numAffectedRows } = await sql`delete from audit_entries where tenant_id = ${tenantId} and id = any (array(
    select id from audit_entries where tenant_id = ${tenantId} ${aged} order by at limit ${limit}))`.execute(tx);
  return Number(numAffectedRows ?? 0);
}
