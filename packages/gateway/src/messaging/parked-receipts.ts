import type { CarrierAccountId, TenantId } from "@trunkline/protocol";
import { sql } from "kysely";
import type { Receipt } from "../carriers/carrier.ts";
import type { Tx } from "../store/database.ts";
import { json } from "../store/json.ts";

/*
 * A receipt can overtake the carrier's own answer: we then do not know yet whose it is. It waits under the carrier's id.
 * Both sides lock that id first, or each could miss what the other has not committed yet.
 */

/** Locks carriers' ids for this transaction, in one order. */
export async function lockCarrierIds(
  tx: Tx,
  accountId: CarrierAccountId,
  carrierMessageIds: readonly string[],
): Promise<void> {
  if (carrierMessageIds.length === 0) return;
  const keys = carrierMessageIds.map((id) => `${accountId} ${id}`).sort();
  await sql`select pg_advisory_xact_lock(hashtextextended(k.key, 0))
    from unnest(${keys}::text[]) with ordinality as k (key, place) order by k.place`.execute(tx);
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

/** Takes the receipts that wait for texts. Needs the locks on their ids. */
export async function unparkReceipts(
  tx: Tx,
  tenantId: TenantId,
  accountId: CarrierAccountId,
  carrierMessageIds: readonly string[],
): Promise<Receipt[]> {
  if (carrierMessageIds.length === 0) return [];
  const rows = await tx
    .deleteFrom("parked_receipts")
    .where("tenant_id", "=", tenantId)
    .where("carrier_account_id", "=", accountId)
    .where("carrier_message_id", "in", [...carrierMessageIds])
    .returning("receipt")
    .execute();
  return rows.map(({ receipt }) => receipt as Receipt); // written by parkReceipt alone
}
