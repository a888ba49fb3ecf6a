import { createLocalJWKSet, decodeJwt, jwtVerify } from "jose";
import { generate } from "selfsigned";
import { expect, test } from "vitest";
import { DAY_MS, GRAPH_DEFAULT, ORIGIN, REDIRECT, START, tenant } from "./entra-tenant.ts";

/* Rules of Entra that msal-node's own flows do not show: sessions of browsers, kinds of redirects, claims, keys. */

const BEN = "ben@northwind.example";
const CLEO = "cleo@northwind.example";
type Fields = Record<string, string>;

/** A tenant with a browser that has cookies, and an app of which the kind of redirect can be chosen. */
function browsing(kind: "web" | "spa" | "public" = "web") {
  const world = tenant();
  const { directory, entra } = world;
  const app = { ...world.app, redirectUris: [{ uri: REDIRECT, kind }] };
  directory.putApp(app);
  directory.grantScopes(app.clientId, null, ["User.Read"]);
  let cookie = "";
  const visit = async (url: string, fields?: Fields) => {
    const response = await entra.fetch(
      new Request(url, {
        headers: cookie === "" ? {} : { cookie },
        ...(fields ? { method: "POST", body: new URLSearchParams(fields) } : {}),
      }),
    );
    for (const line of response.headers.getSetCookie()) {
      expect(line).toMatch(/; HttpOnly; Secure; SameSite=None$/);
      cookie = line.includes("Max-Age=0") ? "" : (line.split(";")[0] ?? "");
    }
    return response;
  };
  const ask = (more: Fields = {}) => {
    const query = {
      client_id: app.clientId,
      redirect_uri: REDIRECT,
      response_type: "code",
      scope: "User.Read",
      ...more,
    };
    return `${ORIGIN}/${directory.tenantId}/oauth2/v2.0/authorize?${new URLSearchParams(query)}`;
  };
  const pick = (name: string, more: Fields = {}) => visit(ask(more), { account: directory.findUser(name)?.id ?? name });
  const redeem = async (fields: Fields, headers: Fields = {}) => {
    const body = new URLSearchParams({ client_id: app.clientId, redirect_uri: REDIRECT, ...fields });
    const url = `${ORIGIN}/${directory.tenantId}/oauth2/v2.0/token`;
    const response = await entra.fetch(new Request(url, { method: "POST", headers, body }));
    return { headers: response.headers, json: await response.json() };
  };
  const codeOf = async (name: string, more: Fields = {}) => {
    const { code = "" } = world.back(await pick(name, more));
    return { grant_type: "authorization_code", code };
  };
  const secret = { client_secret: app.secrets[0]?.secret ?? "" };
  return { ...world, app, visit, ask, pick, redeem, codeOf, secret };
}

test("a browser that is signed in goes on by itself, is asked again when told to, and forgets at sign-out", async () => {
  const { visit, ask, pick, back, clock, directory, app } = browsing();
  expect(back(await visit(ask({ prompt: "none" })))).toMatchObject({ error: "login_required" });
  expect(back(await pick(BEN))).toHaveProperty("code");
  expect(back(await visit(ask()))).toHaveProperty("code");
  expect(back(await visit(ask({ prompt: "none", login_hint: BEN })))).toHaveProperty("code");
  expect(back(await visit(ask({ prompt: "none", login_hint: CLEO })))).toMatchObject({ error: "login_required" });
  for (const prompt of ["login", "select_account"]) expect(await (await visit(ask({ prompt }))).text()).toContain(CLEO);
  const unasked = back(await visit(ask({ prompt: "none", scope: "Contacts.Read" })));
  expect(unasked).toMatchObject({ error: "interaction_required", suberror: "consent_required" });

  expect(back(await pick(CLEO))).toHaveProperty("code");
  expect(back(await visit(ask({ prompt: "none" })))).toMatchObject({
    error: "interaction_required",
    error_description: expect.stringContaining("AADSTS16000"),
  });
  const out = (more: Fields) => `${ORIGIN}/common/oauth2/v2.0/logout?${new URLSearchParams(more)}`;
  expect(await (await visit(out({}))).text()).toContain(CLEO);
  expect((await visit(out({ logout_hint: CLEO, post_logout_redirect_uri: "https://elsewhere.example" }))).status).toBe(
    200,
  );
  expect(back(await visit(ask({ prompt: "none" })))).toHaveProperty("code");
  expect(back(await visit(out({ post_logout_redirect_uri: REDIRECT, state: "s" })))).toEqual({ state: "s" });
  expect(back(await visit(ask({ prompt: "none" })))).toMatchObject({ error: "login_required" });

  expect(back(await pick(BEN))).toHaveProperty("code");
  await clock.advance(DAY_MS);
  expect(back(await visit(ask({ prompt: "none" })))).toMatchObject({ error: "login_required" });
  directory.putApp({ ...app, assignedUsers: [] });
  expect(await (await pick(BEN)).text()).toContain("AADSTS50105");
});

test("hints narrow who is asked, and a person of another tenant is not let in", async () => {
  const { visit, ask, pick } = browsing();
  const asked = async (more: Fields) => {
    const page = await visit(ask(more));
    expect(page.headers.get("x-frame-options")).toBe("DENY");
    return [...(await page.text()).matchAll(/value="[^"]*">([^<]*)</g)].map(([, label]) => label);
  };
  expect(await asked({})).toHaveLength(5);
  expect(await asked({ login_hint: "Ben@Northwind.example" })).toEqual([BEN]);
  expect(await asked({ domain_hint: "fabrikam.example" })).toEqual(["zoe@fabrikam.example"]);
  expect(await (await pick("zoe@fabrikam.example")).text()).toContain("AADSTS50020");
  expect(await (await pick("nobody@northwind.example")).text()).toContain("AADSTS50034");
});

test("an answer comes back as query, fragment or form, and only codes are given", async () => {
  const { pick, back, visit, ask } = browsing();
  const fragment = await pick(BEN, { response_mode: "fragment", state: "s" });
  expect(new URL(fragment.headers.get("location") ?? "").hash).toMatch(/^#code=.*&state=s$/);
  const form = await (await visit(ask({ response_mode: "form_post", state: '"><b>' }))).text();
  expect(form).toContain(`action="${REDIRECT}"`);
  expect(form).toMatch(/name="code" value="[^"]+"/);
  expect(form).toContain('name="state" value="&quot;&gt;&lt;b&gt;"');
  expect(back(await visit(ask({ response_type: "id_token" })))).toMatchObject({ error: "unsupported_response_type" });
});

test.each([
  ["web", false, true, null],
  ["web", false, false, 7000218],
  ["web", true, true, 9002326],
  ["spa", true, false, null],
  ["spa", false, false, 9002327],
  ["spa", true, true, 700025],
  ["public", false, false, null],
  ["public", true, false, 9002326],
  ["public", false, true, 700025],
] as const)("a code of a %s redirect, of a page: %s, with a secret: %s", async (kind, isPage, hasSecret, refused) => {
  const { redeem, codeOf, secret } = browsing(kind);
  const code = await codeOf(BEN, { scope: "User.Read offline_access" });
  const headers: Fields = isPage ? { origin: "https://inbox.example" } : {};
  const first = await redeem({ ...code, ...(hasSecret ? secret : {}) }, headers);
  expect(first.json.error_codes ?? null).toEqual(refused === null ? null : [refused]);
  expect(first.headers.get("access-control-allow-origin")).toBe(isPage ? "*" : null);
  if (refused !== null) return;
  const renewal = {
    grant_type: "refresh_token",
    refresh_token: first.json.refresh_token,
    ...(hasSecret ? secret : {}),
  };
  expect((await redeem(renewal, headers)).json).toHaveProperty("access_token");
  const elsewhere = await redeem(renewal, isPage ? {} : { origin: "https://inbox.example" });
  expect(elsewhere.json.error_codes).toEqual([isPage ? 9002327 : 9002326]);
});

test("a page's refresh tokens all end with the first one's day; others last while they are used", async () => {
  for (const kind of ["spa", "public"] as const) {
    const { redeem, codeOf, clock } = browsing(kind);
    const headers: Fields = kind === "spa" ? { origin: "https://inbox.example" } : {};
    const renew = (refresh_token: string) => redeem({ grant_type: "refresh_token", refresh_token }, headers);
    const { json } = await redeem(await codeOf(BEN, { scope: "User.Read offline_access" }), headers);
    await clock.advance(DAY_MS / 2);
    const next = await renew(json.refresh_token);
    await clock.advance(DAY_MS / 2);
    expect((await renew(next.json.refresh_token)).json.error_codes).toEqual(kind === "spa" ? [700084] : undefined);
    await clock.advance(90 * DAY_MS);
    expect((await renew(next.json.refresh_token)).json.error_codes).toEqual([kind === "spa" ? 700084 : 70008]);
  }
});

test("a second factor is asked for by policy or by claims, once, and a challenge says what to ask with", async () => {
  const { redeem, codeOf, secret, directory, visit, ask, pick, press, back, msal, app } = browsing();
  const scope = "User.Read offline_access openid";
  const before = await redeem({ ...(await codeOf(BEN, { scope })), ...secret });
  directory.setPolicy({ conditionalAccess: "mfa" });
  const refused = await redeem({ grant_type: "refresh_token", refresh_token: before.json.refresh_token, ...secret });
  expect(refused.json).toMatchObject({ error: "interaction_required", suberror: "basic_action", error_codes: [50076] });
  directory.setPolicy({ conditionalAccess: "none" });
  const { claims } = refused.json;
  expect(back(await visit(ask({ prompt: "none", claims })))).toMatchObject({ error: "interaction_required" });
  const approve = await pick(BEN, { scope, claims });
  const { code = "" } = back(await press(ask({ scope, claims }), approve, "Approve"));
  const after = await redeem({ grant_type: "authorization_code", code, ...secret });
  expect(decodeJwt(after.json.access_token)).toMatchObject({ amr: ["pwd", "mfa"] });
  directory.setPolicy({ conditionalAccess: "mfa" });
  const renewal = { grant_type: "refresh_token", refresh_token: after.json.refresh_token, ...secret };
  expect((await redeem(renewal)).json).toHaveProperty("access_token");
  expect((await redeem({ ...renewal, claims: "{" })).json.error_codes).toEqual([90023]);

  // msal-node hands the challenge on: an assertion without a second factor cannot be used, one with it can.
  directory.setPolicy({ conditionalAccess: "none" });
  const own = `api://${app.clientId}/access_as_user`;
  const single = await redeem({ ...(await codeOf(CLEO, { scope: own })), ...secret });
  directory.setPolicy({ conditionalAccess: "mfa" });
  const asked = msal().acquireTokenOnBehalfOf({ oboAssertion: single.json.access_token, scopes: ["User.Read"] });
  await expect(asked).rejects.toMatchObject({ errorNo: 50076, subError: "basic_action", claims });
  const approved = await press(ask({ scope: own }), await pick(CLEO, { scope: own }), "Approve");
  const double = await redeem({ grant_type: "authorization_code", code: back(approved).code ?? "", ...secret });
  const result = await msal().acquireTokenOnBehalfOf({ oboAssertion: double.json.access_token, scopes: ["User.Read"] });
  expect(result?.accessToken).toBeTypeOf("string");
});

test("tokens name a person, their roles in the app and, when the registration asks, their groups up to 200", async () => {
  const { redeem, codeOf, secret, directory, app } = browsing();
  const ben = directory.findUser(BEN);
  const scope = `openid email api://${app.clientId}/access_as_user`;
  const tokens = async () => {
    const { json } = await redeem({ ...(await codeOf(BEN, { scope })), ...secret });
    return [decodeJwt(json.access_token), decodeJwt(json.id_token)];
  };
  const named = { name: ben?.displayName, preferred_username: BEN, oid: ben?.id, tid: directory.tenantId, ver: "2.0" };
  const plain = await tokens();
  for (const claims of plain) expect(claims).toMatchObject(named);
  for (const claims of plain) expect([claims.roles, claims.groups]).toEqual([undefined, undefined]);
  expect(plain[1]).toMatchObject({ email: BEN });
  directory.putApp({
    ...app,
    appRoles: [{ id: "1", value: "Supervisor", displayName: "Supervisors" }],
    userRoles: ["Supervisor", "Removed"].map((role) => ({ userId: ben?.id ?? "", role })),
    groupMembershipClaims: "SecurityGroup",
  });
  const group = (id: string, kind: "security" | "microsoft365") =>
    directory.putGroup({ id, displayName: id, kind, members: [ben?.id ?? ""] });
  group("g-1", "security");
  group("g-2", "microsoft365");
  for (const claims of await tokens()) expect(claims).toMatchObject({ roles: ["Supervisor"], groups: ["g-1"] });
  for (let place = 2; place <= 201; place++) group(`s-${place}`, "security");
  for (const claims of await tokens()) {
    expect(claims).not.toHaveProperty("groups");
    expect(claims).toMatchObject({ _claim_names: { groups: "src1" }, _claim_sources: { src1: {} } });
  }
});

test("metadata leads to keys that verify tokens; a key that signs no more is published for a day", async () => {
  const { entra, clock, directory, redeem, codeOf, secret, app } = browsing();
  const read = async (path: string) =>
    (await entra.fetch(new Request(ORIGIN + path, { headers: { origin: "x" } }))).json();
  const token = async () => {
    const scope = `api://${app.clientId}/access_as_user`;
    return (await redeem({ ...(await codeOf(BEN, { scope })), ...secret })).json.access_token;
  };
  const own = await read(`/${directory.tenantId}/v2.0/.well-known/openid-configuration`);
  const shared = await read("/organizations/v2.0/.well-known/openid-configuration");
  expect(shared.issuer).toBe(`${ORIGIN}/{tenantid}/v2.0`);
  expect(own).toMatchObject({
    end_session_endpoint: `${ORIGIN}/${directory.tenantId}/oauth2/v2.0/logout`,
    response_modes_supported: ["query", "fragment", "form_post"],
  });
  const verify = async (value: string) => {
    const keys = createLocalJWKSet(await read(new URL(own.jwks_uri).pathname));
    return jwtVerify(value, keys, { issuer: own.issuer, audience: app.clientId, currentDate: new Date(START) });
  };
  const [first, answer] = [await token(), await entra.fetch(new Request(own.jwks_uri, { headers: { origin: "x" } }))];
  expect(answer.headers.get("access-control-allow-origin")).toBe("*");
  await entra.keys.rotate();
  const second = await token();
  await entra.keys.rotate();
  expect((await verify(first)).protectedHeader.kid).not.toBe((await verify(second)).protectedHeader.kid);
  expect((await read(new URL(own.jwks_uri).pathname)).keys).toHaveLength(3);
  await clock.advance(DAY_MS);
  expect((await read(new URL(own.jwks_uri).pathname)).keys).toHaveLength(1);
  await expect(verify(first)).rejects.toMatchObject({ code: "ERR_JWKS_NO_MATCHING_KEY" });
});

test("during a rotation either certificate serves msal-node; one that has ended or was removed does not", async () => {
  const { directory, app, msal, clock } = tenant();
  const make = async (keyId: string, days: number) => {
    const pems = await generate([{ name: "commonName", value: keyId }], { keySize: 2048 });
    const der = pems.cert.replace(/-----.*?-----|\s/g, "");
    const hash = await crypto.subtle.digest("SHA-256", Buffer.from(der, "base64"));
    const clientCertificate = { privateKey: pems.private, thumbprintSha256: Buffer.from(hash).toString("hex") };
    const ask = () => msal({ clientCertificate }).acquireTokenByClientCredential({ scopes: [GRAPH_DEFAULT] });
    return {
      ask,
      kept: { keyId, der, displayName: keyId, startsAt: START - DAY_MS, expiresAt: START + days * DAY_MS },
    };
  };
  const [older, newer] = await Promise.all([make("older", 30), make("newer", 400)]);
  directory.putApp({ ...app, certificates: [older.kept, newer.kept] });
  for (const { ask } of [older, newer]) expect((await ask())?.accessToken).toBeTypeOf("string");
  await clock.advance(31 * DAY_MS);
  await expect(older.ask()).rejects.toMatchObject({ errorCode: "invalid_client", errorNo: 700027 });
  directory.putApp({ ...app, certificates: [older.kept] });
  await expect(newer.ask()).rejects.toMatchObject({ errorNo: 700027 });
});
