import type { TenantId } from "@trunkline/protocol";
import { sql } from "kysely";
import { auditHorizon, clearAudit } from "./audit/store.ts";
import type { Clock } from "./clock.ts";
import { clearEvents, EVENTS_KEPT_MS } from "./events/retention.ts";
import { KEPT_MS as ANSWERS_KEPT_MS } from "./http/idempotency.ts";
import { SENT_COUNTS_KEPT_MS } from "./limits/send-cap.ts";
import type { Logger } from "./logger.ts";
import type { MediaKeeper } from "./media/keeper.ts";
import type { Database, Tx } from "./store/database.ts";
import type { Tables } from "./store/tables.ts";
import { keepClosing } from "./teamwork/auto-close-work.ts";
import type { TenantEraser } from "./tenants/erase.ts";
import { DELIVERIES_KEPT_MS } from "./webhooks/delivery-store.ts";

const HOUR = 60 * 60_000;
/** Between two rounds, in milliseconds. */
const ROUND_MS = HOUR;
/** Rows that one transaction clears, so that none stays open for long. */
const CHUNK = 2000;
/** A session that has ended is kept for a while, so that its token is answered as expired and not as unknown. */
const SESSIONS_KEPT_MS = 24 * HOUR;
/** Receipts whose text never came to light. */
const RECEIPTS_KEPT_MS = 7 * 24 * HOUR;
/** What is of no use any more when its time has passed. */
const AGEING = [
  { table: "idempotency_keys", column: "created_at", keptMs: ANSWERS_KEPT_MS },
  { table: "sessions", column: "expires_at", keptMs: SESSIONS_KEPT_MS },
  { table: "parked_receipts", column: "received_at", keptMs: RECEIPTS_KEPT_MS },
  { table: "consent_states", column: "expires_at", keptMs: 0 },
  { table: "consent_links", column: "expires_at", keptMs: 0 },
  { table: "sent_counts", column: "hour", keptMs: SENT_COUNTS_KEPT_MS },
  { table: "webhook_deliveries", column: "created_at", keptMs: DELIVERIES_KEPT_MS },
] as const satisfies { table: keyof Tables; column: string; keptMs: number }[];
/** Tenants read at once. */
const TENANTS = 500;

/** Clears what is no longer needed, round after round. */
export interface Maintenance {
  start(): void;
  /** Resolves when no round is under way. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

export interface MaintenanceParts {
  database: Database;
  clock: Clock;
  logger: Logger;
  eraser: TenantEraser;
  media: Pick<MediaKeeper, "sweep">;
}

export function createMaintenance({ database, clock, logger, eraser, media }: MaintenanceParts): Maintenance {
  let isStopped = false;
  let cancel: (() => void) | undefined;
  let running: Promise<void> | undefined;

  function plan(): void {
    if (isStopped) return;
    cancel = clock.at(clock.now() + ROUND_MS, () => run(round));
  }

  function run(work: () => Promise<void>): void {
    running = work()
      .catch((error: unknown) => logger.warn({ error }, "old rows could not be cleared; it is tried again"))
      .finally(() => {
        running = undefined;
        plan();
      });
  }

  async function round(): Promise<void> {
    await eraser.resume();
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
    for (const { table, column, keptMs } of AGEING) {
      await inChunks(() => database.tenant(tenantId, (tx) => clearChunk(tx, tenantId, table, column, before(keptMs))));
    }
    const horizon = await database.tenant(tenantId, (tx) => auditHorizon(tx, tenantId, now));
    await inChunks(() => database.system((tx) => clearAudit(tx, tenantId, horizon, CHUNK)));
    await media
      .sweep(tenantId)
      .catch((error: unknown) =>
        logger.warn({ error, tenantId }, "unused files could not be removed; it is tried again"),
      );
    await database.tenant(tenantId, (tx) => keepClosing(tx, tenantId, now));
    await inChunks(() => database.tenant(tenantId, (tx) => clearEvents(tx, tenantId, before(EVENTS_KEPT_MS), CHUNK)));
  }

  async function inChunks(clearNext: () => Promise<number>): Promise<void> {
    while (!isStopped) if ((await clearNext()) < CHUNK) return;
  }

  return {
    start() {
      if (cancel === undefined && running === undefined) run(() => eraser.resume()); // what a crash has left
    },
    async idle() {
      await running;
      await eraser.idle();
    },
    async stop() {
      isStopped = true;
      cancel?.();
      await eraser.stop();
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

async function clearChunk(
  tx: Tx,
  tenantId: TenantId,
  table: keyof Tables,
  column: string,
  before: Date,
): Promise<number> {
  const { numAffectedRows } = await sql`delete from ${sql.table(table)} where ctid = any (array(
    select ctid from ${sql.table(table)} where tenant_id = ${tenantId} and ${sql.ref(column)} <= ${before}
    limit ${CHUNK}))`.execute(tx);
  return Number(numAffectedRows ?? 0);
}
