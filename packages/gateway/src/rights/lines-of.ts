import type { LineId } from "@trunkline/protocol";
import { type RawBuilder, sql } from "kysely";

/**
 * The lines that a user of a query sees by assignment, their own or that of one of their groups.
 *
 * @param user - what the query calls its row of `users`
 */
export const linesOf = (user: "u"): RawBuilder<LineId[]> => sql<LineId[]>`array(
  select a.line_id from line_assignees a
    where a.tenant_id = ${sql.ref(user)}.tenant_id and a.user_id = ${sql.ref(user)}.id
  union
  select l.line_id from user_group_members m
    join line_groups l on l.tenant_id = m.tenant_id and l.group_id = m.group_id
    where m.tenant_id = ${sql.ref(user)}.tenant_id and m.user_id = ${sql.ref(user)}.id)`;
