import { type CarrierAccountId, isId, type TenantId } from "@trunkline/protocol";
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
    at: at !== null && isCredible(at, now) ? at : now,
  };
}

const DAY = 24 * 60 * 60_000;
const EARLIEST = Date.UTC(2000);

/** A carrier's clock may be wrong by hours and a time zone; what is further off is no time at which a text arrived. */
const isCredible = (at: number, now: number): boolean => at >= EARLIEST && at <= now + DAY;

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
