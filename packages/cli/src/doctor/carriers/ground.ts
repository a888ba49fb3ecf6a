import type { CarrierAccount, CarrierAccountCheck, CarrierNumber, Line, Tenant } from "@trunkline/protocol";
import { isTrunklineError, type Trunkline } from "@trunkline/sdk";
import { gather } from "../../print-entities.ts";
import { type Check, type Outcome, unknown } from "../check.ts";
import { once } from "../microsoft/subject.ts";

/** A gateway that is running, and a key to it. */
export interface CarrierSubject {
  readonly gateway: string;
  /** Operator key or tenant key; null when there is none. */
  readonly key: string | null;
  readonly fetch: typeof globalThis.fetch;
}

/** A carrier account with what is on it. */
export interface ExaminedAccount {
  readonly account: CarrierAccount;
  /** As people know it: its name, and its tenant's where there are several. */
  readonly name: string;
  /** Those that send through it, or fall back to it. */
  readonly lines: readonly Line[];
  /** Whether the carrier takes its credentials. */
  readonly check: CarrierAccountCheck;
  /** Null when they were not asked for, or the carrier cannot list them. */
  readonly numbers: readonly CarrierNumber[] | null;
}

/** What the checks of the carriers look at, through the gateway's own API. */
export class CarrierGround {
  readonly subject: CarrierSubject;
  /** Throws TrunklineError when the gateway does not answer, or does not take the key. */
  readonly accounts = once(() => readAccounts(this.subject));

  constructor(subject: CarrierSubject) {
    this.subject = subject;
  }
}

export type CarrierCheck = Check<CarrierGround>;

/** What an error of the gateway's means for a check that ran into it; null when it is a mistake of ours. */
export function carrierTrouble(error: unknown): Outcome | null {
  if (!isTrunklineError(error)) return null;
  return unknown(error.message, "Run the doctor where the gateway can be reached, with a key that it knows (--key).");
}

async function readAccounts({ gateway, key, fetch }: CarrierSubject): Promise<ExaminedAccount[]> {
  if (key === null) return [];
  const { apiKeyAuth, createTrunkline } = await import("@trunkline/sdk");
  const auth = apiKeyAuth(key);
  async function using<Result>(tenant: Tenant | null, work: (trunkline: Trunkline) => Promise<Result>) {
    const trunkline = createTrunkline({ gateway, fetch, auth: tenant ? auth.forTenant(tenant.id) : auth });
    try {
      return await work(trunkline);
    } finally {
      await trunkline.close();
    }
  }
  if (!key.startsWith("tlo_")) return using(null, (trunkline) => accountsOf(trunkline, null));
  const tenants = await using(null, (trunkline) => gather(trunkline.tenants.list()));
  const found: ExaminedAccount[] = [];
  for (const tenant of tenants) found.push(...(await using(tenant, (trunkline) => accountsOf(trunkline, tenant))));
  return found;
}

async function accountsOf(trunkline: Trunkline, tenant: Tenant | null): Promise<ExaminedAccount[]> {
  const accounts = await gather(trunkline.carrierAccounts.list());
  const lines = await gather(trunkline.lines.list());
  const found: ExaminedAccount[] = [];
  for (const account of accounts) {
    const own = lines.filter((line) => [line.carrierAccountId, line.fallbackCarrierAccountId].includes(account.id));
    const check = await trunkline.carrierAccounts.test(account.id);
    const isAsked = check.result === "accepted" && own.length > 0;
    found.push({
      account,
      name: tenant === null ? `"${account.name}"` : `"${account.name}" of ${tenant.name}`,
      lines: own,
      check,
      numbers: isAsked ? await numbersOf(trunkline, account) : null,
    });
  }
  return found;
}

async function numbersOf(trunkline: Trunkline, { id }: CarrierAccount): Promise<CarrierNumber[] | null> {
  try {
    return await gather(trunkline.carrierAccounts.numbers(id));
  } catch (error) {
    // The carrier cannot list its numbers, or does not just now; whether it can be reached is another check's to say.
    if (isTrunklineError(error) && ["conflict", "carrier_unavailable"].includes(error.code)) return null;
    throw error;
  }
}
