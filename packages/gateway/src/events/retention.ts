import type { TenantId } from "@trunkline/protocol";
import { sql } from "kysely";
import type { Tx } from "../store/database.ts";

/** How long events are kept, in milliseconds. An older cursor is answered with a reset. */
export const EVENTS_KEPT_MS = 7 * 24 * 60 * 60_000;

/**
 * Clears the oldest events of a tenant, at most `limit`, and remembers up to where. Only a beginning of the log is ever
 * cleared: an event with a late time protects those before it, so that the horizon tells the whole truth.
 *
 * @returns how many were cleared
 */
export async function clearEvents(tx: Tx, tenantId: TenantId, olderThan: Date, limit: number): Promise<number> {
  const { rows } = await sql<{ cleared: number }>`
    with oldest as (
      select xid, n, created_at from events where tenant_id = ${tenantId} order by xid, n limit ${limit}
    ), kept as (
      select xid, n from oldest where created_at >= ${olderThan} order by xid, n limit 1
    ), cleared as (
      delete from events e using oldest o
      where e.tenant_id = ${tenantId} and e.xid = o.xid and e.n = o.n
        and not exists (select from kept k where (k.xid, k.n) <= (o.xid, o.n))
      returning e.xid, e.n
    ), horizon as (
      insert into event_horizons as h (tenant_id, xid, n)
      select ${tenantId}::text, xid, n from cleared order by xid desc, n desc limit 1
      on conflict (tenant_id) do update set xid = excluded.xid, n = excluded.n
      where (h.xid, h.n) < (excluded.xid, excluded.n)
    )
    select count(*)::int as cleared from cleared`.execute(tx);
  return rows[0]?.cleared ?? 0;
}
