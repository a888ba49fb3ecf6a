import { planPermissions } from "@trunkline/protocol/permissions";
import { broken, notNeeded, ok, unknown, warning } from "../check.ts";
import { guide, ID, type MicrosoftCheck, type MicrosoftGround, theApplication } from "./ground.ts";
import { type Manifest, ManifestRefused } from "./manifest-file.ts";

/* Whether the Teams app's manifest and the registration are of one piece. */

const LINK = guide("teams-app");

async function theManifest(ground: MicrosoftGround): Promise<Manifest> {
  const manifest = await ground.manifest();
  if (manifest === null) throw new TypeError("what needs the manifest is not looked at without it");
  return manifest;
}

const rscOf = ({ subject }: MicrosoftGround): string[] => planPermissions(subject.features).rsc.map(({ name }) => name);

const file: MicrosoftCheck = {
  id: ID.manifest,
  about: "The Teams app's manifest can be read.",
  needs: [],
  link: LINK,
  async run(ground) {
    try {
      if ((await ground.manifest()) !== null) return ok(ground.subject.manifest ?? "");
    } catch (error) {
      if (!(error instanceof ManifestRefused)) throw error;
      return broken(error.message, "Name the manifest.json of the app package with --manifest.");
    }
    if (rscOf(ground).length === 0) return notNeeded("No manifest was named with --manifest.");
    return unknown(
      "No manifest was named, and some features need a Teams app.",
      "Name the manifest.json of the app package with --manifest.",
    );
  },
};

const app: MicrosoftCheck = {
  id: "microsoft.manifest_app",
  about: "The manifest names this registration.",
  needs: [ID.manifest, ID.settings],
  link: LINK,
  async run(ground) {
    const { clientId } = await theManifest(ground);
    const wanted = ground.entra.registration.clientId;
    if (clientId === wanted) return ok(wanted);
    return broken(
      `webApplicationInfo.id is ${clientId ?? "not there"}, and the gateway's client id is ${wanted}.`,
      `Set webApplicationInfo.id to ${wanted}, and upload the app again.`,
    );
  },
};

const resource: MicrosoftCheck = {
  id: "microsoft.manifest_resource",
  about: "The manifest names the registration's App ID URI.",
  needs: [ID.manifest, ID.appIdUri],
  link: LINK,
  async run(ground) {
    const { resource: named } = await theManifest(ground);
    const { identifierUris } = await theApplication(ground);
    if (named !== null && identifierUris.includes(named)) return ok(named);
    return broken(
      `webApplicationInfo.resource is ${named ?? "not there"}, and the registration's App ID URI is ${identifierUris.join(", ")}.`,
      "Set both to the same, letter by letter, and upload the app again.",
    );
  },
};

/** `api://inbox.example.com/…` -> `inbox.example.com`; null when no domain stands in it. */
function domainOf(uri: string | null): string | null {
  const [, domain = ""] = /^api:\/\/([^/]+)\/.+$/.exec(uri ?? "") ?? [];
  return domain === "" ? null : domain;
}

const origin: MicrosoftCheck = {
  id: "microsoft.manifest_origin",
  about: "The tab's pages are on the domain that stands in the App ID URI.",
  needs: [ID.manifest],
  link: LINK,
  async run(ground) {
    const { resource: named, tabHosts } = await theManifest(ground);
    if (tabHosts.length === 0) return notNeeded("The manifest has no tab.");
    const domain = domainOf(named);
    const others = tabHosts.filter((host) => host !== domain);
    if (others.length === 0) return ok(tabHosts.join(", "));
    return broken(
      `The tab is on ${others.join(", ")}, and webApplicationInfo.resource is for ${domain ?? "no domain"}: Teams gives it no token.`,
      "Put the tab's own domain into the App ID URI and into webApplicationInfo.resource; one app has one domain.",
    );
  },
};

/** Whether an entry such as `*.example.com` stands for a host. Source: Teams app manifest schema, `validDomains`. */
function isValid(host: string, entry: string): boolean {
  return entry.startsWith("*.") ? host.endsWith(entry.slice(1)) : host.toLowerCase() === entry.toLowerCase();
}

const domains: MicrosoftCheck = {
  id: "microsoft.manifest_domains",
  about: "The manifest lets Teams open the tab's pages.",
  needs: [ID.manifest],
  link: LINK,
  async run(ground) {
    const { tabHosts, validDomains } = await theManifest(ground);
    if (tabHosts.length === 0) return notNeeded("The manifest has no tab.");
    const missing = tabHosts.filter((host) => !validDomains.some((entry) => isValid(host, entry)));
    if (missing.length === 0) return ok(validDomains.join(", "));
    return broken(
      `Not in validDomains: ${missing.join(", ")}.`,
      "Add them to validDomains, without https://, and upload the app again.",
    );
  },
};

const permissions: MicrosoftCheck = {
  id: "microsoft.manifest_permissions",
  about: "The manifest asks for what the features need in a team.",
  needs: [ID.manifest],
  link: LINK,
  async run(ground) {
    const { permissions: asked } = await theManifest(ground);
    const wanted = rscOf(ground);
    const missing = wanted.filter((name) => !asked.includes(name));
    if (missing.length === 0) return wanted.length === 0 ? notNeeded("No feature needs any.") : ok(wanted.join(", "));
    return broken(
      `Missing: ${missing.join(", ")}.`,
      "Add them to authorization.permissions.resourceSpecific as type Application, and update the app in each team.",
    );
  },
};

const extra: MicrosoftCheck = {
  id: "microsoft.manifest_permissions_extra",
  about: "The manifest asks for no more than the features need in a team.",
  needs: [ID.manifest],
  link: LINK,
  async run(ground) {
    const wanted = rscOf(ground);
    const more = (await theManifest(ground)).permissions.filter((name) => !wanted.includes(name));
    if (more.length === 0) return ok("Nothing more.");
    return warning(
      `Not needed for ${ground.subject.features.join(", ")}: ${more.join(", ")}.`,
      "Take them out of the manifest, or name all features that are used with --features.",
    );
  },
};

export const MANIFEST_CHECKS: readonly MicrosoftCheck[] = [file, app, resource, origin, domains, permissions, extra];
