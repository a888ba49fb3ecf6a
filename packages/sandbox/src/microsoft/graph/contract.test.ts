import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { misfits, type Schema } from "../../../../../scripts/lib/contract-schema.ts";
import { graphTenant } from "../../../test/graph-tenant.ts";
import { GRAPH_APP_ID } from "../directory.ts";
import { OPERATION_PERMISSIONS } from "./operation-permissions.ts";

interface Response {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}
interface Described {
  readonly "x-graph-permissions"?: Readonly<Record<string, { readonly all: readonly string[] } | undefined>>;
  readonly responses: Readonly<Record<string, Response>>;
}
interface Contract {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described | undefined>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const contracts = process.env.TRUNKLINE_CONTRACTS ?? join(import.meta.dirname, "../../../../../../shared/contracts");
const file = join(contracts, "graph.openapi.json");
const contract = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Contract) : null;
if (contract === null) process.stdout.write(`graph: no ${file}, so answers are not compared with it\n`);

test("every operation is served with a row of permissions, and every row is served", () => {
  const { graph } = graphTenant();
  expect([...graph.operations].sort()).toEqual([...OPERATION_PERMISSIONS.keys()].sort());
});

test("the permissions of every operation are those that Microsoft publishes", () => {
  if (contract === null) return;
  let compared = 0;
  for (const [name, { delegated, application }] of OPERATION_PERMISSIONS) {
    const published = described(contract, name)["x-graph-permissions"];
    if (published === undefined) continue;
    compared++;
    expect([name, delegated], name).toEqual([name, published.DelegatedWork?.all ?? []]);
    expect([name, application], name).toEqual([name, published.Application?.all ?? []]);
  }
  expect(compared).toBe(OPERATION_PERMISSIONS.size - 1); // nothing is published for `/communications/presences/{id}`
});

test("every operation answers in the published shape", async () => {
  const { call, app, as, person, clientId, directory: tenant } = graphTenant();
  const answered = new Set<string>();
  const wrong: string[] = [];
  const check = async (token: string, name: string, path: string, body?: unknown) => {
    const [method = ""] = name.split(" ");
    const answer = await call(token, method, path, { body });
    answered.add(name);
    if (answer.status >= 300) wrong.push(`${name}: ${answer.status} ${answer.json.error?.code}`);
    else if (contract !== null) wrong.push(...compare(contract, name, answer.json).map((fault) => `${name} ${fault}`));
    return answer.json;
  };

  const directory = app("User.Read.All", "LicenseAssignment.Read.All");
  const ben = person("ben").id;
  await check(directory, "GET /users", "/users?$top=2&$select=id,mail,userType,accountEnabled");
  await check(directory, "GET /users/{user-id}", `/users/${ben}`);
  await check(directory, "GET /users/delta", "/users/delta");
  await check(directory, "GET /users/{user-id}/licenseDetails", `/users/${ben}/licenseDetails`);
  await check(directory, "GET /subscribedSkus", "/subscribedSkus");
  await check(directory, "GET /organization", "/organization");

  const reader = app("Application.Read.All", "Directory.ReadWrite.All");
  const known = tenant.findApp(clientId)!;
  const { id: grant } = tenant.grantScopes(clientId, ben, ["User.Read"]);
  await check(reader, "GET /applications", `/applications?$filter=appId eq '${clientId}'`);
  await check(reader, "GET /applications/{application-id}", `/applications/${known.objectId}`);
  await check(reader, "GET /servicePrincipals", "/servicePrincipals");
  await check(reader, "GET /servicePrincipals(appId='{appId}')", `/servicePrincipals(appId='${GRAPH_APP_ID}')`);
  const principal = "/servicePrincipals/{servicePrincipal-id}";
  const own = `/servicePrincipals/${known.servicePrincipalId}`;
  await check(reader, `GET ${principal}`, own);
  await check(reader, `GET ${principal}/appRoleAssignments`, `${own}/appRoleAssignments`);
  await check(reader, `GET ${principal}/oauth2PermissionGrants`, `${own}/oauth2PermissionGrants`);
  const writer = app("Application.ReadWrite.All");
  const made = await check(writer, "POST /applications", "/applications", { displayName: "New" });
  const change = { web: { redirectUris: ["https://sms.example.com/microsoft/callback"] } };
  await check(writer, "PATCH /applications/{application-id}", `/applications/${made.id}`, change);
  const appId = tenant.apps.find(({ objectId }) => objectId === made.id)?.clientId;
  await check(writer, "POST /servicePrincipals", "/servicePrincipals", { appId });
  await check(writer, "POST /applications/{application-id}/addPassword", `/applications/${made.id}/addPassword`, {});
  const oneGrant = "/oauth2PermissionGrants/{oAuth2PermissionGrant-id}";
  await check(reader, "GET /oauth2PermissionGrants", "/oauth2PermissionGrants");
  await check(reader, `GET ${oneGrant}`, `/oauth2PermissionGrants/${grant}`);
  await check(reader, `DELETE ${oneGrant}`, `/oauth2PermissionGrants/${grant}`);

  const self = as("ben", "User.Read", "Contacts.ReadWrite", "Presence.Read", "Presence.ReadWrite");
  await check(self, "GET /me", "/me");
  await check(self, "GET /me/licenseDetails", "/me/licenseDetails");
  const service = app("Contacts.ReadWrite", "Presence.ReadWrite.All");
  for (const [token, root, place] of [
    [self, "/me", "/me"],
    [service, "/users/{user-id}", `/users/${person("cleo").id}`],
  ] as const) {
    const contact = {
      displayName: "Oak",
      emailAddresses: [{ address: "oak@example.com" }],
      mobilePhone: "+14255550123",
    };
    const folder = await check(token, `POST ${root}/contactFolders`, `${place}/contactFolders`, {
      displayName: "More",
    });
    const inside = `${root}/contactFolders/{contactFolder-id}`;
    await check(token, `GET ${root}/contactFolders`, `${place}/contactFolders`);
    await check(token, `GET ${inside}`, `${place}/contactFolders/${folder.id}`);
    await check(token, `POST ${inside}/contacts`, `${place}/contactFolders/${folder.id}/contacts`, contact);
    await check(token, `GET ${inside}/contacts`, `${place}/contactFolders/${folder.id}/contacts`);
    await check(token, `GET ${inside}/contacts/delta`, `${place}/contactFolders/${folder.id}/contacts/delta`);
    const { id } = await check(token, `POST ${root}/contacts`, `${place}/contacts`, contact);
    await check(token, `GET ${root}/contacts`, `${place}/contacts`);
    await check(token, `GET ${root}/contacts/delta`, `${place}/contacts/delta`);
    await check(token, `GET ${root}/contacts/{contact-id}`, `${place}/contacts/${id}`);
    await check(token, `PATCH ${root}/contacts/{contact-id}`, `${place}/contacts/${id}`, { surname: "Tree" });
    await check(token, `DELETE ${root}/contacts/{contact-id}`, `${place}/contacts/${id}`);
    const busy = { sessionId: clientId, availability: "Busy", activity: "InACall" };
    await check(token, `POST ${root}/presence/setPresence`, `${place}/presence/setPresence`, busy);
    await check(token, `GET ${root}/presence`, `${place}/presence`);
    const away = { availability: "Away", activity: "Away" };
    await check(
      token,
      `POST ${root}/presence/setUserPreferredPresence`,
      `${place}/presence/setUserPreferredPresence`,
      away,
    );
    await check(
      token,
      `POST ${root}/presence/clearUserPreferredPresence`,
      `${place}/presence/clearUserPreferredPresence`,
    );
    const session = { sessionId: clientId };
    await check(token, `POST ${root}/presence/clearPresence`, `${place}/presence/clearPresence`, session);
  }
  await check(service, "GET /communications/presences/{presence-id}", `/communications/presences/${ben}`);
  const ids = { ids: [ben, person("cleo").id] };
  await check(service, "POST /communications/getPresencesByUserId", "/communications/getPresencesByUserId", ids);

  expect(wrong).toEqual([]);
  expect([...answered].sort()).toEqual([...OPERATION_PERMISSIONS.keys()].sort());
});

test("a refusal and a batch have the published shape", async () => {
  if (contract === null) return;
  const { call, app } = graphTenant();
  const refusal = await call(app(), "GET", "/users");
  expect(compare(contract, "GET /users", refusal.json, "default")).toEqual([]);
  const requests = [{ id: "1", method: "GET", url: "/users" }];
  const batch = await call(app("User.Read.All"), "POST", "/$batch", { body: { requests } });
  expect(compare(contract, "POST /$batch", batch.json, "200")).toEqual([]);
});

function described({ paths }: Contract, name: string): Described {
  const [method = "", path = ""] = name.split(" ");
  const found = paths[path]?.[method.toLowerCase()];
  if (found === undefined) throw new Error(`${name} is not described`);
  return found;
}

function compare(from: Contract, name: string, value: unknown, status = "2XX"): string[] {
  const resolve = <T>(ref: string): T => {
    const [, , kind = "", key = ""] = ref.split("/");
    const found = from.components[kind]?.[key];
    if (found === undefined) throw new Error(`${ref} is not described`);
    return found as T;
  };
  const { responses } = described(from, name);
  const given = responses[status] ?? responses["204"] ?? responses["200"];
  if (given === undefined) throw new Error(`${name} has no ${status}`);
  const response = given.$ref === undefined ? given : resolve<Response>(given.$ref);
  const schema = response.content?.["application/json"]?.schema;
  return schema === undefined ? [] : misfits(value, schema, (ref) => resolve<Schema>(ref));
}
