/**
 * What a person is in the simulated tenant. `global_admin` may grant everything for everybody, `app_admin` (a Cloud
 * Application Administrator) all but what an app does in its own name in Graph, a member may grant for themselves.
 */
export type DirectoryRole = "global_admin" | "app_admin" | "member" | "guest";

export interface DirectoryUser {
  /** Object id, a GUID; `oid` in tokens. */
  readonly id: string;
  /** The name that they sign in with. */
  readonly upn: string;
  readonly displayName: string;
  readonly mail: string | null;
  readonly role: DirectoryRole;
  /** False: nobody can sign in as this person (AADSTS50057). */
  readonly isEnabled: boolean;
  /** Part numbers of the assigned SKUs, such as `SPE_E5`. */
  readonly licences: readonly string[];
}

/** A client secret as the registration shows it; the simulator keeps it in plain text, so that tests can read it. */
export interface AppSecret {
  readonly keyId: string;
  readonly secret: string;
  readonly displayName: string;
  /** Milliseconds since 1970. */
  readonly startsAt: number;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface AppCertificate {
  readonly keyId: string;
  /** The DER certificate in base64, as in `keyCredentials[].key`. */
  readonly der: string;
  readonly displayName: string;
  /** Milliseconds since 1970. */
  readonly startsAt: number;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface AppRedirectUri {
  readonly uri: string;
  /** `spa` is redeemed by a page, from another origin and without a secret; `web` by a server, with a credential. */
  readonly kind: "web" | "spa" | "public";
}

/** A permission of a resource that an app asks for in its registration. */
export interface RequiredPermission {
  /** The resource's app id; Microsoft Graph is `00000003-0000-0000-c000-000000000000`. */
  readonly resource: string;
  /** Such as `User.Read.All`. */
  readonly name: string;
}

/** A role that an app knows and that users are assigned to; `value` stands in `roles` of their tokens. */
export interface AppRole {
  readonly id: string;
  readonly value: string;
  readonly displayName: string;
}

/** A group of people. */
export interface DirectoryGroup {
  /** Object id, a GUID. */
  readonly id: string;
  readonly displayName: string;
  readonly kind: "security" | "microsoft365";
  /** Object ids of users. */
  readonly members: readonly string[];
}

/** Whose accounts may sign in to an app: its own organisation's, any organisation's, personal ones too, or those alone. */
export type SignInAudience =
  | "AzureADMyOrg"
  | "AzureADMultipleOrgs"
  | "AzureADandPersonalMicrosoftAccount"
  | "PersonalMicrosoftAccount";

/** An app registration. Its service principal in the tenant is there from the first consent on. */
export interface DirectoryApp {
  readonly clientId: string;
  /** Object id of the registration. */
  readonly objectId: string;
  /** Object id of the service principal: `oid` and `sub` of tokens that the app gets in its own name. */
  readonly servicePrincipalId: string;
  readonly displayName: string;
  /** `api://…`; the audience that v1 tokens for this app carry. */
  readonly identifierUris: readonly string[];
  readonly redirectUris: readonly AppRedirectUri[];
  readonly secrets: readonly AppSecret[];
  readonly certificates: readonly AppCertificate[];
  readonly delegatedPermissions: readonly RequiredPermission[];
  readonly applicationPermissions: readonly RequiredPermission[];
  /** Delegated permissions that this app offers to others, such as `access_as_user`. */
  readonly exposedScopes: readonly string[];
  /** Those that are there and switched off. @default none */
  readonly disabledScopes?: readonly string[];
  /** Ids of both by name, as the registration gives them. @default made up */
  readonly scopeIds?: Readonly<Record<string, string>>;
  /** Clients that get `exposedScopes` without anybody's consent. */
  readonly preAuthorizedClients: readonly string[];
  /** `requestedAccessTokenVersion`: which tokens are made for this app when it is the resource. */
  readonly tokenVersion: 1 | 2;
  readonly isEnabled: boolean;
  /** Whose accounts may sign in; an app of its own organisation alone is unknown in others. @default "AzureADMultipleOrgs" */
  readonly signInAudience?: SignInAudience;
  /** Whether only assigned users get in (AADSTS50105). */
  readonly assignedUsers: readonly string[] | null;
  /** False: registered, but without a service principal until somebody consents or makes one. @default true */
  readonly isInstalled?: boolean;
  /** Roles that this app offers to people. */
  readonly appRoles?: readonly AppRole[];
  /** Who has which of `appRoles`, by its `value`. */
  readonly userRoles?: readonly { readonly userId: string; readonly role: string }[];
  /** `groupMembershipClaims`: which groups and roles tokens for this app name; several with commas between. @default "None" */
  readonly groupMembershipClaims?: string;
  /** Names of optional claims in ID tokens for this app, such as `acct`. @default none */
  readonly idTokenClaims?: readonly string[];
}

/** The service principal of an app that is registered in another organisation; made by the first consent. */
export interface VisitingApp {
  readonly clientId: string;
  readonly servicePrincipalId: string;
  /** Whether this organisation lets it run. */
  readonly isEnabled: boolean;
  /** Whether only assigned users get in (AADSTS50105). */
  readonly assignedUsers: readonly string[] | null;
}

/** Consent to delegated permissions: one per app, resource and principal, as an `oAuth2PermissionGrant` is. */
export interface DelegatedGrant {
  readonly id: string;
  readonly clientId: string;
  readonly resource: string;
  /** The user who consented for themselves; null when an admin did for everybody. */
  readonly principalId: string | null;
  readonly scopes: readonly string[];
}

/** Application permissions that an admin granted to an app, one `appRoleAssignment` each. */
export interface AppRoleGrant {
  readonly clientId: string;
  readonly resource: string;
  readonly roles: readonly string[];
}

/** What a tenant's policies demand of everybody who signs in. */
export interface DirectoryPolicy {
  /** Whether members may consent to permissions that need no admin. Guests never may. */
  readonly userConsent: boolean;
  /** Whether those who may not can ask an admin from the page itself (AADSTS90095 instead of 90094). */
  readonly adminConsentRequests: boolean;
  /** Conditional access: nothing, a second factor at every interactive sign-in, or no access. */
  readonly conditionalAccess: "none" | "mfa" | "block";
}

/** The whole tenant as data; replaced at each change. */
export interface DirectoryState {
  readonly tenantId: string;
  readonly displayName: string;
  /** Verified domains; the first is the default one. */
  readonly domains: readonly string[];
  readonly policy: DirectoryPolicy;
  readonly users: readonly DirectoryUser[];
  /** Sign-in names of people of other tenants, whom this one does not know (AADSTS50020). */
  readonly strangers: readonly string[];
  readonly groups: readonly DirectoryGroup[];
  readonly apps: readonly DirectoryApp[];
  /** Apps of other organisations that somebody has consented to here. */
  readonly visitingApps: readonly VisitingApp[];
  readonly delegatedGrants: readonly DelegatedGrant[];
  readonly appRoleGrants: readonly AppRoleGrant[];
}
