import type { Consent } from "@trunkline/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createSandbox } from "../src/node/index.ts";
import type { Sandbox } from "../src/sandbox.ts";
import { Person } from "./person.ts";

/* Two Microsoft organisations at one sign-in page: whom the gateway's registration meets, and who is kept apart. */

const ADMIN = "ada@northwind.example";
const THEIR_ADMIN = "zoe@fabrikam.example";
const THEIR_MEMBER = "finn@fabrikam.example";

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await createSandbox({ now: "2026-11-02T09:00:00Z" });
  for (const { tenantId } of sandbox.tenants) {
    await call("operator", "PATCH", `/v1/tenants/${tenantId}`, { features: ["messaging", "directory"] });
  }
});
afterEach(() => sandbox.close());

async function call(who: string, method: string, path: string, body?: object) {
  const token = who === "operator" ? sandbox.operatorKey : (await sandbox.auth(who).token()).token;
  const response = await sandbox.fetch(sandbox.url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === "" ? null : JSON.parse(text);
}

async function world(method: string, path: string, body?: object) {
  const response = await sandbox.fetch(`${sandbox.worldUrl}/world/microsoft${path}`, {
    method,
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  return text === "" ? null : JSON.parse(text);
}

const consentOf = (who: string): Promise<Consent> => call(who, "GET", "/v1/consent");
const stateOf = async (who: string, feature: string) =>
  (await consentOf(who)).features.find((one) => one.feature === feature)?.state;

function ownerOf(tenantId: string): string {
  const owner = sandbox.tenants
    .find((tenant) => tenant.tenantId === tenantId)
    ?.users.find(({ role }) => role === "owner");
  if (!owner) throw new Error(`${tenantId} has no owner`);
  return owner.externalId;
}

/** Begins to connect, and picks an account on Microsoft's page. */
async function connect(who: string, account: string): Promise<Person> {
  const person = new Person(sandbox.fetch);
  const { url } = await call(who, "POST", "/v1/consent/connect", {});
  await person.open(url);
  await person.press(account);
  return person;
}

/** Opens the page that was sent to an administrator, and goes on as one. */
async function approve(url: string, account: string): Promise<Person> {
  const admin = new Person(sandbox.fetch);
  await admin.open(url);
  await admin.press("Continue to Microsoft");
  await admin.press(account);
  if (admin.title.startsWith("Permissions requested")) await admin.press("Accept");
  if (admin.title === "Pick an account") await admin.press(account);
  return admin;
}

const owners = () => sandbox.tenants.map(({ tenantId }) => ownerOf(tenantId));

test("what one organisation approves holds in it alone, and each tenant has its own", async () => {
  const [ours = "", theirs = ""] = owners();
  const { microsoft } = sandbox;
  const [neighbour] = microsoft.neighbours;
  const member = await connect(theirs, THEIR_MEMBER);
  if (member.title === "Permissions requested") await member.press("Accept");
  expect(member.title).toBe("An administrator must approve");
  await member.press("That is me: connect as soon as it is approved");
  const link = /https:\S+\/connect\/\S+/.exec(member.field)?.[0] ?? "";
  expect((await approve(link, THEIR_ADMIN)).title).toBe("Thank you, it is approved");
  await member.open(member.url);
  await member.press();
  expect(member.title).toBe("You are connected");
  const consent = await consentOf(theirs);
  expect(consent.tenant?.microsoftTenantId).toBe(neighbour?.tenantId);
  expect([await stateOf(theirs, "directory"), await stateOf(theirs, "messaging")]).toEqual(["granted", "granted"]);

  expect(await consentOf(ours)).toMatchObject({ tenant: null });
  const { grants, gatewayClientId } = await world("GET", "");
  const held = ({ application }: { application: { clientId: string }[] }) =>
    application.filter(({ clientId }) => clientId === gatewayClientId).length;
  expect(held(grants)).toBe(0);
  expect(held((await world("GET", "?organisation=fabrikam.example")).grants)).toBe(1);
});

test("an organisation belongs to one tenant, also when its own administrator comes from another", async () => {
  const [ours = "", theirs = ""] = owners();
  const first = await connect(ours, THEIR_ADMIN);
  await first.press("Accept, on behalf of your organisation");
  await first.press("Connect");
  expect((await consentOf(ours)).tenant?.microsoftTenantId).toBe(sandbox.microsoft.neighbours[0]?.tenantId);
  const second = await connect(theirs, THEIR_ADMIN);
  await second.press("Connect");
  expect([second.status, second.title]).toEqual([409, "It is connected elsewhere"]);
  expect((await consentOf(theirs)).tenant).toBeNull();
});

test("somebody of the wrong organisation is stopped at Microsoft's page, or is told which account to take", async () => {
  const [ours = ""] = owners();
  await call("operator", "PATCH", `/v1/tenants/${sandbox.tenants[0]?.tenantId}`, { features: ["messaging"] });
  const early = new Person(sandbox.fetch); // while nobody has decided, any organisation's people may sign in
  await early.open((await call(ours, "POST", "/v1/consent/connect", {})).url);
  const owner = await connect(ours, ADMIN);
  await owner.press("Accept, on behalf of your organisation");
  await owner.press("Connect");
  await early.press(THEIR_MEMBER);
  await early.press("Accept");
  expect(early.title).toBe("It is not connected yet");
  expect((await consentOf(ours)).next.code).toBe("use_work_account");
  expect((await consentOf(ours)).tenant?.microsoftTenantId).toBe(sandbox.microsoft.tenantId);

  const late = await connect(ours, THEIR_MEMBER);
  expect(late.words).toContain("AADSTS50020");
  const { url } = await call(ours, "POST", "/v1/consent/admin-requests", {});
  expect((await approve(url, THEIR_ADMIN)).words).toContain("AADSTS50020");
  const right = await connect(ours, ADMIN);
  if (right.title === "Permissions requested") await right.press("Accept");
  expect(right.title).toBe("You are connected");
  expect((await consentOf(ours)).next.code).not.toBe("use_work_account");
});

test("an app of one organisation alone is unknown in the other, and what it is there is decided there", async () => {
  const [, unconsented] = sandbox.microsoft.clients;
  const clientId = unconsented?.clientId ?? "";
  const authority = sandbox.microsoft.neighbours[0]?.authority ?? "";
  const token = async () => {
    const response = await sandbox.fetch(`${authority}/oauth2/v2.0/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: clientId,
        client_secret: unconsented?.clientSecret ?? "",
        scope: "https://graph.microsoft.com/.default",
      }),
    });
    return response.json();
  };
  const there = "?organisation=fabrikam.example";
  expect((await token()).error_codes).toEqual([7000229]); // nobody there has consented
  await world("PATCH", `/grants${there}`, { clientId, roles: ["User.Read.All"] });
  const { access_token } = await token();
  const answer = await sandbox.fetch(`${sandbox.microsoft.graph}/users`, {
    headers: { authorization: `Bearer ${access_token}` },
  });
  const people: { value: { userPrincipalName: string }[] } = await answer.json();
  expect(people.value.map(({ userPrincipalName }) => userPrincipalName).toSorted()).toEqual([
    THEIR_MEMBER,
    THEIR_ADMIN,
  ]);

  await world("PATCH", `/apps/${clientId}${there}`, { isEnabled: false });
  expect((await token()).error_codes).toEqual([7000112]);
  expect((await world("GET", `/apps/${clientId}`)).isEnabled).toBe(true);
  expect(await world("PATCH", `/apps/${clientId}${there}`, { displayName: "Mine" })).toMatchObject({
    issues: [{ path: ["displayName"] }],
  });
  await world("PATCH", `/apps/${clientId}`, { signInAudience: "AzureADMyOrg" });
  expect((await token()).error_codes).toEqual([700016]);
});

test("a code is redeemed where the person is, or at the address that names nobody's organisation", async () => {
  const [client] = sandbox.microsoft.clients;
  const origin = new URL(sandbox.microsoft.authority).origin;
  const redirect = "http://localhost/auth/callback";
  const clientId = client?.clientId ?? "";
  const ask = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirect,
    response_type: "code",
    scope: "openid User.Read",
  });
  await world("PATCH", "/grants?organisation=fabrikam.example", { clientId, scopes: ["User.Read"] });
  const code = async () => {
    const { users } = await world("GET", "?organisation=fabrikam.example");
    const account = users.find(({ upn }: { upn: string }) => upn === THEIR_MEMBER).id;
    const page = await sandbox.fetch(`${origin}/organizations/oauth2/v2.0/authorize?${ask}`, {
      method: "POST",
      body: new URLSearchParams({ account }),
      redirect: "manual",
    });
    return new URL(page.headers.get("location") ?? "").searchParams.get("code") ?? "";
  };
  const redeem = async (tenant: string, value: string) => {
    const response = await sandbox.fetch(`${origin}/${tenant}/oauth2/v2.0/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "authorization_code",
        client_id: clientId,
        client_secret: client?.clientSecret ?? "",
        code: value,
        redirect_uri: redirect,
        scope: "openid User.Read",
      }),
    });
    return response.json();
  };
  expect((await redeem(sandbox.microsoft.tenantId, await code())).error_codes).toEqual([700005]);
  expect(await redeem("organizations", await code())).toMatchObject({ scope: expect.stringContaining("User.Read") });
  expect(await redeem("fabrikam.example", await code())).toMatchObject({ token_type: "Bearer" });
});
