import type { CarrierAccountId, TenantId } from "@trunkline/protocol";
import { addTally, type HealthTally } from "../carriers/health.ts";
import type { EventLog, NewEvent } from "../events/log.ts";
import type { Tx } from "../store/database.ts";
import { json } from "../store/json.ts";
import type { CarrierAccess } from "./access.ts";
import { showAccount } from "./show-account.ts";
import { findCarrierAccount, lockHealth } from "./store.ts";

/** What a node has to tell of an account. */
export interface HealthNews {
  readonly accountId: CarrierAccountId;
  readonly tally: HealthTally;
  /** Whether its texts wait. */
  readonly isOpen: boolean;
}

/** Adds what was met at accounts to their rows, by id; whether its texts wait or leave again is told by an event. */
export async function storeHealth(
  tx: Tx,
  tenantId: TenantId,
  news: readonly HealthNews[],
  { log, carriers, now }: { log: EventLog; carriers: Pick<CarrierAccess, "webhooks">; now: number },
): Promise<void> {
  const events: NewEvent[] = [];
  for (const { accountId, tally, isOpen } of news.toSorted((a, b) => (a.accountId < b.accountId ? -1 : 1))) {
    const present = await lockHealth(tx, tenantId, accountId);
    if (!present) continue; // deleted meanwhile
    const health = addTally(present.health, tally, isOpen, now);
    await tx
      .updateTable("carrier_accounts")
      .set({ health: json(health) })
      .where("tenant_id", "=", tenantId)
      .where("id", "=", accountId)
      .execute();
    if (health.circuit === (present.health?.circuit ?? "closed")) continue;
    const account = await findCarrierAccount(tx, tenantId, accountId);
    if (!account) continue;
    const data = showAccount(account, carriers, now);
    events.push({ type: "carrier_account.updated", data, audience: {}, actor: null });
  }
  if (events.length > 0) await log.append(tx, tenantId, events);
}
