import { createHash } from "node:crypto";
import type { Me, Problem } from "@trunkline/protocol";
import { expect, test } from "vitest";
import { createSandbox } from "../src/node/index.ts";
import type { Sandbox } from "../src/sandbox.ts";
import { Person } from "./person.ts";

const ADMIN = "ada@northwind.example";
const VERIFIER = "a-verifier-that-is-long-enough-for-the-rules-of-pkce";

interface Tenant {
  entraUrl: string;
  tenantId: string;
  gatewayClientId: string;
  apps: { clientId: string; secrets: { secret: string }[] }[];
}

/** Signs somebody in at the simulated Entra ID, for the gateway's own scope, and gives their access token. */
async function accessToken(sandbox: Sandbox, account: string): Promise<string> {
  const world = await sandbox.fetch(`${sandbox.worldUrl}/world/microsoft`);
  const { entraUrl, tenantId, gatewayClientId: clientId, apps }: Tenant = await world.json();
  const place = `${entraUrl}/${tenantId}/oauth2/v2.0`;
  const shared = {
    client_id: clientId,
    redirect_uri: `${sandbox.url}/microsoft/callback`,
    scope: `api://${clientId}/access_as_user`,
  };
  const challenge = createHash("sha256").update(VERIFIER).digest("base64url");
  const asked = { ...shared, response_type: "code", code_challenge: challenge, code_challenge_method: "S256" };
  const person = new Person(sandbox.fetch);
  await person.open(`${place}/authorize?${new URLSearchParams(asked)}`);
  await person.press(account);
  if (person.url.startsWith(entraUrl)) await person.press("Accept");
  const code = new URL(person.url).searchParams.get("code") ?? expect.fail(person.words);
  const secret = apps.find((app) => app.clientId === clientId)?.secrets[0]?.secret ?? "";
  const grant = { ...shared, grant_type: "authorization_code", code, code_verifier: VERIFIER, client_secret: secret };
  const answer = await sandbox.fetch(`${place}/token`, { method: "POST", body: new URLSearchParams(grant) });
  return ((await answer.json()) as { access_token: string }).access_token;
}

test("a token of the simulated Entra ID opens the gateway as the user who was connected, and nobody before", async () => {
  const sandbox = await createSandbox({ now: "2026-11-02T09:00:00Z" });
  const call = async <Body>(token: string, method: string, path: string, body?: object) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const response = await sandbox.fetch(sandbox.url + path, {
      method,
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { status: response.status, body: (await response.json()) as Body };
  };
  const byEntra = await accessToken(sandbox, ADMIN);
  expect((await call<Problem>(byEntra, "GET", "/v1/me")).body.code).toBe("tenant_not_connected");

  const session = (await sandbox.auth("ada").token()).token;
  const [first] = sandbox.tenants;
  await call(sandbox.operatorKey, "PATCH", `/v1/tenants/${first?.tenantId}`, { features: ["messaging"] });
  const link = await call<{ url: string }>(session, "POST", "/v1/consent/connect", {});
  const ada = new Person(sandbox.fetch);
  await ada.open(link.body.url);
  await ada.press(ADMIN);
  await ada.press("Accept");
  await ada.press("Connect");
  expect(ada.title).toBe("You are connected");

  const me = await call<Me>(byEntra, "GET", "/v1/me");
  expect([me.status, me.body]).toEqual([200, (await call<Me>(session, "GET", "/v1/me")).body]);
  await sandbox.close();
});
