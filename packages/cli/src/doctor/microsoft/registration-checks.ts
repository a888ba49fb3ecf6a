import { appIdUri, CALLBACK_PATH, SCOPE, TEAMS_CLIENTS } from "../../microsoft/registration.ts";
import { broken, notNeeded, ok, unknown, warning } from "../check.ts";
import type { Application } from "./graph-facts.ts";
import { guide, ID, type MicrosoftCheck, type MicrosoftGround, theApplication } from "./ground.ts";

/* Whether the registration is what the gateway needs. */

const REGISTER = guide("register-the-app");
const publicUrl: MicrosoftCheck = {
  id: ID.publicUrl,
  about: "Browsers reach the gateway by an address that Microsoft leads back to.",
  needs: [ID.settings],
  link: REGISTER,
  run({ subject }) {
    const { publicUrl: address } = subject;
    if (address === null) {
      return unknown("Nobody said where browsers reach the gateway.", "Give the doctor the gateway's --public-url.");
    }
    const url = URL.canParse(address) ? new URL(address) : null;
    const isHere = url?.protocol === "http:" && ["localhost", "127.0.0.1"].includes(url.hostname);
    if (url?.protocol === "https:" || isHere) return ok(address);
    return broken(
      `${address} is no https address: Microsoft leads nobody back to it.`,
      "Serve the gateway over https, and set --public-url to that address; http is for this machine alone (http://localhost).",
    );
  },
};

type Platform = "web" | "spa" | "publicClient";
const PLATFORMS: Readonly<Record<Platform, string>> = {
  web: "Web",
  spa: "Single-page application",
  publicClient: "Mobile and desktop applications",
};

const platformsOf = (application: Application, uri: string): Platform[] =>
  (["web", "spa", "publicClient"] as const).filter((platform) => application[platform].redirectUris.includes(uri));

const callback = ({ subject }: MicrosoftGround): string =>
  `${subject.publicUrl?.replace(/\/+$/, "") ?? ""}${CALLBACK_PATH}`;

const redirectUri: MicrosoftCheck = {
  id: ID.redirectUri,
  about: "The gateway's redirect URI is registered.",
  needs: [ID.graph, ID.publicUrl],
  link: REGISTER,
  async run(ground) {
    const application = await theApplication(ground);
    const wanted = callback(ground);
    if (platformsOf(application, wanted).length > 0) return ok(wanted);
    const all = [application.web, application.spa, application.publicClient].flatMap(
      ({ redirectUris }) => redirectUris,
    );
    const plain = wanted.replace(/^https:/, "http:");
    const near = all.find((uri) => uri === plain || uri.toLowerCase() === wanted.toLowerCase() || uri === `${wanted}/`);
    const seen = near === undefined ? `${wanted} is not registered.` : `${wanted} is not registered, but ${near} is.`;
    return broken(seen, `Add the redirect URI ${wanted} under Authentication, platform Web. Every letter counts.`);
  },
};

const redirectPlatform: MicrosoftCheck = {
  id: "microsoft.redirect_platform",
  about: "The gateway's redirect URI is one of the platform Web.",
  needs: [ID.redirectUri],
  link: REGISTER,
  async run(ground) {
    const wanted = callback(ground);
    const platforms = platformsOf(await theApplication(ground), wanted);
    if (platforms.includes("web")) return ok(PLATFORMS.web);
    const [found = "spa"] = platforms;
    return broken(
      `It is registered under ${PLATFORMS[found]}: Entra gives the gateway no tokens there.`,
      `Take ${wanted} out there, and add it under the platform Web.`,
    );
  },
};

const pages: MicrosoftCheck = {
  id: "microsoft.sign_in_pages",
  about: "Pages that sign people in by themselves are registered as single-page applications.",
  needs: [ID.graph],
  link: guide("in-a-page"),
  async run(ground) {
    const { pages: wanted } = ground.subject;
    if (wanted.length === 0) return notNeeded("No page was named with --page.");
    const { spa } = await theApplication(ground);
    const missing = wanted.filter((page) => !spa.redirectUris.includes(page));
    if (missing.length === 0) return ok(wanted.join(", "));
    return broken(
      `Not registered as single-page application: ${missing.join(", ")}.`,
      "Add them as redirect URIs under Authentication, platform Single-page application.",
    );
  },
};

const audience: MicrosoftCheck = {
  id: "microsoft.audience",
  about: "Accounts of any organisation may sign in.",
  needs: [ID.graph],
  link: REGISTER,
  async run(ground) {
    const { signInAudience } = await theApplication(ground);
    if (signInAudience === "AzureADMultipleOrgs") return ok(signInAudience);
    const remedy = "Under Authentication, supported account types: accounts in any organisational directory.";
    if (signInAudience === "AzureADandPersonalMicrosoftAccount") {
      return warning("Personal accounts are let in as well, and the gateway takes none.", remedy);
    }
    return broken(`It takes ${signInAudience ?? "nobody"}: the gateway asks for accounts of any organisation.`, remedy);
  },
};

const tokenVersion: MicrosoftCheck = {
  id: "microsoft.token_version",
  about: "Tokens for the gateway are of version 2.",
  needs: [ID.graph],
  link: REGISTER,
  async run(ground) {
    const { api } = await theApplication(ground);
    if (api.requestedAccessTokenVersion === 2) return ok("2");
    const remedy = "In the registration's manifest: api.requestedAccessTokenVersion (accessTokenAcceptedVersion) 2.";
    if (ground.entra.registration.appIdUri !== undefined) {
      return warning("1: they carry the App ID URI, which the gateway takes because it is set.", remedy);
    }
    return broken("1: the gateway refuses them, as TRUNKLINE_MICROSOFT_APP_ID_URI is not set.", remedy);
  },
};

const directoryRoles: MicrosoftCheck = {
  id: "microsoft.directory_roles",
  about: "Tokens tell who administers an organisation.",
  needs: [ID.graph],
  link: REGISTER,
  async run(ground) {
    const { groupMembershipClaims: claims } = await theApplication(ground);
    const told = claims ?? "None";
    if (told.split(/,\s*/).some((one) => one === "DirectoryRole" || one === "All")) return ok(told);
    return broken(
      `groupMembershipClaims is ${told}: nobody can connect an organisation, as nobody shows to be its administrator.`,
      `In the registration's manifest: groupMembershipClaims "${told === "None" ? "" : `${told}, `}DirectoryRole".`,
    );
  },
};

const idUri: MicrosoftCheck = {
  id: ID.appIdUri,
  about: "The registration has the App ID URI that tokens are asked for by.",
  needs: [ID.graph],
  link: REGISTER,
  async run(ground) {
    const { clientId, appIdUri: configured } = ground.entra.registration;
    const { tabDomain } = ground.subject;
    const { identifierUris } = await theApplication(ground);
    const wanted = [
      ...(configured === undefined ? [] : [configured]),
      ...(tabDomain === null ? [] : [appIdUri({ tabDomain }, clientId)]),
    ];
    const missing = wanted.find((uri) => !identifierUris.includes(uri));
    if (missing === undefined && identifierUris.length > 0) return ok(identifierUris.join(", "));
    const lacking = missing ?? appIdUri({ tabDomain }, clientId);
    const present = identifierUris.length === 0 ? "none" : identifierUris.join(", ");
    return broken(
      `It has ${present}${missing === undefined ? "" : `, and not ${missing}`}.`,
      `Under Expose an API set the Application ID URI to ${lacking}.`,
    );
  },
};

const scope: MicrosoftCheck = {
  id: ID.scope,
  about: `The registration offers the scope ${SCOPE}.`,
  needs: [ID.appIdUri],
  link: REGISTER,
  async run(ground) {
    const { api } = await theApplication(ground);
    const found = api.oauth2PermissionScopes.find(({ value }) => value === SCOPE);
    if (found?.isEnabled) return ok(SCOPE);
    return found
      ? broken(`${SCOPE} is switched off.`, `Under Expose an API switch ${SCOPE} on.`)
      : broken(`There is no ${SCOPE}.`, `Under Expose an API add the scope ${SCOPE}.`);
  },
};

/** Without these two no tab signs in by itself; the others are further homes of the same app. */
const NEEDED_CLIENTS: readonly (keyof typeof TEAMS_CLIENTS)[] = ["Teams, desktop and mobile", "Teams on the web"];

const teamsClients: MicrosoftCheck = {
  id: "microsoft.teams_clients",
  about: `Teams' own clients may have ${SCOPE} without asking.`,
  needs: [ID.scope],
  link: REGISTER,
  async run(ground) {
    const { tabDomain, manifest } = ground.subject;
    if (tabDomain === null && manifest === null) return notNeeded("There is no Teams tab.");
    const { api } = await theApplication(ground);
    const id = api.oauth2PermissionScopes.find(({ value }) => value === SCOPE)?.id ?? "";
    const missing = (Object.keys(TEAMS_CLIENTS) as (keyof typeof TEAMS_CLIENTS)[]).filter(
      (name) =>
        !api.preAuthorizedApplications.some(
          ({ appId, delegatedPermissionIds }) => appId === TEAMS_CLIENTS[name] && delegatedPermissionIds.includes(id),
        ),
    );
    if (missing.length === 0) return ok("All of them.");
    const list = missing.map((name) => `${TEAMS_CLIENTS[name]} (${name})`).join(", ");
    const remedy = `Under Expose an API, Authorized client applications, add for ${SCOPE}: ${list}.`;
    const seen = `Not among them: ${missing.join("; ")}.`;
    return missing.some((name) => NEEDED_CLIENTS.includes(name)) ? broken(seen, remedy) : warning(seen, remedy);
  },
};

export const REGISTRATION_CHECKS: readonly MicrosoftCheck[] = [
  publicUrl,
  redirectUri,
  redirectPlatform,
  pages,
  audience,
  tokenVersion,
  directoryRoles,
  idUri,
  scope,
  teamsClients,
];
