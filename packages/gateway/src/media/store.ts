import type { MediaId, TenantId } from "@trunkline/protocol";
import { type Selectable, sql } from "kysely";
import type { Tx } from "../store/database.ts";
import type { Tables } from "../store/tables.ts";

/** What is known of a file. `stored_at` is null until its blobs are in the store, and again when they are to go. */
export type MediaRow = Omit<Selectable<Tables["media"]>, "tenant_id">;

export type NewMedia = Omit<MediaRow, "message_id" | "stored_at">;

/** Notes a file before its blobs are put, so that whatever is put can be found. */
export async function insertMedia(tx: Tx, tenantId: TenantId, media: NewMedia): Promise<void> {
  await tx
    .insertInto("media")
    .values({ tenant_id: tenantId, ...media, message_id: null, stored_at: null })
    .execute();
}

/** Says that the blobs are there; null when the file was given up meanwhile. */
export async function markStored(tx: Tx, tenantId: TenantId, id: MediaId, now: number): Promise<MediaRow | null> {
  const row = await tx
    .updateTable("media")
    .set({ stored_at: new Date(now) })
    .where("tenant_id", "=", tenantId)
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirst();
  return row ?? null;
}

/** A file that can be read; null when there is none. */
export async function readMedia(tx: Tx, tenantId: TenantId, id: MediaId): Promise<MediaRow | null> {
  const row = await tx
    .selectFrom("media")
    .selectAll()
    .where("tenant_id", "=", tenantId)
    .where("id", "=", id)
    .where("stored_at", "is not", null)
    .executeTakeFirst();
  return row ?? null;
}

/** Takes files that no text has carried since `before` out of use, at most `limit`; those that another node takes are left to it. */
export async function retireUnused(
  tx: Tx,
  tenantId: TenantId,
  before: Date,
  limit: number,
): Promise<Pick<MediaRow, "id">[]> {
  const { rows } = await sql<Pick<MediaRow, "id">>`update media set stored_at = null
    where tenant_id = ${tenantId} and id = any (array(
      select id from media where tenant_id = ${tenantId} and message_id is null and created_at <= ${before}
      order by created_at limit ${limit} for update skip locked))
    returning id`.execute(tx);
  return rows;
}

/** Forgets files whose blobs are gone. */
export async function deleteRetired(tx: Tx, tenantId: TenantId, ids: readonly MediaId[]): Promise<void> {
  await tx
    .deleteFrom("media")
    .where("tenant_id", "=", tenantId)
    .where("id", "in", [...ids])
    .where("stored_at", "is", null)
    .execute();
}
