import type { TenantId, WebhookDeliveryId, WebhookId } from "@trunkline/protocol";
import { sql } from "kysely";
import type { Position } from "../events/cursor.ts";
import type { Tx } from "../store/database.ts";
import { enqueuing, type LaneName, type NewWork } from "../work/queue.ts";

/** Sends events to webhooks. Lane = webhook: one node at a time, so that an event is not sent by two at once. */
export const WEBHOOK_KIND = "webhook";

/**
 * What there is to do for a hook: to give it what the log has beyond its cursor, to give it a range of the log once more, or
 * to try a delivery again.
 */
export type WebhookPayload = { readonly webhookId: WebhookId } & (
  | { readonly what: "live" }
  | ({ readonly what: "replay" } & ReplayRange)
  | { readonly what: "retry"; readonly deliveryId: WebhookDeliveryId }
);

/** What is left of a replay. Times are in milliseconds. */
export interface ReplayRange {
  /** Up to where it has come; a transaction id as text. */
  readonly xid: string;
  readonly n: number;
  /** Transactions from here on came after the replay was asked for. */
  readonly ceiling: string;
  readonly from: number;
  readonly to: number;
}

export const positionOf = ({ xid, n }: Pick<ReplayRange, "xid" | "n">): Position => ({ xid: BigInt(xid), n });

export const webhookLane = (tenantId: TenantId, id: WebhookId): LaneName => ({
  tenantId,
  kind: WEBHOOK_KIND,
  lane: id,
});

/** What is new goes before what failed, and that before what is only sent once more. */
const liveWork = (webhookId: WebhookId, now: number): NewWork<WebhookPayload> =>
  work(`${webhookId}:live`, -1, now, { webhookId, what: "live" });

export const retryWork = (webhookId: WebhookId, deliveryId: WebhookDeliveryId, at: number): NewWork<WebhookPayload> =>
  work(deliveryId, 0, at, { webhookId, what: "retry", deliveryId });

/** @param name - tells replays of one hook apart, as do the places that one comes to */
export const replayWork = (
  webhookId: WebhookId,
  name: string,
  range: ReplayRange,
  now: number,
): NewWork<WebhookPayload> =>
  work(`${webhookId}:replay:${name}:${range.xid}.${range.n}`, 1, now, { webhookId, what: "replay", ...range });

/** The name of the replay that an item belongs to. */
export const replayName = (itemId: string): string => itemId.split(":")[2] ?? "";

function work(id: string, priority: number, at: number, payload: WebhookPayload): NewWork<WebhookPayload> {
  return { id, kind: WEBHOOK_KIND, lane: payload.webhookId, serial: id, priority, dueAt: new Date(at), payload };
}

/** Queues looks at the log for those hooks of a tenant that are behind it and have none; gives the hooks that got one. */
export async function enqueueLooks(tx: Tx, tenantId: TenantId, now: number): Promise<WebhookId[]> {
  const { rows } = await sql<{ id: WebhookId }>`select w.id from webhooks w
    where w.tenant_id = ${tenantId} and w.disabled_at is null
      and exists (select from events e where e.tenant_id = w.tenant_id and (e.xid, e.n) > (w.xid, w.n))
      and not exists (select from work k where k.tenant_id = w.tenant_id and k.id = w.id || ':live')`.execute(tx);
  if (rows.length === 0) return [];
  const items = rows.map(({ id }) => liveWork(id, now));
  const queued = await sql<{ lane: WebhookId }>`${enqueuing(tenantId, items, now)}
    on conflict (tenant_id, id) do nothing returning lane`.execute(tx);
  return queued.rows.map(({ lane }) => lane);
}

/** Takes back what nobody has begun for a hook that is deleted; what is under way finds it gone. */
export async function deleteWork(tx: Tx, tenantId: TenantId, id: WebhookId): Promise<void> {
  await tx
    .deleteFrom("work")
    .where("tenant_id", "=", tenantId)
    .where("kind", "=", WEBHOOK_KIND)
    .where("lane", "=", id)
    .where("started_fence", "is", null)
    .execute();
}
