import type { Consent } from "@trunkline/protocol";
import type { MicrosoftFeature } from "@trunkline/protocol/permissions";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createSandbox } from "../src/node/index.ts";
import type { Sandbox } from "../src/sandbox.ts";
import { Person } from "./person.ts";

/* Consent from end to end: the real gateway, the simulated Entra ID and Graph, and people who press buttons. */

const START = "2026-11-02T09:00:00Z";
const ADMIN = "ada@northwind.example";
const MEMBER = "ben@northwind.example";
const GUEST = "dana_partner.example#EXT#@northwind.example";
const RETURN = "Return to the application without granting consent";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox({ now: START });
});
afterAll(() => sandbox.close());

/** As it was when nobody had connected anything: one sandbox serves all tests, because to make one takes seconds. */
beforeEach(async () => {
  await world("PATCH", "/faults", { entra: [] });
  await world("PATCH", "/policy", { userConsent: true, adminConsentRequests: false, conditionalAccess: "none" });
  await world("PATCH", `/users/${MEMBER}`, { isEnabled: true });
  await world("DELETE", `/grants/${await gatewayClientId()}`);
  expect((await call("ada", "POST", "/v1/consent/disconnect", { of: "tenant" })).status).toBe(204);
  const { body: users } = await call("ada", "GET", "/v1/users?limit=200");
  for (const { id, microsoft } of users.data) {
    if (microsoft !== null) await call("ada", "PATCH", `/v1/users/${id}`, { microsoft: null });
  }
});

/** Calls the gateway as one of the first tenant's users, or as its operator. */
async function call(who: string, method: string, path: string, body?: object) {
  const token = who === "operator" ? sandbox.operatorKey : (await sandbox.auth(who).token()).token;
  const response = await sandbox.fetch(sandbox.url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) };
}

async function want(...features: MicrosoftFeature[]): Promise<void> {
  const [tenant] = sandbox.tenants;
  expect((await call("operator", "PATCH", `/v1/tenants/${tenant?.tenantId}`, { features })).status).toBe(200);
}

async function world(method: string, path: string, body?: object) {
  const response = await sandbox.fetch(`${sandbox.worldUrl}/world/microsoft${path}`, {
    method,
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  expect(response.ok).toBe(true);
  return response.status === 204 ? null : response.json();
}

async function consentOf(who: string) {
  const consent = (await call(who, "GET", "/v1/consent")).body as Consent;
  return {
    ...consent,
    code: consent.next.code,
    states: Object.fromEntries(consent.features.map(({ feature, state }) => [feature, state])),
  };
}

/** Begins to connect, and picks an account on Microsoft's page. */
async function connect(who: string, account: string, person = new Person(sandbox.fetch)): Promise<Person> {
  const { status, body } = await call(who, "POST", "/v1/consent/connect", {});
  expect(status).toBe(201);
  await person.open(body.url);
  if (person.title === "Pick an account") await person.press(account);
  return person;
}

/** An admin opens the page that was sent to them, and approves. */
async function approve(url: string): Promise<Person> {
  const admin = new Person(sandbox.fetch);
  await admin.open(url);
  await admin.press("Continue to Microsoft");
  await admin.press(ADMIN);
  await admin.press("Accept");
  if (admin.title === "Pick an account") await admin.press(ADMIN); // to tell which organisation it is
  return admin;
}

/** The tenant and its owner are connected. */
async function connected(...features: MicrosoftFeature[]): Promise<void> {
  await want(...features);
  const owner = await connect("ada", ADMIN);
  await owner.press("Accept");
  await owner.press("Connect");
  expect(owner.title).toBe("You are connected");
}

const gatewayClientId = async () => (await world("GET", "")).gatewayClientId as string;

test("where everything is granted already, picking the account is all; whose it is, is asked once", async () => {
  await want("messaging", "directory");
  const clientId = await gatewayClientId();
  await world("PATCH", "/grants", { clientId, scopes: ["User.Read"], roles: ["User.Read.All"] });
  const owner = await connect("ada", ADMIN);
  expect(owner.words).toContain(`as ${ADMIN} . It is about to be connected with the user Ada Moreno`);
  await owner.press("Connect");
  expect(owner.title).toBe("You are connected");

  const member = await connect("chidi", MEMBER);
  await member.press("Connect");
  expect(await consentOf("chidi")).toMatchObject({ connection: { account: { name: "Ben Lindqvist" } } });
  const again = await connect("chidi", MEMBER, new Person(sandbox.fetch));
  expect(again.title).toBe("You are connected");
  await sandbox.clock.advance("PT2H"); // the gateway looks at what holds for the app itself
  expect((await consentOf("chidi")).states).toEqual({ messaging: "granted", directory: "granted" });
});

test("whoever may decide connects the organisation first; before that others are told who can", async () => {
  await want("messaging");
  for (const [method, path] of [
    ["POST", "/v1/consent/connect"],
    ["POST", "/v1/consent/admin-requests"],
  ] as const) {
    const { status, body } = await call("chidi", method, path, {});
    expect([status, body.code]).toEqual([403, "forbidden"]);
    expect(body.detail).toContain("owner or admin");
  }
  const { status } = await call("ada", "POST", "/v1/consent/connect", {});
  expect(status).toBe(201);
});

test("an admin reads what is asked and why, approves on behalf of the organisation, and it is connected", async () => {
  await want("messaging", "directory");
  expect((await consentOf("ada")).states).toEqual({ messaging: "can_grant", directory: "needs_admin" });
  const { body } = await call("ada", "POST", "/v1/consent/admin-requests", {});
  expect(body.text).toContain(body.url);
  const admin = new Person(sandbox.fetch);
  await admin.open(body.url);
  expect(admin.title).toBe("Alder Bay Boatyard asks for your approval");
  expect(admin.words).toMatch(/User\.Read\.All Follows colleagues' names/);
  expect((await approve(body.url)).title).toBe("Thank you, it is approved");
  expect(await consentOf("ada")).toMatchObject({
    states: { directory: "granted" },
    tenant: { microsoftTenantId: sandbox.microsoft.tenantId, state: "connected" },
  });
});

test("what a wider permission includes is there at once, and nobody is told to wait for it", async () => {
  await want("messaging", "presence_read"); // of which the registration asks the wider `User.Read.All`
  const thanks = await approve((await call("ada", "POST", "/v1/consent/admin-requests", {})).body.url);
  expect(thanks.title).toBe("Thank you, it is approved");
  expect(thanks.words).not.toContain("some minutes");
  expect((await consentOf("ada")).states).toMatchObject({ presence_read: "granted" });
});

test("everybody else gets a text for their admin, and is connected without another page of Microsoft's", async () => {
  await connected("messaging");
  await world("PATCH", "/policy", { userConsent: false });
  const member = await connect("chidi", MEMBER);
  expect(member.title).toBe("Need admin approval");
  await member.press(RETURN);
  expect(member.title).toBe("An administrator must approve");
  await member.press("That is me: connect as soon as it is approved");
  expect(await consentOf("chidi")).toMatchObject({ state: "needs_admin", connection: null });
  const link = /https:\S+\/connect\/\S+/.exec(member.field)?.[0] ?? "";
  expect((await approve(link)).title).toBe("Thank you, it is approved");
  await member.open(member.url);
  expect(member.title).toBe("It was approved");
});

test("new permissions in a release ask for a reconnect, and what was granted goes on", async () => {
  await connected("messaging");
  expect((await consentOf("ada")).states).toEqual({ messaging: "granted" });
  await want("messaging", "contact_sync", "presence_write");
  expect((await consentOf("ada")).states).toEqual({
    messaging: "granted",
    contact_sync: "can_grant",
    presence_write: "can_grant", // by whoever administers the organisation
  });
  const owner = await connect("ada", ADMIN);
  expect(owner.title).toMatch(/asks for your approval$/);
  await owner.press("Continue to Microsoft");
  await owner.press(ADMIN);
  await owner.press("Accept");
  expect(owner.title).toBe("Thank you, it is approved");
  expect((await consentOf("ada")).states).toMatchObject({ messaging: "granted", presence_write: "granted" });
  const again = await connect("ada", ADMIN); // for what is done in one's own name
  expect(again.title).toBe("You are connected");
  expect((await consentOf("ada")).states).toMatchObject({ messaging: "granted", contact_sync: "granted" });
});

test("what is revoked while the gateway runs shows as revoked, and as granted when it is granted again", async () => {
  await connected("messaging", "directory");
  const { body } = await call("ada", "POST", "/v1/consent/admin-requests", {});
  await approve(body.url);
  expect((await consentOf("ada")).states).toEqual({ messaging: "granted", directory: "granted" });
  const clientId = await gatewayClientId();
  await world("DELETE", `/grants/${clientId}`);
  await sandbox.clock.advance("PT13H");
  expect((await consentOf("ada")).states).toEqual({ messaging: "revoked", directory: "revoked" });
  await approve((await call("ada", "POST", "/v1/consent/admin-requests", {})).body.url);
  await sandbox.clock.advance("PT13H");
  expect((await consentOf("ada")).states).toEqual({ messaging: "granted", directory: "granted" });
});

test("who declines is back where they were, and can begin again", async () => {
  await want("messaging");
  const owner = await connect("ada", ADMIN);
  await owner.press("Cancel");
  expect(owner.title).toBe("Nothing was connected");
  expect(await consentOf("ada")).toMatchObject({ state: "declined", connection: null });
  const again = await connect("ada", ADMIN);
  await again.press("Accept");
  await again.press("Do not connect");
  expect((await consentOf("ada")).connection).toBeNull();
});

test("an account that is not the user's is not taken, and is said to be the wrong one", async () => {
  await connected("messaging");
  const other = await connect("ada", MEMBER, new Person(sandbox.fetch));
  await other.press("Accept");
  expect(other.title).toBe("It is not connected yet");
  expect(await consentOf("ada")).toMatchObject({ connection: { account: { name: "Ada Okafor" } } });
  expect((await consentOf("ada")).code).toBe("use_work_account");
  const second = await connect("chidi", ADMIN, new Person(sandbox.fetch));
  await second.press("Connect");
  expect(second.status).toBe(409); // it is Ada's
  expect((await consentOf("chidi")).connection).toBeNull();
});

test("guest, blocked and disabled people learn what is in the way", async () => {
  await connected("messaging");
  const guest = await connect("chidi", GUEST);
  expect(guest.title).toBe("Need admin approval");

  await world("PATCH", "/policy", { conditionalAccess: "block" });
  expect((await connect("chidi", MEMBER)).words).toContain("AADSTS53003");
  await world("PATCH", "/policy", { conditionalAccess: "mfa" });
  const careful = await connect("chidi", MEMBER);
  await careful.press("Approve");
  await careful.press("Accept");
  await careful.press("Connect");
  expect(careful.title).toBe("You are connected");
  await world("PATCH", "/policy", { conditionalAccess: "none" });

  await world("PATCH", `/users/${MEMBER}`, { isEnabled: false });
  expect((await connect("ben", MEMBER)).words).toContain("AADSTS50057");
  await sandbox.clock.advance("PT13H");
  expect(await consentOf("chidi")).toMatchObject({ code: "enable_user" });
});

test("a state is good once, for ten minutes, and an invented one for nothing", async () => {
  await want("messaging");
  const late = await connect("ada", ADMIN);
  await sandbox.clock.advance("PT11M");
  await late.press("Accept");
  expect([late.status, late.title]).toEqual([400, "Please start again"]);

  const owner = await connect("ada", ADMIN);
  expect(owner.title).toBe("Is this you?");
  const back = new URL(owner.url);
  await owner.open(back.href);
  expect([owner.status, owner.title]).toEqual([400, "Please start again"]);
  back.searchParams.set("state", "A".repeat(43));
  await owner.open(back.href);
  expect([owner.status, owner.title]).toEqual([400, "Please start again"]);

  const slow = await connect("ada", ADMIN);
  await sandbox.clock.advance("PT11M");
  await slow.press("Connect");
  expect([slow.status, slow.title]).toEqual([404, "This page has ended"]);
  expect((await consentOf("ada")).connection).toBeNull();
});

test("an owner here who is nobody's administrator there connects no organisation; its administrator does, and all goes on", async () => {
  await want("messaging");
  const owner = await connect("ada", MEMBER);
  await owner.press("Accept"); // of what Microsoft lets a member grant
  expect(owner.title).toBe("An administrator must approve");
  expect(await consentOf("ada")).toMatchObject({ state: "needs_admin", tenant: null, connection: null });
  const link = /https:\S+\/connect\/\S+/.exec(owner.field)?.[0] ?? "";
  await owner.press("That is me: connect as soon as it is approved");

  const somebody = new Person(sandbox.fetch);
  await somebody.open(link);
  await somebody.press("Continue to Microsoft");
  const state = new URL(somebody.url).searchParams.get("state") ?? "";
  const forged = new URLSearchParams({ admin_consent: "True", tenant: sandbox.microsoft.tenantId, state });
  await somebody.open(`${sandbox.url}/microsoft/callback?${forged}`);
  if (somebody.title === "Pick an account") await somebody.press(MEMBER);
  expect(somebody.title).toBe("Only an administrator can approve this");
  expect((await consentOf("ada")).tenant).toBeNull();

  expect((await approve(link)).title).toBe("Thank you, it is approved");
  expect(await consentOf("ada")).toMatchObject({ tenant: { microsoftTenantId: sandbox.microsoft.tenantId } });
  await owner.open(owner.url);
  expect(owner.title).toBe("It was approved");
});

test("an administrator of apps connects the organisation, and asks for what only a greater one may grant", async () => {
  await world("POST", "/users", { upn: "eve@northwind.example", displayName: "Eve Sandoval", role: "app_admin" });
  await want("messaging", "directory");
  const owner = await connect("ada", "eve@northwind.example");
  await owner.press("Accept, on behalf of your organisation");
  await owner.press("Connect");
  expect(await consentOf("ada")).toMatchObject({
    states: { messaging: "granted", directory: "needs_admin" },
    code: "ask_admin",
  });
  const { body } = await call("ada", "POST", "/v1/consent/admin-requests", {});
  await owner.open(body.url);
  await owner.press("Continue to Microsoft");
  if (owner.title === "Pick an account") await owner.press("eve@northwind.example");
  expect(owner.words).toContain("AADSTS90094");
  expect((await approve(body.url)).title).toBe("Thank you, it is approved");
  expect((await consentOf("ada")).states).toMatchObject({ directory: "granted" });
});

test("what another service of Microsoft's has is asked for on a page of its own, after Graph's", async () => {
  await want("messaging", "dataverse_sync");
  const owner = await connect("ada", ADMIN);
  await owner.press("Accept");
  await owner.press("Connect");
  expect(owner.title).toBe("Permissions requested");
  expect(owner.words).toContain("user_impersonation");
  expect((await consentOf("ada")).states).toEqual({ messaging: "granted", dataverse_sync: "can_grant" });
  await owner.press("Accept");
  expect(owner.title).toBe("You are connected");
  expect((await consentOf("ada")).states).toEqual({ messaging: "granted", dataverse_sync: "granted" });
});

test("what only an administrator grants of another service is approved on a page of its own as well", async () => {
  await connected("messaging");
  await want("messaging", "teams_admin_numbers");
  const member = await connect("chidi", MEMBER);
  await member.press("Accept");
  await member.press("Connect");
  expect(member.title).toBe("Need admin approval");
  await member.press(RETURN);
  expect(member.title).toBe("An administrator must approve");
  expect((await consentOf("chidi")).states).toMatchObject({ teams_admin_numbers: "needs_admin" });
  const link = /https:\S+\/connect\/\S+/.exec(member.field)?.[0] ?? "";
  const admin = await approve(link); // of Graph
  expect(admin.title).toBe("Permissions requested: review for your organisation");
  expect(admin.words).toContain("user_impersonation");
  await admin.press("Accept");
  expect(admin.title).toBe("Thank you, it is approved");
  await member.press(); // the page that waits goes on by itself
  expect(member.title).toBe("You are connected");
  expect((await consentOf("chidi")).states).toEqual({ messaging: "granted", teams_admin_numbers: "granted" });
});

test("what an address says of an approval is proof of nothing", async () => {
  await connected("messaging", "directory");
  const { body } = await call("ada", "POST", "/v1/consent/admin-requests", {});
  const somebody = new Person(sandbox.fetch);
  await somebody.open(body.url);
  await somebody.press("Continue to Microsoft");
  const state = new URL(somebody.url).searchParams.get("state") ?? "";
  const forged = new URLSearchParams({ admin_consent: "True", tenant: sandbox.microsoft.tenantId, state });
  await somebody.open(`${sandbox.url}/microsoft/callback?${forged}`);
  expect((await consentOf("ada")).states).toMatchObject({ directory: "can_grant" });
  const declined = new URLSearchParams({ ...Object.fromEntries(forged), error: "consent_required" });
  await somebody.open(`${sandbox.url}/microsoft/callback?${declined}`);
  expect((await consentOf("ada")).states).toMatchObject({ directory: "can_grant" });
});

test("while Entra is away nothing is lost, and it is said that it is away", async () => {
  await want("messaging");
  const owner = await connect("ada", ADMIN);
  await world("PATCH", "/faults", { entra: [{ status: 503, path: "/oauth2/v2.0/token" }] });
  await owner.press("Accept");
  expect(owner.title).toBe("It is not connected yet");
  await world("PATCH", "/faults", { entra: [] });
  const again = await connect("ada", ADMIN);
  await again.press("Connect");
  expect(again.title).toBe("You are connected");
  await world("PATCH", "/faults", { entra: [{ status: null }] });
  await sandbox.clock.advance("PT13H");
  expect((await consentOf("ada")).states).toEqual({ messaging: "granted" });
});
