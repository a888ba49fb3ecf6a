import { PERMISSION_RESOURCES } from "@trunkline/protocol/permissions";
import { expect, test } from "vitest";
import { graphTenant } from "../../../test/graph-tenant.ts";
import { GRAPH_APP_ID } from "../directory.ts";

interface Found {
  readonly [name: string]: unknown;
  readonly id: string;
}

function reading() {
  const tenant = graphTenant();
  const token = tenant.app("Application.Read.All", "DelegatedPermissionGrant.ReadWrite.All");
  const call = async (method: string, path: string) => {
    const { status, json } = await tenant.call(token, method, path);
    return { status, json: json as unknown as Found & { value: Found[]; error: { code: string } } };
  };
  const get = async (path: string) => (await call("GET", path)).json;
  return { ...tenant, token, get, send: call };
}

test("an app is found by its client id, with what it asks for and when its credentials end, and no secret", async () => {
  const { get, directory, clientId } = reading();
  const [app] = directory.apps;
  const { value } = await get(`/applications?$filter=appId eq '${clientId}'`);
  expect(value).toMatchObject([
    {
      id: app?.objectId,
      appId: clientId,
      api: { requestedAccessTokenVersion: 2 },
      web: { redirectUris: ["http://localhost/auth/callback"] },
      spa: { redirectUris: [] },
      requiredResourceAccess: [
        {
          resourceAppId: GRAPH_APP_ID,
          resourceAccess: [
            { id: "e1fe6dd8-ba31-4d61-89e7-88639da4683d", type: "Scope" },
            { id: "a154be20-db9c-4678-8ab7-66f6cc099a59", type: "Scope" },
            { id: "df021288-bdef-4463-88db-98f22de89214", type: "Role" },
          ],
        },
      ],
      passwordCredentials: [{ secretText: null, endDateTime: "2028-11-01T09:00:00.000Z" }],
    },
  ]);
  expect(JSON.stringify(value)).not.toContain(app?.secrets[0]?.secret);
  expect(await get(`/applications/${app?.objectId}?$select=displayName`)).toMatchObject({ displayName: "Trunkline" });
  expect((await get("/applications/11111111-1111-4111-8111-111111111111")).error.code).toBe("Request_ResourceNotFound");
});

test("what an app was granted is read as ids that Graph's own service principal names, and consent is taken back", async () => {
  const { get, send, directory, person, clientId } = reading();
  const ben = person("ben").id;
  directory.grantScopes(clientId, null, ["User.Read"]);
  const own = directory.grantScopes(clientId, ben, ["Contacts.Read"]);
  const principal = await get(`/servicePrincipals(appId='${clientId}')`);
  const graph = await get(`/servicePrincipals(appId='${GRAPH_APP_ID}')`);
  const roles = graph.appRoles as readonly { id: string; value: string }[];
  const assigned = await get(`/servicePrincipals/${principal.id}/appRoleAssignments`);
  const names = assigned.value.map(({ appRoleId, resourceId }) => [
    roles.find(({ id }) => id === appRoleId)?.value,
    resourceId,
  ]);
  expect(names).toEqual([["User.Read.All", graph.id]]);

  const grants = `/servicePrincipals/${principal.id}/oauth2PermissionGrants`;
  expect((await get(grants)).value).toMatchObject([
    { consentType: "AllPrincipals", principalId: null, scope: "User.Read", resourceId: graph.id },
    { consentType: "Principal", principalId: ben, scope: "Contacts.Read", clientId: principal.id },
  ]);
  const found = await get(`/oauth2PermissionGrants?$filter=principalId eq '${ben}'`);
  expect(found.value.map(({ id }) => id)).toEqual([own.id]);
  expect((await send("DELETE", `/oauth2PermissionGrants/${own.id}`)).status).toBe(204);
  expect((await send("DELETE", `/oauth2PermissionGrants/${own.id}`)).status).toBe(404);
  expect(directory.grantedScopes(clientId, ben)).toEqual(["User.Read"]);
});

test("an app is registered, changed, put into the tenant and given a secret, which is told once", async () => {
  const { call, app: tokenOf, directory } = graphTenant();
  const token = tokenOf("Application.ReadWrite.All");
  const send = async (method: string, path: string, body: object) => {
    const { status, json } = await call(token, method, path, { body });
    return { status, json: json as unknown as Found & { appId: string; secretText: string; error: { code: string } } };
  };
  const access = [{ id: "df021288-bdef-4463-88db-98f22de89214", type: "Role" }];
  const registration = {
    displayName: "Trunkline gateway",
    signInAudience: "AzureADMultipleOrgs",
    api: { requestedAccessTokenVersion: 2, oauth2PermissionScopes: [{ value: "access_as_user" }] },
    spa: { redirectUris: ["https://inbox.example/"] },
    requiredResourceAccess: [{ resourceAppId: GRAPH_APP_ID, resourceAccess: access }],
    keyCredentials: [{ type: "AsymmetricX509Cert", usage: "Verify", key: "AAAA", endDateTime: "2027-11-02T09:00:00Z" }],
  };
  const { status, json } = await send("POST", "/applications", registration);
  expect(status).toBe(201);
  const { appId } = json;
  expect((await send("PATCH", `/applications/${json.id}`, { identifierUris: [`api://${appId}`] })).status).toBe(204);
  expect(directory.findApp(appId)).toMatchObject({
    displayName: "Trunkline gateway",
    identifierUris: [`api://${appId}`],
    redirectUris: [{ uri: "https://inbox.example/", kind: "spa" }],
    applicationPermissions: [{ resource: GRAPH_APP_ID, name: "User.Read.All" }],
    exposedScopes: ["access_as_user"],
    tokenVersion: 2,
    certificates: [{ der: "AAAA", expiresAt: Date.parse("2027-11-02T09:00:00Z") }],
  });
  const principal = `/servicePrincipals(appId='${appId}')`;
  const reader = tokenOf("Application.Read.All");
  expect((await call(reader, "GET", principal)).status).toBe(404);
  expect((await send("POST", "/servicePrincipals", { appId })).status).toBe(201);
  expect((await call(reader, "GET", principal)).status).toBe(200);
  expect((await send("POST", "/servicePrincipals", { appId })).status).toBe(409);
  const secret = await send("POST", `/applications/${json.id}/addPassword`, {
    passwordCredential: { displayName: "x" },
  });
  expect(directory.findApp(appId)?.secrets).toMatchObject([{ secret: secret.json.secretText, displayName: "x" }]);

  const wrong = {
    requiredResourceAccess: [{ resourceAppId: GRAPH_APP_ID, resourceAccess: [{ id: appId, type: "Role" }] }],
  };
  for (const bad of [{}, { displayName: 7 }, { displayName: "x", ...wrong }]) {
    expect((await send("POST", "/applications", bad)).json.error.code).toBe("Request_BadRequest");
  }
  expect((await call(reader, "POST", "/applications", { body: registration })).status).toBe(403);
});

test("a registration shows what it offers, by the ids that it was given, and whose accounts it takes", async () => {
  const { call, app: tokenOf, directory, clientId } = graphTenant();
  const token = tokenOf("Application.ReadWrite.All");
  const { objectId } = directory.findApp(clientId)!;
  const shown = async () =>
    (await call(token, "GET", `/applications/${objectId}`)).json as unknown as {
      signInAudience: string;
      api: { oauth2PermissionScopes: { id: string; value: string; isEnabled: boolean }[] };
    };
  const before = await shown();
  expect(before.signInAudience).toBe("AzureADMultipleOrgs");
  expect(before.api.oauth2PermissionScopes).toMatchObject([{ value: "access_as_user", isEnabled: true }]);
  const id = "6f0f6c1d-4a53-4b7e-9a34-0b8d4c1f2e77";
  const body = {
    signInAudience: "AzureADMyOrg",
    api: {
      oauth2PermissionScopes: [{ id, value: "access_as_user", isEnabled: false }],
      preAuthorizedApplications: [{ appId: clientId, delegatedPermissionIds: [id] }],
    },
  };
  expect((await call(token, "PATCH", `/applications/${objectId}`, { body })).status).toBe(204);
  expect(await shown()).toMatchObject({
    signInAudience: "AzureADMyOrg",
    api: {
      oauth2PermissionScopes: [{ id, value: "access_as_user", isEnabled: false }],
      preAuthorizedApplications: [{ appId: clientId, delegatedPermissionIds: [id] }],
    },
  });
});

test("what was granted of another service of Microsoft's is shown with that service's own principal", async () => {
  const { get, directory, clientId } = reading();
  const { appId, name } = PERMISSION_RESOURCES.teams_admin;
  directory.grantScopes(clientId, null, ["user_impersonation"], appId);
  const { id } = await get(`/servicePrincipals(appId='${clientId}')`);
  const [grant] = (await get(`/servicePrincipals/${id}/oauth2PermissionGrants`)).value;
  expect(grant).toMatchObject({ consentType: "AllPrincipals", scope: "user_impersonation" });
  const service = await get(`/servicePrincipals/${grant?.resourceId}`);
  expect(service).toMatchObject({
    appId,
    displayName: name,
    oauth2PermissionScopes: [{ value: "user_impersonation" }],
  });
  expect(service.id).not.toBe(appId);
  expect((await get(`/servicePrincipals/${service.id}/oauth2PermissionGrants`)).value).toEqual([]);
});
