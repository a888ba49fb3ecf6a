import type { Filter, FilterId, TenantId, UserId } from "@trunkline/protocol";
import { type RawBuilder, type Selectable, sql } from "kysely";
import type { Tx } from "../store/database.ts";
import { json } from "../store/json.ts";
import type { Tables } from "../store/tables.ts";
import { nextVersion } from "../store/version-time.ts";

export type FilterRow = Omit<Selectable<Tables["conversation_filters"]>, "tenant_id">;

export function toFilter(row: FilterRow): Filter {
  return {
    id: row.id,
    name: row.name,
    query: row.query,
    shared: row.owner_id === null,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

/** Those of a user, and those that are shared. */
const seen = (userId: UserId | null): RawBuilder<boolean> => sql`(owner_id is null or owner_id = ${userId})`;

/** A filter as a list has it: sorted by its name in small letters. */
export type ListedFilter = FilterRow & { sort_name: string };

/** By name, after the one named and numbered in `after`. There are a few hundred at most. */
export async function listFilters(
  tx: Tx,
  tenantId: TenantId,
  userId: UserId | null,
  { after, limit }: { after: readonly [name: string, id: string] | null; limit: number },
): Promise<ListedFilter[]> {
  const rest = after === null ? sql`` : sql`and (lower(name), id) > (${after[0]}, ${after[1]})`;
  const { rows } = await sql<ListedFilter>`select f.*, lower(name) as sort_name from conversation_filters f
    where tenant_id = ${tenantId} and ${seen(userId)} ${rest} order by lower(name), id limit ${limit}`.execute(tx);
  return rows;
}

/** A filter that the user sees, kept from being changed by others until the transaction ends; null when there is none. */
export async function lockFilter(
  tx: Tx,
  tenantId: TenantId,
  userId: UserId | null,
  id: FilterId,
): Promise<FilterRow | null> {
  const { rows } = await sql<FilterRow>`select * from conversation_filters
    where tenant_id = ${tenantId} and id = ${id} and ${seen(userId)} for update`.execute(tx);
  return rows[0] ?? null;
}

/** How many there are of one owner, or of those that are shared. */
export async function countFilters(tx: Tx, tenantId: TenantId, ownerId: UserId | null): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from conversation_filters
    where tenant_id = ${tenantId} and owner_id is not distinct from ${ownerId}::text`.execute(tx);
  return rows[0]?.n ?? 0;
}

export type NewFilter = Pick<FilterRow, "id" | "name" | "owner_id" | "created_by" | "query">;

export async function insertFilter(tx: Tx, tenantId: TenantId, filter: NewFilter, now: number): Promise<Filter> {
  const at = new Date(now);
  const row = await tx
    .insertInto("conversation_filters")
    .values({ tenant_id: tenantId, ...filter, query: json(filter.query), created_at: at, updated_at: at })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toFilter(row);
}

export async function updateFilter(
  tx: Tx,
  tenantId: TenantId,
  { id, name, owner_id, query }: Pick<FilterRow, "id" | "name" | "owner_id" | "query">,
  now: number,
): Promise<Filter> {
  const row = await tx
    .updateTable("conversation_filters")
    .set({ name, owner_id, query: json(query), updated_at: nextVersion(now) })
    .where("tenant_id", "=", tenantId)
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return toFilter(row);
}

export async function deleteFilter(tx: Tx, tenantId: TenantId, id: FilterId): Promise<void> {
  await tx.deleteFrom("conversation_filters").where("tenant_id", "=", tenantId).where("id", "=", id).execute();
}
