import type { Bus } from "../bus/bus.ts";
import type { Clock } from "../clock.ts";
import type { EventLog } from "../events/log.ts";
import type { Logger } from "../logger.ts";
import type { PrivateAddresses } from "../outside/public-address.ts";
import type { Ids, RandomBytes } from "../random.ts";
import type { Sealer } from "../seal/seal.ts";
import type { Database } from "../store/database.ts";

/** What webhooks are made of. */
export interface WebhookParts {
  database: Database;
  log: EventLog;
  bus: Bus;
  clock: Clock;
  ids: Ids;
  random: RandomBytes;
  logger: Logger;
  sealer: Sealer;
  /** Reaches addresses that others chose, and checks where it connects. */
  fetch: typeof globalThis.fetch;
  privateAddresses: PrivateAddresses;
  /** The store's epoch. */
  epoch: () => string;
}
