import type { TenantId, UpsertedUser, UpsertedUsers, UpsertUser, User, UserId } from "@trunkline/protocol";
import type { NewEvent } from "../events/log.ts";
import type { Audit } from "../http/audit.ts";
import type { Ids } from "../random.ts";
import type { Principal } from "../rights/principal.ts";
import type { Tx } from "../store/database.ts";
import { type Objection, objection } from "./rules.ts";
import {
  findUser,
  insertUser,
  lockOwners,
  lockUsersNamed,
  type UserChange,
  updateUser,
  userOfMicrosoft,
} from "./store.ts";

/** Users whom one transaction makes or changes: it holds their locks, and the event log back. */
export const CHUNK = 100;

interface Upserting {
  readonly principal: Principal;
  readonly record: (...events: NewEvent[]) => void;
  readonly audit: Audit;
  readonly ids: Ids;
  readonly now: number;
}

// Lock order: owners by id, then the users who are there, by id.

/** Makes or changes users, with a result for each in their order. Whoever is named twice is changed twice. */
export async function upsertUsers(tx: Tx, given: readonly UpsertUser[], parts: Upserting): Promise<UpsertedUser[]> {
  const { tenantId } = parts.principal;
  let owners = await lockOwners(tx, tenantId);
  const names = given.map(({ externalId }) => externalId);
  const present = new Map((await lockUsersNamed(tx, tenantId, names)).map((user) => [user.externalId, user]));
  const results: UpsertedUser[] = [];
  for (const one of given) {
    const result = await upsert(tx, one, present.get(one.externalId) ?? null, owners, parts);
    results.push(result);
    if (!("user" in result) || result.result === "unchanged") continue;
    present.set(one.externalId, result.user);
    owners = await lockOwners(tx, tenantId); // this one may have become an owner, or be none any more
  }
  return results;
}

async function upsert(
  tx: Tx,
  given: UpsertUser,
  present: User | null,
  owners: readonly UserId[],
  parts: Upserting,
): Promise<UpsertedUser> {
  const { principal, record, audit, ids, now } = parts;
  const { tenantId, actor } = principal;
  const { externalId, ...fields } = given;
  const change = present ? differing(present, fields) : fields;
  if (present && Object.keys(change).length === 0) return { result: "unchanged", user: present };
  if (await isTaken(tx, tenantId, change, present)) {
    return refused("conflict", "microsoft belongs to another user.");
  }
  if (present) {
    const against = objection(principal, present, change, owners);
    if (against) return objected(against);
  } else {
    if (fields.name === undefined) return refused("invalid_input", "name must be given for a new user.");
    const id = ids("user");
    const { name, email = null, microsoft = null, role = "member" } = fields;
    const against = objection(principal, { id, role }, { role }, owners);
    if (against) return objected(against);
    const inserted = await insertUser(tx, tenantId, id, { externalId, name, email, microsoft, role }, now);
    if (!inserted) {
      // Another request has made them meanwhile: now there is somebody to change.
      const other = await findUser(tx, tenantId, `ext:${externalId}`, { lock: true });
      if (!other) throw new Error("a user who stood in the way is gone although nobody can have deleted them");
      return upsert(tx, given, other, owners, parts);
    }
    if (fields.suspended !== true) return done("created", null, inserted);
    return done("created", null, await updateUser(tx, tenantId, id, { suspended: true }, now));
  }
  return done("updated", present, await updateUser(tx, tenantId, present.id, change, now));

  async function done(result: "created" | "updated", before: User | null, user: User): Promise<UpsertedUser> {
    record({ type: "user.updated", data: user, audience: {}, actor });
    await audit(tx, tenantId, { object: { kind: "user", id: user.id }, before, after: user });
    return { result, user };
  }
}

/** The fields that say something else than what is. */
function differing(user: User, { microsoft, ...plain }: UserChange): UserChange {
  const change: UserChange = {};
  if (plain.name !== undefined && plain.name !== user.name) change.name = plain.name;
  if (plain.email !== undefined && plain.email !== user.email) change.email = plain.email;
  if (plain.role !== undefined && plain.role !== user.role) change.role = plain.role;
  if (plain.suspended !== undefined && plain.suspended !== user.suspended) change.suspended = plain.suspended;
  if (microsoft !== undefined && identityOf(microsoft) !== identityOf(user.microsoft)) change.microsoft = microsoft;
  return change;
}

const identityOf = (microsoft: User["microsoft"]): string | null =>
  microsoft && `${microsoft.tenantId} ${microsoft.objectId}`.toLowerCase();

/** Asked before it is written: a broken constraint would undo everybody else's change too. */
async function isTaken(tx: Tx, tenantId: TenantId, { microsoft }: UserChange, present: User | null): Promise<boolean> {
  if (!microsoft) return false;
  const owner = await userOfMicrosoft(tx, tenantId, microsoft);
  return owner !== null && owner !== present?.id;
}

const refused = (code: string, message: string): UpsertedUser => ({ result: "refused", code, message });

function objected(against: Objection): UpsertedUser {
  return against.kind === "last_owner"
    ? refused("conflict", "This is the tenant's last owner. Make somebody else an owner first.")
    : refused("forbidden", "A session changes nobody above its own role, and lifts nobody above it.");
}

/** Answers with all results, counted. */
export function reportOf(results: readonly UpsertedUser[]): UpsertedUsers {
  const counts = { created: 0, updated: 0, unchanged: 0, refused: 0 };
  for (const { result } of results) counts[result] += 1;
  return { counts, results: [...results] };
}
