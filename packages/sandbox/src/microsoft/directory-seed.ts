import type { RandomBytes } from "@trunkline/gateway";
import { hex } from "../random.ts";
import { GRAPH_APP_ID } from "./directory.ts";
import type { DirectoryApp, DirectoryRole, DirectoryState, DirectoryUser } from "./directory-state.ts";
import { newGuid } from "./guid.ts";

const TWO_YEARS_MS = 2 * 365 * 24 * 60 * 60 * 1000;
const DOMAIN = "northwind.example";

const PEOPLE: readonly (readonly [name: string, displayName: string, role: DirectoryRole, licence: string])[] = [
  ["ada", "Ada Okafor", "global_admin", "SPE_E5"],
  ["ben", "Ben Lindqvist", "member", "SPE_E5"],
  ["cleo", "Cleo Marsh", "member", "SPE_E3"],
  ["dana_partner.example#EXT#", "Dana Reyes", "guest", ""],
];

export interface SeedOptions {
  readonly random: RandomBytes;
  /** Milliseconds since 1970; credentials begin here. */
  readonly now: number;
}

/**
 * A new tenant: an admin, two members, a guest; one app that holds the consented application permission `User.Read.All`
 * and one that nobody has consented to yet.
 */
export function newDirectoryState({ random, now }: SeedOptions): DirectoryState {
  const users = PEOPLE.map(([name, displayName, role, licence]): DirectoryUser => {
    const upn = `${name}@${DOMAIN}`;
    return {
      id: newGuid(random),
      upn,
      displayName,
      mail: role === "guest" ? "dana@partner.example" : upn,
      role,
      isEnabled: true,
      licences: licence === "" ? [] : [licence],
    };
  });
  const app = (displayName: string, clientId = newGuid(random)): DirectoryApp => ({
    clientId,
    objectId: newGuid(random),
    servicePrincipalId: newGuid(random),
    displayName,
    identifierUris: [`api://${clientId}`],
    redirectUris: [{ uri: "http://localhost/auth/callback", kind: "web" }],
    secrets: [
      {
        keyId: newGuid(random),
        secret: hex(random(20)),
        displayName: "Made with the sandbox",
        startsAt: now,
        expiresAt: now + TWO_YEARS_MS,
      },
    ],
    certificates: [],
    delegatedPermissions: ["User.Read", "User.Read.All"].map((name) => ({ resource: GRAPH_APP_ID, name })),
    applicationPermissions: [{ resource: GRAPH_APP_ID, name: "User.Read.All" }],
    exposedScopes: ["access_as_user"],
    preAuthorizedClients: [],
    tokenVersion: 2,
    isEnabled: true,
    assignedUsers: null,
  });
  const consented = app("Trunkline");
  return {
    tenantId: newGuid(random),
    displayName: "Northwind Traders",
    domains: [DOMAIN],
    policy: { userConsent: true, adminConsentRequests: false, conditionalAccess: "none" },
    users,
    strangers: ["zoe@fabrikam.example"],
    groups: [],
    apps: [consented, app("Trunkline, not consented")],
    visitingApps: [],
    delegatedGrants: [],
    appRoleGrants: [{ clientId: consented.clientId, resource: GRAPH_APP_ID, roles: ["User.Read.All"] }],
  };
}

/** Another organisation, which has no app of its own: an admin and a member. */
export function newNeighbourState(random: RandomBytes): DirectoryState {
  const domain = "fabrikam.example";
  const person = (name: string, displayName: string, role: DirectoryRole): DirectoryUser => {
    const upn = `${name}@${domain}`;
    return { id: newGuid(random), upn, displayName, mail: upn, role, isEnabled: true, licences: ["SPE_E3"] };
  };
  return {
    tenantId: newGuid(random),
    displayName: "Fabrikam",
    domains: [domain],
    policy: { userConsent: true, adminConsentRequests: false, conditionalAccess: "none" },
    users: [person("zoe", "Zoe Adeyemi", "global_admin"), person("finn", "Finn Castellano", "member")],
    strangers: [],
    groups: [],
    apps: [],
    visitingApps: [],
    delegatedGrants: [],
    appRoleGrants: [],
  };
}
