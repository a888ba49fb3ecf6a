import type { CreateTenant, Tenant, TenantId, UpdateTenant } from "@trunkline/protocol";
import type { Selectable } from "kysely";
import type { SystemTx, Tx } from "../store/database.ts";
import { json } from "../store/json.ts";
import type { Tables } from "../store/tables.ts";
import { nextVersion } from "../store/version-time.ts";
import {
  changedLimits,
  changedMicrosoft,
  changedSending,
  changedTeamwork,
  toLimits,
  toMicrosoft,
  toSending,
  toTeamwork,
} from "./settings.ts";

type Row = Selectable<Tables["tenants"]>;

export function toTenant(row: Row): Tenant {
  return {
    id: row.tenant_id,
    externalId: row.external_id,
    name: row.name,
    features: row.features,
    timeZone: row.time_zone,
    allowedOrigins: row.allowed_origins,
    appUrl: row.app_url,
    sending: toSending(row.sending),
    teamwork: toTeamwork(row.teamwork),
    microsoft: toMicrosoft(row.microsoft),
    limits: toLimits(row.limits),
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

/*
 * A tenant that is being deleted is there for nobody: only `markDeleted` and `erase.ts` know of `deleting_at`.
 */

/** All tenants, the newest first, after the one with id `after`. Index: the primary key. */
export async function listTenants(
  tx: SystemTx,
  { after, limit }: { after: string | null; limit: number },
): Promise<Row[]> {
  let query = tx.selectFrom("tenants").selectAll().where("deleting_at", "is", null);
  if (after !== null) query = query.where("tenant_id", "<", after as TenantId);
  return query.orderBy("tenant_id", "desc").limit(limit).execute();
}

export async function insertTenant(tx: SystemTx, id: TenantId, given: CreateTenant, now: number): Promise<Tenant> {
  const at = new Date(now);
  const row = await tx
    .insertInto("tenants")
    .values({
      tenant_id: id,
      external_id: given.externalId ?? null,
      name: given.name,
      features: given.features ?? [],
      time_zone: given.timeZone ?? "UTC",
      allowed_origins: given.allowedOrigins ?? [],
      app_url: given.appUrl ?? null,
      sending: json(given.sending ?? {}),
      teamwork: json(given.teamwork ?? {}),
      microsoft: json(given.microsoft ?? {}),
      limits: json(given.limits ?? {}),
      created_at: at,
      updated_at: at,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toTenant(row);
}

/** The tenant that `ten_…` or `ext:…` names, or null. */
export async function findTenant(tx: SystemTx, ref: string): Promise<Tenant | null> {
  const query = tx.selectFrom("tenants").selectAll().where("deleting_at", "is", null);
  const row = await (ref.startsWith("ext:")
    ? query.where("external_id", "=", ref.slice(4))
    : query.where("tenant_id", "=", ref as TenantId)
  ).executeTakeFirst();
  return row ? toTenant(row) : null;
}

/** The tenant, or null. With `lock` it stays as it is until the transaction ends; what refers to it may be written. */
export async function readTenant(
  tx: Tx,
  id: TenantId,
  { lock = false }: { lock?: boolean } = {},
): Promise<Tenant | null> {
  const query = tx.selectFrom("tenants").selectAll().where("tenant_id", "=", id).where("deleting_at", "is", null);
  const row = await (lock ? query.forNoKeyUpdate() : query).executeTakeFirst();
  return row ? toTenant(row) : null;
}

/** Changes what `given` names; null when there is no such tenant. */
export async function updateTenant(
  tx: Tx | SystemTx,
  id: TenantId,
  given: UpdateTenant,
  now: number,
): Promise<Tenant | null> {
  const row = await tx
    .updateTable("tenants")
    .set({
      updated_at: nextVersion(now),
      ...(given.externalId === undefined ? {} : { external_id: given.externalId }),
      ...(given.name === undefined ? {} : { name: given.name }),
      ...(given.features === undefined ? {} : { features: given.features }),
      ...(given.timeZone === undefined ? {} : { time_zone: given.timeZone }),
      ...(given.allowedOrigins === undefined ? {} : { allowed_origins: given.allowedOrigins }),
      ...(given.appUrl === undefined ? {} : { app_url: given.appUrl }),
      ...(given.sending === undefined ? {} : { sending: changedSending(given.sending) }),
      ...(given.teamwork === undefined ? {} : { teamwork: changedTeamwork(given.teamwork) }),
      ...(given.microsoft === undefined ? {} : { microsoft: changedMicrosoft(given.microsoft) }),
      ...(given.limits === undefined ? {} : { limits: changedLimits(given.limits) }),
    })
    .where("tenant_id", "=", id)
    .where("deleting_at", "is", null)
    .returningAll()
    .executeTakeFirst();
  return row ? toTenant(row) : null;
}

/** Writes at the organisation that a tenant is connected to whether it is suspended; there may be none. */
export async function suspendMicrosoft(tx: Tx, id: TenantId, isSuspended: boolean, now: number): Promise<void> {
  await tx
    .updateTable("microsoft_tenants")
    .set({ state: isSuspended ? "suspended" : "connected", updated_at: nextVersion(now) })
    .where("tenant_id", "=", id)
    .execute();
}

/** The tenants that let pages of `origin` call. */
export async function tenantsAllowing(tx: SystemTx, origin: string): Promise<TenantId[]> {
  const rows = await tx
    .selectFrom("tenants")
    .select("tenant_id")
    .where((eb) => eb(eb.val(origin), "=", eb.fn.any("allowed_origins")))
    .execute();
  return rows.map((row) => row.tenant_id);
}

/**
 * Takes a tenant out of everybody's reach, in one short transaction: no key or session opens it, no carrier's account can
 * be used, and its externalId is free again. False when there is none. What it has is erased afterwards, by `erase.ts`.
 */
export async function markDeleted(tx: Tx, id: TenantId, now: number): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable("tenants")
    .set({ deleting_at: new Date(now), external_id: null, allowed_origins: [] })
    .where("tenant_id", "=", id)
    .where("deleting_at", "is", null)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n) return false;
  await tx.deleteFrom("keys").where("tenant_id", "=", id).execute();
  // Without credentials no webhook is believed, and no text that waits is handed over.
  await tx.updateTable("carrier_accounts").set({ credentials: new Uint8Array() }).where("tenant_id", "=", id).execute();
  return true;
}
