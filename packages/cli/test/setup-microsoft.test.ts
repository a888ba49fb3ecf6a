import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { mkdtemp, readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { plannedPermissions, planPermissions } from "@trunkline/protocol/permissions";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeRegistration } from "../src/microsoft/graph-admin.ts";
import { registration } from "../src/microsoft/registration.ts";
import {
  FEATURES,
  type MicrosoftStage,
  microsoftStage,
  PAGE,
  PUBLIC_URL,
  TAB_DOMAIN,
} from "./support/microsoft-set-up.ts";
import { trunkline } from "./support/program.ts";

let stage: MicrosoftStage;
beforeAll(async () => {
  stage = await microsoftStage();
});
afterAll(() => stage.close());

const BASE = ["setup", "microsoft", "--public-url", PUBLIC_URL];
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
    groupMembershipClaims: "DirectoryRole",
    optionalClaims: { idToken: [{ name: "acct" }] },
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

test("with an admin's token the registration is made in Microsoft Graph, and once consented to nothing is wrong with it", async () => {
  const out = await newDirectory();
  const apply = [...BASE, "--apply", "--graph-url", stage.graphUrl, "--out", out, "--features", FEATURES.join()];
  const args = [...apply, "--page", PAGE, "--tab-domain", TAB_DOMAIN];
  const { code, stderr } = await trunkline(args, { env: { TRUNKLINE_GRAPH_TOKEN: stage.setupToken } });
  expect(code, stderr).toBe(0);
  const text = await readFile(join(out, "gateway.env"), "utf8");
  expect(stderr + text).not.toContain(stage.setupToken);
  const env = Object.fromEntries(
    text
      .trim()
      .split("\n")
      .map((line) => line.split("=", 2) as [string, string]),
  );
  const clientId = env.TRUNKLINE_MICROSOFT_CLIENT_ID ?? "";
  expect(await stage.world("GET", `/apps/${clientId}`)).toMatchObject({
    displayName: "Trunkline",
    identifierUris: [`api://${TAB_DOMAIN}/${clientId}`],
    redirectUris: [
      { uri: `${PUBLIC_URL}/microsoft/callback`, kind: "web" },
      { uri: PAGE, kind: "spa" },
    ],
    exposedScopes: ["access_as_user"],
    tokenVersion: 2,
    isInstalled: true,
  });

  const doctor = [
    "doctor",
    "--sandbox",
    stage.url,
    "--public-url",
    PUBLIC_URL,
    "--features",
    "messaging,directory,meetings",
  ];
  const asked = [...doctor, "--page", PAGE, "--tab-domain", TAB_DOMAIN];
  const environment = { env: { ...env, TRUNKLINE_GRAPH_TOKEN: stage.doctorToken } };
  const before = await trunkline(asked, environment);
  expect(before.code, before.stderr).toBe(1);
  expect(before.stdout).toMatch(/^BROKEN +microsoft\.consented +Nothing that needs an admin is granted here/m);
  await stage.consent(clientId);
  const after = await trunkline(asked, environment);
  expect(after.code, after.stdout + after.stderr).toBe(0);
  expect(after.stdout).toMatch(/^LOOK AT +microsoft\.permissions_extra +Not needed for .*CallRecord/m); // fewer features than were set up
  expect(after.stdout).not.toMatch(/BROKEN|UNKNOWN|not checked/);
});

test("what Graph refuses is said with its own words, and what was made before is named", async () => {
  await stage.world("PATCH", "/faults", {
    graph: [{ status: 403, code: "Authorization_RequestDenied", path: "/servicePrincipals" }],
  });
  const apply = [...BASE, "--apply", "--graph-url", stage.graphUrl];
  const env = { TRUNKLINE_GRAPH_TOKEN: stage.setupToken };
  const { code, stderr } = await trunkline([...apply, "--out", await newDirectory()], { env });
  await stage.world("PATCH", "/faults", { graph: [] });
  expect(code).toBe(1);
  expect(stderr).toMatch(/403 to POST \/servicePrincipals\. Authorization_RequestDenied: .+ \(request [0-9a-f-]{36}\)/);
  expect(stderr).toMatch(/The registration [0-9a-f-]{36} was made before that\./);

  const reader = { TRUNKLINE_GRAPH_TOKEN: stage.doctorToken };
  const refused = await trunkline([...apply, "--out", await newDirectory()], { env: reader });
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain("The token needs Application.ReadWrite.All");
});

test("what Entra does not know of yet, a moment after it was made, is asked for again; for so long and no longer", async () => {
  const plan = planPermissions(["messaging"]);
  const options = { publicUrl: PUBLIC_URL, pages: [], tabDomain: null, clientId: null, name: "Trunkline" };
  const body = registration({ ...options, plan, certificate: null });
  const waits: number[] = [];
  const pause = async (ms: number) => waits.push(ms);
  const admin = { graph: stage.graphUrl, token: stage.setupToken, pause };
  const notYet = (times: number) =>
    stage.world("PATCH", "/faults", {
      graph: [{ status: 404, code: "Request_ResourceNotFound", path: "/servicePrincipals", times }],
    });
  await notYet(2);
  const { clientId } = await makeRegistration(body, options, admin);
  expect(await stage.world("GET", `/apps/${clientId}`)).toMatchObject({ isInstalled: true });
  expect(waits).toEqual([500, 1000]);

  await notYet(100);
  await expect(makeRegistration(body, options, admin)).rejects.toThrow(/404 to POST \/servicePrincipals/);
  expect(waits).toHaveLength(2 + 5);
  await stage.world("PATCH", "/faults", { graph: [{ status: null, path: "/servicePrincipals" }] });
  await expect(makeRegistration(body, options, admin)).rejects.toThrow(/could not be reached.*\n.* was made before/);
  await stage.world("PATCH", "/faults", { graph: [] });
});
