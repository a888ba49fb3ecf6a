import { isId, type LineId, seesAllLines, type TenantId, type UserId } from "@trunkline/protocol";
import { sql } from "kysely";
import { invalid, type Refusal } from "../http/refusal.ts";
import { linesOf } from "../rights/lines-of.ts";
import type { Tx } from "../store/database.ts";

/** A person as far as conversations can be theirs. */
export interface Colleague {
  readonly id: UserId;
  readonly name: string;
  readonly lineIds: ReadonlySet<LineId> | "all";
  readonly isSuspended: boolean;
}

/** The users that `usr_…` and `ext:…` name, by those names; whom nobody knows is left out. */
export async function findColleagues(
  tx: Tx,
  tenantId: TenantId,
  refs: readonly string[],
): Promise<Map<string, Colleague>> {
  const found = new Map<string, Colleague>();
  if (refs.length === 0) return found;
  const names = refs.filter((ref) => ref.startsWith("ext:")).map((ref) => ref.slice("ext:".length));
  const users = await tx
    .selectFrom("users as u")
    .select(["u.id", "u.external_id", "u.name", "u.role", "u.suspended", linesOf("u").as("line_ids")])
    .where("u.tenant_id", "=", tenantId)
    .where(sql<boolean>`(u.id = any(${refs.filter((ref) => isId("usr", ref))}::text[])
      or u.external_id = any(${names}::text[]))`)
    .execute();
  for (const { id, external_id, name, role, suspended, line_ids } of users) {
    const lineIds = seesAllLines(role) ? "all" : new Set(line_ids);
    const colleague: Colleague = { id, name, lineIds, isSuspended: suspended };
    found.set(id, colleague);
    if (external_id !== null) found.set(`ext:${external_id}`, colleague);
  }
  return found;
}

/**
 * Somebody who can see what happens on a line: a conversation that is theirs, or a note that means them, would be lost on
 * anybody else.
 *
 * @param path - of the field that names them
 * @returns them, or a refusal with not_found or invalid_input
 */
export function whoSees(
  colleague: Colleague | undefined,
  lineId: LineId,
  path: readonly (string | number)[],
): Colleague | Refusal {
  if (!colleague) return invalid([...path], "is not a user of this tenant", "not_found");
  if (colleague.isSuspended) return invalid([...path], "is suspended");
  if (colleague.lineIds !== "all" && !colleague.lineIds.has(lineId)) {
    return invalid([...path], "does not see this line: assign them to the line first");
  }
  return colleague;
}
