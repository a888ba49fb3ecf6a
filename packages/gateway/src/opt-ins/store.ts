import type { ListOptIns, TenantId } from "@trunkline/protocol";
import { type RawBuilder, sql } from "kysely";
import type { Tx } from "../store/database.ts";
import type { EntryRow, OptInRow } from "./entry-row.ts";

const OPT_IN = sql`number, line_id, state, method, needs_review, carrier_blocked, since, updated_at`;
const ENTRY = sql`id, number, line_id, state, method, at, by, wording, language, message_id, evidence, certain`;

/** Where numbers stand, the latest change first. Indexes: opt_ins_by_change, opt_ins_to_review. */
export async function listOptIns(
  tx: Tx,
  tenantId: TenantId,
  { state, lineId, needsReview, updatedAfter }: ListOptIns,
  after: readonly [string, string, string] | null,
  limit: number,
): Promise<OptInRow[]> {
  const conditions: RawBuilder<unknown>[] = [sql`tenant_id = ${tenantId}`];
  if (state !== undefined) conditions.push(sql`state = ${state}`);
  if (lineId !== undefined) conditions.push(sql`line_id = ${lineId}`);
  if (needsReview !== undefined) conditions.push(needsReview ? sql`needs_review` : sql`not needs_review`);
  if (updatedAfter !== undefined) conditions.push(sql`updated_at > ${new Date(updatedAfter)}::timestamptz`);
  if (after !== null) {
    const [updatedAt, number, line] = after;
    conditions.push(sql`(updated_at < ${new Date(updatedAt)}::timestamptz
      or updated_at = ${new Date(updatedAt)}::timestamptz and (number, line_id) > (${number}::text, ${line}::text))`);
  }
  const { rows } = await sql<OptInRow>`select ${OPT_IN} from opt_ins where ${sql.join(conditions, sql` and `)}
    order by updated_at desc, number, line_id limit ${limit}`.execute(tx);
  return rows;
}

/** A page of where all numbers stand, by number. Index: the primary key. */
export async function readStandingsPage(
  tx: Tx,
  tenantId: TenantId,
  after: Pick<OptInRow, "number" | "line_id"> | null,
  limit: number,
): Promise<OptInRow[]> {
  const from = after === null ? sql`` : sql`and (number, line_id) > (${after.number}::text, ${after.line_id}::text)`;
  const { rows } = await sql<OptInRow>`select ${OPT_IN} from opt_ins where tenant_id = ${tenantId} ${from}
    order by number, line_id limit ${limit}`.execute(tx);
  return rows;
}

/** A page of the whole ledger, by number, of each the earliest first. Index: opt_in_entries_of_number. */
export async function readEntriesPage(
  tx: Tx,
  tenantId: TenantId,
  after: Pick<EntryRow, "number" | "at" | "id"> | null,
  limit: number,
): Promise<EntryRow[]> {
  const from =
    after === null
      ? sql``
      : sql`and (number, at, id) > (${after.number}::text, ${after.at}::timestamptz, ${after.id}::text)`;
  const { rows } = await sql<EntryRow>`select ${ENTRY} from opt_in_entries where tenant_id = ${tenantId} ${from}
    order by number, at, id limit ${limit}`.execute(tx);
  return rows;
}
