import type { TenantId } from "@trunkline/protocol";
import { sql } from "kysely";
import type { Tx } from "../store/database.ts";
import { enqueueMissing, type LaneName } from "../work/queue.ts";

/** Closes conversations that are quiet for long. A tenant has one item of it, while it wants that. */
export const AUTO_CLOSE_KIND = "auto_close";

export const autoCloseLane = (tenantId: TenantId): LaneName => ({
  tenantId,
  kind: AUTO_CLOSE_KIND,
  lane: AUTO_CLOSE_KIND,
});

/** Has the tenant's conversations looked at now; the look itself finds out what the setting is. Wake the lane after the commit. */
export async function lookAtQuiet(tx: Tx, tenantId: TenantId, now: number): Promise<void> {
  await lookSometime(tx, tenantId, now);
  const at = new Date(now);
  await sql`update work set due_at = ${at} where tenant_id = ${tenantId} and id = ${AUTO_CLOSE_KIND}
    and due_at > ${at}`.execute(tx);
}

/** Sees to it that a tenant that wants conversations closed has a look ahead: one that was made with the setting has none. */
export async function keepClosing(tx: Tx, tenantId: TenantId, now: number): Promise<void> {
  const { rows } =
    await sql`select from tenants where tenant_id = ${tenantId} and teamwork ->> 'closeAfter' is not null`.execute(tx);
  if (rows.length > 0) await lookSometime(tx, tenantId, now);
}

async function lookSometime(tx: Tx, tenantId: TenantId, now: number): Promise<void> {
  const { kind, lane } = autoCloseLane(tenantId);
  const item = { id: AUTO_CLOSE_KIND, kind, lane, serial: AUTO_CLOSE_KIND, dueAt: new Date(now), payload: {} };
  await enqueueMissing(tx, tenantId, [item], now);
}
