import type {
  CarrierAccountId,
  GroupId,
  Line,
  LineCapabilities,
  LineId,
  LineQuietHours,
  TenantId,
  UserId,
} from "@trunkline/protocol";
import { type ExpressionBuilder, type Selectable, sql } from "kysely";
import type { Sight } from "../rights/sight.ts";
import type { Tx } from "../store/database.ts";
import { json } from "../store/json.ts";
import type { Tables } from "../store/tables.ts";
import { nextVersion } from "../store/version-time.ts";

type LineRow = Omit<Selectable<Tables["lines"]>, "tenant_id"> &
  Pick<Selectable<Tables["carrier_accounts"]>, "carrier"> & { assignees: UserId[]; groups: GroupId[] };

export function toLine(row: LineRow): Line {
  return {
    id: row.id,
    name: row.name,
    number: row.number,
    senderId: row.sender_id,
    kind: row.kind,
    carrier: row.carrier,
    carrierAccountId: row.carrier_account_id,
    fallbackCarrierAccountId: row.fallback_carrier_account_id,
    capabilities: row.capabilities,
    sendRate: row.send_rate,
    quietHours: row.quiet_hours,
    assignees: row.assignees,
    groups: row.groups,
    channel: null,
    registration: null,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

const assignees = sql<UserId[]>`array(select a.user_id from line_assignees a
  where a.tenant_id = lines.tenant_id and a.line_id = lines.id order by a.user_id)`;

const groups = sql<GroupId[]>`array(select g.group_id from line_groups g
  where g.tenant_id = lines.tenant_id and g.line_id = lines.id order by g.group_id)`;

const lines = (tx: Tx, tenantId: TenantId) =>
  tx
    .selectFrom("lines")
    .innerJoin("carrier_accounts", (join) =>
      join
        .onRef("carrier_accounts.tenant_id", "=", "lines.tenant_id")
        .onRef("carrier_accounts.id", "=", "lines.carrier_account_id"),
    )
    .selectAll("lines")
    .select(["carrier_accounts.carrier", assignees.as("assignees"), groups.as("groups")])
    .where("lines.tenant_id", "=", tenantId);

/** Restricts to what is seen. */
function seen(lineIds: Sight["lineIds"]) {
  return (eb: ExpressionBuilder<Tables, "lines">) =>
    lineIds === "all" ? eb.lit(true) : lineIds.size === 0 ? eb.lit(false) : eb("lines.id", "in", [...lineIds]);
}

/** Lines that are seen, the newest first, after the one with id `after`. Index: the primary key. */
export async function listLines(
  tx: Tx,
  tenantId: TenantId,
  { sight, after, limit }: { sight: Sight; after: string | null; limit: number },
): Promise<LineRow[]> {
  let query = lines(tx, tenantId).where(seen(sight.lineIds));
  if (after !== null) query = query.where("lines.id", "<", after as LineId);
  return query.orderBy("lines.id", "desc").limit(limit).execute();
}

/** One line, or null when there is none, or none that is seen. */
export async function findLine(
  tx: Tx,
  tenantId: TenantId,
  id: LineId,
  { lineIds }: Pick<Sight, "lineIds">,
): Promise<Line | null> {
  const row = await lines(tx, tenantId).where("lines.id", "=", id).where(seen(lineIds)).executeTakeFirst();
  return row ? toLine(row) : null;
}

/** Keeps the line from being changed by others until the transaction ends; false when there is none. */
export async function lockLine(tx: Tx, tenantId: TenantId, id: LineId): Promise<boolean> {
  const row = await tx
    .selectFrom("lines")
    .select("id")
    .where("tenant_id", "=", tenantId)
    .where("id", "=", id)
    .forNoKeyUpdate() // conversations that refer to the line may be opened meanwhile
    .executeTakeFirst();
  return row !== undefined;
}

export type NewLine = Pick<
  Line,
  "name" | "number" | "senderId" | "kind" | "capabilities" | "sendRate" | "quietHours"
> & {
  carrierAccountId: CarrierAccountId;
  fallbackCarrierAccountId: CarrierAccountId | null;
};

export async function insertLine(tx: Tx, tenantId: TenantId, id: LineId, line: NewLine, now: number): Promise<void> {
  const at = new Date(now);
  await tx
    .insertInto("lines")
    .values({
      tenant_id: tenantId,
      id,
      name: line.name,
      number: line.number,
      sender_id: line.senderId,
      kind: line.kind,
      carrier_account_id: line.carrierAccountId,
      fallback_carrier_account_id: line.fallbackCarrierAccountId,
      capabilities: json(line.capabilities),
      send_rate: line.sendRate,
      quiet_hours: quietHoursColumn(line.quietHours),
      created_at: at,
      updated_at: at,
    })
    .execute();
}

/** SQL's null takes the tenant's; JSON's would be neither. */
const quietHoursColumn = (quietHours: LineQuietHours) => (quietHours === null ? null : json(quietHours));

/** What a change names; the rest stays. */
export interface LineChange {
  name?: string | undefined;
  carrierAccountId?: CarrierAccountId | undefined;
  fallbackCarrierAccountId?: CarrierAccountId | null | undefined;
  capabilities?: LineCapabilities | undefined;
  sendRate?: number | null | undefined;
  quietHours?: LineQuietHours | undefined;
}

/** Changes a line that is there, and always its version. */
export async function updateLine(
  tx: Tx,
  tenantId: TenantId,
  id: LineId,
  { name, carrierAccountId, fallbackCarrierAccountId, capabilities, sendRate, quietHours }: LineChange,
  now: number,
): Promise<void> {
  await tx
    .updateTable("lines")
    .set({
      updated_at: nextVersion(now),
      ...(name === undefined ? {} : { name }),
      ...(carrierAccountId === undefined ? {} : { carrier_account_id: carrierAccountId }),
      ...(fallbackCarrierAccountId === undefined ? {} : { fallback_carrier_account_id: fallbackCarrierAccountId }),
      ...(capabilities === undefined ? {} : { capabilities: json(capabilities) }),
      ...(sendRate === undefined ? {} : { send_rate: sendRate }),
      ...(quietHours === undefined ? {} : { quiet_hours: quietHoursColumn(quietHours) }),
    })
    .where("tenant_id", "=", tenantId)
    .where("id", "=", id)
    .execute();
}

/** Makes these users, and nobody else, the assignees of a line. */
export async function assign(tx: Tx, tenantId: TenantId, id: LineId, userIds: readonly UserId[]): Promise<void> {
  await tx.deleteFrom("line_assignees").where("tenant_id", "=", tenantId).where("line_id", "=", id).execute();
  if (userIds.length === 0) return;
  await tx
    .insertInto("line_assignees")
    .values([...new Set(userIds)].map((userId) => ({ tenant_id: tenantId, line_id: id, user_id: userId })))
    .execute();
}

/** Takes a user off all lines; the lines as they are afterwards. Index: line_assignees_by_user. */
export async function unassign(tx: Tx, tenantId: TenantId, userId: UserId, now: number): Promise<Line[]> {
  const freed = await tx
    .deleteFrom("line_assignees")
    .where("tenant_id", "=", tenantId)
    .where("user_id", "=", userId)
    .returning("line_id")
    .execute();
  return touch(
    tx,
    tenantId,
    freed.map(({ line_id }) => line_id),
    now,
  );
}

/** Makes these groups, and no others, those that see a line. */
export async function assignGroups(
  tx: Tx,
  tenantId: TenantId,
  id: LineId,
  groupIds: readonly GroupId[],
): Promise<void> {
  await tx.deleteFrom("line_groups").where("tenant_id", "=", tenantId).where("line_id", "=", id).execute();
  if (groupIds.length === 0) return;
  await tx
    .insertInto("line_groups")
    .values([...new Set(groupIds)].map((groupId) => ({ tenant_id: tenantId, line_id: id, group_id: groupId })))
    .execute();
}

/** The lines that a group sees. Index: line_groups_by_group. */
export async function linesOfGroup(tx: Tx, tenantId: TenantId, id: GroupId): Promise<LineId[]> {
  const rows = await tx
    .selectFrom("line_groups")
    .select("line_id")
    .where("tenant_id", "=", tenantId)
    .where("group_id", "=", id)
    .execute();
  return rows.map(({ line_id }) => line_id);
}

/** Gives lines whose readers have changed a new version; the lines as they are then. */
export async function touch(tx: Tx, tenantId: TenantId, ids: readonly LineId[], now: number): Promise<Line[]> {
  if (ids.length === 0) return [];
  await tx
    .updateTable("lines")
    .set({ updated_at: nextVersion(now) })
    .where("tenant_id", "=", tenantId)
    .where("id", "in", [...ids])
    .execute();
  const rows = await lines(tx, tenantId)
    .where("lines.id", "in", [...ids])
    .orderBy("lines.id")
    .execute();
  return rows.map(toLine);
}

/** Removes a line; false when there is none. */
export async function deleteLine(tx: Tx, tenantId: TenantId, id: LineId): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom("lines")
    .where("tenant_id", "=", tenantId)
    .where("id", "=", id)
    .executeTakeFirstOrThrow();
  return numDeletedRows > 0n;
}

/** The lines that have one of the numbers. */
export async function findLinesByNumber(
  tx: Tx,
  tenantId: TenantId,
  numbers: readonly string[],
): Promise<Map<string, LineId>> {
  if (numbers.length === 0) return new Map();
  const rows = await tx
    .selectFrom("lines")
    .select(["id", "number"])
    .where("tenant_id", "=", tenantId)
    .where("number", "in", numbers)
    .execute();
  return new Map(rows.flatMap(({ id, number }) => (number === null ? [] : [[number, id]])));
}
