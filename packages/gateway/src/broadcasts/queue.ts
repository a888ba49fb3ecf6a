import type { BroadcastId, MessageId, TenantId } from "@trunkline/protocol";
import { sql } from "kysely";
import type { EventLog } from "../events/log.ts";
import { failureOf, mergeOutcome } from "../messaging/merge-outcome.ts";
import { SEND_KIND } from "../messaging/outbound-kind.ts";
import { lockTexts, storeOutcomes } from "../messaging/outbound-store.ts";
import type { Tx } from "../store/database.ts";
import { BROADCAST_PRIORITY } from "./broadcast-kind.ts";
import type { StoredBroadcast } from "./broadcast-row.ts";

/*
 * A broadcast's texts in its line's queue. Locks: the broadcast, then work or texts. Whoever begins a text marks its work
 * in the same transaction, and does not begin it when the work is gone: so each text is either begun or taken out.
 */

/** Takes every text out of the queue that nobody has begun. It keeps its status, and can be put back. */
export async function takeOut(
  tx: Tx,
  tenantId: TenantId,
  { broadcast: { id, lineId } }: StoredBroadcast,
): Promise<void> {
  await sql`delete from work w using messages m
    where w.tenant_id = ${tenantId} and w.kind = ${SEND_KIND} and w.lane = ${lineId} and w.priority = ${BROADCAST_PRIORITY}
      and w.started_fence is null and m.tenant_id = w.tenant_id and m.id = w.id and m.broadcast_id = ${id}
      and m.status in ('scheduled', 'queued')`.execute(tx);
}

/** Puts texts back into the queue that were taken out, each at its place. */
export async function putBack(
  tx: Tx,
  tenantId: TenantId,
  { broadcast: { id } }: StoredBroadcast,
  now: number,
): Promise<void> {
  await sql`insert into work (tenant_id, id, kind, lane, serial, priority, due_at, payload, created_at)
    select m.tenant_id, m.id, ${SEND_KIND}::text, m.line_id, m.conversation_id, ${BROADCAST_PRIORITY}::int,
      coalesce(m.held_until, m.created_at), jsonb_build_object('messageId', m.id), ${new Date(now)}::timestamptz
    from messages m
    where m.tenant_id = ${tenantId} and m.broadcast_id = ${id} and m.status in ('scheduled', 'queued')
      and not exists (select from work w where w.tenant_id = m.tenant_id and w.id = m.id)`.execute(tx);
}

/** Cancels up to `most` texts of broadcasts that were taken out of the queue, and tells it. */
export async function cancelTexts(
  tx: Tx,
  tenantId: TenantId,
  ids: readonly BroadcastId[],
  most: number,
  { log, now }: { log: EventLog; now: number },
): Promise<void> {
  if (ids.length === 0) return;
  const { rows } = await sql<{ id: MessageId }>`
    select m.id from messages m
    where m.tenant_id = ${tenantId} and m.broadcast_id = any(${ids}::text[]) and m.status in ('scheduled', 'queued')
      and not exists (select from work w where w.tenant_id = m.tenant_id and w.id = m.id)
    order by m.id limit ${most}`.execute(tx);
  const texts = await lockTexts(
    tx,
    tenantId,
    rows.map(({ id }) => id),
  );
  const failure = failureOf("broadcast_canceled", null);
  const canceled = [...texts.values()].flatMap((text) => {
    if (text.message.status !== "scheduled" && text.message.status !== "queued") return []; // it was canceled by itself
    const learnt = { status: "canceled", failure, carrierMessageId: null, at: now } as const;
    const message = mergeOutcome(text.message, learnt, now);
    return message ? [{ ...text, message }] : [];
  });
  await storeOutcomes(tx, tenantId, canceled, log);
}
