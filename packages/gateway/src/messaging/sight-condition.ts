import { type RawBuilder, sql } from "kysely";
import type { Sight } from "../rights/sight.ts";
import { recordset } from "../store/json.ts";

/**
 * The rule of `sees()` as a condition on a conversation `c`, so that lists are filtered where the rows are. A test holds
 * the two together.
 */
export function seenBy({ lineIds, records, assignedTo }: Sight): RawBuilder<boolean> {
  const conditions: RawBuilder<boolean>[] = [];
  if (lineIds !== "all") conditions.push(sql<boolean>`c.line_id = any(${[...lineIds]}::text[])`);
  if (assignedTo !== null) conditions.push(sql<boolean>`c.assignee_id = ${assignedTo}`);
  if (records !== null) {
    const rows = records.map(({ source, type, externalId }) => ({ source, type, external_id: externalId }));
    conditions.push(sql<boolean>`exists (select from conversation_records cr
      join ${recordset(rows)} as s (source text, type text, external_id text) using (source, type, external_id)
      where cr.tenant_id = c.tenant_id and cr.conversation_id = c.id)`);
  }
  return conditions.length === 0 ? sql<boolean>`true` : sql<boolean>`(${sql.join(conditions, sql` and `)})`;
}
