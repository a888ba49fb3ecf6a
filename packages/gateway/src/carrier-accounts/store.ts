import type { Carrier, CarrierAccount, CarrierAccountId, TenantId } from "@trunkline/protocol";
import type { StoredHealth } from "../carriers/health.ts";
import type { Tx } from "../store/database.ts";
import { nextVersion } from "../store/version-time.ts";

interface AccountRow {
  id: CarrierAccountId;
  carrier: Carrier;
  name: string;
  keyword_answers: CarrierAccount["keywordAnswers"];
  health: StoredHealth | null;
  created_at: Date;
  updated_at: Date;
}

/** An account as the store knows it: its addresses depend on where the gateway is, what counts of its health on the time. */
export type StoredAccount = Omit<CarrierAccount, "webhooks" | "health"> & { readonly health: StoredHealth | null };

export function toStoredAccount(row: AccountRow): StoredAccount {
  return {
    id: row.id,
    carrier: row.carrier,
    name: row.name,
    keywordAnswers: row.keyword_answers,
    health: row.health,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

/** Never the credentials: nobody who lists accounts needs them. */
const COLUMNS = ["id", "carrier", "name", "keyword_answers", "health", "created_at", "updated_at"] as const;

/** Accounts of the tenant, the newest first, after the one with id `after`. Index: the primary key. */
export async function listCarrierAccounts(
  tx: Tx,
  tenantId: TenantId,
  { after, limit }: { after: string | null; limit: number },
): Promise<AccountRow[]> {
  let query = tx.selectFrom("carrier_accounts").select(COLUMNS).where("tenant_id", "=", tenantId);
  if (after !== null) query = query.where("id", "<", after as CarrierAccountId);
  return query.orderBy("id", "desc").limit(limit).execute();
}

export async function findCarrierAccount(
  tx: Tx,
  tenantId: TenantId,
  id: CarrierAccountId,
): Promise<StoredAccount | null> {
  const row = await tx
    .selectFrom("carrier_accounts")
    .select(COLUMNS)
    .where("tenant_id", "=", tenantId)
    .where("id", "=", id)
    .executeTakeFirst();
  return row ? toStoredAccount(row) : null;
}

/** Keeps an account's health from being changed by others until the transaction ends; null when it is gone. */
export async function lockHealth(
  tx: Tx,
  tenantId: TenantId,
  id: CarrierAccountId,
): Promise<{ health: StoredHealth | null } | null> {
  const row = await tx
    .selectFrom("carrier_accounts")
    .select("health")
    .where("tenant_id", "=", tenantId)
    .where("id", "=", id)
    .forNoKeyUpdate() // lines that refer to the account may be made meanwhile
    .executeTakeFirst();
  return row ?? null;
}

export async function carrierAccountExists(tx: Tx, tenantId: TenantId, id: CarrierAccountId): Promise<boolean> {
  return (await findCarrierAccount(tx, tenantId, id)) !== null;
}

export interface NewCarrierAccount {
  carrier: Carrier;
  name: string;
  keywordAnswers: CarrierAccount["keywordAnswers"];
  /** Sealed for this row. */
  credentials: Uint8Array;
}

export async function insertCarrierAccount(
  tx: Tx,
  tenantId: TenantId,
  id: CarrierAccountId,
  { carrier, name, keywordAnswers, credentials }: NewCarrierAccount,
  now: number,
): Promise<StoredAccount> {
  const at = new Date(now);
  const row = await tx
    .insertInto("carrier_accounts")
    .values({
      tenant_id: tenantId,
      id,
      carrier,
      name,
      keyword_answers: keywordAnswers,
      credentials,
      created_at: at,
      updated_at: at,
    })
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
  return toStoredAccount(row);
}

/** Changes what is given; null when there is no such account. */
export async function updateCarrierAccount(
  tx: Tx,
  tenantId: TenantId,
  id: CarrierAccountId,
  { name, keywordAnswers, credentials }: Partial<Omit<NewCarrierAccount, "carrier">>,
  now: number,
): Promise<StoredAccount | null> {
  const row = await tx
    .updateTable("carrier_accounts")
    .set({
      updated_at: nextVersion(now),
      ...(name === undefined ? {} : { name }),
      ...(keywordAnswers === undefined ? {} : { keyword_answers: keywordAnswers }),
      ...(credentials === undefined ? {} : { credentials }),
    })
    .where("tenant_id", "=", tenantId)
    .where("id", "=", id)
    .returning(COLUMNS)
    .executeTakeFirst();
  return row ? toStoredAccount(row) : null;
}

/** Removes an account; false when there is none. A line that uses it breaks `lines_carrier_account`. */
export async function deleteCarrierAccount(tx: Tx, tenantId: TenantId, id: CarrierAccountId): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom("carrier_accounts")
    .where("tenant_id", "=", tenantId)
    .where("id", "=", id)
    .executeTakeFirstOrThrow();
  return numDeletedRows > 0n;
}
