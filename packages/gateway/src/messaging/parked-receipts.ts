import type { CarrierAccountId, TenantId } from "@trunkline/protocol";
import { type RawBuilder, sql } from "kysely";
import type { Receipt } from "../carriers/carrier.ts";
import type { Tx } from "../store/database.ts";
import { json, recordset } from "../store/json.ts";

/*
 * A receipt can overtake the carrier's own answer: we then do not know yet whose it is. It waits under the carrier's id.
 * Both sides lock that id first, or each could miss what the other has not committed yet.
 */

/** A text as a carrier names it. */
export interface CarrierId {
  readonly accountId: CarrierAccountId;
  readonly carrierMessageId: string;
}

/** Locks carriers' ids for this transaction, in one order; an expression that is never null. */
export function lockingCarrierIds(carrierIds: readonly CarrierId[]): RawBuilder<number> {
  const keys = carrierIds.map(({ accountId, carrierMessageId }) => `${accountId} ${carrierMessageId}`).sort();
  return sql<number>`select count(pg_advisory_xact_lock(hashtextextended(k.key, 0)))
    from unnest(${keys}::text[]) with ordinality as k (key, place)`;
}

/** Keeps a receipt until its text is known. Needs the lock on its id. */
export async function parkReceipt(
  tx: Tx,
  tenantId: TenantId,
  accountId: CarrierAccountId,
  receipt: Receipt,
  now: number,
): Promise<void> {
  await tx
    .insertInto("parked_receipts")
    .values({
      tenant_id: tenantId,
      carrier_account_id: accountId,
      carrier_message_id: receipt.carrierMessageId,
      receipt: json<object>(receipt),
      received_at: new Date(now),
    })
    .execute();
}

/** Takes the receipts that wait for texts, with the account that each came from. Needs the locks on their ids. */
export async function unparkReceipts(
  tx: Tx,
  tenantId: TenantId,
  carrierIds: readonly CarrierId[],
): Promise<{ accountId: CarrierAccountId; receipt: Receipt }[]> {
  if (carrierIds.length === 0) return [];
  const rows = carrierIds.map(({ accountId, carrierMessageId }) => ({ account: accountId, id: carrierMessageId }));
  const { rows: parked } = await sql<{ accountId: CarrierAccountId; receipt: Receipt }>`
    delete from parked_receipts p using ${recordset(rows)} as w (account text, id text)
    where p.tenant_id = ${tenantId} and p.carrier_account_id = w.account and p.carrier_message_id = w.id
    returning p.carrier_account_id as "accountId", p.receipt`.execute(tx);
  return parked;
}
