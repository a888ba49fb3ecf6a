import type { TenantId } from "@trunkline/protocol";
import { type RawBuilder, sql } from "kysely";
import type { SystemTx, Tx } from "../store/database.ts";
import { json } from "../store/json.ts";
import type { LaneName, Settlement, WorkItem } from "./queue.ts";

/*
 * What a lane's holder asks of the store. A turn opens and closes with one statement each, because a text on its way to
 * a carrier pays for every one of them. Locks are taken in this order: the lane, then its work, then what the kind touches.
 */

/** Lanes that have due work and no living holder. */
export async function dueLanes(tx: SystemTx, kinds: readonly string[], now: number): Promise<LaneName[]> {
  const { rows } = await sql<{ tenant_id: TenantId; kind: string; lane: string }>`
    select distinct w.tenant_id, w.kind, w.lane
    from work w left join work_lanes l using (tenant_id, kind, lane)
    where w.due_at <= ${new Date(now)} and w.kind = any(${kinds}::text[])
      and (l.lease_until is null or l.lease_until <= ${new Date(now)})
      and (l.paused_until is null or l.paused_until <= ${new Date(now)})
    limit 500`.execute(tx);
  return rows.map(({ tenant_id, kind, lane }) => ({ tenantId: tenant_id, kind, lane }));
}

export interface OpenTurn {
  node: string;
  now: number;
  leaseMs: number;
  /** Of the lease that is held; null when the lane is to be taken. */
  fence: number | null;
  /** Places in the window. */
  free: number;
  /** What is in flight here, and the serials that must wait for it. */
  inFlight: readonly string[];
  busySerials: readonly string[];
  /** Looks for items that somebody else began and never settled. */
  withOrphans: boolean;
}

export interface OpenedTurn {
  fence: number;
  /** Begun by a former holder; what came of them is not known. */
  orphans: WorkItem[];
  /** May begin: due, in order, none whose serial is in flight, one for each serial. */
  next: WorkItem[];
}

/** Rows looked at per free place, so that one busy conversation at the front does not empty the window. */
const LOOK_AHEAD = 8;

/** Takes or renews the lease, and reads what could begin. Null when somebody else holds the lane, or it is paused. */
export async function openTurn(
  tx: Tx,
  { tenantId, kind, lane }: LaneName,
  { node, now, leaseMs, fence, free, inFlight, busySerials, withOrphans }: OpenTurn,
): Promise<OpenedTurn | null> {
  const at = new Date(now);
  const until = new Date(now + leaseMs);
  const lease =
    fence === null
      ? sql`insert into work_lanes as l (tenant_id, kind, lane, holder, fence, lease_until)
          values (${tenantId}, ${kind}, ${lane}, ${node}, 1, ${until})
          on conflict (tenant_id, kind, lane) do update
            set holder = excluded.holder, fence = l.fence + 1, lease_until = excluded.lease_until
            where (l.holder is null or l.lease_until <= ${at} or l.holder = excluded.holder)
              and (l.paused_until is null or l.paused_until <= ${at})
          returning fence`
      : sql`update work_lanes set lease_until = ${until}
          where tenant_id = ${tenantId} and kind = ${kind} and lane = ${lane} and fence = ${fence} returning fence`;
  const orphaned = withOrphans ? sql`or (started_fence is not null and id <> all(${inFlight}::text[]))` : sql``;
  const { rows } = await sql<WorkRow & { fence: number }>`
    with held as (${lease})
    select held.fence, w.* from held left join lateral (
      select id, serial, attempts, due_at, payload, started_fence is not null as is_orphan from work
      where tenant_id = ${tenantId} and kind = ${kind} and lane = ${lane} and due_at <= ${at}
        and ((started_fence is null and serial <> all(${busySerials}::text[])) ${orphaned})
      order by priority, due_at, id limit ${Math.max(1, free) * LOOK_AHEAD}
    ) w on true`.execute(tx);
  const [first] = rows;
  if (!first) return null;
  const found = rows.filter(({ id }) => id !== null);
  const serials = new Set<string>();
  const startable = found.filter(({ is_orphan, serial }) => !is_orphan && !serials.has(serial) && serials.add(serial));
  return {
    fence: first.fence,
    orphans: found.filter(({ is_orphan }) => is_orphan).map(toItem),
    next: startable.slice(0, free).map(toItem),
  };
}

/** Until when the lane is out of reach: somebody holds it, or it is paused. */
export async function heldUntil(tx: Tx, { tenantId, kind, lane }: LaneName, now: number): Promise<number> {
  const held = await tx
    .selectFrom("work_lanes")
    .select(["lease_until", "paused_until"])
    .where("tenant_id", "=", tenantId)
    .where("kind", "=", kind)
    .where("lane", "=", lane)
    .executeTakeFirst();
  return Math.max(held?.lease_until?.getTime() ?? now, held?.paused_until?.getTime() ?? now);
}

export interface CloseTurn {
  fence: number;
  /** Begun as soon as the transaction has committed. */
  started: readonly string[];
  settlements: readonly Settlement[];
  /** Nothing of the lane begins before this; what is due keeps its place. */
  pauseUntil: number | null;
  /** Gives the lane back, so that the next holder need not wait for the lease to end. */
  release: boolean;
}

/**
 * What a turn read is no longer so. Whoever takes a lane may have waited for its holder's commit, and has then read the
 * work as it was before: what that holder has begun looks untouched.
 */
export class TurnOutdated extends Error {
  override readonly name = "TurnOutdated";
}

/**
 * Writes what the turn decided. When it gives the lane back: the moment at which it has something due again.
 *
 * @throws TurnOutdated when something that it would begin has been begun, or is gone; nothing of the turn may commit then
 */
export async function closeTurn(
  tx: Tx,
  { tenantId, kind, lane }: LaneName,
  { fence, started, settlements, pauseUntil, release }: CloseTurn,
): Promise<{ nextAt: number | null }> {
  const done = settlements.filter((settlement) => settlement.kind === "done").map(({ id }) => id);
  const moved = settlements.filter((settlement) => settlement.kind !== "done");
  const steps: RawBuilder<unknown>[] = [];
  if (started.length > 0) {
    steps.push(sql`started as (update work set started_fence = ${fence}, attempts = attempts + 1
      where tenant_id = ${tenantId} and id = any(${started}::text[]) and started_fence is null returning id)`);
  }
  if (done.length > 0) {
    steps.push(sql`done as (delete from work where tenant_id = ${tenantId} and id = any(${done}::text[]))`);
  }
  if (moved.length > 0) {
    const rows = moved.map(({ id, ...how }) => ({
      id,
      at: how.kind === "again" ? new Date(how.at).toISOString() : null,
    }));
    steps.push(sql`moved as (update work w set started_fence = null, due_at = coalesce(n.at, w.due_at)
      from jsonb_to_recordset(${json(rows)}) as n (id text, at timestamptz)
      where w.tenant_id = ${tenantId} and w.id = n.id)`);
  }
  if (release || pauseUntil !== null) {
    const paused = pauseUntil === null ? sql`paused_until` : sql`${new Date(pauseUntil)}::timestamptz`;
    const lease = release ? sql`, holder = null, lease_until = null` : sql``;
    steps.push(sql`lane as (update work_lanes set paused_until = ${paused} ${lease}
      where tenant_id = ${tenantId} and kind = ${kind} and lane = ${lane} and fence = ${fence})`);
  }
  if (steps.length === 0) return { nextAt: null };
  // All of this sees the rows as they were before it, so those that it changes are left out.
  const changed = [...done, ...moved.map(({ id }) => id)];
  const remaining = release
    ? sql`(select min(due_at) from work
        where tenant_id = ${tenantId} and kind = ${kind} and lane = ${lane} and id <> all(${changed}::text[]))`
    : sql`null::timestamptz`;
  const begun = started.length > 0 ? sql`(select count(*) from started)` : sql`0`;
  const { rows } = await sql<{ at: Date | null; begun: number }>`
    with ${sql.join(steps)} select ${remaining} as at, ${begun} as begun`.execute(tx);
  if (rows[0]?.begun !== started.length) throw new TurnOutdated("what would be begun is no longer waiting");
  const times = [rows[0]?.at?.getTime() ?? null, ...moved.map((item) => (item.kind === "again" ? item.at : null))];
  const known = times.filter((time) => time !== null);
  return { nextAt: known.length === 0 ? null : Math.min(...known) };
}

interface WorkRow {
  id: string;
  serial: string;
  attempts: number;
  due_at: Date;
  payload: object;
  is_orphan: boolean;
}

function toItem({ id, serial, attempts, due_at, payload }: WorkRow): WorkItem {
  return { id, serial, attempts, dueAt: due_at, payload };
}
