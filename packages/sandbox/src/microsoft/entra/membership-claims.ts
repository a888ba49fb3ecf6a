import type { Directory } from "../directory.ts";
import type { DirectoryApp, DirectoryRole, DirectoryUser } from "../directory-state.ts";

/** More groups than these do not stand in a token. Source: "Configure group claims for applications", Microsoft Entra documentation. */
const MOST_GROUPS = 200;

/** What is in `wids` of everybody but guests, beside their roles. */
const ANY_MEMBER = "b79fbf4d-3ef9-4689-8143-76b194e85509";
/** Template ids of the roles. Source: "Microsoft Entra built-in roles", Microsoft Entra documentation. */
const ROLE_TEMPLATES: Readonly<Record<DirectoryRole, readonly string[]>> = {
  global_admin: ["62e90394-69f5-4237-9190-012177145e10", ANY_MEMBER],
  app_admin: ["158c047a-c907-4556-b7ef-446551a6b5f7", ANY_MEMBER],
  member: [ANY_MEMBER],
  guest: [],
};

/**
 * What tokens for an app say of a person's roles in it and, where its registration asks for that, of their groups and of
 * their roles in the tenant. Too many groups are not listed: the claim says where they can be read.
 */
export function membershipClaims(app: DirectoryApp, user: DirectoryUser, directory: Directory): object {
  const roles = (app.userRoles ?? []).filter(({ userId }) => userId === user.id).map(({ role }) => role);
  const offered = roles.filter((role) => app.appRoles?.some(({ value }) => value === role));
  const asked = new Set((app.groupMembershipClaims ?? "None").split(/,\s*/));
  const wids = asked.has("DirectoryRole") || asked.has("All") ? ROLE_TEMPLATES[user.role] : [];
  return {
    ...(offered.length === 0 ? {} : { roles: offered }),
    ...(wids.length === 0 ? {} : { wids }),
    ...groupClaims(asked, user, directory),
  };
}

function groupClaims(asked: ReadonlySet<string>, user: DirectoryUser, directory: Directory): object {
  if (!asked.has("SecurityGroup") && !asked.has("All")) return {};
  const groups = directory.groups
    .filter(({ kind }) => asked.has("All") || kind === "security")
    .filter(({ members }) => members.includes(user.id))
    .map(({ id }) => id);
  if (groups.length === 0) return {};
  if (groups.length <= MOST_GROUPS) return { groups };
  const endpoint = `https://graph.microsoft.com/v1.0/users/${user.id}/getMemberObjects`;
  return { _claim_names: { groups: "src1" }, _claim_sources: { src1: { endpoint } } };
}
