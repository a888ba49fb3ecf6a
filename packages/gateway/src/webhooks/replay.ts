import type { TenantId, WebhookId } from "@trunkline/protocol";
import { sql } from "kysely";
import { readBounds } from "../events/reader.ts";
import { Refusal } from "../http/refusal.ts";
import type { Tx } from "../store/database.ts";
import { enqueue } from "../work/queue.ts";
import { replayWork, WEBHOOK_KIND } from "./delivery-kind.ts";

/** Replays of one hook that may be under way at once. */
const MAX_REPLAYS = 3;

export interface NewReplay {
  /** Milliseconds. */
  readonly from: number;
  readonly to: number;
  /** Tells replays of one hook apart; no colons. */
  readonly name: string;
  readonly now: number;
}

/**
 * Queues a replay. Its hook is locked.
 *
 * @throws Refusal conflict when too many are under way
 */
export async function beginReplay(
  tx: Tx,
  tenantId: TenantId,
  webhookId: WebhookId,
  { from, to, name, now }: NewReplay,
): Promise<void> {
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from work
    where tenant_id = ${tenantId} and kind = ${WEBHOOK_KIND} and lane = ${webhookId}
      and payload->>'what' = 'replay'`.execute(tx);
  if ((rows[0]?.count ?? 0) >= MAX_REPLAYS) {
    throw new Refusal("conflict", { detail: "Three replays of this webhook are under way. Wait for one to end." });
  }
  const { ceiling } = await readBounds(tx, tenantId);
  const first = await firstSince(tx, tenantId, from);
  if (first === null) return; // the log has nothing of it
  const range = { xid: first.xid, n: first.n - 1, ceiling: String(ceiling), from, to };
  await enqueue(tx, tenantId, [replayWork(webhookId, name, range, now)], now);
}

/** The first place of the log, in its order, with an event of that time or later. Index: the primary key. */
async function firstSince(tx: Tx, tenantId: TenantId, from: number): Promise<{ xid: string; n: number } | null> {
  const { rows } = await sql<{ xid: string; n: number }>`select e.xid::text as xid, e.n from events e
    where e.tenant_id = ${tenantId} and e.created_at >= ${new Date(from)} order by e.xid, e.n limit 1`.execute(tx);
  return rows[0] ?? null;
}
