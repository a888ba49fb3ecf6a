import { type CarrierAccountId, isId, type MessageId, type TenantId } from "@trunkline/protocol";
import type { Receipt } from "../carriers/carrier.ts";
import type { EventLog } from "../events/log.ts";
import type { Tx } from "../store/database.ts";
import type { LaneName } from "../work/queue.ts";
import { failureOf, type Learnt, mergeOutcome } from "./merge-outcome.ts";
import { type LockedText, lockByCarrierId, lockTexts, storeOutcomes } from "./outbound-store.ts";
import { lockingCarrierIds, parkReceipt } from "./parked-receipts.ts";

/** What a receipt says about its text. A word that we do not know says nothing about the status, and is kept. */
export function learnFromReceipt(receipt: Receipt, now: number): Learnt {
  const { status, carrierStatus, code, carrierCode, carrierMessageId, at } = receipt;
  const failed = status === "failed" || status === "undelivered";
  return {
    status,
    failure: failed ? failureOf(code ?? "carrier_refused", carrierCode) : null,
    carrierMessageId,
    ...(status === null ? { carrierStatus } : {}),
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

/** A receipt, and the account that it came from. */
export interface ReceivedReceipt {
  readonly accountId: CarrierAccountId;
  readonly receipt: Receipt;
  /** Whether it was found in a list, where there may be texts that somebody else has handed over. */
  readonly isListed: boolean;
}

/**
 * Merges carriers' receipts into their texts, found by our reference or by the carrier's id within that account: ids of
 * other accounts and tenants do not count. Those whose texts are not known yet are parked, unless they come from a list:
 * that will be read once more.
 *
 * @returns whether any text has changed, and the lanes that have work now
 */
export async function receiveReceipts(
  tx: Tx,
  tenantId: TenantId,
  received: readonly ReceivedReceipt[],
  { log }: ReceiptParts,
  now: number,
): Promise<{ readonly hasChanged: boolean; readonly lanes: readonly LaneName[] }> {
  const owners = await findTexts(tx, tenantId, received);
  const texts = new Map<MessageId, LockedText>();
  for (const one of received) {
    const owner = owners.get(one);
    if (!owner && one.isListed) continue;
    if (!owner) {
      await parkReceipt(tx, tenantId, one.accountId, one.receipt, now);
      continue;
    }
    const { id } = owner.message;
    const text = texts.get(id) ?? owner;
    const message = mergeOutcome(text.message, learnFromReceipt(one.receipt, now), now);
    if (message === null) continue;
    texts.set(id, { ...text, message });
  }
  const lanes = await storeOutcomes(tx, tenantId, [...texts.values()], log);
  return { hasChanged: texts.size > 0, lanes };
}

async function findTexts(
  tx: Tx,
  tenantId: TenantId,
  received: readonly ReceivedReceipt[],
): Promise<Map<ReceivedReceipt, LockedText>> {
  const owners = new Map<ReceivedReceipt, LockedText>();
  const references = received.flatMap(({ receipt: { reference } }) => (isId("msg", reference) ? reference : []));
  const named = await lockTexts(tx, tenantId, [...new Set(references)]);
  for (const one of received) {
    const { reference } = one.receipt;
    const text = isId("msg", reference) ? named.get(reference) : undefined;
    if (text?.carrierAccountId === one.accountId) owners.set(one, text);
  }
  const others = received.filter((one) => !owners.has(one));
  if (others.length === 0) return owners;
  const idOf = ({ accountId, receipt: { carrierMessageId } }: ReceivedReceipt) => ({ accountId, carrierMessageId });
  await lockingCarrierIds(others.map(idOf)).execute(tx);
  for (const one of others) {
    const text = await lockByCarrierId(tx, tenantId, one.accountId, one.receipt.carrierMessageId);
    if (text) owners.set(one, text);
  }
  return owners;
}
