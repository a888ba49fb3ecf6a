import type { TenantId } from "@trunkline/protocol";
import { sql } from "kysely";
import { Refusal } from "../http/refusal.ts";
import type { Tx } from "../store/database.ts";
import { recordset } from "../store/json.ts";
import { type HourlyCount, type Room, roomFor } from "./cap-window.ts";

/*
 * How many texts a tenant may send in 24 hours. Only tenants with a cap have counts, and only for them does it cost
 * anything: two statements a transaction, whose lock makes the tenant's acceptances come one after the other.
 */

/**
 * What is left of a tenant's cap in one transaction. Texts are taken from it one by one, in the order in which they are
 * decided; `write` counts them.
 */
export interface SendCap {
  /** True, and taken, while there is room for one more. */
  take(): boolean;
  /** Why the next one is refused. */
  refusal(): Refusal;
  /** When there is room again, in milliseconds; null when it is only a matter of the operator's, as with a cap of 0. */
  readonly freeAt: number | null;
  /** Counts what was taken. Call it once, before the transaction ends. */
  write(tx: Tx): Promise<void>;
}

/**
 * Locks and reads the cap of a tenant. Take this lock after all others (`messaging/accept.ts` has their order). Without
 * a cap nothing is asked of the store.
 *
 * @param textsPerDay - `tenant.limits.textsPerDay`; null for no cap
 */
export async function openSendCap(
  tx: Tx,
  tenantId: TenantId,
  textsPerDay: number | null,
  now: number,
): Promise<SendCap> {
  if (textsPerDay === null) return NO_CAP;
  // A statement of its own: one that waits for the lock reads the counts as they were before it waited.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`send_cap ${tenantId}`}, 0))`.execute(tx);
  const counts = await readCounts(tx, tenantId, now);
  const { left } = roomFor(textsPerDay, counts, now);
  let taken = 0;
  const room = () => roomFor(textsPerDay, [...counts, { hour: hourOf(now), texts: taken }], now);
  return {
    take() {
      if (taken >= left) return false;
      taken += 1;
      return true;
    },
    refusal: () => capReached(textsPerDay, room(), now),
    get freeAt() {
      return room().freeAt;
    },
    write: (inner) => count(inner, tenantId, taken, now),
  };
}

/**
 * What a tenant may still send, without taking anything of it or locking it: for whoever would rather wait than be
 * refused, such as a broadcast. Somebody else may be quicker; then `openSendCap` refuses.
 *
 * @returns null when the tenant has no cap; otherwise the texts that are `left`, and when there is room again
 */
export async function readSendCap(tx: Tx, tenantId: TenantId, now: number): Promise<Room | null> {
  const tenant = await tx.selectFrom("tenants").select("limits").where("tenant_id", "=", tenantId).executeTakeFirst();
  const textsPerDay = tenant?.limits.textsPerDay ?? null;
  return textsPerDay === null ? null : roomFor(textsPerDay, await readCounts(tx, tenantId, now), now);
}

async function readCounts(tx: Tx, tenantId: TenantId, now: number): Promise<HourlyCount[]> {
  const rows = await tx
    .selectFrom("sent_counts")
    .select(["hour", "texts"])
    .where("tenant_id", "=", tenantId)
    .where("hour", ">", new Date(now - SENT_COUNTS_KEPT_MS))
    .execute();
  return rows.map(({ hour, texts }) => ({ hour: hour.getTime(), texts }));
}

async function count(tx: Tx, tenantId: TenantId, texts: number, now: number): Promise<void> {
  if (texts === 0) return;
  await sql`insert into sent_counts as c (tenant_id, hour, texts)
    values (${tenantId}, ${new Date(hourOf(now))}, ${texts})
    on conflict (tenant_id, hour) do update set texts = c.texts + excluded.texts`.execute(tx);
}

/**
 * Gives back what texts took that were accepted at `times`, in milliseconds, and will never be sent. Nothing is locked for it:
 * who counts at the same time may only see too little room.
 */
export async function uncount(tx: Tx, tenantId: TenantId, times: readonly number[]): Promise<void> {
  if (times.length === 0) return;
  const byHour = new Map<number, number>();
  for (const at of times) byHour.set(hourOf(at), (byHour.get(hourOf(at)) ?? 0) + 1);
  const rows = [...byHour].map(([hour, texts]) => ({ hour: new Date(hour).toISOString(), texts }));
  await sql`with hours as materialized (
      select c.hour, n.texts from sent_counts c join ${recordset(rows)} as n (hour timestamptz, texts int) using (hour)
      where c.tenant_id = ${tenantId} order by c.hour for update of c
    )
    update sent_counts c set texts = greatest(0, c.texts - hours.texts) from hours
    where c.tenant_id = ${tenantId} and c.hour = hours.hour`.execute(tx);
}

const HOUR_MS = 60 * 60_000;
const hourOf = (at: number): number => at - (at % HOUR_MS);
/** Counts that are older say nothing any more. */
export const SENT_COUNTS_KEPT_MS = 25 * HOUR_MS;
/** When to come back where nothing but a change by the operator will help, in seconds. */
const ASK_LATER_SECONDS = 60 * 60;

function capReached(textsPerDay: number, { freeAt }: Room, now: number): Refusal {
  return new Refusal("send_cap_reached", {
    detail: `This business may send ${textsPerDay} texts in 24 hours and has sent them. Whoever operates the gateway can raise that.`,
    retryAfterSeconds: freeAt === null ? ASK_LATER_SECONDS : Math.max(1, Math.ceil((freeAt - now) / 1000)),
  });
}

const NO_CAP: SendCap = {
  take: () => true,
  refusal: () => new Refusal("send_cap_reached"),
  freeAt: null,
  write: async () => undefined,
};
