/** What a principal may do, as one word per right. Routes name the right they need; roles and keys are sets of them. */
export const PERMISSIONS = [
  "tenant.read",
  "tenant.write",
  "keys.read",
  "keys.write",
  "sessions.write",
  "users.read",
  "users.write",
  "carrier_accounts.read",
  "carrier_accounts.write",
  "lines.read",
  "lines.write",
  "conversations.read",
  "conversations.write",
  "messages.send",
  "templates.read",
  "templates.write",
  "broadcasts.read",
  "broadcasts.write",
  "opt_ins.read",
  "opt_ins.write",
  "opt_ins.export",
  "webhooks.read",
  "webhooks.write",
  "audit.read",
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** Roles from most to least; a session may only ever narrow towards the end of this list. */
export const ROLES = ["owner", "admin", "member", "viewer"] as const;
export type Role = (typeof ROLES)[number];

const VIEWER = [
  "tenant.read",
  "users.read",
  "lines.read",
  "conversations.read",
  "templates.read",
  "opt_ins.read",
] as const satisfies Permission[];
// Whoever talks with people must be able to note that one of them wants no more texts.
const MEMBER = [...VIEWER, "conversations.write", "messages.send", "opt_ins.write"] as const satisfies Permission[];
const ADMIN = [
  ...MEMBER,
  "tenant.write",
  "users.write",
  "carrier_accounts.read",
  "carrier_accounts.write",
  "lines.write",
  "keys.read",
  "templates.write",
  "broadcasts.read",
  "broadcasts.write",
  "opt_ins.export",
  "webhooks.read",
  "webhooks.write",
  "audit.read",
] as const satisfies Permission[];
const OWNER = [...ADMIN, "keys.write"] as const satisfies Permission[];

/**
 * What each role may do. `sessions.write` is in none of them: only a key, which lives on a server, mints sessions;
 * a session that could mint another would outlive its own end.
 */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  owner: OWNER,
  admin: ADMIN,
  member: MEMBER,
  viewer: VIEWER,
};

/** The lesser of two roles: what is left when a session narrows its user's role. */
export function narrowRole(role: Role, to: Role | undefined): Role {
  if (to === undefined) return role;
  return ROLES.indexOf(to) > ROLES.indexOf(role) ? to : role;
}

/** Owners and admins see every line; members and viewers only the lines that are assigned to them or to a group of theirs. */
export function seesAllLines(role: Role): boolean {
  return role === "owner" || role === "admin";
}

/** The roles that hold a right, so that a refusal can say who to ask. */
export function rolesWith(permission: Permission): Role[] {
  return ROLES.filter((role) => ROLE_PERMISSIONS[role].includes(permission));
}

/** A key's scopes: single rights, or `*` for all that a tenant key may do. */
export type KeyScope = Permission | "*";
