import type { CarrierAccountId, TenantId } from "@trunkline/protocol";
import { openCredentials } from "../carrier-accounts/credentials.ts";
import { type Carrier, CredentialsRefused } from "../carriers/carrier.ts";
import { CARRIER_ADAPTERS } from "../carriers/registry.ts";
import type { Sealer } from "../seal/seal.ts";
import { SealBroken } from "../seal/seal.ts";
import type { Tx } from "../store/database.ts";

/** Accounts ready to be spoken with; those whose credentials did not change are opened once. */
export interface CarrierAccess {
  /** The account's carrier; null when the account is gone or its credentials cannot work. */
  open(tx: Tx, tenantId: TenantId, accountId: CarrierAccountId): Promise<Carrier | null>;
}

/** Accounts that are kept open; beyond it the oldest goes. */
const KEPT = 1000;

export function createCarrierAccess({
  sealer,
  fetch,
}: {
  sealer: Sealer;
  fetch: typeof globalThis.fetch;
}): CarrierAccess {
  const opened = new Map<CarrierAccountId, { sealed: Uint8Array; carrier: Carrier | null }>();
  return {
    async open(tx, tenantId, accountId) {
      const row = await tx
        .selectFrom("carrier_accounts")
        .select(["carrier", "credentials"])
        .where("tenant_id", "=", tenantId)
        .where("id", "=", accountId)
        .executeTakeFirst();
      if (!row) return null;
      const present = opened.get(accountId);
      if (present && sameBytes(present.sealed, row.credentials)) return present.carrier;
      const carrier = await connect();
      opened.delete(accountId);
      opened.set(accountId, { sealed: row.credentials, carrier });
      const [oldest] = opened.keys();
      if (opened.size > KEPT && oldest) opened.delete(oldest);
      return carrier;

      async function connect(): Promise<Carrier | null> {
        if (!row) return null;
        try {
          const credentials = await openCredentials(sealer, tenantId, accountId, row.credentials);
          return CARRIER_ADAPTERS[row.carrier](credentials, { fetch });
        } catch (error) {
          if (error instanceof CredentialsRefused || error instanceof SealBroken) return null;
          throw error;
        }
      }
    },
  };
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index]);
