import type { ConfidentialClientApplication } from "@azure/msal-node";
import { generate } from "selfsigned";
import { expect, test } from "vitest";
import { DAY_MS, GRAPH_DEFAULT, ORIGIN, REDIRECT, START, tenant } from "./entra-tenant.ts";

test("a member consents, msal-node redeems the code, renews in silence, and the token reads as that member's", async () => {
  const { entra, directory, clock, msal, pick, press, back, link } = tenant();
  const { url, verifier } = await link(["User.Read"], { state: "abc" });
  const consent = await pick(url, "ben@northwind.example");
  const { code, state } = back(await press(url, consent, "Accept"));
  expect(state).toBe("abc");
  const client = msal();
  const request = { code: code!, scopes: ["User.Read"], redirectUri: REDIRECT, codeVerifier: verifier };
  const result = await client.acquireTokenByCode(request);
  const ben = directory.findUser("ben@northwind.example")!;
  expect(result.account).toMatchObject({ username: ben.upn, tenantId: directory.tenantId, localAccountId: ben.id });
  expect(await entra.authorize(`Bearer ${result.accessToken}`)).toEqual({
    tenantId: directory.tenantId,
    clientId: directory.apps[0]!.clientId,
    userId: ben.id,
    scopes: ["User.Read"],
    roles: [],
  });
  const renewed = await client.acquireTokenSilent({
    account: result.account!,
    scopes: ["User.Read"],
    forceRefresh: true,
  });
  expect(renewed.accessToken).not.toBe(result.accessToken);
  await expect(msal().acquireTokenByCode(request)).rejects.toMatchObject({ errorNo: 54005 });
  await entra.keys.rotate();
  expect(await entra.authorize(`Bearer ${renewed.accessToken}`)).toMatchObject({ userId: ben.id });
  await clock.advance(2 * 60 * 60 * 1000);
  expect(await entra.authorize(`Bearer ${renewed.accessToken}`)).toBe("expired");
  await entra.keys.rotate();
  await clock.advance(DAY_MS);
  expect(await entra.authorize(`Bearer ${renewed.accessToken}`)).toBe("invalid");
  expect(await entra.authorize(null)).toBe("missing");
  directory.putUser({ ...ben, isEnabled: false });
  const again = client.acquireTokenSilent({ account: result.account!, scopes: ["User.Read"], forceRefresh: true });
  await expect(again).rejects.toMatchObject({ errorNo: 50057 });
});

test("a verifier that does not fit and a code that is too old are refused", async () => {
  const { clock, msal, pick, press, back, link } = tenant();
  const { url, verifier } = await link(["User.Read"]);
  const redeem = (code: string | undefined, codeVerifier: string) =>
    msal().acquireTokenByCode({ code: code!, scopes: ["User.Read"], redirectUri: REDIRECT, codeVerifier });
  const first = back(await press(url, await pick(url, "ben@northwind.example"), "Accept"));
  await expect(redeem(first.code, "wrong")).rejects.toMatchObject({ errorNo: 501481 });
  const second = back(await pick(url, "ben@northwind.example"));
  await clock.advance(10 * 60 * 1000);
  await expect(redeem(second.code, verifier)).rejects.toMatchObject({ errorNo: 70008 });
});

test("an app gets its roles with a secret and with a certificate", async () => {
  const { entra, directory, app, msal } = tenant();
  const pems = await generate([{ name: "commonName", value: "Trunkline" }], { keySize: 2048 });
  const der = pems.cert.replace(/-----.*?-----|\s/g, "");
  const hash = await crypto.subtle.digest("SHA-256", Buffer.from(der, "base64"));
  const thumbprintSha256 = Buffer.from(hash).toString("hex");
  const certificate = { keyId: "1", der, displayName: "", startsAt: START - DAY_MS, expiresAt: START + DAY_MS };
  const clientCertificate = { privateKey: pems.private, thumbprintSha256 };
  const ask = (credential?: object) => msal(credential).acquireTokenByClientCredential({ scopes: [GRAPH_DEFAULT] });
  await expect(ask({ clientCertificate })).rejects.toMatchObject({ errorNo: 700027 });
  directory.putApp({ ...app, certificates: [certificate] });
  for (const credential of [undefined, { clientCertificate }]) {
    const caller = await entra.authorize(`Bearer ${(await ask(credential))!.accessToken}`);
    expect(caller).toMatchObject({ clientId: app.clientId, userId: null, scopes: [], roles: ["User.Read.All"] });
  }
});

test("what is wrong with a client has its own number", async () => {
  const { clock, msal, directory, app, entra } = tenant();
  const ask = (client: ConfidentialClientApplication) =>
    client.acquireTokenByClientCredential({ scopes: [GRAPH_DEFAULT] });
  await expect(ask(msal({ clientSecret: "wrong" }))).rejects.toMatchObject({
    errorCode: "invalid_client",
    errorNo: 7000215,
  });
  const stranger = msal(undefined, "11111111-1111-4111-8111-111111111111");
  await expect(ask(stranger)).rejects.toMatchObject({ errorCode: "unauthorized_client", errorNo: 700016 });
  directory.putApp({ ...app, isInstalled: false });
  await expect(ask(msal())).rejects.toMatchObject({ errorCode: "unauthorized_client", errorNo: 7000229 });
  directory.putApp(app);
  await clock.advance(731 * DAY_MS);
  await expect(ask(msal())).rejects.toMatchObject({ errorCode: "invalid_client", errorNo: 7000222 });
  const metadata = await entra.fetch(new Request(`${ORIGIN}/common/v2.0/.well-known/openid-configuration`));
  expect(metadata.headers.get("date")).toBe(new Date(clock.now()).toUTCString()); // by which clocks are compared
});

test("on behalf of a person: only with their token for this app, and only what was consented to", async () => {
  const { entra, directory, app, msal, pick, press, back, link } = tenant();
  const own = `api://${app.clientId}/access_as_user`;
  const { url, verifier } = await link([own]);
  const { code } = back(await pick(url, "ben@northwind.example"));
  const client = msal();
  const signedIn = await client.acquireTokenByCode({
    code: code!,
    scopes: [own],
    redirectUri: REDIRECT,
    codeVerifier: verifier,
  });
  const ask = (oboAssertion: string) => msal().acquireTokenOnBehalfOf({ oboAssertion, scopes: ["User.Read"] });
  await expect(ask(signedIn.accessToken)).rejects.toMatchObject({ errorNo: 65001, subError: "consent_required" });
  await expect(ask(signedIn.idToken)).rejects.toMatchObject({ errorNo: 50013 });
  const consent = await link(["User.Read"]);
  back(await press(consent.url, await pick(consent.url, "ben@northwind.example"), "Accept"));
  const result = await ask(signedIn.accessToken);
  const ben = directory.findUser("ben@northwind.example")!;
  expect(await entra.authorize(`Bearer ${result!.accessToken}`)).toMatchObject({
    userId: ben.id,
    scopes: ["User.Read"],
  });
});

test("who may not consent is sent to an admin, whose consent holds for everybody", async () => {
  const { directory, pick, press, back, link } = tenant();
  const { url } = await link(["User.Read.All"]);
  const refused = await pick(url, "ben@northwind.example");
  expect(await refused.clone().text()).toContain("AADSTS90094");
  const answer = back(await press(url, refused, "Return to the application without granting consent"));
  expect(answer).toMatchObject({ error: "access_denied", error_subcode: "cancel" });
  const admin = await pick(url, "ada@northwind.example");
  expect(back(await press(url, admin, "Accept, on behalf of your organisation"))).toHaveProperty("code");
  expect(directory.delegatedGrants).toMatchObject([{ principalId: null, scopes: ["User.Read.All"] }]);
  expect(back(await pick(url, "cleo@northwind.example"))).toHaveProperty("code");
});

test("a decline, a guest, a disabled user, blocked access and a wrong address are each told apart", async () => {
  const { directory, entra, pick, press, back, link } = tenant();
  const { url } = await link(["User.Read"]);
  const declined = back(await press(url, await pick(url, "ben@northwind.example"), "Cancel"));
  expect(declined).toMatchObject({ error: "access_denied", error_description: expect.stringContaining("AADSTS65004") });
  const guest = directory.users.find(({ role }) => role === "guest")!;
  expect(await (await pick(url, guest.id)).text()).toContain("AADSTS90094");
  const silent = await link(["User.Read"], { prompt: "none" });
  expect(back(await entra.fetch(new Request(silent.url)))).toMatchObject({ error: "login_required" });
  directory.setPolicy({ conditionalAccess: "mfa" });
  const approved = await press(url, await pick(url, "ben@northwind.example"), "Approve");
  expect(back(await press(url, approved, "Accept"))).toHaveProperty("code");
  directory.setPolicy({ conditionalAccess: "block" });
  expect(await (await pick(url, "ben@northwind.example")).text()).toContain("AADSTS53003");
  directory.setPolicy({ conditionalAccess: "none" });
  directory.putUser({ ...directory.findUser("ben@northwind.example")!, isEnabled: false });
  expect(await (await pick(url, "ben@northwind.example")).text()).toContain("AADSTS50057");
  const elsewhere = await entra.fetch(new Request(url.replace("callback", "elsewhere")));
  expect(elsewhere.status).toBe(400);
  expect(await elsewhere.text()).toContain("AADSTS50011");
});

test.each([
  [2, "/v2.0/adminconsent", { admin_consent: "True", error: "consent_required" }],
  [1, "/adminconsent", { error: "permission_denied" }],
])(
  "admin consent, version %i: only an admin grants, and what the registration asks for is held afterwards",
  async (_, path, refused) => {
    const { directory, pick, press, back } = tenant();
    const app = directory.apps[1]!;
    const query = { client_id: app.clientId, redirect_uri: REDIRECT, scope: GRAPH_DEFAULT, state: "s1" };
    const url = `${ORIGIN}/${directory.tenantId}${path}?${new URLSearchParams(query)}`;
    expect(await (await pick(url, "ben@northwind.example")).text()).toContain("AADSTS90094");
    const declined = back(await press(url, await pick(url, "ada@northwind.example"), "Cancel"));
    expect(declined).toMatchObject({ ...refused, state: "s1" });
    expect(directory.grantedRoles(app.clientId)).toEqual([]);
    const granted = back(await press(url, await pick(url, "ada@northwind.example"), "Accept"));
    expect(granted).toMatchObject({ admin_consent: "True", tenant: directory.tenantId, state: "s1" });
    expect(granted).not.toHaveProperty("error");
    expect(directory.grantedRoles(app.clientId)).toEqual(["User.Read.All"]);
    expect(directory.delegatedGrants).toMatchObject([{ principalId: null, scopes: ["User.Read", "User.Read.All"] }]);
  },
);
