import type { TenantId } from "@trunkline/protocol";
import type { Clock } from "./clock.ts";
import { clearEvents, EVENTS_KEPT_MS } from "./events/retention.ts";
import { KEPT_MS as ANSWERS_KEPT_MS } from "./http/idempotency.ts";
import type { Logger } from "./logger.ts";
import type { Database, Tx } from "./store/database.ts";

const HOUR = 60 * 60_000;
/** Between two rounds, in milliseconds. */
const ROUND_MS = HOUR;
/** Rows that one transaction clears, so that none stays open for long. */
const CHUNK = 2000;
/** A session that has ended is kept for a while, so that its token is answered as expired and not as unknown. */
const SESSIONS_KEPT_MS = 24 * HOUR;
/** Receipts whose text never came to light. */
const RECEIPTS_KEPT_MS = 7 * 24 * HOUR;
/** Tenants read at once. */
const TENANTS = 500;

/** Clears what is no longer needed, round after round. */
export interface Maintenance {
  start(): void;
  stop(): Promise<void>;
}

export interface MaintenanceParts {
  database: Database;
  clock: Clock;
  logger: Logger;
}

export function createMaintenance({ database, clock, logger }: MaintenanceParts): Maintenance {
  let isStopped = false;
  let cancel: (() => void) | undefined;
  let running: Promise<void> | undefined;

  function plan(): void {
    if (isStopped) return;
    cancel = clock.at(clock.now() + ROUND_MS, () => {
      running = round()
        .catch((error: unknown) => logger.warn({ error }, "old rows could not be cleared; it is tried again"))
        .finally(() => {
          running = undefined;
          plan();
        });
    });
  }

  async function round(): Promise<void> {
    let after: TenantId | undefined;
    do {
      const tenants = await tenantsAfter(database, after);
      for (const tenantId of tenants) {
        if (isStopped) return;
        await clear(tenantId);
      }
      after = tenants.at(-1);
    } while (after !== undefined);
  }

  async function clear(tenantId: TenantId): Promise<void> {
    const now = clock.now();
    const before = (ms: number) => new Date(now - ms);
    await database.tenant(tenantId, (tx) => clearSmall(tx, tenantId, before));
    while (!isStopped) {
      const cleared = await database.tenant(tenantId, (tx) => clearEvents(tx, tenantId, before(EVENTS_KEPT_MS), CHUNK));
      if (cleared < CHUNK) return;
    }
  }

  return {
    start() {
      if (cancel === undefined) plan();
    },
    async stop() {
      isStopped = true;
      cancel?.();
      await running;
    },
  };
}

async function tenantsAfter(database: Database, after: TenantId | undefined): Promise<TenantId[]> {
  const rows = await database.system((tx) => {
    const query = tx.selectFrom("tenants").select("tenant_id").orderBy("tenant_id").limit(TENANTS);
    return (after === undefined ? query : query.where("tenant_id", ">", after)).execute();
  });
  return rows.map(({ tenant_id }) => tenant_id);
}

async function clearSmall(tx: Tx, tenantId: TenantId, before: (ms: number) => Date): Promise<void> {
  await tx
    .deleteFrom("idempotency_keys")
    .where("tenant_id", "=", tenantId)
    .where("created_at", "<=", before(ANSWERS_KEPT_MS))
    .execute();
  await tx
    .deleteFrom("sessions")
    .where("tenant_id", "=", tenantId)
    .where("expires_at", "<=", before(SESSIONS_KEPT_MS))
    .execute();
  await tx
    .deleteFrom("parked_receipts")
    .where("tenant_id", "=", tenantId)
    .where("received_at", "<=", before(RECEIPTS_KEPT_MS))
    .execute();
}
