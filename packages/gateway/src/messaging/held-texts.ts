import type { LineId, TenantId } from "@trunkline/protocol";
import { sql } from "kysely";
import type { Tx } from "../store/database.ts";
import type { LaneName } from "../work/queue.ts";
import { SEND_KIND, sendLane } from "./outbound-kind.ts";

/**
 * Has texts that quiet hours hold looked at again, at once or when their own time has come: the hours have changed. Whatever
 * is still held then gets its new moment.
 *
 * @param lineId - of the line whose hours have changed; null for those of the tenant
 * @returns lanes that have work now; wake them after the commit
 */
export async function lookAgainAtHeld(
  tx: Tx,
  tenantId: TenantId,
  lineId: LineId | null,
  now: number,
): Promise<LaneName[]> {
  const at = new Date(now);
  const { rows } = await sql<{ lane: LineId }>`
    with moved as (
      update work w set due_at = greatest(coalesce(m.send_at, ${at}), ${at})
      from messages m
      where w.tenant_id = ${tenantId} and w.kind = ${SEND_KIND} and w.started_fence is null and w.due_at > ${at}
        and (${lineId}::text is null or w.lane = ${lineId})
        and m.tenant_id = ${tenantId} and m.id = w.id and m.held_code = 'quiet_hours'
      returning w.lane
    )
    select distinct lane from moved`.execute(tx);
  return rows.map(({ lane }) => sendLane(tenantId, lane));
}
