import type { Key, KeyId, KeyScope, TenantId } from "@trunkline/protocol";
import { type Selectable, sql } from "kysely";
import type { SystemTx, Tx } from "../store/database.ts";
import type { Tables } from "../store/tables.ts";

type KeyRow = Pick<Selectable<Tables["keys"]>, "id" | "name" | "scopes" | "hint" | "created_at" | "last_used_at">;

export function toKey({ id, name, scopes, hint, created_at, last_used_at }: KeyRow): Key {
  return {
    id,
    name,
    scopes,
    hint,
    createdAt: created_at.toISOString(),
    lastUsedAt: last_used_at?.toISOString() ?? null,
  };
}

/** Never the hash: it goes in, and is only compared. */
const COLUMNS = ["id", "name", "scopes", "hint", "created_at", "last_used_at"] as const;

/** Keys of the tenant, the newest first, after the one with id `after`. Index: the primary key. */
export async function listKeys(
  tx: Tx,
  tenantId: TenantId,
  { after, limit }: { after: string | null; limit: number },
): Promise<KeyRow[]> {
  let query = tx.selectFrom("keys").select(COLUMNS).where("tenant_id", "=", tenantId);
  if (after !== null) query = query.where("id", "<", after as KeyId);
  return query.orderBy("id", "desc").limit(limit).execute();
}

/** A secret as it is kept: what it is looked up by, and what people know it by. */
export interface SecretTrace {
  hash: Uint8Array;
  /** Its last four characters. */
  hint: string;
}

export async function insertKey(
  tx: Tx,
  tenantId: TenantId,
  { id, name, scopes, hash, hint }: SecretTrace & { id: KeyId; name: string; scopes: KeyScope[] },
  now: number,
): Promise<Key> {
  const row = await tx
    .insertInto("keys")
    .values({ tenant_id: tenantId, id, name, scopes, hash, hint, created_at: new Date(now), last_used_at: null })
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
  return toKey(row);
}

/** The key, which stays as it is until the transaction ends, or null. */
export async function lockKey(tx: Tx, tenantId: TenantId, id: KeyId): Promise<Key | null> {
  const row = await tx
    .selectFrom("keys")
    .select(COLUMNS)
    .where("tenant_id", "=", tenantId)
    .where("id", "=", id)
    .forUpdate()
    .executeTakeFirst();
  return row ? toKey(row) : null;
}

/** Gives a key that is there another secret. */
export async function replaceSecret(tx: Tx, tenantId: TenantId, id: KeyId, { hash, hint }: SecretTrace): Promise<Key> {
  const row = await tx
    .updateTable("keys")
    .set({ hash, hint, last_used_at: null })
    .where("tenant_id", "=", tenantId)
    .where("id", "=", id)
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
  return toKey(row);
}

/** Revokes a key; false when there is none. */
export async function deleteKey(tx: Tx, tenantId: TenantId, id: KeyId): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom("keys")
    .where("tenant_id", "=", tenantId)
    .where("id", "=", id)
    .executeTakeFirstOrThrow();
  return numDeletedRows > 0n;
}

/** Notes that a key is in use. */
export async function touchKey(tx: Tx, tenantId: TenantId, id: KeyId, now: number): Promise<void> {
  await tx
    .updateTable("keys")
    .set({ last_used_at: new Date(now) })
    .where("tenant_id", "=", tenantId)
    .where("id", "=", id)
    .execute();
}

export async function touchOperatorKey(tx: SystemTx, id: KeyId, now: number): Promise<void> {
  await tx
    .updateTable("operator_keys")
    .set({ last_used_at: new Date(now) })
    .where("id", "=", id)
    .execute();
}

/** Stores an operator key if the store has none; false when it has, or when another node was first. */
export async function insertFirstOperatorKey(
  tx: SystemTx,
  { id, name, hash, hint }: SecretTrace & { id: KeyId; name: string },
  now: number,
): Promise<boolean> {
  await sql`lock table operator_keys in share row exclusive mode`.execute(tx); // two nodes that start at once take turns
  const { rows } = await sql`insert into operator_keys (id, name, hash, hint, created_at)
    select ${id}, ${name}, ${hash}, ${hint}, ${new Date(now)}::timestamptz
    where not exists (select from operator_keys) returning id`.execute(tx);
  return rows.length > 0;
}
