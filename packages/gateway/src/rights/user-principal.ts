import {
  type LineId,
  type Permission,
  ROLE_PERMISSIONS,
  type Role,
  type SessionScope,
  seesAllLines,
  type TenantId,
  type UpdateTenantLimits,
  type User,
  type UserId,
} from "@trunkline/protocol";
import type { Principal } from "./principal.ts";
import type { Sight } from "./sight.ts";

/** What makes a principal of a user. */
export interface UserStanding {
  readonly kind: "session" | "entra";
  readonly id: string;
  readonly tenantId: TenantId;
  readonly user: User;
  /** The role in force, which may be another than the user's own. */
  readonly role: Role;
  readonly scope: SessionScope;
  readonly limits: UpdateTenantLimits;
  /** Lines that are assigned to the user. */
  readonly lineIds: readonly LineId[];
  /** In milliseconds. */
  readonly expiresAt: number;
}

export function userPrincipal(standing: UserStanding): Principal {
  const { kind, id, tenantId, user, role, scope, limits, lineIds, expiresAt } = standing;
  const narrowing = narrowingOf(role === user.role ? null : role, scope);
  return {
    ...(narrowing === null ? {} : { narrowing }),
    ...rateOf(limits),
    kind,
    id,
    tenantId,
    permissions: permissionsOf(role, scope),
    sight: sightOf(user.id, role, scope, lineIds),
    user,
    role,
    expiresAt,
    actor: { kind: "user", id: user.id },
    author: { kind: "user", id: user.id, name: user.name },
  };
}

/** The rate of a tenant whose operator has set one. */
export const rateOf = ({ requestsPerSecond }: UpdateTenantLimits): Pick<Principal, "requestsPerSecond"> =>
  requestsPerSecond == null ? {} : { requestsPerSecond };

/** The same text for the same narrowing, in whatever order its parts were given. */
function narrowingOf(role: Role | null, { lineIds, records, assignedOnly = false }: SessionScope): string | null {
  if (role === null && lineIds === undefined && records === undefined && !assignedOnly) return null;
  const keys = records?.map(({ source, type, externalId }) => JSON.stringify([source, type, externalId]));
  return JSON.stringify([role, lineIds?.toSorted() ?? null, keys?.sort() ?? null, assignedOnly]);
}

/** What a session sees: its user's lines, narrowed by its scope. */
function sightOf(
  userId: UserId,
  role: Role,
  { lineIds: only, records, assignedOnly = false }: SessionScope,
  assigned: readonly LineId[],
): Sight {
  const within = only && new Set(only);
  const lineIds = seesAllLines(role)
    ? (within ?? ("all" as const))
    : new Set(assigned.filter((id) => within === undefined || within.has(id)));
  return { lineIds, records: records ?? null, assignedTo: assignedOnly ? userId : null, userId };
}

/**
 * A role's rights. A session with a narrowed sight administers nothing: whoever may change lines, users or keys could
 * widen what they see again.
 */
function permissionsOf(role: Role, { lineIds, records, assignedOnly }: SessionScope): Set<Permission> {
  const isNarrowed = lineIds !== undefined || records !== undefined || assignedOnly === true;
  const rights = ROLE_PERMISSIONS[role];
  return new Set(isNarrowed ? rights.filter((right) => ROLE_PERMISSIONS.member.includes(right)) : rights);
}
