import { type CarrierAccountId, isId, type TenantId, toStorableText } from "@trunkline/protocol";
import type { Receipt } from "../carriers/carrier.ts";
import type { EventLog } from "../events/log.ts";
import type { Tx } from "../store/database.ts";
import { failureOf, type Learnt, mergeOutcome } from "./merge-outcome.ts";
import { type LockedText, lockByCarrierId, lockTexts, storeOutcomes } from "./outbound-store.ts";
import { lockingCarrierIds, parkReceipt } from "./parked-receipts.ts";

/** What a receipt says about its text. A word that we do not know says nothing about the status. */
export function learnFromReceipt({ status, code, carrierCode, carrierMessageId, at }: Receipt, now: number): Learnt {
  const failed = status === "failed" || status === "undelivered";
  return {
    status,
    failure: failed ? failureOf(code ?? "carrier_refused", carrierCode) : null,
    carrierMessageId,
    at: at ?? now,
  };
}

/** A receipt whose words the store can hold. */
export function storableReceipt(receipt: Receipt): Receipt {
  const { reference, carrierMessageId, carrierStatus, carrierCode } = receipt;
  return {
    ...receipt,
    reference: reference === null ? null : toStorableText(reference),
    carrierMessageId: toStorableText(carrierMessageId),
    carrierStatus: toStorableText(carrierStatus),
    carrierCode: carrierCode === null ? null : toStorableText(carrierCode),
  };
}

export interface ReceiptParts {
  log: EventLog;
}

/**
 * Merges a carrier's receipt into its text, found by our reference or by the carrier's id within that account: ids of
 * other accounts and tenants do not count. One whose text is not known yet is parked.
 */
export async function receiveReceipt(
  tx: Tx,
  tenantId: TenantId,
  accountId: CarrierAccountId,
  receipt: Receipt,
  { log }: ReceiptParts,
  now: number,
): Promise<"merged" | "unchanged" | "parked"> {
  const text = await findText(tx, tenantId, accountId, receipt);
  if (text === null) {
    await parkReceipt(tx, tenantId, accountId, receipt, now);
    return "parked";
  }
  const message = mergeOutcome(text.message, learnFromReceipt(receipt, now), now);
  if (message === null) return "unchanged";
  await storeOutcomes(tx, tenantId, [{ message, audience: text.audience }], log);
  return "merged";
}

async function findText(
  tx: Tx,
  tenantId: TenantId,
  accountId: CarrierAccountId,
  { reference, carrierMessageId }: Receipt,
): Promise<LockedText | null> {
  if (isId("msg", reference)) {
    const text = (await lockTexts(tx, tenantId, [reference])).get(reference);
    if (text?.carrierAccountId === accountId) return text;
  }
  await lockingCarrierIds([{ accountId, carrierMessageId }]).execute(tx);
  return lockByCarrierId(tx, tenantId, accountId, carrierMessageId);
}
