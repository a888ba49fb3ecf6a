import { type Directory, GRAPH_APP_ID } from "../directory.ts";
import type { DirectoryApp, DirectoryUser } from "../directory-state.ts";
import { enabledUser, isAdministrator } from "./account.ts";
import { EntraError } from "./errors.ts";
import { page, troublePage } from "./page.ts";
import { describePermission } from "./permission-consent.ts";
import { readScopes, registeredScopes } from "./scopes.ts";
import type { SignInParts } from "./sign-in.ts";
import { pickAccount, signedIn, type Visit } from "./visit.ts";

/**
 * Answers `GET` and `POST` of the admin consent endpoint. Version 1, and `.default` in version 2, grant what stands in
 * the registration, application permissions too. Refused in version 2, the answer says `admin_consent=True` all the same.
 * Source: "Admin consent on the Microsoft identity platform" (Microsoft Entra documentation).
 */
export async function answerAdminConsent(version: 1 | 2, visit: Visit, parts: SignInParts): Promise<Response> {
  const { query, form } = visit;
  const { directory, sessions, clock, random } = parts;
  const app = directory.findApp(query.get("client_id") ?? "");
  if (!app) return troublePage(new EntraError(700016));
  if (!app.redirectUris.some(({ uri }) => uri === query.get("redirect_uri"))) return troublePage(new EntraError(50011));
  const account = form.get("account") ?? signedIn(visit, directory)?.userId ?? null;
  if (account === null) return pickAccount(visit, directory);
  let user: DirectoryUser;
  try {
    user = enabledUser(directory, account);
  } catch (error) {
    if (error instanceof EntraError) return troublePage(error);
    throw error;
  }
  const response = await answerUser(version, visit, user, app, directory);
  const { hasSecondFactor = false } = visit.session.accounts.find(({ userId }) => userId === user.id) ?? {};
  const cookie = sessions.signIn(visit.session, { userId: user.id, hasSecondFactor }, clock.now(), random);
  response.headers.append("set-cookie", cookie);
  return response;
}

async function answerUser(
  version: 1 | 2,
  { query, form }: Visit,
  user: DirectoryUser,
  app: DirectoryApp,
  directory: Directory,
): Promise<Response> {
  const account = user.id;
  const request = readScopes(version === 1 ? ".default" : (query.get("scope") ?? ""), app, directory);
  const roles = request.isDefault ? rolesOf(app, request.resource) : [];
  const isBeyond = user.role === "app_admin" && roles.length > 0 && request.resource === GRAPH_APP_ID;
  if (!isAdministrator(user) || isBeyond) return troublePage(new EntraError(90094)); // the app hears nothing of it
  const others = request.isDefault ? otherResources(app) : [];
  switch (form.get("act")) {
    case "accept":
      if (request.scopes.length > 0) directory.grantScopes(app.clientId, null, request.scopes, request.resource);
      if (roles.length > 0) directory.grantRoles(app.clientId, roles, request.resource);
      for (const { resource, scopes } of others) directory.grantScopes(app.clientId, null, scopes, resource);
      return back(query, {
        admin_consent: "True",
        tenant: directory.tenantId,
        ...(version === 2 ? { scope: request.scopes.map((name) => `${request.resourceUri}/${name}`).join(" ") } : {}),
      });
    case "decline":
      return back(
        query,
        version === 2
          ? { admin_consent: "True", error: "consent_required", error_description: new EntraError(65004).message }
          : { error: "permission_denied", error_description: "The admin canceled the request" },
      );
    default: {
      const button = (act: string, label: string) => ({ name: "act", value: act, label, also: { account } });
      return page(
        "Permissions requested: review for your organisation",
        `${app.displayName} would like to, for everybody in ${directory.state.displayName}:`,
        [button("accept", "Accept"), button("decline", "Cancel")],
        [...new Set([...request.scopes, ...roles, ...others.flatMap(({ scopes }) => scopes)])].map(describePermission),
      );
    }
  }
}

/** What the registration asks of services besides Graph. */
function otherResources(app: DirectoryApp): { resource: string; scopes: string[] }[] {
  const all = app.delegatedPermissions.filter(({ resource }) => resource !== GRAPH_APP_ID);
  return [...new Set(all.map(({ resource }) => resource))].map((resource) => {
    return { resource, scopes: registeredScopes(app, resource) };
  });
}

function rolesOf(app: DirectoryApp, resource: string): readonly string[] {
  return app.applicationPermissions.filter((permission) => permission.resource === resource).map(({ name }) => name);
}

function back(query: URLSearchParams, fields: Record<string, string>): Response {
  const target = new URL(query.get("redirect_uri") ?? "");
  const state = query.get("state");
  const answer = { ...fields, ...(state === null ? {} : { state }) };
  for (const [name, value] of Object.entries(answer)) target.searchParams.set(name, value);
  return new Response(null, { status: 302, headers: { location: target.href } });
}
