import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { mkdtemp, readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { plannedPermissions, planPermissions } from "@trunkline/protocol/permissions";
import { afterEach, expect, test } from "vitest";
import { trunkline } from "./support/program.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const BASE = ["setup", "microsoft", "--public-url", "https://sms.example.com"];
const CLIENT = "cccccccc-2222-4333-8444-555555555555";
const newDirectory = async () => join(await mkdtemp(join(tmpdir(), "trunkline-setup-")), "made");

test("a dry run prints a registration with exactly the planned permissions, and makes nothing", async () => {
  const out = await newDirectory();
  const features = ["contact_sync", "directory", "channel_inbox"] as const;
  const { code, stdout, stderr } = await trunkline([
    ...BASE,
    ...["--dry-run", "--out", out, "--features", features.join()],
    ...["--page", "https://crm.example.com/signed-in", "--tab-domain", "Inbox.example.com", "--client-id", CLIENT],
  ]);
  expect(code, stderr).toBe(0);
  const manifest = JSON.parse(stdout);
  expect(manifest).toMatchObject({
    signInAudience: "AzureADMultipleOrgs",
    identifierUris: [`api://inbox.example.com/${CLIENT}`],
    web: { redirectUris: ["https://sms.example.com/microsoft/callback"] },
    spa: { redirectUris: ["https://crm.example.com/signed-in"] },
    keyCredentials: [],
  });
  const asked = manifest.requiredResourceAccess.flatMap(
    ({ resourceAccess }: { resourceAccess: { id: string; type: string }[] }) =>
      resourceAccess.map(({ id, type }) => `${id} ${type}`),
  );
  const planned = plannedPermissions(planPermissions(features))
    .filter(({ kind }) => kind !== "rsc") // granted in a team, by the Teams app's manifest
    .map(({ id, kind }) => `${id} ${kind === "application" ? "Role" : "Scope"}`);
  expect(asked.toSorted()).toEqual(planned.toSorted());
  const [scope] = manifest.api.oauth2PermissionScopes;
  expect(scope.value).toBe("access_as_user");
  expect(manifest.api.preAuthorizedApplications).toHaveLength(7);
  await expect(stat(out)).rejects.toThrow("ENOENT");
});

test("a key pair is made once, belongs together, is readable by its owner alone, and is never written over", async () => {
  const out = await newDirectory();
  const { code, stderr } = await trunkline([...BASE, "--out", out, "--days", "90"]);
  expect(code, stderr).toBe(0);
  const read = (name: string) => readFile(join(out, name), "utf8");
  const certificate = new X509Certificate(await read("certificate.pem"));
  const key = createPrivateKey(await read("private-key.pem"));
  expect(certificate.checkPrivateKey(key)).toBe(true);
  expect(createPublicKey(key).asymmetricKeyDetails?.modulusLength).toBe(2048);
  const days = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / 86_400_000;
  expect(days).toBe(90);
  if (process.platform !== "win32") expect((await stat(join(out, "private-key.pem"))).mode & 0o077).toBe(0);
  const [held] = JSON.parse(await read("app-registration.json")).keyCredentials;
  expect(held).toMatchObject({ type: "AsymmetricX509Cert", usage: "Verify", key: certificate.raw.toString("base64") });
  expect(await read("gateway.env")).toContain(`TRUNKLINE_MICROSOFT_PRIVATE_KEY_FILE=${join(out, "private-key.pem")}`);
  expect(stderr).toContain("https://sms.example.com/microsoft/callback");

  const before = await read("private-key.pem");
  const again = await trunkline([...BASE, "--out", out]);
  expect(again.code).toBe(1);
  expect(again.stderr).toContain("is there already and may be in use");
  expect(await read("private-key.pem")).toBe(before);
});

test.each([
  ["no address", ["setup", "microsoft"], "--public-url https://…"],
  [
    "an address without TLS",
    ["setup", "microsoft", "--public-url", "http://sms.example.com"],
    "must be an https address",
  ],
  ["a feature that is none", [...BASE, "--features", "mesaging"], "Did you mean messaging?"],
  ["a cloud that is none", [...BASE, "--cloud", "pubic"], "Did you mean public?"],
  ["a client id that is none", [...BASE, "--client-id", "trunkline"], "--client-id must be a GUID"],
  ["a certificate that lasts too long", [...BASE, "--days", "9999"], "--days must be 1 to 730"],
  ["no admin's token", [...BASE, "--apply"], "TRUNKLINE_GRAPH_TOKEN"],
])("%s is a mistake of the caller's, and nothing is made", async (_, args, message) => {
  const out = await newDirectory();
  const { code, stderr } = await trunkline([...args, "--out", out]);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
  await expect(stat(out)).rejects.toThrow("ENOENT");
});

/** Graph as far as an admin needs it here: it notes what it is told, and refuses when it shall. */
async function graph(refuses: string | null = null) {
  const calls: { method: string; path: string; token: string | undefined; body: Record<string, unknown> }[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const { method = "", url: path = "" } = request;
    calls.push({ method, path, token: request.headers.authorization, body: JSON.parse(text) });
    const isRefused = path === refuses;
    response.writeHead(isRefused ? 403 : path.endsWith("s") ? 201 : 204, { "request-id": "r-1" });
    const error = { error: { code: "Authorization_RequestDenied", message: "Insufficient privileges." } };
    response.end(
      isRefused ? JSON.stringify(error) : path.endsWith("s") ? JSON.stringify({ id: "o-1", appId: CLIENT }) : "",
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => new Promise((resolve) => server.close(() => resolve())));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return { calls, url: `http://127.0.0.1:${port}` };
}

test("with an admin's token the registration is made, with its address and service principal", async () => {
  const { calls, url } = await graph();
  const out = await newDirectory();
  const args = [...BASE, "--apply", "--graph-url", url, "--out", out];
  const { code, stderr } = await trunkline(args, { env: { TRUNKLINE_GRAPH_TOKEN: "an-admins-token" } });
  expect(code, stderr).toBe(0);
  expect(calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
    "POST /v1.0/applications",
    "PATCH /v1.0/applications/o-1",
    "POST /v1.0/servicePrincipals",
  ]);
  expect(new Set(calls.map(({ token }) => token))).toEqual(new Set(["Bearer an-admins-token"]));
  expect(calls[0]?.body).toMatchObject({ displayName: "Trunkline" });
  expect(calls[1]?.body).toEqual({ identifierUris: [`api://${CLIENT}`] });
  expect(await readFile(join(out, "gateway.env"), "utf8")).toContain(`TRUNKLINE_MICROSOFT_CLIENT_ID=${CLIENT}`);
  expect(stderr + JSON.stringify(await readFile(join(out, "gateway.env"), "utf8"))).not.toContain("an-admins-token");
});

test("what Graph refuses is said with its own words, and what was made before is named", async () => {
  const { url } = await graph("/v1.0/servicePrincipals");
  const args = [...BASE, "--apply", "--graph-url", url, "--out", await newDirectory()];
  const { code, stderr } = await trunkline(args, { env: { TRUNKLINE_GRAPH_TOKEN: "t" } });
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /403 to POST \/servicePrincipals\. Authorization_RequestDenied: Insufficient privileges\. \(request r-1\)/,
  );
  expect(stderr).toContain(`The registration ${CLIENT} was made before that.`);
});
