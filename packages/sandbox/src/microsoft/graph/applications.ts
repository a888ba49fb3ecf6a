import { PERMISSION_FACTS, PERMISSION_NAMES, PERMISSION_RESOURCES } from "@trunkline/protocol/permissions";
import { type Directory, GRAPH_APP_ID } from "../directory.ts";
import type { AppCertificate, AppSecret, DirectoryApp, RequiredPermission } from "../directory-state.ts";
import { parseFilter } from "./filter.ts";
import { notFound } from "./graph-error.ts";
import type { GraphCall, GraphReply, Operation } from "./operation.ts";
import { page } from "./paging.ts";
import { type Entity, project, type QueryOption, readCount, readSelect } from "./query.ts";

/** What stands in the simulated tenant for Microsoft's own services that the catalogue knows, by app id. */
const SERVICES = new Map<string, { readonly id: string; readonly appId: string; readonly name: string }>(
  Object.values(PERMISSION_RESOURCES).map(({ appId, name }) => {
    // An object id is not the app id: it is the tenant's own.
    return [appId, { id: `${appId.slice(0, 14)}4000-8000-${appId.slice(24)}`, appId, name }];
  }),
);
/** Names of Graph in scopes and tokens; other services have their app id alone. */
const GRAPH_NAMES = ["https://graph.microsoft.com"];
const ONE: readonly QueryOption[] = ["select"];
const MANY: readonly QueryOption[] = ["select", "filter", "top", "count", "skiptoken"];
const FILTERABLE = new Set(["id", "appId", "displayName"]);

/** Id of a permission of a resource, as registrations and assignments name it; null where the simulator knows none. */
export function idOf(kind: "delegated" | "application", { resource, name }: RequiredPermission): string | null {
  const known = PERMISSION_NAMES.find((one) => one === name);
  const fact = known === undefined ? undefined : PERMISSION_FACTS[known];
  if (!fact || PERMISSION_RESOURCES[fact.resource].appId !== resource) return null;
  return (kind === "delegated" ? fact.delegated?.id : fact.application) ?? null;
}

/** Object id of the service principal of an app, or of one of Microsoft's services. */
export function principalIdOf(appId: string, tenant: Directory): string | null {
  return SERVICES.get(appId)?.id ?? tenant.findApp(appId)?.servicePrincipalId ?? null;
}

/** What a service of Microsoft's or an app of the tenant is called. */
export function nameOf(appId: string, tenant: Directory): string {
  return SERVICES.get(appId)?.name ?? tenant.findApp(appId)?.displayName ?? appId;
}

/**
 * The app whose service principal a call is about, or the app id of one of Microsoft's services.
 *
 * @throws GraphError 404 when there is none
 */
export function thePrincipal(tenant: Directory, { params }: GraphCall): DirectoryApp | string {
  const id = params["servicePrincipal-id"] ?? principalIdOf(params.appId ?? "", tenant) ?? params.appId ?? "";
  for (const service of SERVICES.values()) if (service.id === id) return service.appId;
  const app = installed(tenant).find(({ servicePrincipalId }) => servicePrincipalId === id);
  if (!app) throw notFound("directory", id);
  return app;
}

function installed({ apps }: Directory): readonly DirectoryApp[] {
  return apps.filter(({ isInstalled }) => isInstalled !== false);
}

/** App registrations, and what stands for apps in the tenant. */
export function applicationOperations(tenant: Directory): Operation[] {
  const one = (call: GraphCall, entity: Entity, context: string): GraphReply => {
    const seen = project(entity, readSelect(call.options, new Set(Object.keys(entity)), context.slice(0, -1)));
    return { status: 200, body: { "@odata.context": `${call.base}/$metadata#${context}/$entity`, ...seen } };
  };
  const many = (call: GraphCall, entities: readonly Entity[], context: string): GraphReply => {
    const known = new Set(entities.flatMap((entity) => Object.keys(entity)));
    const select = readSelect(call.options, known, context.slice(0, -1));
    const top = readCount(call.options, "top", { min: 1, max: 999, fallback: 100 });
    const text = call.options.get("filter");
    const found = text === undefined ? entities : entities.filter(parseFilter(text, FILTERABLE));
    const seen = found.map((entity) => project(entity, select));
    return { status: 200, body: page(call, seen, { context, top, by: "skiptoken" }) };
  };
  const principalOf = (call: GraphCall) => {
    const app = thePrincipal(tenant, call);
    return one(call, typeof app === "string" ? servicePrincipal(app) : principal(app, tenant), "servicePrincipals");
  };
  const get = (path: string, options: readonly QueryOption[], handle: Operation["handle"]): Operation => {
    return { method: "GET", path, service: "directory", options, handle };
  };
  return [
    get("/applications", MANY, (call) => many(call, tenant.apps.map(application), "applications")),
    get("/applications/{application-id}", ONE, (call) => {
      const id = call.params["application-id"] ?? "";
      const app = tenant.apps.find(({ objectId }) => objectId === id);
      if (!app) throw notFound("directory", id);
      return one(call, application(app), "applications");
    }),
    get("/servicePrincipals", MANY, (call) => {
      const services = [...SERVICES.keys()].map(servicePrincipal);
      const principals = [...installed(tenant).map((app) => principal(app, tenant)), ...services];
      return many(call, principals, "servicePrincipals");
    }),
    get("/servicePrincipals/{servicePrincipal-id}", ONE, principalOf),
    get("/servicePrincipals(appId='{appId}')", ONE, principalOf),
  ];
}

/** A registration as Graph shows it. */
export function application(app: DirectoryApp): Entity {
  const uris = (wanted: string) => app.redirectUris.filter(({ kind }) => kind === wanted).map(({ uri }) => uri);
  const scopes = exposed(app);
  return {
    id: app.objectId,
    appId: app.clientId,
    displayName: app.displayName,
    signInAudience: app.signInAudience ?? "AzureADMultipleOrgs",
    identifierUris: app.identifierUris,
    groupMembershipClaims: app.groupMembershipClaims ?? null,
    optionalClaims: optionalClaims(app),
    api: {
      requestedAccessTokenVersion: app.tokenVersion === 1 ? null : app.tokenVersion,
      oauth2PermissionScopes: scopes.map(({ id, value, isEnabled }) => ({ id, value, isEnabled, type: "User" })),
      preAuthorizedApplications: app.preAuthorizedClients.map((appId) => {
        return { appId, delegatedPermissionIds: scopes.map(({ id }) => id) };
      }),
    },
    web: { redirectUris: uris("web") },
    spa: { redirectUris: uris("spa") },
    publicClient: { redirectUris: uris("public") },
    passwordCredentials: app.secrets.map(password),
    keyCredentials: app.certificates.map(key),
    requiredResourceAccess: required(app),
  };
}

function optionalClaims({ idTokenClaims = [] }: DirectoryApp) {
  if (idTokenClaims.length === 0) return null;
  const idToken = idTokenClaims.map((name) => ({ name, source: null, essential: false, additionalProperties: [] }));
  return { idToken, accessToken: [], saml2Token: [] };
}

/** What an app offers to others. A scope that was given no id has one that is made of the registration's own. */
function exposed({ objectId, exposedScopes, disabledScopes = [], scopeIds = {} }: DirectoryApp) {
  return [...exposedScopes, ...disabledScopes].map((value, place) => ({
    id: scopeIds[value] ?? `${objectId.slice(0, -2)}${place.toString(16).padStart(2, "0")}`,
    value,
    isEnabled: exposedScopes.includes(value),
  }));
}

function required({ delegatedPermissions, applicationPermissions }: DirectoryApp): Entity[] {
  const resources = [...new Set([...delegatedPermissions, ...applicationPermissions].map(({ resource }) => resource))];
  return resources.map((resource) => {
    const of = (kind: "delegated" | "application", all: readonly RequiredPermission[]): Entity[] =>
      all.flatMap((permission) => {
        const id = permission.resource === resource ? idOf(kind, permission) : null;
        return id === null ? [] : [{ id, type: kind === "delegated" ? "Scope" : "Role" }];
      });
    const access = [...of("delegated", delegatedPermissions), ...of("application", applicationPermissions)];
    return { resourceAppId: resource, resourceAccess: access };
  });
}

/** A secret as it is shown: what it is, is told once only, when it is made. */
export function password({ keyId, displayName, secret, startsAt, expiresAt }: AppSecret): Entity {
  return { keyId, displayName, hint: secret.slice(0, 3), secretText: null, ...dates(startsAt, expiresAt) };
}

// Lists leave the certificate itself out.
function key({ keyId, displayName, startsAt, expiresAt }: AppCertificate): Entity {
  const type = "AsymmetricX509Cert";
  return { keyId, displayName, type, usage: "Verify", key: null, ...dates(startsAt, expiresAt) };
}

function dates(startsAt: number, expiresAt: number): Entity {
  return { startDateTime: new Date(startsAt).toISOString(), endDateTime: new Date(expiresAt).toISOString() };
}

/** A service principal as Graph shows it. */
export function principal(app: DirectoryApp, tenant: Directory): Entity {
  return {
    id: app.servicePrincipalId,
    appId: app.clientId,
    displayName: app.displayName,
    appDisplayName: app.displayName,
    accountEnabled: app.isEnabled,
    appOwnerOrganizationId: tenant.tenantId,
    appRoleAssignmentRequired: app.assignedUsers !== null,
    servicePrincipalNames: [app.clientId, ...app.identifierUris],
    servicePrincipalType: "Application",
    replyUrls: app.redirectUris.map(({ uri }) => uri),
    appRoles: (app.appRoles ?? []).map((role) => ({ ...role, isEnabled: true, allowedMemberTypes: ["User"] })),
  };
}

// The permissions that the catalogue knows, so that ids can be read as names.
function servicePrincipal(appId: string): Entity {
  const { id: objectId, name: displayName } = SERVICES.get(appId) ?? { id: appId, name: appId };
  const facts = PERMISSION_NAMES.map((name) => ({
    name: name.slice(name.indexOf("/") + 1),
    fact: PERMISSION_FACTS[name],
  })).filter(({ fact }) => PERMISSION_RESOURCES[fact.resource].appId === appId);
  return {
    id: objectId,
    appId,
    displayName,
    appDisplayName: displayName,
    accountEnabled: true,
    appRoleAssignmentRequired: false,
    servicePrincipalNames: [...(appId === GRAPH_APP_ID ? GRAPH_NAMES : []), appId],
    servicePrincipalType: "Application",
    appRoles: facts.flatMap(({ name, fact: { application: id } }) =>
      id ? [{ id, value: name, displayName: name, isEnabled: true, allowedMemberTypes: ["Application"] }] : [],
    ),
    oauth2PermissionScopes: facts.flatMap(({ name, fact: { delegated } }) =>
      delegated
        ? [{ id: delegated.id, value: name, type: delegated.adminConsent ? "Admin" : "User", isEnabled: true }]
        : [],
    ),
  };
}
