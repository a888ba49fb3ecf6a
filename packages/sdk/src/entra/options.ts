import type { Configuration, IPublicClientApplication } from "@azure/msal-browser";
import { TrunklineError } from "../errors.ts";

/** The part of `@azure/msal-browser` 5 that is used here. */
export interface Msal {
  createNestablePublicClientApplication(configuration: Configuration): Promise<IPublicClientApplication>;
  readonly CacheLookupPolicy: { readonly AccessTokenAndRefreshToken: 2; readonly RefreshToken: 3 };
  readonly EventType: { readonly POPUP_OPENED: "msal:popupOpened" };
}

export interface EntraAuthOptions {
  /** Application (client) id of the gateway's app registration. */
  clientId: string;
  /**
   * Whose people sign in: a tenant's id or one of its domains; `organizations` for any organisation.
   * @default "organizations"
   */
  tenant?: string | undefined;
  /** The whole authority instead of `tenant`: a national cloud's, or the sandbox's. */
  authority?: string | URL | undefined;
  /** The gateway's own scope, such as `api://sms.example.com/…/access_as_user`, and no other resource's. */
  scopes: readonly string[];
  /**
   * The page of this origin that calls `finishSignIn()` of `@trunkline/sdk/entra/bridge`, as it is registered with the app.
   * It may not send `Cross-Origin-Opener-Policy`.
   */
  redirectUri: string | URL;
  /**
   * The page of this origin that calls `relaySignIn()`: needed in a frame of somebody else's page (a CRM's), where the
   * popup and the frame share no storage. Inside Teams it is not needed.
   */
  relayUri?: string | URL | undefined;
  /**
   * How `signIn()` shows Microsoft's pages: `redirect` leaves this one, and works in no frame.
   * @default "popup"
   */
  mode?: "popup" | "redirect" | undefined;
  /** Whom to expect, such as the user name that the host knows: spares the person a choice of accounts. */
  loginHint?: string | undefined;
  /**
   * Where tokens are kept. `localStorage` serves all tabs of the origin.
   * @default "sessionStorage"
   */
  cacheLocation?: "sessionStorage" | "localStorage" | "memoryStorage" | undefined;
  /** Stands in for `import("@azure/msal-browser")`: for hosts that load it in a way of their own. */
  loadMsal?: (() => Promise<Msal>) | undefined;
}

/** Hosts whose facts MSAL has built in; any other has to be named to it as known. Source: AuthorityMetadata of @azure/msal-common 16.16.1. */
const MICROSOFT_HOSTS = new Set([
  "login.microsoftonline.com",
  "login.windows.net",
  "login.microsoft.com",
  "sts.windows.net",
  "login.microsoftonline.us",
  "login.usgovcloudapi.net",
  "login.partner.microsoftonline.cn",
  "login.chinacloudapi.cn",
  "login.microsoftonline.de",
  "login.sovcloud-identity.fr",
  "login.sovcloud-identity.de",
  "login.sovcloud-identity.sg",
]);

/** A person with a second factor needs minutes; MSAL's own default is one. */
const POPUP_TIMEOUT_MS = 300_000;

/** What MSAL is created with; throws `invalid_options` for what cannot work. */
export function msalConfiguration(options: EntraAuthOptions): Configuration {
  const { clientId, tenant, scopes, redirectUri, relayUri, cacheLocation = "sessionStorage" } = options;
  if (!clientId) throw invalid("`clientId` must be the id of the gateway's app registration.");
  if (scopes.length === 0) throw invalid("`scopes` must name the gateway's scope, such as api://…/access_as_user.");
  if (tenant !== undefined && options.authority !== undefined) throw invalid("Give `tenant` or `authority`, not both.");
  const authority = String(options.authority ?? `https://login.microsoftonline.com/${tenant ?? "organizations"}`);
  if (!URL.canParse(authority) || !authority.startsWith("https:")) {
    throw invalid(`\`authority\` must be an https address, and not ${authority}.`);
  }
  const { host } = new URL(authority);
  return {
    auth: {
      clientId,
      authority,
      ...(MICROSOFT_HOSTS.has(host) ? {} : { knownAuthorities: [host] }),
      redirectUri: absolute(redirectUri),
      ...(relayUri === undefined ? {} : { popupRelayUri: absolute(relayUri) }),
    },
    cache: { cacheLocation },
    system: { popupBridgeTimeout: POPUP_TIMEOUT_MS },
  };
}

function absolute(address: string | URL): string {
  return new URL(address, typeof document === "undefined" ? undefined : document.baseURI).href;
}

function invalid(message: string): TrunklineError {
  return new TrunklineError("invalid_options", { message });
}
