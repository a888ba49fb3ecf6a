import type { MessageId, TenantId } from "@trunkline/protocol";
import { type RawBuilder, sql } from "kysely";
import type { Tx } from "../store/database.ts";
import { json } from "../store/json.ts";

/*
 * Whoever hands a text over shares its number until the commit; whoever changes where a number stands owns it. So a
 * STOP waits for hand-overs that have begun, and none begins after its commit. A lock that had to be waited for says
 * that something has changed: read in a later statement, whose snapshot is younger.
 *
 * Order of locks everywhere: idempotency keys, inbound texts, numbers, threads that are made, conversations, texts.
 */

/**
 * Numbers of a tenant share this many locks: PostgreSQL keeps them all in a table of fixed size, which one lock for each
 * number of a broadcast would fill. Two numbers that meet in one lock wait for each other, no more.
 */
const STRIPES = 128;

/** Shares numbers until the transaction ends, in one order and with one statement. */
export async function shareNumbers(tx: Tx, tenantId: TenantId, numbers: readonly string[]): Promise<void> {
  if (numbers.length > 0) await locking(sql`pg_advisory_xact_lock_shared`, tenantId, given(numbers)).execute(tx);
}

/** Shares the numbers that texts go to; a text's number never changes, so that no text needs to be locked before. */
export async function shareNumbersOf(tx: Tx, tenantId: TenantId, ids: readonly MessageId[]): Promise<void> {
  if (ids.length === 0) return;
  const numbers = sql`select recipient from messages where tenant_id = ${tenantId} and id = any(${ids}::text[])
    and recipient is not null`;
  await locking(sql`pg_advisory_xact_lock_shared`, tenantId, numbers).execute(tx);
}

/** Keeps everybody else from sharing or owning numbers until the transaction ends. Never after having shared some. */
export async function ownNumbers(tx: Tx, tenantId: TenantId, numbers: readonly string[]): Promise<void> {
  if (numbers.length > 0) await locking(sql`pg_advisory_xact_lock`, tenantId, given(numbers)).execute(tx);
}

const given = (numbers: readonly string[]): RawBuilder<unknown> =>
  sql`select jsonb_array_elements_text(${json([...new Set(numbers)])})`;

/** @param numbers - a query of one column */
function locking(lock: RawBuilder<unknown>, tenantId: TenantId, numbers: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`select ${lock}(hashtext('numbers of ' || ${tenantId}::text), stripe) from (
    select distinct abs(hashtext(number)::bigint % ${STRIPES})::int as stripe from (${numbers}) as n (number)
    order by stripe) s`;
}
