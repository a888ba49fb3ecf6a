import { type PermissionPlan, plannedPermissions } from "@trunkline/protocol/permissions";

/*
 * The app registration that a gateway needs in Microsoft Entra. Source of its form: Microsoft Graph, resource type
 * `application`, which the portal's manifest editor takes as well.
 */

/** Clients of Microsoft's own in which a tab runs. Source: Microsoft Learn, "Configure a tab app with Microsoft Entra ID SSO". */
export const TEAMS_CLIENTS = {
  "Teams, desktop and mobile": "1fec8e78-bce4-4aaf-ab1b-5451cc387264",
  "Teams on the web": "5e3ce6c0-2b1f-4285-8d4b-75ee78787346",
  "Microsoft 365 on the web": "4765445b-32c6-49b0-83e6-1d93765276ca",
  "Microsoft 365, desktop": "0ec893e0-5785-4de6-99da-4ed124e5296c",
  "Microsoft 365 and Outlook, mobile": "d3590ed6-52b3-4102-aeff-aad2292ab01c",
  "Outlook on the web": "bc59ab01-8403-45c6-8796-ac3ef710b3e3",
  "Outlook, mobile": "27922004-5251-4030-b22d-91ecd9a37ea4",
} as const;

/** The permission that the registration offers: to use the gateway as the signed-in person. */
export const SCOPE = "access_as_user";
/**
 * What tokens tell of whoever signs in: their roles in the whole organisation (`wids`), so that the gateway knows who may
 * answer for it, and whether they are a guest there.
 */
const MEMBERSHIP = {
  groupMembershipClaims: "DirectoryRole",
  optionalClaims: { idToken: [{ name: "acct", essential: false }] },
} as const;
/** Its id within the registration, the same each time, so that a second run changes nothing. */
const SCOPE_ID = "6f0f6c1d-4a53-4b7e-9a34-0b8d4c1f2e77";
/** Where Entra sends browsers back to, on the gateway. */
export const CALLBACK_PATH = "/microsoft/callback";

/** The public half of a key pair, as an app registration holds it. */
export interface RegisteredCertificate {
  /** The certificate as DER, in base64. */
  readonly der: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
}

export interface RegistrationOptions {
  readonly name: string;
  /** Where browsers reach the gateway, without a slash at the end. */
  readonly publicUrl: string;
  /** Pages that people sign in on by themselves, without the gateway. */
  readonly pages: readonly string[];
  /** Domain of the Teams tab; null where there is none. */
  readonly tabDomain: string | null;
  readonly plan: PermissionPlan;
  /** Id of the registration, once there is one: the App ID URI contains it. */
  readonly clientId: string | null;
  readonly certificate: RegisteredCertificate | null;
}

/** A registration with exactly the permissions of the plan. */
export type Registration = ReturnType<typeof registration>;

export function registration(options: RegistrationOptions) {
  const { name, publicUrl, pages, plan, clientId, certificate } = options;
  return {
    displayName: name,
    signInAudience: "AzureADMultipleOrgs",
    ...(clientId === null ? {} : { identifierUris: [appIdUri(options, clientId)] }),
    api: {
      requestedAccessTokenVersion: 2,
      oauth2PermissionScopes: [
        {
          id: SCOPE_ID,
          value: SCOPE,
          type: "User",
          isEnabled: true,
          adminConsentDisplayName: `Use ${name} as the signed-in person`,
          adminConsentDescription: `Lets the page or tab call ${name} in the name of whoever has signed in.`,
          userConsentDisplayName: `Use ${name} as you`,
          userConsentDescription: `Lets this page or tab call ${name} in your name.`,
        },
      ],
      preAuthorizedApplications: Object.values(TEAMS_CLIENTS).map((appId) => ({
        appId,
        delegatedPermissionIds: [SCOPE_ID],
      })),
    },
    web: { redirectUris: [`${publicUrl}${CALLBACK_PATH}`] },
    spa: { redirectUris: [...pages] },
    requiredResourceAccess: resources(plan),
    ...MEMBERSHIP,
    keyCredentials:
      certificate === null
        ? []
        : [
            {
              type: "AsymmetricX509Cert",
              usage: "Verify",
              displayName: `${name} gateway`,
              key: certificate.der,
              startDateTime: certificate.startsAt.toISOString(),
              endDateTime: certificate.endsAt.toISOString(),
            },
          ],
  };
}

/** `api://…`: what tokens for the gateway are asked for by; with the tab's domain where there is one, as Teams wants it. */
export function appIdUri({ tabDomain }: Pick<RegistrationOptions, "tabDomain">, clientId: string): string {
  return tabDomain === null ? `api://${clientId}` : `api://${tabDomain.toLowerCase()}/${clientId}`;
}

/** What the registration asks for, by the service that has it. What is granted in a team (RSC) stands in the Teams app's manifest. */
function resources(plan: PermissionPlan) {
  const asked = plannedPermissions(plan).filter(({ kind }) => kind !== "rsc");
  return [...new Set(asked.map(({ resourceAppId }) => resourceAppId))].map((resourceAppId) => ({
    resourceAppId,
    resourceAccess: asked
      .filter((permission) => permission.resourceAppId === resourceAppId)
      .map(({ id, kind }) => ({ id, type: kind === "application" ? ("Role" as const) : ("Scope" as const) })),
  }));
}
