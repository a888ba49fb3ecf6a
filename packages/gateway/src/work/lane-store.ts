import type { TenantId } from "@trunkline/protocol";
import { type RawBuilder, sql } from "kysely";
import type { SystemTx, Tx } from "../store/database.ts";
import { recordset } from "../store/json.ts";
import type { LaneName, Settlement, WorkItem } from "./queue.ts";

/*
 * What the holder of lanes asks of the store. A turn opens and closes with one statement each, however many lanes it
 * moves, because a text on its way to a carrier pays for every one of them. Locks are taken in this order: the lanes by
 * name, then their work, then what the kind touches.
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

/** The lanes of one transaction are all of one tenant and kind. */
export type LaneGroup = Pick<LaneName, "tenantId" | "kind">;

/** Who holds lanes, and for how long from now. */
export interface Holder {
  node: string;
  now: number;
  leaseMs: number;
}

export interface OpenTurn {
  lane: string;
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

/** Rows looked at beyond the free places, so that one busy conversation at the front does not empty the window. */
const LOOK_AHEAD = 64;

/**
 * Takes or renews leases, and reads what could begin. Lanes that somebody else holds, or that are paused, are left out.
 * Index: work_of_lane.
 */
export async function openTurns(
  tx: Tx,
  { tenantId, kind }: LaneGroup,
  { node, now, leaseMs }: Holder,
  turns: readonly OpenTurn[],
): Promise<Map<string, OpenedTurn>> {
  const at = new Date(now);
  const until = new Date(now + leaseMs);
  const asked = turns.map((turn) => ({
    lane: turn.lane,
    fence: turn.fence,
    places: Math.max(1, turn.free) + LOOK_AHEAD,
    in_flight: turn.inFlight,
    busy: turn.busySerials,
    with_orphans: turn.withOrphans,
  }));
  // All that exist are locked first, in one order: two nodes that want the same lanes wait, and do not lock each other out.
  const { rows } = await sql<WorkRow & { lane: string; fence: number }>`
    with asked as materialized (
      select * from ${recordset(asked)} as a
        (lane text, fence bigint, places int, in_flight text[], busy text[], with_orphans boolean)
    ), present as (
      select lane from work_lanes where tenant_id = ${tenantId} and kind = ${kind} and lane = any(${turns.map(({ lane }) => lane)}::text[])
      order by lane for update
    ), locked as materialized (select count(*) from present),
    taken as (
      insert into work_lanes as l (tenant_id, kind, lane, holder, fence, lease_until)
      select ${tenantId}::text, ${kind}::text, a.lane, ${node}::text, 1, ${until}::timestamptz from locked, asked a
      where a.fence is null order by a.lane
      on conflict (tenant_id, kind, lane) do update
        set holder = excluded.holder, fence = l.fence + 1, lease_until = excluded.lease_until
        where (l.holder is null or l.lease_until <= ${at} or l.holder = excluded.holder)
          and (l.paused_until is null or l.paused_until <= ${at})
      returning l.lane, l.fence
    ), renewed as (
      update work_lanes l set lease_until = ${until}::timestamptz from locked, asked a
      where l.tenant_id = ${tenantId} and l.kind = ${kind} and l.lane = a.lane and l.fence = a.fence
      returning l.lane, l.fence
    )
    select held.lane, held.fence, w.*
    from (select * from taken union all select * from renewed) held
    join asked a on a.lane = held.lane
    left join lateral (
      select id, serial, priority, attempts, due_at, payload, is_orphan from (
        select id, serial, priority, attempts, due_at, payload, started_fence is not null as is_orphan,
          row_number() over (partition by started_fence is not null, serial order by priority, due_at, id) as place
        from (
          select * from work
          where tenant_id = ${tenantId} and kind = ${kind} and lane = a.lane and due_at <= ${at}
            and ((started_fence is null and serial <> all(a.busy))
              or (a.with_orphans and started_fence is not null and id <> all(a.in_flight)))
          order by priority, due_at, id limit a.places
        ) seen
      ) placed
      where is_orphan or place = 1
    ) w on true
    order by held.lane, w.priority, w.due_at, w.id`.execute(tx);
  const free = new Map(turns.map((turn) => [turn.lane, turn.free]));
  const opened = new Map<string, OpenedTurn>();
  for (const { lane, fence, ...row } of rows) {
    const turn = opened.get(lane) ?? { fence, orphans: [], next: [] };
    opened.set(lane, turn);
    if (row.id === null) continue;
    if (row.is_orphan) turn.orphans.push(toItem(row));
    else if (turn.next.length < (free.get(lane) ?? 0)) turn.next.push(toItem(row));
  }
  return opened;
}

/** Until when each of some lanes is out of reach: somebody holds it, or it is paused. */
export async function heldUntil(
  tx: Tx,
  { tenantId, kind }: LaneGroup,
  lanes: readonly string[],
  now: number,
): Promise<Map<string, number>> {
  if (lanes.length === 0) return new Map();
  const rows = await tx
    .selectFrom("work_lanes")
    .select(["lane", "lease_until", "paused_until"])
    .where("tenant_id", "=", tenantId)
    .where("kind", "=", kind)
    .where(sql<boolean>`lane = any(${lanes}::text[])`)
    .execute();
  return new Map(
    rows.map(({ lane, lease_until, paused_until }) => [
      lane,
      Math.max(lease_until?.getTime() ?? now, paused_until?.getTime() ?? now),
    ]),
  );
}

export interface CloseTurn {
  lane: string;
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
 * Writes what the turns decided. For lanes that are given back: the moment at which they have something due again.
 *
 * @throws TurnOutdated when something that they would begin has been begun, or is gone; nothing of them may commit then
 */
export async function closeTurns(
  tx: Tx,
  { tenantId, kind }: LaneGroup,
  turns: readonly CloseTurn[],
): Promise<Map<string, number>> {
  const started = turns.flatMap(({ fence, started: ids }) => ids.map((id) => ({ id, fence })));
  const settled = turns.flatMap(({ settlements }) => settlements);
  const done = settled.filter((settlement) => settlement.kind === "done").map(({ id }) => id);
  const moved = settled.filter((settlement) => settlement.kind !== "done");
  const changedLanes = turns.filter(({ pauseUntil, release }) => release || pauseUntil !== null);
  const steps: RawBuilder<unknown>[] = [];
  if (started.length > 0) {
    steps.push(sql`started as (update work w set started_fence = n.fence, attempts = w.attempts + 1
      from ${recordset(started)} as n (id text, fence bigint)
      where w.tenant_id = ${tenantId} and w.id = n.id and w.started_fence is null returning 1)`);
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
      from ${recordset(rows)} as n (id text, at timestamptz)
      where w.tenant_id = ${tenantId} and w.id = n.id)`);
  }
  if (changedLanes.length > 0) {
    const rows = changedLanes.map(({ lane, fence, pauseUntil, release }) => ({
      lane,
      fence,
      paused_until: pauseUntil === null ? null : new Date(pauseUntil).toISOString(),
      release,
    }));
    steps.push(sql`lanes as (update work_lanes l set paused_until = coalesce(n.paused_until, l.paused_until),
        holder = case when n.release then null else l.holder end,
        lease_until = case when n.release then null else l.lease_until end
      from ${recordset(rows)} as n (lane text, fence bigint, paused_until timestamptz, release boolean)
      where l.tenant_id = ${tenantId} and l.kind = ${kind} and l.lane = n.lane and l.fence = n.fence)`);
  }
  if (steps.length === 0) return new Map();
  // All of this sees the rows as they were before it, so those that it changes are left out.
  const released = turns
    .filter(({ release }) => release)
    .map(({ lane, settlements }) => ({ lane, changed: settlements.map(({ id }) => id) }));
  const due =
    released.length > 0
      ? sql`(select jsonb_object_agg(r.lane, (select min(due_at) from work w where w.tenant_id = ${tenantId}
            and w.kind = ${kind} and w.lane = r.lane and w.id <> all(r.changed)))
          from ${recordset(released)} as r (lane text, changed text[]))`
      : sql`null::jsonb`;
  const begun = started.length > 0 ? sql`(select count(*) from started)` : sql`0`;
  const { rows } = await sql<{ due: Record<string, string | null> | null; begun: number }>`
    with ${sql.join(steps)} select ${due} as due, ${begun} as begun`.execute(tx);
  if (rows[0]?.begun !== started.length) throw new TurnOutdated("what would be begun is no longer waiting");
  return nextTimes(turns, rows[0].due ?? {});
}

function nextTimes(turns: readonly CloseTurn[], due: Record<string, string | null>): Map<string, number> {
  const next = new Map<string, number>();
  for (const { lane, settlements } of turns) {
    const at = due[lane];
    const again = settlements.flatMap((settlement) => (settlement.kind === "again" ? [settlement.at] : []));
    const times = typeof at === "string" ? [Date.parse(at), ...again] : again;
    if (times.length > 0) next.set(lane, Math.min(...times));
  }
  return next;
}

interface WorkRow {
  /** Null, like all that follows, when there is no work. */
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
