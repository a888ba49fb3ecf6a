import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CLOUD_NAMES, type CloudName, MICROSOFT_CLOUDS } from "@trunkline/gateway";
import { didYouMean } from "@trunkline/gateway/node/settings";
import { planPermissions } from "@trunkline/protocol/permissions";
import { CommandFailed, type CommandGroup, command, type Terminal, UsageError } from "../command-line/command.ts";
import { TOKEN_VARIABLE } from "../microsoft/admin-token.ts";
import { makeRegistration } from "../microsoft/graph-admin.ts";
import { readFeatures } from "../microsoft/read-features.ts";
import { appIdUri, CALLBACK_PATH, type RegistrationOptions, registration, SCOPE } from "../microsoft/registration.ts";
import { newSigningCertificate } from "../microsoft/signing-certificate.ts";

const FILES = {
  manifest: "app-registration.json",
  certificate: "certificate.pem",
  privateKey: "private-key.pem",
  settings: "gateway.env",
} as const;

const microsoft = command({
  name: "microsoft",
  about:
    "Prepares the gateway's app registration in Microsoft Entra: key pair, manifest, settings and what to do with them.",
  details: `It asks for exactly the permissions that the features need; see "trunkline permissions". With --apply it makes the registration through Microsoft Graph, as the admin whose token is in ${TOKEN_VARIABLE} (az account get-access-token --resource-type ms-graph --query accessToken -o tsv).`,
  options: {
    publicUrl: { type: "string", about: "Where browsers reach the gateway.", value: "URL", flagOnly: true },
    features: {
      type: "list",
      about: "What is to be used, separated by commas.",
      value: "FEATURES",
      preset: "messaging",
      flagOnly: true,
    },
    page: {
      type: "list",
      about: "Page that people sign in on by themselves (redirect URI of a single-page app).",
      value: "URL",
      flagOnly: true,
    },
    tabDomain: { type: "string", about: "Domain of your Teams tab, if there is one.", value: "DOMAIN", flagOnly: true },
    clientId: { type: "string", about: "Id of a registration that is there already.", value: "GUID", flagOnly: true },
    name: {
      type: "string",
      about: "What people read on Microsoft's page.",
      value: "NAME",
      preset: "Trunkline",
      flagOnly: true,
    },
    days: {
      type: "integer",
      about: "How long the certificate is good for.",
      value: "DAYS",
      preset: "365",
      flagOnly: true,
    },
    cloud: {
      type: "string",
      about: `Microsoft's cloud: ${CLOUD_NAMES.join(", ")}.`,
      value: "CLOUD",
      preset: "public",
      flagOnly: true,
    },
    graphUrl: {
      type: "string",
      about: "Microsoft Graph's address, for tests.",
      value: "URL",
      preset: "the cloud's",
      flagOnly: true,
    },
    out: { type: "string", about: "Directory for what is made.", value: "DIR", preset: "microsoft", flagOnly: true },
    apply: { type: "boolean", about: "Makes the registration through Microsoft Graph.", flagOnly: true },
    dryRun: { type: "boolean", about: "Prints the registration and writes nothing.", flagOnly: true },
  },
  examples: [
    "trunkline setup microsoft --public-url https://sms.example.com --dry-run",
    "trunkline setup microsoft --public-url https://sms.example.com --features messaging,contact_sync --tab-domain inbox.example.com",
  ],
  async run(
    { features, name = "Trunkline", days = 365, out = "microsoft", apply = false, dryRun = false, ...given },
    _operands,
    terminal,
  ) {
    const cloud = MICROSOFT_CLOUDS[readCloud(given.cloud ?? "public")];
    const plan = planPermissions(readFeatures(features ?? ["messaging"]));
    if (days < 1 || days > 730) throw new UsageError(`--days must be 1 to 730: ${days}`);
    const options: Omit<RegistrationOptions, "certificate"> = {
      name,
      plan,
      publicUrl: readPublicUrl(given.publicUrl),
      pages: (given.page ?? []).map((page) => readPage(page)),
      tabDomain: readDomain(given.tabDomain),
      clientId: readClientId(given.clientId),
    };
    if (apply && options.clientId !== null)
      throw new UsageError("--apply makes a new registration; leave --client-id out.");
    if (dryRun) {
      terminal.out(JSON.stringify(registration({ ...options, certificate: null }), null, 2));
      terminal.note(
        "\nNothing was written. Without --dry-run a key pair is made, and its certificate stands in the registration.",
      );
      return;
    }
    const token = terminal.env[TOKEN_VARIABLE];
    if (apply && !token)
      throw new UsageError(`--apply needs an admin's token for Microsoft Graph in ${TOKEN_VARIABLE}.`);

    const pair = await newSigningCertificate(`${name} gateway`, days, Date.now());
    const body = registration({ ...options, certificate: pair });
    const file = await writer(out);
    await file(FILES.privateKey, pair.privateKey, 0o600); // first: it must never take the place of one that is in use
    await file(FILES.certificate, pair.certificate);
    await file(FILES.manifest, `${JSON.stringify(body, null, 2)}\n`);
    const made =
      apply && token
        ? await makeRegistration(body, options, { graph: given.graphUrl?.replace(/\/+$/, "") ?? cloud.graph, token })
        : options.clientId && { clientId: options.clientId, appIdUri: appIdUri(options, options.clientId) };
    await file(FILES.settings, settings(out, made || null, given.cloud), 0o600);
    explain(terminal, { out, options, isMade: apply, clientId: made ? made.clientId : null, endsAt: pair.endsAt });
  },
});

/** `trunkline setup`: what has to be done once. */
export const setup: CommandGroup = {
  kind: "group",
  name: "setup",
  about: "Prepares what the gateway needs elsewhere.",
  commands: [microsoft],
};

function readCloud(word: string): CloudName {
  const found = CLOUD_NAMES.find((name) => name === word);
  if (found === undefined) throw new UsageError(`There is no cloud "${word}".${didYouMean(word, CLOUD_NAMES)}`);
  return found;
}

function readPublicUrl(text: string | undefined): string {
  if (text === undefined) throw new UsageError("Say where browsers reach the gateway: --public-url https://…");
  return readPage(text, "--public-url").replace(/\/+$/, "");
}

// Entra takes http for this machine alone. Source: Microsoft Learn, "Redirect URI (reply URL) restrictions and limitations".
function readPage(text: string, flag = "--page"): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isHere = url?.protocol === "http:" && url.hostname === "localhost";
  if (url === null || (url.protocol !== "https:" && !isHere) || url.hash !== "" || url.username !== "") {
    throw new UsageError(`${flag} must be an https address (or http://localhost): ${text}`);
  }
  return text;
}

function readDomain(text: string | undefined): string | null {
  if (text === undefined) return null;
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(text))
    throw new UsageError(`--tab-domain must be a domain such as inbox.example.com: ${text}`);
  return text;
}

function readClientId(text: string | undefined): string | null {
  if (text === undefined) return null;
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text))
    throw new UsageError(`--client-id must be a GUID: ${text}`);
  return text.toLowerCase();
}

/** Writes files that are not there yet. */
async function writer(directory: string): Promise<(name: string, text: string, mode?: number) => Promise<void>> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return async (name, text, mode = 0o644) => {
    try {
      await writeFile(join(directory, name), text, { flag: "wx", mode });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      throw new CommandFailed(
        `${join(directory, name)} is there already and may be in use. Choose another directory with --out.`,
      );
    }
  };
}

function settings(out: string, made: { clientId: string; appIdUri: string } | null, cloud: string | undefined): string {
  const lines = [
    `TRUNKLINE_MICROSOFT_CLIENT_ID=${made?.clientId ?? ""}`,
    `TRUNKLINE_MICROSOFT_APP_ID_URI=${made?.appIdUri ?? ""}`,
    `TRUNKLINE_MICROSOFT_CERTIFICATE_FILE=${join(out, FILES.certificate)}`,
    `TRUNKLINE_MICROSOFT_PRIVATE_KEY_FILE=${join(out, FILES.privateKey)}`,
    ...(cloud === undefined ? [] : [`TRUNKLINE_MICROSOFT_CLOUD=${cloud}`]),
  ];
  return `${lines.join("\n")}\n`;
}

interface Explained {
  out: string;
  options: Omit<RegistrationOptions, "certificate">;
  isMade: boolean;
  clientId: string | null;
  endsAt: Date;
}

function explain({ note }: Terminal, { out, options, isMade, clientId, endsAt }: Explained): void {
  const { plan, publicUrl, pages, tabDomain } = options;
  const at = (name: string) => join(out, name);
  const uri = appIdUri({ tabDomain }, clientId ?? "<client id>");
  const steps = [
    ...(isMade
      ? []
      : [
          "Open https://entra.microsoft.com, Applications, App registrations, New registration. Any organisational directory may use it.",
          `Certificates & secrets, Certificates: upload ${at(FILES.certificate)}.`,
          `Authentication: Web redirect URI ${publicUrl}${CALLBACK_PATH}${pages.length === 0 ? "" : `; single-page application ${pages.join(", ")}`}.`,
          `Expose an API: application ID URI ${uri}, scope ${SCOPE}, and the client ids under preAuthorizedApplications in ${at(FILES.manifest)}.`,
          `API permissions: exactly those of ${at(FILES.manifest)} (or paste the file's parts into Manifest, which sets all of this at once).`,
          `Write the client id into ${at(FILES.settings)}.`,
        ]),
    `Start the gateway with the settings of ${at(FILES.settings)}.`,
    ...(plan.adminConsent
      ? ["An admin of each organisation consents once: the gateway shows them a page that says to what, and why."]
      : []),
    ...(plan.rsc.length === 0
      ? []
      : [`${plan.rsc.map(({ name }) => name).join(", ")} stand in the Teams app's manifest, not here.`]),
  ];
  note(isMade ? `The registration ${clientId} was made.` : `The parts of the registration lie in ${out}.`);
  note(
    `The certificate is good until ${endsAt.toISOString().slice(0, 10)}; the private key never leaves ${at(FILES.privateKey)}.\n`,
  );
  for (const [index, step] of steps.entries()) note(`${index + 1}. ${step}`);
}
