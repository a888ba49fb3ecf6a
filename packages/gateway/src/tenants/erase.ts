import type { TenantId } from "@trunkline/protocol";
import { sql } from "kysely";
import { clearAudit } from "../audit/store.ts";
import type { Logger } from "../logger.ts";
import type { MediaKeeper } from "../media/keeper.ts";
import type { Database, Tx } from "../store/database.ts";
import type { Tables } from "../store/tables.ts";

/** Every table with rows of a tenant, those that refer to others before them, so that nothing cascades over many rows. */
export const ERASED_TABLES = [
  "work",
  "work_lanes",
  "events",
  "event_horizons",
  "webhook_deliveries",
  "webhooks",
  "idempotency_keys",
  "inbound_texts",
  "parked_receipts",
  "opt_in_entries",
  "opt_ins",
  "sent_counts",
  "read_totals",
  "line_inbound",
  "read_states",
  "conversation_filters",
  "conversation_records",
  "search_gaps",
  "search_entries",
  "media",
  "messages",
  "broadcast_recipients",
  "broadcasts",
  "templates",
  "conversations",
  "line_assignees",
  "line_groups",
  "user_group_members",
  "user_groups",
  "lines",
  "carrier_accounts",
  "consent_states",
  "consent_links",
  "microsoft_connections",
  "microsoft_tenants",
  "sessions",
  "users",
  "keys",
] as const satisfies (keyof Tables)[];

/** Rows that one transaction erases: an open transaction holds back every reader of the event log. */
const CHUNK = 2000;

/** Erases what deleted tenants have left, in short transactions. It may stop anywhere and goes on from there. */
export interface TenantEraser {
  /** Begins to erase a tenant that was marked; nothing waits for it. */
  begin(id: TenantId): void;
  /** Goes on with every tenant that was marked and is still there, such as after a crash. */
  resume(): Promise<void>;
  /** Resolves when nothing is being erased. */
  idle(): Promise<void>;
  /** Stops after the transaction under way. */
  stop(): Promise<void>;
}

export interface TenantEraserParts {
  database: Database;
  logger: Logger;
  media: Pick<MediaKeeper, "erase">;
}

export function createTenantEraser({ database, logger, media }: TenantEraserParts): TenantEraser {
  const underWay = new Map<TenantId, Promise<void>>();
  let isStopped = false;

  async function erase(id: TenantId): Promise<void> {
    for (const table of ERASED_TABLES) {
      let erased: number | null;
      do {
        if (isStopped) return;
        erased = await database.tenant(id, (tx) => eraseChunk(tx, id, table));
        if (erased === null) return; // another node is at it, or done
      } while (erased === CHUNK);
    }
    if (!(await eraseAudit(id))) return;
    await media.erase(id); // while the tenant is still there to be found again
    await database.tenant(id, (tx) => eraseRest(tx, id));
    await media.erase(id); // what was put meanwhile by whoever had been let in before the mark
    logger.info({ tenantId: id }, "a deleted tenant has been erased");
  }

  /** What no tenant's transaction may take away. False when it was stopped, or the tenant was never marked. */
  async function eraseAudit(id: TenantId): Promise<boolean> {
    let erased = CHUNK;
    while (erased === CHUNK) {
      if (isStopped) return false;
      erased = await database.system(async (tx) => {
        const marked = await tx
          .selectFrom("tenants")
          .select("tenant_id")
          .where("tenant_id", "=", id)
          .where("deleting_at", "is not", null)
          .executeTakeFirst();
        return marked ? clearAudit(tx, id, null, CHUNK) : -1;
      });
    }
    return erased >= 0;
  }

  function run(id: TenantId): Promise<void> {
    const present = underWay.get(id);
    if (present !== undefined) return present;
    const running = erase(id)
      .catch((error: unknown) =>
        logger.warn({ error, tenantId: id }, "a deleted tenant could not be erased; it is tried again"),
      )
      .finally(() => underWay.delete(id));
    underWay.set(id, running);
    return running;
  }

  return {
    begin: (id) => void run(id),
    async resume() {
      const marked = await database.system((tx) =>
        tx.selectFrom("tenants").select("tenant_id").where("deleting_at", "is not", null).execute(),
      );
      for (const { tenant_id } of marked) if (!isStopped) await run(tenant_id);
    },
    async idle() {
      await Promise.all(underWay.values());
    },
    async stop() {
      isStopped = true;
      await Promise.all(underWay.values());
    },
  };
}

/** How many rows went; null when the tenant is gone, was never marked, or another node is at it. */
async function eraseChunk(tx: Tx, id: TenantId, table: (typeof ERASED_TABLES)[number]): Promise<number | null> {
  // No key update: whoever was let in before the mark and still writes is not held up.
  const { rows } = await sql`select from tenants where tenant_id = ${id} and deleting_at is not null
    for no key update skip locked`.execute(tx);
  if (rows.length === 0) return null;
  const { numAffectedRows } = await sql`delete from ${sql.table(table)} where ctid = any (array(
    select ctid from ${sql.table(table)} where tenant_id = ${id} limit ${CHUNK}))`.execute(tx);
  return Number(numAffectedRows ?? 0);
}

/** The tenant itself, with the little that was still written meanwhile. */
async function eraseRest(tx: Tx, id: TenantId): Promise<void> {
  // The row first: whoever writes something that refers to it waits, and then finds it gone.
  const { numDeletedRows } = await tx
    .deleteFrom("tenants")
    .where("tenant_id", "=", id)
    .where("deleting_at", "is not", null)
    .executeTakeFirstOrThrow();
  if (numDeletedRows === 0n) return;
  for (const table of ERASED_TABLES) await tx.deleteFrom(table).where("tenant_id", "=", id).execute();
}
