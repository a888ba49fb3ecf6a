import { MICROSOFT_FEATURES, planPermissions } from "@trunkline/protocol/permissions";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fixedWorld } from "./fixed-world.ts";

let world: Awaited<ReturnType<typeof fixedWorld>>;
beforeEach(async () => {
  world = await fixedWorld();
});
afterEach(() => world.stop());

const call = (method: string, path: string, body?: unknown) => world.call(method, `/world/microsoft${path}`, body);
const issues = async (method: string, path: string, body: unknown) => {
  const { status, body: problem } = await call(method, path, body);
  return [status, problem.code, ...(problem.issues ?? []).map((issue: { path: string[] }) => issue.path.join("."))];
};

/** A token of the app in its own name, and what Graph answers with it. */
async function graphStatus({ clientId, clientSecret }: { clientId: string; clientSecret: string }, path: string) {
  const { authority } = world.world.describe().microsoft;
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: clientId,
    client_secret: clientSecret,
    scope: "https://graph.microsoft.com/.default",
  });
  const answer = await world.world.microsoft.answerEntra(
    new Request(`${authority}/oauth2/v2.0/token`, { method: "POST", body }),
  );
  if (answer.type === "error") return "broken";
  const { access_token, error_codes } = await answer.json();
  if (error_codes) return error_codes[0];
  const graph = await world.call("GET", `/v1.0${path}`, undefined, { authorization: `Bearer ${access_token}` });
  return graph.response.type === "error" ? "broken" : graph.status;
}

test("the tenant is told whole, and each of its parts at its own address", async () => {
  const { body: tenant } = await call("GET", "");
  expect(tenant).toMatchObject({ displayName: "Northwind Traders", policy: { conditionalAccess: "none" } });
  expect(tenant.apps.map((app: { displayName: string }) => app.displayName)).toEqual([
    "Trunkline",
    "Trunkline, not consented",
    "Trunkline gateway",
  ]);
  const gateway = tenant.apps[2];
  expect(gateway.clientId).toBe(tenant.gatewayClientId);
  expect(gateway.secrets[0].expiresAt).toMatch(/^2028-/);
  const planned = planPermissions(MICROSOFT_FEATURES).application.map(({ name }) => name);
  expect(gateway.applicationPermissions.map(({ name }: { name: string }) => name)).toEqual(planned);
  expect(gateway.exposedScopes).toEqual(["access_as_user"]);
  for (const part of ["policy", "grants", "faults"]) expect((await call("GET", `/${part}`)).body).toEqual(tenant[part]);
  expect((await call("GET", "/users")).body.data).toEqual(tenant.users);
  expect((await call("GET", `/apps/${gateway.clientId}`)).body).toEqual(gateway);
  expect((await call("GET", "/users/ADA@northwind.example")).body).toEqual(tenant.users[0]);
});

test("people come, change and go", async () => {
  const added = await call("POST", "/users", { upn: "finn@northwind.example", licences: ["SPE_E3"] });
  expect(added).toMatchObject({
    status: 201,
    body: { role: "member", isEnabled: true, mail: "finn@northwind.example" },
  });
  const changed = await call("PATCH", `/users/${added.body.id}`, {
    isEnabled: false,
    presence: { availability: "Busy", activity: "InACall" },
  });
  expect(changed.body).toEqual({
    ...added.body,
    isEnabled: false,
    presence: { availability: "Busy", activity: "InACall" },
  });
  expect((await call("PATCH", "/users/finn@northwind.example", { presence: null })).body.presence.activity).toBe(
    "Offline",
  );
  expect((await call("DELETE", "/users/finn@northwind.example")).status).toBe(204);
  expect((await call("GET", `/users/${added.body.id}`)).status).toBe(404);
});

test("grants are what was set last, and tokens follow", async () => {
  const [, client] = world.world.describe().microsoft.clients;
  const { clientId } = client!;
  expect(await graphStatus(client!, "/users")).toBe(403);
  await call("PATCH", "/grants", { clientId, roles: ["User.Read.All", "Presence.ReadWrite.All"] });
  expect(await graphStatus(client!, "/users")).toBe(200);
  await call("PATCH", "/grants", { clientId, principal: "ben@northwind.example", scopes: ["User.Read", "Chat.Read"] });
  const { body } = await call("PATCH", "/grants", {
    clientId,
    principal: "ben@northwind.example",
    scopes: ["Contacts.Read"],
  });
  expect(body.delegated).toMatchObject([{ clientId, principal: "ben@northwind.example", scopes: ["Contacts.Read"] }]);
  expect((await call("PATCH", "/grants", { clientId, roles: ["Domain.Read.All"] })).body.application).toContainEqual({
    clientId,
    resource: "00000003-0000-0000-c000-000000000000",
    roles: ["Domain.Read.All"],
  });
  expect((await call("DELETE", `/grants/${clientId}`)).status).toBe(204);
  expect((await call("GET", "/grants")).body.delegated).toEqual([]);
  expect(await graphStatus(client!, "/users")).toBe(403);
});

test("an app's secrets end when it is said, policies are the tenant's, and keys rotate", async () => {
  const [client] = world.world.describe().microsoft.clients;
  const app = `/apps/${client!.clientId}`;
  const expiresAt = "2026-11-02T09:00:00Z";
  const { body } = await call("PATCH", app, { secrets: [{ secret: client!.clientSecret, expiresAt }] });
  expect(body.secrets).toMatchObject([{ expiresAt: "2026-11-02T09:00:00.000Z" }]);
  expect(await graphStatus(client!, "/users")).toBe(7000222);
  const uri = { uri: "https://crm.example/callback", kind: "spa" };
  const assigned = { redirectUris: [uri], assignedUsers: ["ben@northwind.example"] };
  const ben = (await call("GET", "/users/ben@northwind.example")).body;
  expect((await call("PATCH", app, assigned)).body).toMatchObject({ redirectUris: [uri], assignedUsers: [ben.id] });
  expect((await call("PATCH", "", { policy: { conditionalAccess: "block" } })).body.policy).toEqual({
    userConsent: true,
    adminConsentRequests: false,
    conditionalAccess: "block",
  });
  const current = () => world.world.microsoft.entra.keys.current();
  const before = (await current()).kid;
  expect((await call("POST", "/keys")).status).toBe(204);
  expect((await current()).kid).not.toBe(before);
});

test("Entra and Graph fail, throttle and break as they are told, for as many calls as they are told", async () => {
  const [client] = world.world.describe().microsoft.clients;
  const outage = { status: 503, retryAfterSeconds: 5, path: "/oauth2/v2.0/token", times: 1 };
  await call("PATCH", "/faults", { entra: [outage, { status: null, times: 1 }], graph: [{ status: 429, times: 1 }] });
  expect((await call("GET", "/faults")).body.entra).toEqual([outage, { status: null, times: 1 }]);
  expect(await graphStatus(client!, "/users")).toBe(90033);
  expect(await graphStatus(client!, "/users")).toBe("broken");
  expect(await graphStatus(client!, "/users")).toBe(429);
  expect(await graphStatus(client!, "/users")).toBe(200);
  await call("PATCH", "/faults", { graph: [{ status: null, path: "/users" }] });
  expect(await graphStatus(client!, "/users")).toBe("broken");
  await call("PATCH", "/faults", { graph: [], graphRateLimit: { requests: 1, seconds: 60 } });
  expect(await graphStatus(client!, "/users")).toBe(200);
  expect(await graphStatus(client!, "/users")).toBe(429);
  expect((await call("PATCH", "/faults", { graphRateLimit: null })).body).toEqual({
    entra: [],
    graph: [],
    graphRateLimit: null,
  });
});

test("what cannot be is refused, and says where", async () => {
  const [client] = world.world.describe().microsoft.clients;
  const { clientId } = client!;
  const ben = "/users/ben@northwind.example";
  expect(await issues("PATCH", ben, { role: "king" })).toEqual([422, "invalid_input", "role"]);
  expect(await issues("PATCH", ben, { licences: ["SPE_E3", "GOLD"] })).toEqual([422, "invalid_input", "licences.1"]);
  expect(await issues("PATCH", ben, { upn: "ada@northwind.example" })).toEqual([422, "invalid_input", "upn"]);
  expect(await issues("PATCH", ben, { oid: "1" })).toEqual([422, "unknown_field", ""]);
  expect(await issues("PATCH", "/users/nobody@northwind.example", {})).toEqual([404, "not_found"]);
  expect(await issues("POST", "/users", {})).toEqual([422, "invalid_input", "upn"]);
  expect(await issues("PATCH", "/apps/nothing", {})).toEqual([404, "not_found"]);
  expect(await issues("PATCH", `/apps/${clientId}`, { redirectUris: [{ uri: "x", kind: "web" }] })).toEqual([
    422,
    "invalid_input",
    "redirectUris.0.uri",
  ]);
  expect(await issues("PATCH", `/apps/${clientId}`, { assignedUsers: ["zoe"] })).toEqual([
    422,
    "invalid_input",
    "assignedUsers",
  ]);
  expect(await issues("PATCH", "/policy", { conditionalAccess: true })).toEqual([
    422,
    "invalid_input",
    "conditionalAccess",
  ]);
  expect(await issues("PATCH", "/grants", { clientId })).toEqual([422, "invalid_input", ""]);
  expect(
    await issues("PATCH", "/grants", { clientId, principal: "ben@northwind.example", roles: ["User.Read.All"] }),
  ).toEqual([422, "invalid_input", "roles"]);
  expect(await issues("PATCH", "/faults", { graph: [{ status: 200 }] })).toEqual([
    422,
    "invalid_input",
    "graph.0.status",
  ]);
  expect(await issues("PATCH", "/faults", "{")).toEqual([400, "invalid_json"]);
  expect((await call("GET", "/licences")).status).toBe(404);
});

test("all of it is in the journal", async () => {
  await call("PATCH", "/users/ben@northwind.example", { displayName: "Benno" });
  await call("PATCH", "/policy", { userConsent: false });
  await call("PATCH", "/faults", { entra: [{ status: 500 }] });
  const { body } = await call("GET", "");
  const again = await fixedWorld({ entries: world.journal.entries });
  const { displayName, policy, users, apps, grants, faults } = (await again.call("GET", "/world/microsoft")).body;
  expect({ ...body, displayName, policy, users, apps, grants, faults }).toEqual(body);
  expect([users[1].displayName, policy.userConsent, faults.entra]).toEqual(["Benno", false, [{ status: 500 }]]);
  await again.stop();
});
