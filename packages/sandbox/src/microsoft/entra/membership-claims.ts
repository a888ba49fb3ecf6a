import type { Directory } from "../directory.ts";
import type { DirectoryApp, DirectoryUser } from "../directory-state.ts";

/** More groups than these do not stand in a token. Source: "Configure group claims for applications", Microsoft Entra documentation. */
const MOST_GROUPS = 200;

/**
 * What tokens for an app say of a person's roles in it and, where its registration asks for that, of their groups. Too
 * many groups are not listed: the claim says where they can be read.
 */
export function membershipClaims(app: DirectoryApp, user: DirectoryUser, directory: Directory): object {
  const roles = (app.userRoles ?? []).filter(({ userId }) => userId === user.id).map(({ role }) => role);
  const offered = roles.filter((role) => app.appRoles?.some(({ value }) => value === role));
  return { ...(offered.length === 0 ? {} : { roles: offered }), ...groupClaims(app, user, directory) };
}

function groupClaims(
  { groupMembershipClaims = "None" }: DirectoryApp,
  user: DirectoryUser,
  directory: Directory,
): object {
  if (groupMembershipClaims === "None") return {};
  const groups = directory.groups
    .filter(({ kind }) => groupMembershipClaims === "All" || kind === "security")
    .filter(({ members }) => members.includes(user.id))
    .map(({ id }) => id);
  if (groups.length === 0) return {};
  if (groups.length <= MOST_GROUPS) return { groups };
  const endpoint = `https://graph.microsoft.com/v1.0/users/${user.id}/getMemberObjects`;
  return { _claim_names: { groups: "src1" }, _claim_sources: { src1: { endpoint } } };
}
