import type { CarrierAccount, CarrierAccountId, Carrier as CarrierName, TenantId } from "@trunkline/protocol";
import { sameBytes } from "../bytes.ts";
import { withStorableAnswers } from "../carriers/border.ts";
import { type Carrier, type Credentials, CredentialsRefused } from "../carriers/carrier.ts";
import { CARRIER_ADAPTERS } from "../carriers/registry.ts";
import type { Clock } from "../clock.ts";
import type { Sealer } from "../seal/seal.ts";
import { SealBroken } from "../seal/seal.ts";
import type { Tx } from "../store/database.ts";
import { openCredentials } from "./credentials.ts";

/** An account as the store has it. */
export interface SealedAccount {
  readonly id: CarrierAccountId;
  readonly carrier: CarrierName;
  readonly credentials: Uint8Array;
}

/** Reads an account, or gives null when it is gone. */
export async function readAccount(tx: Tx, tenantId: TenantId, id: CarrierAccountId): Promise<SealedAccount | null> {
  const row = await tx
    .selectFrom("carrier_accounts")
    .select(["id", "carrier", "credentials"])
    .where("tenant_id", "=", tenantId)
    .where("id", "=", id)
    .executeTakeFirst();
  return row ?? null;
}

/** Accounts ready to be spoken with; those whose credentials did not change are opened once. */
export interface CarrierAccess {
  /** Speaks with an account by credentials that are not kept. @throws CredentialsRefused */
  speak(carrier: CarrierName, id: CarrierAccountId, credentials: Credentials): Carrier;
  /** Where an account's webhooks come in; null while the gateway does not know its own address. */
  webhooks(carrier: CarrierName, id: CarrierAccountId): CarrierAccount["webhooks"];
  /** The account's carrier; null when the account is gone or its credentials cannot work. */
  open(tenantId: TenantId, account: SealedAccount | null): Promise<Carrier | null>;
}

/** Opens each of the accounts once. */
export async function openCarriers(
  carriers: CarrierAccess,
  tenantId: TenantId,
  accounts: readonly (SealedAccount | null)[],
): Promise<Map<CarrierAccountId, Carrier | null>> {
  const opened = new Map<CarrierAccountId, Carrier | null>();
  for (const account of accounts) {
    if (account && !opened.has(account.id)) opened.set(account.id, await carriers.open(tenantId, account));
  }
  return opened;
}

/** Accounts that are kept open; beyond it the oldest goes. */
const KEPT = 1000;

export interface CarrierAccessParts {
  sealer: Sealer;
  fetch: typeof globalThis.fetch;
  clock: Clock;
  publicUrl: string | undefined;
}

export function createCarrierAccess({ sealer, fetch, clock, publicUrl }: CarrierAccessParts): CarrierAccess {
  // A redirect would carry the text, and the account's key, where nobody has said that they may go.
  const staying: typeof globalThis.fetch = (input, init) => fetch(input, { ...init, redirect: "manual" });
  const doors = (carrier: CarrierName, id: CarrierAccountId): string | null =>
    publicUrl === undefined ? null : `${publicUrl}/carriers/${carrier}/${id}`;

  function speak(carrier: CarrierName, id: CarrierAccountId, credentials: Credentials): Carrier {
    const world = { fetch: staying, now: () => clock.now(), webhooks: doors(carrier, id) };
    return withStorableAnswers(CARRIER_ADAPTERS[carrier](credentials, world));
  }

  const opened = new Map<CarrierAccountId, { sealed: Uint8Array; carrier: Carrier | null }>();

  async function connect(tenantId: TenantId, { id, carrier, credentials }: SealedAccount): Promise<Carrier | null> {
    try {
      const plain = await openCredentials(sealer, tenantId, id, credentials);
      return speak(carrier, id, plain);
    } catch (error) {
      if (error instanceof CredentialsRefused || error instanceof SealBroken) return null;
      throw error;
    }
  }

  return {
    speak,
    webhooks(carrier, id) {
      const base = doors(carrier, id);
      return base === null ? null : { messages: `${base}/messages`, status: `${base}/status` };
    },
    async open(tenantId, account) {
      if (account === null) return null;
      const { id, credentials } = account;
      const present = opened.get(id);
      if (present && sameBytes(present.sealed, credentials)) return present.carrier;
      const carrier = await connect(tenantId, account);
      opened.delete(id);
      opened.set(id, { sealed: credentials, carrier });
      const [oldest] = opened.keys();
      if (opened.size > KEPT && oldest) opened.delete(oldest);
      return carrier;
    },
  };
}
