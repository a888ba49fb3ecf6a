import type { GroupId, LineId, TenantId, UserId } from "@trunkline/protocol";
import { sql } from "kysely";
import type { Tx } from "./database.ts";

/** Tables whose rows a request may name by id. */
interface Named {
  readonly users: UserId;
  readonly user_groups: GroupId;
  readonly lines: LineId;
}

/** Which of these ids belong to no row of the tenant's. Index: the primary key. */
export async function unknownIds<Table extends keyof Named>(
  tx: Tx,
  tenantId: TenantId,
  table: Table,
  ids: readonly Named[Table][],
): Promise<Named[Table][]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<{ id: string }>`
    select id from ${sql.table(table)} where tenant_id = ${tenantId} and id = any(${[...ids]}::text[])`.execute(tx);
  const known = new Set(rows.map(({ id }) => id));
  return ids.filter((id) => !known.has(id));
}
