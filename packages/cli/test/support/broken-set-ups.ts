import { PERMISSION_RESOURCES, planPermissions } from "@trunkline/protocol/permissions";
import type { Status } from "../../src/doctor/check.ts";
import type { MicrosoftSubject } from "../../src/doctor/microsoft/subject.ts";
import { SCOPE } from "../../src/microsoft/registration.ts";
import { FEATURES, PAGE, type Pair, PUBLIC_URL, type SetUp, TAB_DOMAIN } from "./microsoft-set-up.ts";

/** Key pairs besides the good one. */
export interface OtherPairs {
  /** Ended yesterday. */
  readonly ended: Pair;
  /** Good, and known to no registration. */
  readonly unknown: Pair;
}

/** One way to break a set-up, and what the doctor has to name for it: this check, and no other. */
export interface BrokenSetUp {
  readonly name: string;
  readonly cause: string;
  /** @default "broken" */
  readonly status?: Status;
  readonly seen: RegExp;
  /** Breaks it; answers what the doctor is given otherwise. */
  readonly breakIt: (setUp: SetUp, pairs: OtherPairs) => Promise<Partial<MicrosoftSubject>> | Partial<MicrosoftSubject>;
}

const NOBODY = "99999999-8888-4777-8666-555555555555";
const CALLBACK = `${PUBLIC_URL}/microsoft/callback`;
const nothingElse = {};
const TEAMS_ADMIN = PERMISSION_RESOURCES.teams_admin.appId;

/** Settings with other files in them. */
const withPair = ({ subject }: SetUp, { certificateFile, keyFile }: Pair): Partial<MicrosoftSubject> => ({
  settings: { ...subject.settings, microsoftCertificateFile: certificateFile, microsoftPrivateKeyFile: keyFile },
});

/** A clock that shows more, in minutes. */
function ahead(clock: MicrosoftSubject["clock"], minutes: number): MicrosoftSubject["clock"] {
  const ms = minutes * 60_000;
  return {
    now: () => clock.now() + ms,
    at: (time, wake) => clock.at(time - ms, wake),
    poll: (every, look) => clock.poll(every, look),
  };
}

/** The registration is changed through Graph. */
const changed =
  (body: object): BrokenSetUp["breakIt"] =>
  async (setUp) => {
    await setUp.change(body);
    return nothingElse;
  };

/** The manifest is changed. */
const inManifest =
  (body: (setUp: SetUp) => object): BrokenSetUp["breakIt"] =>
  (setUp) => ({ manifest: setUp.manifest(body(setUp)) });

const scopeWith = (isEnabled: boolean) => ({
  api: { oauth2PermissionScopes: [{ id: "6f0f6c1d-4a53-4b7e-9a34-0b8d4c1f2e77", value: SCOPE, isEnabled }] },
});

const SIGN_IN: readonly BrokenSetUp[] = [
  {
    name: "a client id that is no GUID",
    cause: "microsoft.settings",
    seen: /must be the registration's application id, a GUID, not "gateway"/,
    breakIt: ({ subject }) => ({ settings: { ...subject.settings, microsoftClientId: "gateway" } }),
  },
  {
    name: "no setting at all",
    cause: "microsoft.settings",
    seen: /TRUNKLINE_MICROSOFT_CLIENT_ID is not set/,
    breakIt: () => ({ settings: {} }),
  },
  {
    name: "a key file that is not there",
    cause: "microsoft.settings",
    seen: /TRUNKLINE_MICROSOFT_PRIVATE_KEY_FILE: cannot read \/nowhere\/key\.pem/,
    breakIt: ({ subject }) => ({
      settings: { ...subject.settings, microsoftPrivateKeyFile: "/nowhere/key.pem" },
    }),
  },
  {
    name: "the key of another certificate",
    cause: "microsoft.settings",
    seen: /does not belong to the certificate/,
    breakIt: ({ subject }, { unknown }) => ({
      settings: { ...subject.settings, microsoftPrivateKeyFile: unknown.keyFile },
    }),
  },
  {
    name: "Entra away",
    cause: "microsoft.entra",
    status: "unknown",
    seen: /Entra answered 503/,
    async breakIt({ world }) {
      await world("PATCH", "/faults", { entra: [{ status: 503 }] });
      return nothingElse;
    },
  },
  {
    name: "a clock that is ten minutes ahead",
    cause: "microsoft.clock",
    seen: /\d+ minutes off: \d+ seconds ahead of Entra/,
    breakIt: ({ subject: { clock } }) => ({ clock: ahead(clock, 10) }),
  },
  {
    name: "a clock that is ten minutes behind",
    cause: "microsoft.clock",
    seen: /\d+ minutes off: \d+ seconds behind Entra/,
    breakIt: ({ subject: { clock } }) => ({ clock: ahead(clock, -10) }),
  },
  {
    name: "a clock that is three minutes ahead, which Entra bears",
    cause: "microsoft.clock",
    status: "warning",
    seen: /\d+ seconds ahead of Entra/,
    breakIt: ({ subject: { clock } }) => ({ clock: ahead(clock, 3) }),
  },
  {
    name: "the id of another organisation",
    cause: "microsoft.organisation",
    seen: new RegExp(`knows no organisation ${NOBODY}`),
    breakIt: () => ({ organisation: NOBODY }),
  },
  {
    name: "the client id of another app",
    cause: "microsoft.registration",
    seen: new RegExp(`knows no app ${NOBODY}`),
    breakIt: ({ subject, manifest }) => ({
      settings: { ...subject.settings, microsoftClientId: NOBODY },
      manifest: manifest({ webApplicationInfo: { id: NOBODY, resource: `api://${TAB_DOMAIN}/${NOBODY}` } }),
    }),
  },
  {
    name: "consent in another organisation only",
    cause: "microsoft.installed",
    seen: /registered, and not in this organisation/,
    async breakIt({ world, clientId }) {
      await world("DELETE", `/grants/${clientId}`);
      await world("PATCH", `/apps/${clientId}`, { isInstalled: false });
      return nothingElse;
    },
  },
  {
    name: "an app that is switched off",
    cause: "microsoft.enabled",
    seen: /switched the app off/,
    async breakIt({ world, clientId }) {
      await world("PATCH", `/apps/${clientId}`, { isEnabled: false });
      return nothingElse;
    },
  },
];

const CREDENTIALS: readonly BrokenSetUp[] = [
  {
    name: "a wrong secret",
    cause: "microsoft.credential",
    seen: /The secret of TRUNKLINE_MICROSOFT_CLIENT_SECRET is none of this registration's/,
    async breakIt({ withSecret }) {
      return { settings: { ...(await withSecret(400)), microsoftClientSecret: "not-that-one" } };
    },
  },
  {
    name: "a secret that has ended",
    cause: "microsoft.credential",
    seen: /The secret of TRUNKLINE_MICROSOFT_CLIENT_SECRET has ended/,
    breakIt: async ({ withSecret }) => ({ settings: await withSecret(-1) }),
  },
  {
    name: "a secret that ends soon, as the registration alone tells",
    cause: "microsoft.credential_expiry",
    status: "warning",
    seen: /The secret of TRUNKLINE_MICROSOFT_CLIENT_SECRET is good until .*, for (6|7) more days/,
    breakIt: async ({ withSecret }) => ({ settings: await withSecret(7) }),
  },
  {
    name: "a certificate that has ended",
    cause: "microsoft.credential",
    seen: /The certificate of TRUNKLINE_MICROSOFT_CERTIFICATE_FILE ended on/,
    breakIt: (setUp, { ended }) => withPair(setUp, ended),
  },
  {
    name: "a certificate that is not registered",
    cause: "microsoft.credential",
    seen: /does not know the certificate of TRUNKLINE_MICROSOFT_CERTIFICATE_FILE \(thumbprint [0-9A-F]{40}\)/,
    breakIt: (setUp, { unknown }) => withPair(setUp, unknown),
  },
  {
    name: "a next certificate that is not registered yet",
    cause: "microsoft.credential",
    status: "warning",
    seen: /certificate of TRUNKLINE_MICROSOFT_NEXT_CERTIFICATE_FILE .* Another one works/,
    breakIt: ({ subject }, { unknown }) => ({
      settings: {
        ...subject.settings,
        microsoftNextCertificateFile: unknown.certificateFile,
        microsoftNextPrivateKeyFile: unknown.keyFile,
      },
    }),
  },
  {
    name: "an admin's token that has ended",
    cause: "microsoft.graph",
    status: "unknown",
    seen: /Graph does not take the token/,
    breakIt: () => ({ graphToken: "an-ended-token" }),
  },
  {
    name: "Graph away",
    cause: "microsoft.graph",
    status: "unknown",
    seen: /Graph answered 503/,
    async breakIt({ world }) {
      await world("PATCH", "/faults", { graph: [{ status: 503 }] });
      return nothingElse;
    },
  },
  {
    name: "no admin's token, where the app may not read registrations",
    cause: "microsoft.graph",
    status: "unknown",
    seen: /The token may not read this/,
    breakIt: () => ({ graphToken: null }),
  },
];

const REGISTRATION: readonly BrokenSetUp[] = [
  {
    name: "a gateway without https",
    cause: "microsoft.public_url",
    seen: /http:\/\/sms\.example\.com is no https address/,
    breakIt: () => ({ publicUrl: "http://sms.example.com" }),
  },
  {
    name: "no redirect URI",
    cause: "microsoft.redirect_uri",
    seen: /callback is not registered\.$/,
    breakIt: changed({ web: { redirectUris: [] } }),
  },
  {
    name: "a redirect URI with http instead of https",
    cause: "microsoft.redirect_uri",
    seen: /is not registered, but http:\/\/sms\.example\.com\/microsoft\/callback is/,
    breakIt: changed({ web: { redirectUris: [CALLBACK.replace("https:", "http:")] } }),
  },
  {
    name: "the redirect URI under another platform",
    cause: "microsoft.redirect_platform",
    seen: /registered under Single-page application/,
    breakIt: changed({ web: { redirectUris: [] }, spa: { redirectUris: [PAGE, CALLBACK] } }),
  },
  {
    name: "a page that is not registered",
    cause: "microsoft.sign_in_pages",
    seen: new RegExp(`Not registered as single-page application: ${PAGE}`),
    breakIt: changed({ spa: { redirectUris: [] } }),
  },
  {
    name: "accounts of one organisation alone",
    cause: "microsoft.audience",
    seen: /AzureADMyOrg/,
    breakIt: changed({ signInAudience: "AzureADMyOrg" }),
  },
  {
    name: "personal accounts as well",
    cause: "microsoft.audience",
    status: "warning",
    seen: /Personal accounts/,
    breakIt: changed({ signInAudience: "AzureADandPersonalMicrosoftAccount" }),
  },
  {
    name: "tokens of version 1",
    cause: "microsoft.token_version",
    seen: /1: the gateway refuses them/,
    breakIt: changed({ api: { requestedAccessTokenVersion: null } }),
  },
  {
    name: "tokens that tell nobody's role",
    cause: "microsoft.directory_roles",
    seen: /groupMembershipClaims is SecurityGroup/,
    breakIt: changed({ groupMembershipClaims: "SecurityGroup" }),
  },
  {
    name: "no App ID URI",
    cause: "microsoft.app_id_uri",
    seen: /It has none/,
    breakIt: changed({ identifierUris: [] }),
  },
  {
    name: "the App ID URI of another domain",
    cause: "microsoft.app_id_uri",
    seen: /and not api:\/\/other\.example\.com/,
    breakIt: () => ({ tabDomain: "other.example.com" }),
  },
  {
    name: `no ${SCOPE}`,
    cause: "microsoft.scope",
    seen: /There is no access_as_user/,
    breakIt: changed({ api: { oauth2PermissionScopes: [] } }),
  },
  {
    name: `${SCOPE} switched off`,
    cause: "microsoft.scope",
    seen: /access_as_user is switched off/,
    breakIt: changed(scopeWith(false)),
  },
  {
    name: "Teams not among the authorised clients",
    cause: "microsoft.teams_clients",
    seen: /Not among them: .*Teams on the web/,
    breakIt: changed({ api: { preAuthorizedApplications: [] } }),
  },
];

const PERMISSIONS: readonly BrokenSetUp[] = [
  {
    name: "a permission that the registration does not ask for",
    cause: "microsoft.permissions",
    seen: /Missing: Mail\.Send \(delegated\)/,
    breakIt: () => ({ features: [...FEATURES, "mail"] }),
  },
  {
    name: "a permission that only an admin can grant, and the registration does not ask for",
    cause: "microsoft.permissions",
    seen: /Missing: Presence\.ReadWrite\.All \(application\)/,
    breakIt: () => ({ features: [...FEATURES, "presence_write"] }),
  },
  {
    name: "a wider permission than the one that is needed",
    cause: "microsoft.permissions_extra",
    status: "warning",
    seen: /Not needed for .*: Calendars\.Read \(delegated\)/,
    async breakIt({ world, clientId, subject }) {
      const plan = planPermissions(subject.features);
      const all = [...plan.delegated.filter(({ name }) => name !== "Calendars.ReadBasic")];
      const delegatedPermissions = all.map(({ name, resourceAppId: resource }) => ({ resource, name }));
      await world("PATCH", `/apps/${clientId}`, { delegatedPermissions: [...delegatedPermissions, "Calendars.Read"] });
      await world("PATCH", "/grants", { clientId, scopes: [...all.map(({ name }) => name), "Calendars.Read"] });
      return nothingElse;
    },
  },
  {
    name: "a registration that asks for more than is used",
    cause: "microsoft.permissions_extra",
    status: "warning",
    seen: /CallRecord-PstnCalls\.Read\.All \(application\)/,
    breakIt: () => ({ features: FEATURES.filter((feature) => feature !== "call_log") }),
  },
  {
    name: "a permission of the app that is registered and not granted",
    cause: "microsoft.consent.call_log",
    seen: /Nobody has granted CallRecord-PstnCalls\.Read\.All \(application\)/,
    async breakIt({ world, clientId }) {
      await world("PATCH", "/grants", { clientId, roles: ["User.Read.All"] });
      return nothingElse;
    },
  },
  {
    name: "a permission for people that only an admin can grant, taken back",
    cause: "microsoft.consent.meetings",
    seen: /Nobody has granted Calendars\.ReadBasic \(delegated\)/,
    async breakIt({ world, clientId }) {
      await world("PATCH", "/grants", { clientId, scopes: ["User.Read"] });
      return nothingElse;
    },
  },
  {
    name: "a permission of another service than Graph, taken back",
    cause: "microsoft.consent.teams_admin_numbers",
    seen: /Nobody has granted TeamsTenantAdmin\/user_impersonation \(delegated\)/,
    async breakIt({ world, clientId }) {
      await world("PATCH", "/grants", { clientId, resource: TEAMS_ADMIN, scopes: [] });
      return nothingElse;
    },
  },
  {
    name: "all consent taken back",
    cause: "microsoft.consented",
    seen: /it all was taken back/,
    async breakIt({ world, clientId }) {
      await world("DELETE", `/grants/${clientId}`);
      return nothingElse;
    },
  },
  {
    name: "no licence with Phone System",
    cause: "microsoft.licence_phone",
    seen: /no licence with Teams Phone \(Phone System\), which call_log/,
    async breakIt({ world }) {
      for (const name of ["ada", "ben", "cleo"]) {
        await world("PATCH", `/users/${name}@northwind.example`, { licences: ["SPE_E3"] });
      }
      return nothingElse;
    },
  },
  {
    name: "no licence with Teams",
    cause: "microsoft.licence_teams",
    seen: /no licence with Microsoft Teams, which meetings, channel_inbox/,
    async breakIt({ world }) {
      for (const name of ["ada", "ben", "cleo"]) {
        await world("PATCH", `/users/${name}@northwind.example`, { licences: ["Microsoft_365_E5_(no_Teams)"] });
      }
      return nothingElse;
    },
  },
];

const TEAMS_APP: readonly BrokenSetUp[] = [
  {
    name: "a manifest that is not there",
    cause: "microsoft.manifest",
    seen: /\/nowhere\/manifest\.json cannot be read/,
    breakIt: () => ({ manifest: "/nowhere/manifest.json" }),
  },
  {
    name: "a manifest that nobody named, with features that need one",
    cause: "microsoft.manifest",
    status: "unknown",
    seen: /No manifest was named/,
    breakIt: () => ({ manifest: null }),
  },
  {
    name: "a manifest of another app",
    cause: "microsoft.manifest_app",
    seen: new RegExp(`webApplicationInfo\\.id is ${NOBODY}`),
    breakIt: inManifest(({ clientId }) => ({
      webApplicationInfo: { id: NOBODY, resource: `api://${TAB_DOMAIN}/${clientId}` },
    })),
  },
  {
    name: "a manifest with another App ID URI",
    cause: "microsoft.manifest_resource",
    seen: new RegExp(`webApplicationInfo\\.resource is api://${TAB_DOMAIN}/${NOBODY}`),
    breakIt: inManifest(({ clientId }) => ({
      webApplicationInfo: { id: clientId, resource: `api://${TAB_DOMAIN}/${NOBODY}` },
    })),
  },
  {
    name: "a tab on another domain than the App ID URI",
    cause: "microsoft.manifest_origin",
    seen: /The tab is on crm\.example\.com, and webApplicationInfo\.resource is for inbox\.example\.com/,
    breakIt: inManifest(() => ({
      validDomains: ["*.example.com"],
      staticTabs: [{ entityId: "inbox", contentUrl: "https://crm.example.com/tab" }],
    })),
  },
  {
    name: "a tab whose domain Teams may not open",
    cause: "microsoft.manifest_domains",
    seen: new RegExp(`Not in validDomains: ${TAB_DOMAIN}`),
    breakIt: inManifest(() => ({ validDomains: ["crm.example.com"] })),
  },
  {
    name: "a permission in a team that the manifest does not ask for",
    cause: "microsoft.manifest_permissions",
    seen: /Missing: .*TeamsActivity\.Send\.Group/,
    breakIt: inManifest(() => ({
      authorization: { permissions: { resourceSpecific: [{ name: "TeamsTab.Create.Group", type: "Application" }] } },
    })),
  },
  {
    name: "a manifest that asks for more than is used",
    cause: "microsoft.manifest_permissions_extra",
    status: "warning",
    seen: /TeamsActivity\.Send\.Group/,
    breakIt: () => ({ features: FEATURES.filter((feature) => feature !== "channel_inbox") }),
  },
];

/** Everything that goes wrong, one thing at a time. */
export const BROKEN_SET_UPS: readonly BrokenSetUp[] = [
  ...SIGN_IN,
  ...CREDENTIALS,
  ...REGISTRATION,
  ...PERMISSIONS,
  ...TEAMS_APP,
];
