import type { MicrosoftIdentity, Role, TenantId, User, UserId } from "@trunkline/protocol";
import { type Selectable, sql } from "kysely";
import type { Tx } from "../store/database.ts";
import type { Tables } from "../store/tables.ts";
import { nextVersion } from "../store/version-time.ts";

type Row = Selectable<Tables["users"]>;
/** A row without what every statement knows: its tenant. */
export type UserRow = Omit<Row, "tenant_id">;

export function toUser(row: UserRow): User {
  const microsoft =
    row.microsoft_tenant_id !== null && row.microsoft_object_id !== null
      ? { tenantId: row.microsoft_tenant_id, objectId: row.microsoft_object_id }
      : null;
  return {
    id: row.id,
    externalId: row.external_id,
    name: row.name,
    email: row.email,
    microsoft,
    role: row.role,
    suspended: row.suspended,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

/** Users of the tenant, the newest first, after the one with id `after`. Index: the primary key. */
export async function listUsers(
  tx: Tx,
  tenantId: TenantId,
  { after, limit }: { after: string | null; limit: number },
): Promise<Row[]> {
  let query = tx.selectFrom("users").selectAll().where("tenant_id", "=", tenantId);
  if (after !== null) query = query.where("id", "<", after as UserId);
  return query.orderBy("id", "desc").limit(limit).execute();
}

/** The user that `usr_…` or `ext:…` names, or null. With `lock` the row stays as it is until the transaction ends. */
export async function findUser(
  tx: Tx,
  tenantId: TenantId,
  ref: string,
  { lock = false }: { lock?: boolean } = {},
): Promise<User | null> {
  let query = tx.selectFrom("users").selectAll().where("tenant_id", "=", tenantId);
  query = ref.startsWith("ext:")
    ? query.where("external_id", "=", ref.slice(4))
    : query.where("id", "=", ref as UserId);
  const row = await (lock ? query.forUpdate() : query).executeTakeFirst();
  return row ? toUser(row) : null;
}

/** Those users of the tenant whom the host calls by one of `names`, locked until the transaction ends. */
export async function lockUsersNamed(tx: Tx, tenantId: TenantId, names: readonly string[]): Promise<User[]> {
  const rows = await tx
    .selectFrom("users")
    .selectAll()
    .where("tenant_id", "=", tenantId)
    .where("external_id", "in", [...names])
    .orderBy("id")
    .forUpdate()
    .execute();
  return rows.map(toUser);
}

/** The user who is that person in Microsoft 365, or null. */
export async function userOfMicrosoft(tx: Tx, tenantId: TenantId, person: MicrosoftIdentity): Promise<UserId | null> {
  const { microsoft_tenant_id, microsoft_object_id } = microsoftColumns(person);
  const row = await tx
    .selectFrom("users")
    .select("id")
    .where("tenant_id", "=", tenantId)
    .where("microsoft_tenant_id", "=", microsoft_tenant_id)
    .where("microsoft_object_id", "=", microsoft_object_id)
    .executeTakeFirst();
  return row?.id ?? null;
}

export type NewUser = Pick<User, "externalId" | "name" | "email" | "microsoft" | "role">;

/** Stores a user, unless another request has just stored one with the same external id: null then. */
export async function insertUser(
  tx: Tx,
  tenantId: TenantId,
  id: UserId,
  { externalId, name, email, microsoft, role }: NewUser,
  now: number,
): Promise<User | null> {
  const at = new Date(now);
  const row = await tx
    .insertInto("users")
    .values({
      tenant_id: tenantId,
      id,
      external_id: externalId,
      name,
      email,
      ...microsoftColumns(microsoft),
      role,
      created_at: at,
      updated_at: at,
    })
    .onConflict((conflict) => conflict.constraint("users_external_id").doNothing())
    .returningAll()
    .executeTakeFirst();
  return row ? toUser(row) : null;
}

/** What a change names; the rest stays. */
export type UserChange = { [Field in "name" | "email" | "microsoft" | "role" | "suspended"]?: User[Field] | undefined };

/** Changes a user who is there and locked. */
export async function updateUser(
  tx: Tx,
  tenantId: TenantId,
  id: UserId,
  { name, email, microsoft, role, suspended }: UserChange,
  now: number,
): Promise<User> {
  const row = await tx
    .updateTable("users")
    .set({
      updated_at: nextVersion(now),
      ...(name === undefined ? {} : { name }),
      ...(email === undefined ? {} : { email }),
      ...(role === undefined ? {} : { role }),
      ...(suspended === undefined ? {} : { suspended }),
      ...(microsoft === undefined ? {} : microsoftColumns(microsoft)),
    })
    .where("tenant_id", "=", tenantId)
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return toUser(row);
}

/** GUIDs as tokens have them, in lower case. */
function microsoftColumns(microsoft: User["microsoft"]) {
  return {
    microsoft_tenant_id: microsoft?.tenantId.toLowerCase() ?? null,
    microsoft_object_id: microsoft?.objectId.toLowerCase() ?? null,
  };
}

export async function deleteUser(tx: Tx, tenantId: TenantId, id: UserId): Promise<void> {
  await tx.deleteFrom("users").where("tenant_id", "=", tenantId).where("id", "=", id).execute();
}

/** Owners who can act. They stay owners until the transaction ends, so that two who demote each other take turns. */
export async function lockOwners(tx: Tx, tenantId: TenantId): Promise<UserId[]> {
  const owner: Role = "owner";
  const { rows } = await sql<{ id: UserId }>`select id from users
    where tenant_id = ${tenantId} and role = ${owner} and not suspended order by id for update`.execute(tx);
  return rows.map(({ id }) => id);
}
