import type { Actor, TenantId, UserId } from "@trunkline/protocol";
import { type Selectable, sql } from "kysely";
import { WARNING_DAYS, type WarningDays } from "../microsoft/credentials-watch.ts";
import type { EntraStanding } from "../microsoft/standing.ts";
import type { SystemTx, Tx } from "../store/database.ts";
import { json } from "../store/json.ts";
import type { Tables } from "../store/tables.ts";
import { nextVersion } from "../store/version-time.ts";

/** An organisation is looked at again after this time, in milliseconds. */
export const HOUR_MS = 60 * 60_000;

/* What is kept of Microsoft 365: a tenant's organisation, its users' accounts, pages for admins, and trips of browsers. */

export type MicrosoftTenantRow = Selectable<Tables["microsoft_tenants"]>;
export type ConnectionRow = Selectable<Tables["microsoft_connections"]>;
export type LinkRow = Selectable<Tables["consent_links"]>;
export type TripRow = Selectable<Tables["consent_states"]>;

/** The organisation that a tenant is connected to. With `lock` it stays as it is until the transaction ends. */
export async function readMicrosoftTenant(
  tx: Tx,
  tenantId: TenantId,
  { lock = false }: { lock?: boolean } = {},
): Promise<MicrosoftTenantRow | null> {
  const query = tx.selectFrom("microsoft_tenants").selectAll().where("tenant_id", "=", tenantId);
  return (await (lock ? query.forUpdate() : query).executeTakeFirst()) ?? null;
}

/**
 * Connects an organisation; it is suspended from the beginning where the tenant's settings say so.
 *
 * @throws a broken `microsoft_tenants_by_microsoft` when another tenant is connected to that organisation
 */
export async function insertMicrosoftTenant(
  tx: Tx,
  tenantId: TenantId,
  microsoftTenantId: string,
  now: number,
): Promise<void> {
  const at = new Date(now);
  const nothing = json({ delegated: [], application: [] });
  await tx
    .insertInto("microsoft_tenants")
    .values({
      tenant_id: tenantId,
      microsoft_tenant_id: microsoftTenantId,
      name: null,
      state: sql<"connected" | "suspended">`(select case when (t.microsoft ->> 'suspended')::boolean then 'suspended'
        else 'connected' end from tenants t where t.tenant_id = ${tenantId})`,
      granted: nothing,
      held: nothing,
      connected_at: at,
      checked_at: at,
      updated_at: at,
    })
    .execute();
}

/** What was found to hold in an organisation; what is absent stays. */
export interface Findings {
  readonly granted?: { readonly delegated: string[]; readonly application: string[] };
  readonly held?: { readonly delegated: string[]; readonly application: string[] };
  readonly errors?: number[];
  readonly checkedAt?: number;
}

export async function updateMicrosoftTenant(
  tx: Tx,
  tenantId: TenantId,
  { granted, held, errors, checkedAt }: Findings,
  now: number,
): Promise<void> {
  await tx
    .updateTable("microsoft_tenants")
    .set({
      updated_at: nextVersion(now),
      ...(granted === undefined ? {} : { granted: json(granted) }),
      ...(held === undefined ? {} : { held: json(held) }),
      ...(errors === undefined ? {} : { errors }),
      ...(checkedAt === undefined ? {} : { checked_at: new Date(checkedAt) }),
    })
    .where("tenant_id", "=", tenantId)
    .execute();
}

/** Forgets the organisation and everybody's accounts in it. */
export async function deleteMicrosoftTenant(tx: Tx, tenantId: TenantId): Promise<boolean> {
  for (const table of ["consent_states", "consent_links", "microsoft_connections"] as const) {
    await tx.deleteFrom(table).where("tenant_id", "=", tenantId).execute();
  }
  const { numDeletedRows } = await tx
    .deleteFrom("microsoft_tenants")
    .where("tenant_id", "=", tenantId)
    .executeTakeFirstOrThrow();
  return numDeletedRows > 0n;
}

/** Tenants whose organisation was last looked at before `before`, the longest ago first. */
export async function tenantsToCheck(tx: SystemTx, before: number, limit: number): Promise<TenantId[]> {
  const rows = await tx
    .selectFrom("microsoft_tenants")
    .select("tenant_id")
    .where("checked_at", "<=", new Date(before))
    .orderBy("checked_at")
    .limit(limit)
    .execute();
  return rows.map(({ tenant_id }) => tenant_id);
}

export async function connectedTenants(tx: SystemTx): Promise<TenantId[]> {
  const rows = await tx.selectFrom("microsoft_tenants").select("tenant_id").orderBy("tenant_id").execute();
  return rows.map(({ tenant_id }) => tenant_id);
}

export async function readConnection(
  tx: Tx,
  tenantId: TenantId,
  userId: UserId,
  { lock = false }: { lock?: boolean } = {},
): Promise<ConnectionRow | null> {
  const query = tx
    .selectFrom("microsoft_connections")
    .selectAll()
    .where("tenant_id", "=", tenantId)
    .where("user_id", "=", userId);
  return (await (lock ? query.forUpdate() : query).executeTakeFirst()) ?? null;
}

/** A user's account as it stands after a sign-in. */
export interface NewConnection {
  readonly userId: UserId;
  readonly microsoftTenantId: string;
  readonly objectId: string;
  readonly name: string;
  readonly standing: EntraStanding;
  readonly tokens: Uint8Array;
  readonly granted: string[];
  readonly held: string[];
}

export async function putConnection(tx: Tx, tenantId: TenantId, given: NewConnection, now: number): Promise<void> {
  const at = new Date(now);
  const values = {
    microsoft_tenant_id: given.microsoftTenantId,
    microsoft_object_id: given.objectId,
    name: given.name,
    standing: given.standing,
    tokens: given.tokens,
    granted: given.granted,
    held: given.held,
    errors: [],
    ends_at: null,
    connected_at: at,
    renewed_at: at,
  };
  await tx
    .insertInto("microsoft_connections")
    .values({ tenant_id: tenantId, user_id: given.userId, ...values, updated_at: at })
    .onConflict((conflict) => conflict.columns(["tenant_id", "user_id"]).doUpdateSet({ ...values, updated_at: at }))
    .execute();
}

export type ConnectionChange = Partial<
  Pick<ConnectionRow, "tokens" | "granted" | "held" | "errors" | "ends_at" | "renewed_at" | "name" | "standing">
>;

export async function updateConnection(
  tx: Tx,
  tenantId: TenantId,
  userId: UserId,
  change: ConnectionChange,
  now: number,
): Promise<void> {
  await tx
    .updateTable("microsoft_connections")
    .set({ ...change, updated_at: nextVersion(now) })
    .where("tenant_id", "=", tenantId)
    .where("user_id", "=", userId)
    .execute();
}

export async function deleteConnection(tx: Tx, tenantId: TenantId, userId: UserId): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom("microsoft_connections")
    .where("tenant_id", "=", tenantId)
    .where("user_id", "=", userId)
    .executeTakeFirstOrThrow();
  return numDeletedRows > 0n;
}

/** Keeps what came of an attempt to connect, also of somebody who has never done it. */
export async function noteErrors(
  tx: Tx,
  tenantId: TenantId,
  userId: UserId,
  errors: number[],
  now: number,
): Promise<void> {
  const at = new Date(now);
  await tx
    .insertInto("microsoft_connections")
    .values({ tenant_id: tenantId, user_id: userId, name: "", errors, renewed_at: at, updated_at: at })
    .onConflict((conflict) => conflict.columns(["tenant_id", "user_id"]).doUpdateSet({ errors, updated_at: at }))
    .execute();
}

/** Users whose tokens were last renewed before `before` and can be, the longest ago first. */
export async function connectionsToRenew(
  tx: Tx,
  tenantId: TenantId,
  before: number,
  limit: number,
): Promise<ConnectionRow[]> {
  return tx
    .selectFrom("microsoft_connections")
    .selectAll()
    .where("tenant_id", "=", tenantId)
    .where("renewed_at", "<=", new Date(before))
    .where("tokens", "is not", null)
    .orderBy("renewed_at")
    .limit(limit)
    .execute();
}

export interface NewLink {
  readonly id: string;
  readonly tokenHash: Uint8Array;
  readonly userId: UserId | null;
  readonly features: string[];
  readonly mayMap: boolean;
  /** Where the administrator's browser goes at the end; null for a page that says that all is done. */
  readonly returnTo: string | null;
  readonly actor: Actor;
  readonly expiresAt: number;
}

export async function insertLink(tx: Tx, tenantId: TenantId, link: NewLink, now: number): Promise<void> {
  await tx
    .insertInto("consent_links")
    .values({
      tenant_id: tenantId,
      id: link.id,
      token_hash: link.tokenHash,
      user_id: link.userId,
      features: link.features,
      may_map: link.mayMap,
      return_to: link.returnTo,
      actor: json(link.actor),
      granted_at: null,
      expires_at: new Date(link.expiresAt),
      created_at: new Date(now),
    })
    .execute();
}

export async function readLink(tx: Tx, tenantId: TenantId, id: string): Promise<LinkRow | null> {
  const query = tx.selectFrom("consent_links").selectAll().where("tenant_id", "=", tenantId).where("id", "=", id);
  return (await query.executeTakeFirst()) ?? null;
}

/** Marks what an administrator has approved. Returns for whom it was asked; null when it was marked before. */
export async function markGranted(tx: Tx, tenantId: TenantId, id: string, now: number): Promise<LinkRow | null> {
  const row = await tx
    .updateTable("consent_links")
    .set({ granted_at: new Date(now) })
    .where("tenant_id", "=", tenantId)
    .where("id", "=", id)
    .where("granted_at", "is", null)
    .returningAll()
    .executeTakeFirst();
  return row ?? null;
}

export interface NewTrip {
  readonly id: string;
  readonly hash: Uint8Array;
  readonly kind: TripRow["kind"];
  readonly userId: UserId | null;
  readonly linkId: string | null;
  readonly features: string[];
  readonly secrets: Uint8Array;
  readonly returnTo: string | null;
  readonly expiresAt: number;
}

export async function insertTrip(tx: Tx, tenantId: TenantId, trip: NewTrip, now: number): Promise<void> {
  await tx
    .insertInto("consent_states")
    .values({
      tenant_id: tenantId,
      id: trip.id,
      state_hash: trip.hash,
      kind: trip.kind,
      user_id: trip.userId,
      link_id: trip.linkId,
      features: trip.features,
      secrets: trip.secrets,
      return_to: trip.returnTo,
      expires_at: new Date(trip.expiresAt),
      created_at: new Date(now),
    })
    .execute();
}

export async function readTrip(tx: Tx, tenantId: TenantId, id: string): Promise<TripRow | null> {
  const query = tx.selectFrom("consent_states").selectAll().where("tenant_id", "=", tenantId).where("id", "=", id);
  return (await query.executeTakeFirst()) ?? null;
}

/** Takes a trip out, so that nobody takes it twice. */
export async function takeTrip(tx: Tx, tenantId: TenantId, id: string): Promise<TripRow | null> {
  const query = tx.deleteFrom("consent_states").where("tenant_id", "=", tenantId).where("id", "=", id);
  return (await query.returningAll().executeTakeFirst()) ?? null;
}

/** Where a secret of an address belongs. */
export interface Place {
  readonly tenantId: TenantId;
  readonly id: string;
}

/** Whose a link or a trip with this hash is; null when there is none, or its time has passed. */
export async function findByHash(
  tx: SystemTx,
  table: "consent_links" | "consent_states",
  hash: Uint8Array,
  now: number,
): Promise<Place | null> {
  const row =
    table === "consent_links"
      ? await tx
          .selectFrom("consent_links")
          .select(["tenant_id", "id"])
          .where("token_hash", "=", hash)
          .where("expires_at", ">", new Date(now))
          .executeTakeFirst()
      : await tx
          .selectFrom("consent_states")
          .select(["tenant_id", "id"])
          .where("state_hash", "=", hash)
          .where("expires_at", ">", new Date(now))
          .executeTakeFirst();
  return row ? { tenantId: row.tenant_id, id: row.id } : null;
}

/** Takes a tenant's turn to be looked at, unless another node has; `at` is when it is taken to have been. */
export async function claimCheck(tx: Tx, tenantId: TenantId, before: number, at: number): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable("microsoft_tenants")
    .set({ checked_at: new Date(at) })
    .where("tenant_id", "=", tenantId)
    .where("checked_at", "<=", new Date(before))
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

/** Makes a tenant's turn come with the next round. */
export async function lookAgain(tx: Tx, tenantId: TenantId, now: number): Promise<void> {
  await claimCheck(tx, tenantId, now, now - HOUR_MS);
}

/** The nearest threshold, in days, that was told of each credential. */
export async function warningsGiven(tx: SystemTx): Promise<Map<string, WarningDays>> {
  const rows = await tx.selectFrom("credential_warnings").select(["credential_id", "days"]).execute();
  return new Map(
    rows.flatMap(({ credential_id, days }) => {
      const threshold = WARNING_DAYS.find((one) => one === days);
      return threshold === undefined ? [] : [[credential_id, threshold] as const];
    }),
  );
}

export async function keepWarning(tx: SystemTx, credentialId: string, days: number, now: number): Promise<void> {
  const warned = { days, warned_at: new Date(now) };
  await tx
    .insertInto("credential_warnings")
    .values({ credential_id: credentialId, ...warned })
    .onConflict((conflict) => conflict.column("credential_id").doUpdateSet(warned))
    .execute();
}
