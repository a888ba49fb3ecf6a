import type { RandomBytes } from "@trunkline/gateway";
import { PERMISSION_NAMES } from "@trunkline/protocol/permissions";
import * as z from "zod/mini";
import { hex } from "../../random.ts";
import type { Directory } from "../directory.ts";
import type { AppRedirectUri, AppSecret, DirectoryApp, RequiredPermission } from "../directory-state.ts";
import { newGuid } from "../guid.ts";
import { application, idOf, password, principal } from "./applications.ts";
import { badRequest, GraphError, notFound } from "./graph-error.ts";
import type { GraphCall, Operation } from "./operation.ts";

const TWO_YEARS_MS = 2 * 365 * 24 * 60 * 60 * 1000;
const strings = z.array(z.string());
const platform = z.optional(z.object({ redirectUris: z.optional(strings) }));
const time = z.optional(z.iso.datetime({ offset: true }));

/** What the directory keeps of a registration; other properties are taken and not kept. */
/** Several of them stand with commas between. Source: "App manifest reference", Microsoft Entra documentation. */
const MEMBERSHIP_CLAIMS =
  /^(?:None|(?:All|SecurityGroup|ApplicationGroup|DirectoryRole)(?:, ?(?:All|SecurityGroup|ApplicationGroup|DirectoryRole))*)$/;
const Registration = z.object({
  displayName: z.optional(z.string().check(z.minLength(1))),
  signInAudience: z.optional(
    z.enum(["AzureADMyOrg", "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"]),
  ),
  identifierUris: z.optional(strings),
  web: platform,
  spa: platform,
  publicClient: platform,
  api: z.optional(
    z.object({
      requestedAccessTokenVersion: z.optional(z.nullable(z.union([z.literal(1), z.literal(2)]))),
      oauth2PermissionScopes: z.optional(
        z.array(z.object({ value: z.string(), id: z.optional(z.guid()), isEnabled: z.optional(z.boolean()) })),
      ),
      preAuthorizedApplications: z.optional(z.array(z.object({ appId: z.guid() }))),
    }),
  ),
  groupMembershipClaims: z.optional(z.nullable(z.string().check(z.regex(MEMBERSHIP_CLAIMS)))),
  optionalClaims: z.optional(z.nullable(z.object({ idToken: z.optional(z.array(z.object({ name: z.string() }))) }))),
  appRoles: z.optional(z.array(z.object({ id: z.guid(), value: z.string(), displayName: z.string() }))),
  requiredResourceAccess: z.optional(
    z.array(
      z.object({
        resourceAppId: z.guid(),
        resourceAccess: z.array(z.object({ id: z.guid(), type: z.enum(["Scope", "Role"]) })),
      }),
    ),
  ),
  keyCredentials: z.optional(
    z.array(z.object({ displayName: z.optional(z.string()), key: z.string(), startDateTime: time, endDateTime: time })),
  ),
});
type Registration = z.infer<typeof Registration>;
const NewPrincipal = z.object({ appId: z.guid() });
const NewPassword = z.object({
  passwordCredential: z.optional(
    z.object({ displayName: z.optional(z.string()), startDateTime: time, endDateTime: time }),
  ),
});

/** How apps are registered, changed, put into the tenant, and given secrets. */
export function registeringOperations(tenant: Directory, random: RandomBytes): Operation[] {
  const theApp = ({ params }: GraphCall): DirectoryApp => {
    const id = params["application-id"] ?? "";
    const app = tenant.apps.find(({ objectId }) => objectId === id);
    if (!app) throw notFound("directory", id);
    return app;
  };
  const operation = (method: "POST" | "PATCH", path: string, handle: Operation["handle"]): Operation => {
    return { method, path, service: "directory", handle };
  };
  return [
    operation("POST", "/applications", (call) => {
      const body = read(Registration, call.body);
      if (body.displayName === undefined) throw badRequest("Property displayName is required.", "Request_BadRequest");
      const app = changed(newApp(body.displayName, random), body, call.now, random);
      tenant.putApp(app);
      const context = `${call.base}/$metadata#applications/$entity`;
      return { status: 201, body: { "@odata.context": context, ...application(app) } };
    }),
    operation("PATCH", "/applications/{application-id}", (call) => {
      tenant.putApp(changed(theApp(call), read(Registration, call.body), call.now, random));
      return { status: 204 };
    }),
    operation("POST", "/servicePrincipals", (call) => {
      const { appId } = read(NewPrincipal, call.body);
      const app = tenant.findApp(appId);
      if (!app) throw badRequest(`The appId '${appId}' references no application.`, "Request_BadRequest");
      if (app.isInstalled !== false) {
        throw new GraphError(409, "Request_MultipleObjectsWithSameKeyValue", `'${appId}' is in the tenant already.`);
      }
      const installed = { ...app, isInstalled: true };
      tenant.putApp(installed);
      const context = `${call.base}/$metadata#servicePrincipals/$entity`;
      return { status: 201, body: { "@odata.context": context, ...principal(installed, tenant) } };
    }),
    operation("POST", "/applications/{application-id}/addPassword", (call) => {
      const app = theApp(call);
      const asked = read(NewPassword, call.body ?? {}).passwordCredential ?? {};
      const startsAt = timeOf(asked.startDateTime) ?? call.now;
      const made: AppSecret = {
        keyId: newGuid(random),
        secret: hex(random(20)),
        displayName: asked.displayName ?? "",
        startsAt,
        expiresAt: timeOf(asked.endDateTime) ?? startsAt + TWO_YEARS_MS,
      };
      tenant.putApp({ ...app, secrets: [...app.secrets, made] });
      const context = `${call.base}/$metadata#microsoft.graph.passwordCredential`;
      return { status: 200, body: { "@odata.context": context, ...password(made), secretText: made.secret } };
    }),
  ];
}

function newApp(displayName: string, random: RandomBytes): DirectoryApp {
  return {
    clientId: newGuid(random),
    objectId: newGuid(random),
    servicePrincipalId: newGuid(random),
    displayName,
    identifierUris: [],
    redirectUris: [],
    secrets: [],
    certificates: [],
    delegatedPermissions: [],
    applicationPermissions: [],
    exposedScopes: [],
    preAuthorizedClients: [],
    tokenVersion: 1,
    isEnabled: true,
    assignedUsers: null,
    isInstalled: false,
  };
}

function changed(app: DirectoryApp, body: Registration, now: number, random: RandomBytes): DirectoryApp {
  const { api, requiredResourceAccess: access, keyCredentials } = body;
  return {
    ...app,
    displayName: body.displayName ?? app.displayName,
    identifierUris: body.identifierUris ?? app.identifierUris,
    redirectUris: redirects(app, body),
    tokenVersion:
      api?.requestedAccessTokenVersion === undefined ? app.tokenVersion : (api.requestedAccessTokenVersion ?? 1),
    ...(api?.oauth2PermissionScopes ? scopes(api.oauth2PermissionScopes) : {}),
    ...(body.signInAudience === undefined ? {} : { signInAudience: body.signInAudience }),
    preAuthorizedClients: api?.preAuthorizedApplications?.map(({ appId }) => appId) ?? app.preAuthorizedClients,
    groupMembershipClaims:
      body.groupMembershipClaims === undefined
        ? (app.groupMembershipClaims ?? "None")
        : (body.groupMembershipClaims ?? "None"),
    idTokenClaims:
      body.optionalClaims === undefined
        ? (app.idTokenClaims ?? [])
        : (body.optionalClaims?.idToken ?? []).map(({ name }) => name),
    appRoles: body.appRoles ?? app.appRoles ?? [],
    delegatedPermissions: access ? permissions("delegated", access) : app.delegatedPermissions,
    applicationPermissions: access ? permissions("application", access) : app.applicationPermissions,
    certificates:
      keyCredentials?.map(({ displayName = "", key, startDateTime, endDateTime }) => {
        const startsAt = timeOf(startDateTime) ?? now;
        return {
          keyId: newGuid(random),
          der: key,
          displayName,
          startsAt,
          expiresAt: timeOf(endDateTime) ?? startsAt + TWO_YEARS_MS,
        };
      }) ?? app.certificates,
  };
}

function scopes(given: NonNullable<NonNullable<Registration["api"]>["oauth2PermissionScopes"]>) {
  const names = (isEnabled: boolean) =>
    given.filter((scope) => (scope.isEnabled ?? true) === isEnabled).map(({ value }) => value);
  return {
    exposedScopes: names(true),
    disabledScopes: names(false),
    scopeIds: Object.fromEntries(given.flatMap(({ value, id }) => (id === undefined ? [] : [[value, id]]))),
  };
}

function redirects({ redirectUris }: DirectoryApp, body: Registration): AppRedirectUri[] {
  const kinds = [
    ["web", body.web],
    ["spa", body.spa],
    ["public", body.publicClient],
  ] as const;
  return kinds.flatMap(([kind, given]) => {
    const uris = given?.redirectUris?.map((uri) => ({ uri, kind }));
    return uris ?? redirectUris.filter((redirect) => redirect.kind === kind);
  });
}

function permissions(
  kind: "delegated" | "application",
  access: NonNullable<Registration["requiredResourceAccess"]>,
): RequiredPermission[] {
  const type = kind === "delegated" ? "Scope" : "Role";
  return access.flatMap(({ resourceAppId: resource, resourceAccess }) =>
    resourceAccess
      .filter((one) => one.type === type)
      .map(({ id }) => {
        const name = PERMISSION_NAMES.find((known) => idOf(kind, { resource, name: known }) === id);
        if (name === undefined) {
          throw badRequest(`The simulator knows no permission ${id} of ${resource}.`, "Request_BadRequest");
        }
        return { resource, name };
      }),
  );
}

function timeOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}

function read<Schema extends z.ZodMiniType>(schema: Schema, body: unknown): z.infer<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw badRequest(`Invalid value specified for property '${issue?.path.join("/")}'.`, "Request_BadRequest");
}
