import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type MicrosoftFeature, planPermissions } from "@trunkline/protocol/permissions";
import { attachToWorld, startWorld } from "@trunkline/sandbox/node";
import type { MicrosoftSubject } from "../../src/doctor/microsoft/subject.ts";
import { makeRegistration } from "../../src/microsoft/graph-admin.ts";
import { registration } from "../../src/microsoft/registration.ts";
import { newSigningCertificate, type SigningCertificate } from "../../src/microsoft/signing-certificate.ts";

export const PUBLIC_URL = "https://sms.example.com";
export const PAGE = "https://crm.example.com/signed-in";
export const TAB_DOMAIN = "inbox.example.com";
export const FEATURES = [
  "messaging",
  "directory",
  "meetings",
  "channel_inbox",
  "call_log",
  "teams_admin_numbers", // a service of Microsoft's besides Graph
] as const;
const DAY_MS = 86_400_000;

/** A key pair on disk. */
export interface Pair extends SigningCertificate {
  readonly certificateFile: string;
  readonly keyFile: string;
}

interface ShownApp {
  readonly clientId: string;
  readonly objectId: string;
  readonly secrets: readonly { readonly secret: string }[];
}

/** A gateway's set-up with nothing wrong in it, and the ways to break it. */
export interface SetUp {
  readonly clientId: string;
  readonly subject: MicrosoftSubject;
  /** Changes the registration through Microsoft Graph, as an admin. */
  change(body: object): Promise<void>;
  /** Changes the simulated app, its grants, people or failures, at the world's door. */
  world(method: string, path: string, body?: object): Promise<void>;
  /** Registers a client secret, and answers the settings of a gateway that has it and no certificate. */
  withSecret(expiresInDays: number): Promise<MicrosoftSubject["settings"]>;
  /** Writes another manifest beside the good one. */
  manifest(change: object): string;
}

/** A simulated Microsoft 365 that listens, with an admin in it who sets gateways up. */
export async function microsoftStage() {
  const folder = mkdtempSync(join(tmpdir(), "trunkline-doctor-"));
  const running = await startWorld();
  const attachment = await attachToWorld({ url: running.url });
  const { fetch, clock } = attachment;

  async function world(method: string, path: string, body?: object): Promise<unknown> {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(`${running.url}/world/microsoft${path}`, init);
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? null : response.json();
  }
  const tenant = (await world("GET", "")) as {
    tenantId: string;
    entraUrl: string;
    graphUrl: string;
    users: { id: string; upn: string; role: string }[];
    apps: ShownApp[];
  };
  const { tenantId, entraUrl, graphUrl, users, apps } = tenant;
  const admin = users.find(({ role }) => role === "global_admin");

  /** A token for Graph that holds these permissions and no others. */
  async function tokenOf(place: 0 | 1, ...roles: string[]): Promise<string> {
    const { clientId = "", secrets = [] } = apps[place] ?? {};
    await world("PATCH", "/grants", { clientId, roles });
    const response = await fetch(`${entraUrl}/${tenantId}/oauth2/v2.0/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: clientId,
        client_secret: secrets[0]?.secret ?? "",
        scope: "https://graph.microsoft.com/.default",
      }),
    });
    return ((await response.json()) as { access_token: string }).access_token;
  }
  // What the guide says that the two commands need, and nothing more: Graph refuses the rest.
  const setupToken = await tokenOf(0, "Application.ReadWrite.All");
  const doctorToken = await tokenOf(1, "Directory.Read.All");

  let pairs = 0;
  async function newPair(days: number, beganDaysAgo = 0): Promise<Pair> {
    const made = await newSigningCertificate("Trunkline gateway", days, clock.now() - beganDaysAgo * DAY_MS);
    pairs++;
    const certificateFile = join(folder, `certificate-${pairs}.pem`);
    const keyFile = join(folder, `key-${pairs}.pem`);
    writeFileSync(certificateFile, made.certificate);
    writeFileSync(keyFile, made.privateKey);
    return { ...made, certificateFile, keyFile };
  }

  const settingsOf = (clientId: string, { certificateFile, keyFile }: Pair): MicrosoftSubject["settings"] => ({
    microsoftClientId: clientId,
    microsoftCertificateFile: certificateFile,
    microsoftPrivateKeyFile: keyFile,
  });

  /** An admin accepts at Microsoft's own page. */
  async function consent(clientId: string): Promise<void> {
    const query = new URLSearchParams({ client_id: clientId, redirect_uri: `${PUBLIC_URL}/microsoft/callback` });
    const response = await fetch(`${entraUrl}/${tenantId}/adminconsent?${query}`, {
      method: "POST",
      body: new URLSearchParams({ account: admin?.id ?? "", act: "accept" }),
    });
    const location = response.headers.get("location") ?? "";
    if (!location.includes("admin_consent=True")) throw new Error(`not accepted: ${await response.text()}`);
  }

  /** Registers a gateway as `trunkline setup microsoft --apply` does, and has an admin consent. */
  async function setUp(pair: Pair, features: readonly MicrosoftFeature[] = FEATURES): Promise<SetUp> {
    await world("PATCH", "/faults", { entra: [], graph: [] });
    for (const { upn } of users.filter(({ role }) => role !== "guest")) {
      await world("PATCH", `/users/${upn}`, { licences: ["SPE_E5"] });
    }
    const { der, startsAt, endsAt } = pair;
    const options = { publicUrl: PUBLIC_URL, pages: [PAGE], tabDomain: TAB_DOMAIN, clientId: null, name: "Trunkline" };
    const plan = planPermissions(features);
    const body = registration({ ...options, plan, certificate: { der, startsAt, endsAt } });
    const { clientId, appIdUri } = await makeRegistration(body, options, { graph: graphUrl, token: setupToken, fetch });
    await consent(clientId);
    const { objectId } = (await world("GET", `/apps/${clientId}`)) as ShownApp;
    const good = {
      id: "11111111-2222-4333-8444-555555555555",
      webApplicationInfo: { id: clientId, resource: appIdUri },
      validDomains: [TAB_DOMAIN],
      staticTabs: [{ entityId: "inbox", contentUrl: `https://${TAB_DOMAIN}/tab` }],
      authorization: {
        permissions: { resourceSpecific: plan.rsc.map(({ name }) => ({ name, type: "Application" })) },
      },
    };
    const manifest = (change: object): string => {
      const path = join(folder, `manifest-${crypto.randomUUID()}.json`);
      writeFileSync(path, JSON.stringify({ ...good, ...change }));
      return path;
    };
    return {
      clientId,
      subject: {
        settings: settingsOf(clientId, pair),
        ...(attachment.microsoft.cloud ? { cloud: attachment.microsoft.cloud } : {}),
        publicUrl: PUBLIC_URL,
        pages: [PAGE],
        tabDomain: TAB_DOMAIN,
        features,
        manifest: manifest({}),
        organisation: tenantId,
        graphToken: doctorToken,
        fetch,
        clock,
      },
      async change(patch) {
        const response = await fetch(`${graphUrl}/v1.0/applications/${objectId}`, {
          method: "PATCH",
          headers: { authorization: `Bearer ${setupToken}` },
          body: JSON.stringify(patch),
        });
        if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
      },
      async world(method, path, json) {
        await world(method, path, json);
      },
      async withSecret(expiresInDays) {
        const secret = `secret-${crypto.randomUUID()}`;
        const expiresAt = new Date(clock.now() + expiresInDays * DAY_MS).toISOString();
        const began = new Date(clock.now() - 2 * DAY_MS).toISOString();
        await world("PATCH", `/apps/${clientId}`, { secrets: [{ secret, startsAt: began, expiresAt }] });
        return { microsoftClientId: clientId, microsoftClientSecret: secret };
      },
      manifest,
    };
  }

  return {
    url: running.url,
    graphUrl,
    tenantId,
    setupToken,
    doctorToken,
    world,
    consent,
    tokenOf,
    newPair,
    setUp,
    folder,
    async close() {
      await attachment.close();
      await running.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
export type MicrosoftStage = Awaited<ReturnType<typeof microsoftStage>>;
