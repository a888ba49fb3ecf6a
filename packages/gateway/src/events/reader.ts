import type { EventType, StreamResetReason, TenantId } from "@trunkline/protocol";
import { sql } from "kysely";
import type { Audience } from "../rights/sight.ts";
import type { Tx } from "../store/database.ts";
import { comparePositions, decodeCursor, LOG_START, type Position } from "./cursor.ts";

/** One event of the log; `body` is the envelope as it travels. */
export interface LogEntry {
  readonly position: Position;
  readonly type: EventType;
  readonly audience: Audience;
  readonly body: string;
}

export interface LogPage {
  /** Oldest first. */
  readonly entries: readonly LogEntry[];
  /** There is more to read at once. */
  readonly hasMore: boolean;
  /** Where reading goes on: the last entry, or beyond it all that has been found empty. */
  readonly end: Position;
  /** Newer events are committed, but an older transaction is still open; look again soon. */
  readonly isHeld: boolean;
}

/*
 * Transaction ids are handed out before commit, so "later than my last" would skip an event whose transaction commits
 * late. Readers therefore stay below the oldest transaction that is still open: no event can appear there any more.
 */
const OLDEST_OPEN = sql`(select pg_snapshot_xmin(pg_current_snapshot()))`;

/** Reads what follows `after`, at most `limit` events. */
export async function readLog(tx: Tx, tenantId: TenantId, after: Position, limit: number): Promise<LogPage> {
  const from = sql`tenant_id = ${tenantId} and (xid, n) > (${String(after.xid)}::text::xid8, ${after.n}::bigint)`;
  const { rows } = await sql<PageRow>`
    select log.held, log.oldest_open::text, e.xid::text, e.n, e.type, e.audience, e.body
    from (
      select ${OLDEST_OPEN} as oldest_open,
        exists (select from events where ${from} and xid >= ${OLDEST_OPEN}) as held
    ) log
    left join lateral (
      select xid, n, type, audience, body from events where ${from} and xid < ${OLDEST_OPEN}
      order by xid, n limit ${limit + 1}
    ) e on true
    order by e.xid, e.n`.execute(tx);
  const entries: LogEntry[] = [];
  for (const { xid, n, type, audience, body } of rows.slice(0, limit)) {
    if (xid !== null) entries.push({ position: { xid: BigInt(xid), n }, type, audience, body });
  }
  const [first] = rows;
  if (!first) throw new Error("a query that always gives a row gave none");
  const hasMore = rows.length > limit;
  const last = entries.at(-1);
  const end = hasMore && last ? last.position : { xid: BigInt(first.oldest_open), n: 0 };
  return { entries, hasMore, end, isHeld: first.held };
}

interface PageRow {
  held: boolean;
  oldest_open: string;
  /** Null, like all that follows, when there is no event. */
  xid: string | null;
  n: number;
  type: EventType;
  audience: Audience;
  body: string;
}

/** Where the log stands: its end, and where it begins since it was last cleared. */
export interface LogBounds {
  readonly start: Position;
  /** All that is committed below this has been committed for good; what comes later has a later position. */
  readonly end: Position;
  /** Transactions from here on had not begun. */
  readonly ceiling: bigint;
}

export async function readBounds(tx: Tx, tenantId: TenantId): Promise<LogBounds> {
  const { rows } = await sql<{ end: string; ceiling: string; xid: string | null; n: number | null }>`
    select pg_snapshot_xmin(pg_current_snapshot())::text as "end",
      pg_snapshot_xmax(pg_current_snapshot())::text as ceiling, h.xid::text, h.n
    from (select 1) one left join event_horizons h on h.tenant_id = ${tenantId}`.execute(tx);
  const row = rows[0];
  if (!row) throw new Error("a query without a from clause gave no row");
  const start = row.xid === null ? LOG_START : { xid: BigInt(row.xid), n: row.n ?? 0 };
  return { start, end: { xid: BigInt(row.end), n: 0 }, ceiling: BigInt(row.ceiling) };
}

/** Where a cursor points within these bounds, or why it can no longer be followed. */
export function locate(
  cursor: string,
  epoch: string,
  { start, end }: LogBounds,
): Position | Extract<StreamResetReason, "cursor_unknown" | "cursor_too_old"> {
  const position = decodeCursor(epoch, cursor);
  // Beyond the end can only be a cursor of a history that a restore has undone.
  if (position === null || position.xid > end.xid) return "cursor_unknown";
  return comparePositions(position, start) < 0 ? "cursor_too_old" : position;
}
