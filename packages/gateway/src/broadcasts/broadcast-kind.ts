import type { BroadcastId, LineId, TenantId } from "@trunkline/protocol";
import { sql } from "kysely";
import { SEND_KIND } from "../messaging/outbound-kind.ts";
import { broadcastOrigin } from "../messaging/send-request.ts";
import type { Tx } from "../store/database.ts";
import { enqueueMissing, type LaneName, type NewWork } from "../work/queue.ts";

/** Moves broadcasts on. Lane = broadcast; each item asks for a look at it, and one look serves all that are due. */
export const BROADCAST_KIND = "broadcast";

export interface BroadcastPayload {
  broadcastId: BroadcastId;
}

/** Due texts of broadcasts in one line's queue, at most: so many are lost sight of by nobody, and a pause stops them at once. */
export const MOST_AHEAD = 512;
/** With this many left a line's broadcasts are looked at again. */
export const FEW_AHEAD = 256;

/** The priority of broadcasts' texts in a line's queue. */
export const BROADCAST_PRIORITY = broadcastOrigin("bct_").priority;

export const broadcastLane = (tenantId: TenantId, id: BroadcastId): LaneName => ({
  tenantId,
  kind: BROADCAST_KIND,
  lane: id,
});

/** The look that a broadcast always has ahead of it until nothing more can change. */
export const standingLook = (id: BroadcastId, at: number): NewWork<BroadcastPayload> => look(id, `broadcast:${id}`, at);

/**
 * One more look, now.
 *
 * @param cause - never used twice for one broadcast: a look under way does not swallow one that came after it had begun
 */
export const extraLook = (id: BroadcastId, cause: string, now: number): NewWork<BroadcastPayload> =>
  look(id, `broadcast:${id}:${cause}`, now);

const look = (broadcastId: BroadcastId, id: string, at: number): NewWork<BroadcastPayload> => ({
  id,
  kind: BROADCAST_KIND,
  lane: broadcastId,
  serial: id,
  dueAt: new Date(at),
  payload: { broadcastId },
});

/**
 * Asks for a look at the running broadcasts of lines whose queue is getting short. Call it in the transaction that takes
 * texts of broadcasts out of the queue, and wake the lanes of those that it gives after the commit.
 *
 * @param leaving - texts of broadcasts that leave each line's queue in this transaction and are still counted in it
 * @param cause - see `extraLook`
 */
export async function askForLooks(
  tx: Tx,
  tenantId: TenantId,
  leaving: ReadonlyMap<LineId, number>,
  cause: string,
  now: number,
): Promise<BroadcastId[]> {
  if (leaving.size === 0) return [];
  const most = FEW_AHEAD + Math.max(...leaving.values()) + 1; // more than that is not short, however much it is
  const { rows } = await sql<{ id: BroadcastId; line_id: LineId; queued: number }>`
    select b.id, b.line_id, (select count(*) from (select from work w where w.tenant_id = b.tenant_id and w.kind = ${SEND_KIND}
      and w.lane = b.line_id and w.priority = ${BROADCAST_PRIORITY} and w.due_at <= ${new Date(now)}
      limit ${most}) ahead)::int as queued
    from broadcasts b
    where b.tenant_id = ${tenantId} and b.line_id = any(${[...leaving.keys()]}::text[]) and b.state = 'running'`.execute(
    tx,
  );
  const short = rows.filter(({ line_id, queued }) => queued - (leaving.get(line_id) ?? 0) <= FEW_AHEAD);
  await enqueueMissing(
    tx,
    tenantId,
    short.map(({ id }) => extraLook(id, cause, now)),
    now,
  );
  return short.map(({ id }) => id);
}
