import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ownPort } from "../../../scripts/lib/own-port.ts";
import { attachToWorld, type ListeningWorld, startWorld } from "../src/node/index.ts";
import { trustingFetch } from "../src/node/trusting-fetch.ts";
import type { WorldDescription } from "../src/world.ts";

let dataDir: string;
let world: ListeningWorld | undefined;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "trunkline-entra-"));
});
afterEach(async () => {
  await world?.stop();
  world = undefined;
  await rm(dataDir, { recursive: true, force: true });
});

async function begin(entraPort = 0): Promise<WorldDescription["microsoft"]> {
  world = await startWorld({ dataDir, entraPort });
  return ((await (await fetch(`${world.url}/world`)).json()) as WorldDescription).microsoft;
}

/** Asks as a client would that was told of `caCertificate`, and knows nothing else. */
async function ask({ authority, caCertificate }: WorldDescription["microsoft"], path: string, body?: URLSearchParams) {
  const { origin } = new URL(authority);
  const trusting = trustingFetch({ origin, caCertificate: String(caCertificate), fetch });
  const response = await trusting.fetch(authority + path, body ? { method: "POST", body } : {});
  const answer = await response.json();
  trusting.close();
  return answer;
}

test("Entra answers over https and Graph over http; a world that begins again has its certificate, port and keys", async () => {
  const microsoft = await begin(await ownPort());
  const { authority, graph, tenantId, caCertificate, clients } = microsoft;
  expect(authority).toMatch(new RegExp(`^https://127\\.0\\.0\\.1:\\d+/${tenantId}$`));
  expect(graph).toBe(`${world?.url}/v1.0`);
  expect(await readFile(join(dataDir, "entra-ca.pem"), "utf8")).toBe(caCertificate);
  expect((await stat(join(dataDir, "entra.json"))).mode & 0o777).toBe(0o600);
  await expect(fetch(authority)).rejects.toThrow("fetch failed"); // nobody trusts it unasked

  const [client] = clients;
  const { access_token } = await ask(
    microsoft,
    "/oauth2/v2.0/token",
    new URLSearchParams({
      grant_type: "client_credentials",
      client_id: client!.clientId,
      client_secret: client!.clientSecret,
      scope: "https://graph.microsoft.com/.default",
    }),
  );
  const users = async (address: string) =>
    (await fetch(`${address}/users`, { headers: { authorization: `Bearer ${access_token}` } })).status;
  expect(await users(graph)).toBe(200);
  const { keys } = await ask(microsoft, "/discovery/v2.0/keys");

  await world?.stop();
  const again = await begin();
  expect(again).toEqual({ ...microsoft, graph: `${world?.url}/v1.0` });
  expect((await ask(again, "/discovery/v2.0/keys")).keys).toEqual(keys);
  expect(await users(again.graph)).toBe(200);
});

test("where the port of before is somebody else's, Entra takes another one", async () => {
  const before = await begin(await ownPort());
  await world?.stop();
  const { port } = new URL(before.authority);
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(Number(port), "127.0.0.1", resolve));
  const after = await begin();
  expect(after.authority).not.toBe(before.authority);
  expect((await ask(after, "/discovery/v2.0/keys")).keys).toHaveLength(1);
  other.close();
});

test("a gateway's process signs in at the world's Entra ID as any gateway does at Microsoft's", async () => {
  const { authority, tenantId, graph } = await begin();
  const url = String(world?.url);
  const attachment = await attachToWorld({ url });
  const { clientId, appIdUri, cloud, credentials, client } = attachment.microsoft;
  expect(appIdUri).toBe(`api://${clientId}`);
  expect(credentials).toMatchObject([{ kind: "secret" }]);
  expect(JSON.stringify(credentials)).not.toContain('secret":'); // what is watched is not what opens
  expect(cloud).toMatchObject({ authority: new URL(authority).origin, graphResource: "https://graph.microsoft.com" });

  const asApp = () => client.asApp({ tenant: tenantId, resource: "https://graph.microsoft.com" });
  expect((await asApp()).roles).toEqual([]);
  const body = JSON.stringify({ clientId, roles: ["User.Read.All"] });
  await fetch(`${url}/world/microsoft/grants`, { method: "PATCH", body });
  const { roles, accessToken } = await asApp();
  expect(roles).toEqual(["User.Read.All"]);
  const users = await fetch(`${graph}/users`, { headers: { authorization: `Bearer ${accessToken}` } });
  expect(users.status).toBe(200);

  await fetch(`${url}/world/microsoft/faults`, {
    method: "PATCH",
    body: JSON.stringify({ entra: [{ status: null }] }),
  });
  await expect(asApp()).rejects.toMatchObject({ name: "EntraUnavailable" });
  await attachment.close();
});
