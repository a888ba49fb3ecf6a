import { EntraRefused, EntraUnavailable, MICROSOFT_CLOUDS, platformRandom } from "@trunkline/gateway";
import { type MicrosoftCredential, microsoftClient } from "@trunkline/gateway/node";
import { generate } from "selfsigned";
import { expect, test } from "vitest";
import { platformTime, WorldClock } from "../src/clock.ts";
import { Directory } from "../src/microsoft/directory.ts";
import { newDirectoryState } from "../src/microsoft/directory-seed.ts";
import { createEntra } from "../src/microsoft/entra/entra.ts";

/* The gateway's own client of Entra, against the simulated one. */

const ORIGIN = "https://entra.example";
const GRAPH = "https://graph.microsoft.com";
const REDIRECT = "http://localhost/auth/callback";
const DAY_MS = 24 * 60 * 60 * 1000;
const NONCE = "n-1";

const pems = await generate([{ name: "commonName", value: "Trunkline" }], { keySize: 2048 });

function world(answer?: (request: Request) => Response | undefined) {
  const start = Date.now();
  const directory = new Directory({
    state: newDirectoryState({ random: platformRandom, now: start }),
    random: platformRandom,
  });
  const clock = new WorldClock({ host: platformTime, standsAt: start });
  const entra = createEntra({ directory, clock, random: platformRandom, origin: ORIGIN });
  const asked: URLSearchParams[] = [];
  const app = directory.apps[0]!;
  const secret = (value: string, more: object = {}): MicrosoftCredential => {
    const lifetime = { startsAt: start - DAY_MS, expiresAt: start + 90 * DAY_MS };
    return { id: value, kind: "secret", secret: value, ...lifetime, ...more };
  };
  const client = (credentials = [secret(app.secrets[0]!.secret)]) =>
    microsoftClient({
      clientId: app.clientId,
      credentials,
      clock,
      cloud: {
        ...MICROSOFT_CLOUDS.public,
        authority: ORIGIN,
        issuers: { "1.0": "https://sts.example/{tenantid}/", "2.0": `${ORIGIN}/{tenantid}/v2.0` },
      },
      fetch: async (input, init) => {
        const request = new Request(input, init);
        asked.push(new URLSearchParams(await request.clone().text()));
        return answer?.(request) ?? entra.fetch(request);
      },
    });
  const tenant = directory.tenantId;
  /** Signs Ben, or somebody else, in on Entra's page and gives back what the browser brings. */
  const authorize = async (scopes: readonly string[], nonce = NONCE, upn = "ben@northwind.example") => {
    const codeVerifier = "v".repeat(43);
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(codeVerifier));
    const codeChallenge = Buffer.from(hash).toString("base64url");
    const request = { tenant: "organizations", scopes, redirectUri: REDIRECT, state: "s-1", nonce, codeChallenge };
    const url = await client().authorizeUrl(request);
    const post = (fields: Record<string, string>) =>
      entra.fetch(new Request(url, { method: "POST", body: new URLSearchParams(fields) }));
    let page = await post({ account: directory.findUser(upn)!.id });
    const flow = /name="flow" value="(.*?)"/.exec(await page.clone().text())?.[1];
    if (flow !== undefined) page = await post({ flow, act: "accept" });
    const back = new URL(page.headers.get("location")!).searchParams;
    expect(back.get("state")).toBe("s-1");
    return { tenant: "organizations", scopes, redirectUri: REDIRECT, code: back.get("code")!, codeVerifier, nonce };
  };
  return { directory, clock, entra, app, asked, client, secret, tenant, authorize };
}

test("a person signs in, is known by tenant and object id, and is renewed from what was kept", async () => {
  const { entra, directory, tenant, client, clock, authorize, asked } = world();
  const signedIn = await client().redeem(await authorize([`${GRAPH}/User.Read`]));
  const ben = directory.findUser("ben@northwind.example")!;
  expect(signedIn.account).toEqual({
    tenantId: tenant,
    objectId: ben.id,
    name: ben.displayName,
    username: ben.upn,
    standing: "unknown", // this app's registration does not ask for it
  });
  expect(signedIn.scopes).toEqual(expect.arrayContaining(["User.Read", "openid", "profile", "offline_access"]));
  expect(signedIn.expiresAt).toBeGreaterThan(clock.now());
  await clock.advance(DAY_MS);
  const renewed = await client().renew({ tokens: signedIn.tokens, scopes: [`${GRAPH}/User.Read`] });
  expect(renewed.account).toEqual(signedIn.account);
  expect(await entra.authorize(`Bearer ${renewed.accessToken}`)).toMatchObject({ userId: ben.id });
  expect(asked.map((form) => form.get("grant_type"))).toEqual(["authorization_code", "refresh_token"]);
});

test.each([
  ["ada@northwind.example", "global_admin", "admin"],
  ["ben@northwind.example", "app_admin", "app_admin"],
  ["ben@northwind.example", "member", "member"],
  ["dana_partner.example#EXT#@northwind.example", "guest", "guest"],
] as const)(
  "what %s is in the organisation, %s, stands in the ID token where the registration asks for it",
  async (upn, role, standing) => {
    const { directory, app, client, authorize } = world();
    directory.putApp({ ...app, groupMembershipClaims: "SecurityGroup, DirectoryRole", idTokenClaims: ["acct"] });
    directory.putUser({ ...directory.findUser(upn)!, role });
    directory.grantScopes(app.clientId, null, ["User.Read"]);
    const { account } = await client().redeem(await authorize(["User.Read"], NONCE, upn));
    expect(account.standing).toBe(standing);
  },
);

test("an ID token that answers another request is refused", async () => {
  const { client, authorize } = world();
  const request = { ...(await authorize(["User.Read"])), nonce: "another" };
  await expect(client().redeem(request)).rejects.toBeInstanceOf(EntraRefused);
});

test("what Entra refuses comes with its numbers, and what it asks again with", async () => {
  const { client, authorize, tenant, app } = world();
  const code = await authorize(["User.Read"]);
  const signedIn = await client().redeem(code);
  await expect(client().redeem(code)).rejects.toMatchObject({ codes: [54005], error: "invalid_grant" });
  const more = client().renew({ tokens: signedIn.tokens, scopes: [`${GRAPH}/Mail.Send`] });
  await expect(more).rejects.toMatchObject({ codes: [65001], suberror: "consent_required" });
  const own = await client().redeem(await authorize([`api://${app.clientId}/access_as_user`]));
  const onBehalf = { tenant, assertion: own.accessToken, scopes: [`${GRAPH}/User.Read`] };
  expect((await client().onBehalfOf(onBehalf)).scopes).toContain("User.Read");
  const wrong = client().onBehalfOf({ ...onBehalf, assertion: signedIn.accessToken });
  await expect(wrong).rejects.toMatchObject({ codes: [50013] });
});

test("a claims challenge is handed on", async () => {
  const body = {
    error: "interaction_required",
    suberror: "basic_action",
    error_description: "AADSTS50076: verify.",
    claims: "{}",
  };
  const { client, tenant } = world(() => Response.json(body, { status: 400 }));
  const asked = client().asApp({ tenant, resource: GRAPH });
  await expect(asked).rejects.toMatchObject({ codes: [50076], suberror: "basic_action", claims: "{}" });
});

test("the app's own token tells its roles, by certificate and by secret", async () => {
  const { client, directory, app, tenant, clock, secret, asked } = world();
  const lifetime = { startsAt: clock.now() - DAY_MS, expiresAt: clock.now() + DAY_MS };
  const certificate: MicrosoftCredential = {
    id: "cert",
    kind: "certificate",
    certificate: pems.cert,
    privateKey: pems.private,
    ...lifetime,
  };
  const both = client([secret(app.secrets[0]!.secret), certificate]);
  const ask = () => both.asApp({ tenant, resource: GRAPH });
  expect((await ask()).roles).toEqual(["User.Read.All"]);
  // The certificate went first; Entra did not know it yet, and the secret did.
  expect(asked.map((form) => form.has("client_assertion"))).toEqual([true, false]);
  const der = pems.cert.replace(/-----.*?-----|\s/g, "");
  directory.putApp({ ...app, certificates: [{ keyId: "1", der, displayName: "", ...lifetime }] });
  expect((await ask()).roles).toEqual(["User.Read.All"]);
  expect(asked.slice(2).map((form) => form.has("client_assertion"))).toEqual([true]);
});

test("during a rotation either secret serves, and one that nobody knows is tried once", async () => {
  const { client, app, tenant, secret, clock, asked } = world();
  const good = secret(app.secrets[0]!.secret);
  const newer = secret("not registered yet", { expiresAt: clock.now() + 365 * DAY_MS });
  await client([good, newer]).asApp({ tenant, resource: GRAPH });
  expect(asked.map((form) => form.get("client_secret"))).toEqual(["not registered yet", app.secrets[0]!.secret]);
  const wrong = client([newer]).asApp({ tenant, resource: GRAPH });
  await expect(wrong).rejects.toMatchObject({ codes: [7000215] });
  expect(asked).toHaveLength(3);
});

test("an Entra that is away, or asks for a pause, refuses nothing", async () => {
  const ask = (answer: () => Response) => {
    const { client, tenant } = world(answer);
    return client().asApp({ tenant, resource: GRAPH });
  };
  const gone = ask(() => {
    throw new TypeError("fetch failed");
  });
  await expect(gone).rejects.toBeInstanceOf(EntraUnavailable);
  const busy = ask(() => Response.json({}, { status: 429, headers: { "retry-after": "7" } }));
  await expect(busy).rejects.toMatchObject({ name: "EntraUnavailable", retryAfterMs: 7000 });
  const page = ask(() => new Response("<h1>Bad gateway</h1>", { status: 502 }));
  await expect(page).rejects.toMatchObject({ name: "EntraUnavailable", retryAfterMs: null });
});

test("a client without a credential is a mistake", () => {
  expect(() => microsoftClient({ clientId: crypto.randomUUID(), credentials: [] })).toThrow(TypeError);
});
