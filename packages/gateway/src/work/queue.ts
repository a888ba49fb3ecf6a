import type { TenantId } from "@trunkline/protocol";
import { type RawBuilder, sql } from "kysely";
import type { Tx } from "../store/database.ts";
import { recordset } from "../store/json.ts";

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
  if (items.length > 0) await enqueuing(tenantId, items, now).execute(tx);
}

/** Like `enqueue`; what is queued under the same id already stays as it is. For work that two nodes may find necessary. */
export async function enqueueMissing(
  tx: Tx,
  tenantId: TenantId,
  items: readonly NewWork<object>[],
  now: number,
): Promise<void> {
  if (items.length === 0) return;
  await sql`${enqueuing(tenantId, items, now)} on conflict (tenant_id, id) do nothing`.execute(tx);
}

/** The insert alone, for statements that do more at once. */
export function enqueuing(tenantId: TenantId, items: readonly NewWork<object>[], now: number): RawBuilder<unknown> {
  const rows = items.map(({ id, kind, lane, serial, priority = 0, dueAt, payload }) => ({
    id,
    kind,
    lane,
    serial,
    priority,
    due_at: dueAt.toISOString(),
    payload,
  }));
  return sql`insert into work (tenant_id, id, kind, lane, serial, priority, due_at, payload, created_at)
    select ${tenantId}::text, w.id, w.kind, w.lane, w.serial, w.priority, w.due_at, w.payload, ${new Date(now)}::timestamptz
    from ${recordset(rows)} as w
      (id text, kind text, lane text, serial text, priority int, due_at timestamptz, payload jsonb)`;
}

/** Takes work back that nobody has begun. Returns the ids that were taken back. */
export async function withdraw(tx: Tx, tenantId: TenantId, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await tx
    .deleteFrom("work")
    .where("tenant_id", "=", tenantId)
    .where("id", "in", [...ids])
    .where("started_fence", "is", null)
    .returning("id")
    .execute();
  return rows.map(({ id }) => id);
}

/** What becomes of an item: done with; put back as if it had not begun, in its old place; or once more at a later time. */
export type Settlement =
  | { id: string; kind: "done" }
  | { id: string; kind: "back" }
  | { id: string; kind: "again"; at: number };
