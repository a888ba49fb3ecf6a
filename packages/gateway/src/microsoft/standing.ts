/* What somebody is in their Microsoft organisation, as far as an ID token tells it. */

/**
 * `admin`: may approve everything for the organisation; `app_admin`: everything but what the app does in its own name in
 * Graph; `member` and `guest` decide for themselves at most; `unknown`: the token does not say.
 */
export type EntraStanding = "admin" | "app_admin" | "member" | "guest" | "unknown";

/** Template ids of Entra's built-in roles, the same everywhere. Source: Microsoft Learn, "Microsoft Entra built-in roles". */
const ENTRA_ROLES = {
  globalAdministrator: "62e90394-69f5-4237-9190-012177145e10",
  privilegedRoleAdministrator: "e8611ab8-c189-46e8-94e1-60213ab1f814",
  applicationAdministrator: "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
  cloudApplicationAdministrator: "158c047a-c907-4556-b7ef-446551a6b5f7",
} as const;

const FOR_ALL: readonly string[] = [ENTRA_ROLES.globalAdministrator, ENTRA_ROLES.privilegedRoleAdministrator];
const FOR_APPS: readonly string[] = [ENTRA_ROLES.applicationAdministrator, ENTRA_ROLES.cloudApplicationAdministrator];
/** `acct` of somebody whom the organisation has invited. */
const GUEST = 1;

/**
 * Reads `wids`, the roles that hold for the whole organisation, and `acct`. Without `wids` nothing is known: it stands in
 * tokens only where the app's registration says `DirectoryRole` or `All` under `groupMembershipClaims`.
 * Sources: Microsoft Learn, "ID token claims reference" and "Grant tenant-wide admin consent to an application".
 */
export function standingOf({
  wids,
  acct,
}: {
  readonly wids?: readonly string[] | undefined;
  readonly acct?: number | undefined;
}): EntraStanding {
  const holds = (roles: readonly string[]) => wids?.some((role) => roles.includes(role)) ?? false;
  if (holds(FOR_ALL)) return "admin";
  if (holds(FOR_APPS)) return "app_admin";
  if (acct === GUEST) return "guest";
  return wids === undefined ? "unknown" : "member";
}

/** Whether such a person may say which tenant here their organisation belongs to. */
export const speaksForOrganisation = (standing: EntraStanding): boolean =>
  standing === "admin" || standing === "app_admin";
