import type { TenantId } from "@trunkline/protocol";
import { sql } from "kysely";
import type { SystemTx, Tx } from "../store/database.ts";
import { json } from "../store/json.ts";

/** A lane is drained by one node at a time, in order. Which lanes there are is up to the kind of work: a line, an account. */
export interface LaneName {
  tenantId: TenantId;
  kind: string;
  lane: string;
}

export interface NewWork<Payload extends object> {
  /** Unique in the tenant; `msg_…` for a send. Items of one moment are worked in the order of their ids. */
  id: string;
  kind: string;
  lane: string;
  /** What must not overtake itself within the lane, such as a conversation. */
  serial: string;
  /** Smaller goes first. @default 0 */
  priority?: number;
  dueAt: Date;
  payload: Payload;
}

export interface WorkItem<Payload extends object = object> {
  id: string;
  serial: string;
  attempts: number;
  dueAt: Date;
  payload: Payload;
}

/** Commits work with what caused it. Publish a `work` wake-up for its lanes after the transaction. */
export async function enqueue(
  tx: Tx,
  tenantId: TenantId,
  items: readonly NewWork<object>[],
  now: number,
): Promise<void> {
  if (items.length === 0) return;
  const rows = items.map(({ id, kind, lane, serial, priority = 0, dueAt, payload }) => ({
    id,
    kind,
    lane,
    serial,
    priority,
    due_at: dueAt.toISOString(),
    payload,
  }));
  await sql`insert into work (tenant_id, id, kind, lane, serial, priority, due_at, payload, created_at)
    select ${tenantId}::text, w.id, w.kind, w.lane, w.serial, w.priority, w.due_at, w.payload, ${new Date(now)}
    from jsonb_to_recordset(${json(rows)}) as w
      (id text, kind text, lane text, serial text, priority int, due_at timestamptz, payload jsonb)`.execute(tx);
}

/** Takes work back that nobody has begun. Returns the ids that were taken back. */
export async function withdraw(tx: Tx, tenantId: TenantId, ids: readonly string[]): Promise<string[]> {
  const rows = await tx
    .deleteFrom("work")
    .where("tenant_id", "=", tenantId)
    .where("id", "in", [...ids])
    .where("started_fence", "is", null)
    .returning("id")
    .execute();
  return rows.map(({ id }) => id);
}

/*
 * What follows is the worker's. Locks are taken in this order: the lane, then its work, then what the kind touches.
 */

/** Lanes that have due work and no living holder, and the next moment at which that changes. */
export async function dueLanes(
  tx: SystemTx,
  kinds: readonly string[],
  now: number,
): Promise<{ due: LaneName[]; nextAt: number | null }> {
  const { rows } = await sql<{ tenant_id: TenantId; kind: string; lane: string; ready_at: Date }>`
    select w.tenant_id, w.kind, w.lane, greatest(min(w.due_at), l.lease_until, l.paused_until) as ready_at
    from work w left join work_lanes l using (tenant_id, kind, lane)
    where w.kind = any(${kinds}::text[])
    group by w.tenant_id, w.kind, w.lane, l.lease_until, l.paused_until
    order by ready_at limit 500`.execute(tx);
  const due = rows.filter(({ ready_at }) => ready_at.getTime() <= now);
  const later = rows.find(({ ready_at }) => ready_at.getTime() > now);
  return {
    due: due.map(({ tenant_id, kind, lane }) => ({ tenantId: tenant_id, kind, lane })),
    nextAt: later?.ready_at.getTime() ?? null,
  };
}

/** Takes the lane if nobody holds it, for `leaseMs`. Returns the fence, or until when somebody else holds it. */
export async function acquireLane(
  tx: Tx,
  { tenantId, kind, lane }: LaneName,
  { node, now, leaseMs }: { node: string; now: number; leaseMs: number },
): Promise<{ fence: number } | { heldUntil: number }> {
  const { rows } = await sql<{ fence: number }>`
    insert into work_lanes as l (tenant_id, kind, lane, holder, fence, lease_until)
    values (${tenantId}, ${kind}, ${lane}, ${node}, 1, ${new Date(now + leaseMs)})
    on conflict (tenant_id, kind, lane) do update
      set holder = excluded.holder, fence = l.fence + 1, lease_until = excluded.lease_until
      where (l.holder is null or l.lease_until <= ${new Date(now)} or l.holder = excluded.holder)
        and (l.paused_until is null or l.paused_until <= ${new Date(now)})
    returning fence`.execute(tx);
  if (rows[0]) return { fence: rows[0].fence };
  const held = await tx
    .selectFrom("work_lanes")
    .select(["lease_until", "paused_until"])
    .where("tenant_id", "=", tenantId)
    .where("kind", "=", kind)
    .where("lane", "=", lane)
    .executeTakeFirst();
  return { heldUntil: Math.max(held?.lease_until?.getTime() ?? now, held?.paused_until?.getTime() ?? now) };
}

/** Renews the lease and locks the lane for the transaction. False when somebody else has taken over. */
export async function holdLane(
  tx: Tx,
  { tenantId, kind, lane }: LaneName,
  { fence, now, leaseMs }: { fence: number; now: number; leaseMs: number },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable("work_lanes")
    .set({ lease_until: new Date(now + leaseMs) })
    .where("tenant_id", "=", tenantId)
    .where("kind", "=", kind)
    .where("lane", "=", lane)
    .where("fence", "=", fence)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Gives the lane back, so that the next holder need not wait for the lease to end. */
export async function releaseLane(tx: Tx, { tenantId, kind, lane }: LaneName, fence: number): Promise<void> {
  await tx
    .updateTable("work_lanes")
    .set({ holder: null, lease_until: null })
    .where("tenant_id", "=", tenantId)
    .where("kind", "=", kind)
    .where("lane", "=", lane)
    .where("fence", "=", fence)
    .execute();
}

/** Nothing of the lane is begun before `until`. What is due keeps its place. */
export async function pauseLane(tx: Tx, { tenantId, kind, lane }: LaneName, until: number): Promise<void> {
  await tx
    .updateTable("work_lanes")
    .set({ paused_until: new Date(until) })
    .where("tenant_id", "=", tenantId)
    .where("kind", "=", kind)
    .where("lane", "=", lane)
    .execute();
}

/** Rows looked at per free place, so that one busy conversation at the front does not empty the window. */
const LOOK_AHEAD = 8;

/** The next items of a lane that may begin: due, in order, none whose serial is in flight, one for each serial. */
export async function nextItems(
  tx: Tx,
  { tenantId, kind, lane }: LaneName,
  { now, free, busySerials }: { now: number; free: number; busySerials: readonly string[] },
): Promise<WorkItem[]> {
  const { rows } = await sql<WorkRow>`
    select id, serial, attempts, due_at, payload from work
    where tenant_id = ${tenantId} and kind = ${kind} and lane = ${lane}
      and due_at <= ${new Date(now)} and started_fence is null and serial <> all(${busySerials}::text[])
    order by priority, due_at, id limit ${free * LOOK_AHEAD}`.execute(tx);
  const seen = new Set<string>();
  const first = rows.filter(({ serial }) => !seen.has(serial) && seen.add(serial));
  return first.slice(0, free).map(toItem);
}

/** Items that were begun by a former holder and never settled: all that are begun, but for those in flight here. */
export async function orphans(
  tx: Tx,
  { tenantId, kind, lane }: LaneName,
  inFlight: readonly string[],
): Promise<WorkItem[]> {
  const { rows } = await sql<WorkRow>`
    select id, serial, attempts, due_at, payload from work
    where tenant_id = ${tenantId} and kind = ${kind} and lane = ${lane}
      and started_fence is not null and id <> all(${inFlight}::text[])
    order by priority, due_at, id limit 1000`.execute(tx);
  return rows.map(toItem);
}

export async function markStarted(tx: Tx, tenantId: TenantId, ids: readonly string[], fence: number): Promise<void> {
  if (ids.length === 0) return;
  await tx
    .updateTable("work")
    .set((eb) => ({ started_fence: fence, attempts: eb("attempts", "+", 1) }))
    .where("tenant_id", "=", tenantId)
    .where("id", "in", [...ids])
    .execute();
}

/** What becomes of an item: done with; put back as if it had not begun, in its old place; or once more at a later time. */
export type Settlement =
  | { id: string; kind: "done" }
  | { id: string; kind: "back" }
  | { id: string; kind: "again"; at: number };

export async function settleItems(tx: Tx, tenantId: TenantId, settlements: readonly Settlement[]): Promise<void> {
  const done = settlements.filter(({ kind }) => kind === "done").map(({ id }) => id);
  if (done.length > 0) {
    await tx.deleteFrom("work").where("tenant_id", "=", tenantId).where("id", "in", done).execute();
  }
  for (const settlement of settlements) {
    if (settlement.kind === "done") continue;
    await tx
      .updateTable("work")
      .set({ started_fence: null, ...(settlement.kind === "again" ? { due_at: new Date(settlement.at) } : {}) })
      .where("tenant_id", "=", tenantId)
      .where("id", "=", settlement.id)
      .execute();
  }
}

interface WorkRow {
  id: string;
  serial: string;
  attempts: number;
  due_at: Date;
  payload: object;
}

function toItem({ id, serial, attempts, due_at, payload }: WorkRow): WorkItem {
  return { id, serial, attempts, dueAt: due_at, payload };
}
