import type { Group, GroupId, TenantId, UserId } from "@trunkline/protocol";
import { type Selectable, sql } from "kysely";
import type { Tx } from "../store/database.ts";
import type { Tables } from "../store/tables.ts";
import { nextVersion } from "../store/version-time.ts";

export type GroupRow = Omit<Selectable<Tables["user_groups"]>, "tenant_id"> & { members: UserId[] };

export function toGroup(row: GroupRow): Group {
  return {
    id: row.id,
    name: row.name,
    externalId: row.external_id,
    members: row.members,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

const members = sql<UserId[]>`array(select m.user_id from user_group_members m
  where m.tenant_id = user_groups.tenant_id and m.group_id = user_groups.id order by m.user_id)`;

const groups = (tx: Tx, tenantId: TenantId) =>
  tx
    .selectFrom("user_groups")
    .select(["id", "name", "external_id", "created_at", "updated_at", members.as("members")])
    .where("tenant_id", "=", tenantId);

/** Groups of the tenant, the newest first, after the one with id `after`. Index: the primary key. */
export async function listGroups(
  tx: Tx,
  tenantId: TenantId,
  { after, limit }: { after: string | null; limit: number },
): Promise<GroupRow[]> {
  let query = groups(tx, tenantId);
  if (after !== null) query = query.where("id", "<", after as GroupId);
  return query.orderBy("id", "desc").limit(limit).execute();
}

/** One group, or null. */
export async function findGroup(tx: Tx, tenantId: TenantId, id: GroupId): Promise<Group | null> {
  const row = await groups(tx, tenantId).where("id", "=", id).executeTakeFirst();
  return row ? toGroup(row) : null;
}

/** The group, which others cannot change until the transaction ends, or null. */
export async function lockGroup(tx: Tx, tenantId: TenantId, id: GroupId): Promise<Group | null> {
  await sql`select from user_groups where tenant_id = ${tenantId} and id = ${id} for update`.execute(tx);
  return findGroup(tx, tenantId, id); // read after the lock, so that it is what the last one left
}

export async function insertGroup(
  tx: Tx,
  tenantId: TenantId,
  { id, name, externalId }: Pick<Group, "id" | "name" | "externalId">,
  now: number,
): Promise<void> {
  const at = new Date(now);
  await tx
    .insertInto("user_groups")
    .values({ tenant_id: tenantId, id, name, external_id: externalId, created_at: at, updated_at: at })
    .execute();
}

/** What a change names; the rest stays. */
export type GroupChange = { [Field in "name" | "externalId"]?: Group[Field] | undefined };

/** Changes a group that is there, and always its version. */
export async function updateGroup(
  tx: Tx,
  tenantId: TenantId,
  id: GroupId,
  { name, externalId }: GroupChange,
  now: number,
): Promise<void> {
  await tx
    .updateTable("user_groups")
    .set({
      updated_at: nextVersion(now),
      ...(name === undefined ? {} : { name }),
      ...(externalId === undefined ? {} : { external_id: externalId }),
    })
    .where("tenant_id", "=", tenantId)
    .where("id", "=", id)
    .execute();
}

/** Makes these users, and nobody else, the members of a group. */
export async function setMembers(tx: Tx, tenantId: TenantId, id: GroupId, userIds: readonly UserId[]): Promise<void> {
  await tx.deleteFrom("user_group_members").where("tenant_id", "=", tenantId).where("group_id", "=", id).execute();
  if (userIds.length === 0) return;
  await tx
    .insertInto("user_group_members")
    .values([...new Set(userIds)].map((userId) => ({ tenant_id: tenantId, group_id: id, user_id: userId })))
    .execute();
}

export async function deleteGroup(tx: Tx, tenantId: TenantId, id: GroupId): Promise<void> {
  await tx.deleteFrom("user_groups").where("tenant_id", "=", tenantId).where("id", "=", id).execute();
}
