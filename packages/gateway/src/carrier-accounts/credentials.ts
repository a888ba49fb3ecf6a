import type { CarrierAccountId, TenantId } from "@trunkline/protocol";
import type { Sealer } from "../seal/seal.ts";

type Credentials = Record<string, string>;

const rowOf = (tenantId: TenantId, id: CarrierAccountId): string => JSON.stringify(["carrier_accounts", tenantId, id]);

/** Seals an account's credentials for its row. */
export const sealCredentials = (
  sealer: Sealer,
  tenantId: TenantId,
  id: CarrierAccountId,
  credentials: Credentials,
): Promise<Uint8Array> => sealer.seal(JSON.stringify(credentials), rowOf(tenantId, id));

/** @throws SealBroken when they were sealed for another row, or under a key that is not there */
export async function openCredentials(
  sealer: Sealer,
  tenantId: TenantId,
  id: CarrierAccountId,
  sealed: Uint8Array,
): Promise<Credentials> {
  return JSON.parse(await sealer.open(sealed, rowOf(tenantId, id))) as Credentials; // sealed by us, so it is what we sealed
}
