import { ROLES, type Role, type User, type UserId } from "@trunkline/protocol";
import type { Principal } from "../rights/principal.ts";
import type { UserChange } from "./store.ts";

/** What stands against a change of a user, or null when nothing does. */
export type Objection = { kind: "outranked"; allowedRoles: Role[] } | { kind: "last_owner" };

const rank = (role: Role): number => ROLES.indexOf(role);

/**
 * Whether `principal` may make `change` to `user` (`"delete"` removes them). A session may neither touch somebody above
 * its own role nor lift anybody above it, and never take a tenant's last owner away: nobody inside could undo that.
 * Keys answer to the operator of the host application, who can.
 *
 * @param owners - owners who can act
 */
export function objection(
  principal: Pick<Principal, "role">,
  user: Pick<User, "id" | "role">,
  change: UserChange | "delete",
  owners: readonly UserId[],
): Objection | null {
  if (principal.role === null) return null;
  const highest = change === "delete" || change.role === undefined ? user.role : higher(user.role, change.role);
  if (rank(highest) < rank(principal.role)) {
    return { kind: "outranked", allowedRoles: ROLES.filter((role) => rank(role) <= rank(highest)) };
  }
  const isOnlyOwner = owners.length === 1 && owners[0] === user.id;
  return isOnlyOwner && endsOwnership(change) ? { kind: "last_owner" } : null;
}

const higher = (a: Role, b: Role): Role => (rank(a) < rank(b) ? a : b);

const endsOwnership = (change: UserChange | "delete"): boolean =>
  change === "delete" || change.suspended === true || (change.role !== undefined && change.role !== "owner");
