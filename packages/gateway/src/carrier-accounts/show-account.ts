import type { CarrierAccount } from "@trunkline/protocol";
import { shownHealth } from "../carriers/health.ts";
import type { CarrierAccess } from "./access.ts";
import type { StoredAccount } from "./store.ts";

/** An account as it is answered, as of `now`. */
export const showAccount = (
  account: StoredAccount,
  carriers: Pick<CarrierAccess, "webhooks">,
  now: number,
): CarrierAccount => ({
  ...account,
  webhooks: carriers.webhooks(account.carrier, account.id),
  health: shownHealth(account.health, now),
});
