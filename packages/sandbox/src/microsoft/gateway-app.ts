import type { RandomBytes } from "@trunkline/gateway";
import { MICROSOFT_FEATURES, planPermissions } from "@trunkline/protocol/permissions";
import { hex } from "../random.ts";
import type { AppRedirectUri, DirectoryApp, RequiredPermission } from "./directory-state.ts";
import { SIGN_IN_SCOPES } from "./entra/permission-consent.ts";
import { newGuid } from "./guid.ts";

const TWO_YEARS_MS = 2 * 365 * 24 * 60 * 60 * 1000;

/**
 * The registration that the gateways of this world sign in with: it asks for everything that any feature needs, and
 * nobody has consented to it yet.
 *
 * @param now - milliseconds since 1970; its secret begins here
 */
export function newGatewayApp(random: RandomBytes, now: number): DirectoryApp {
  const clientId = newGuid(random);
  const plan = planPermissions(MICROSOFT_FEATURES);
  const required = (names: readonly { name: string; resourceAppId: string }[]): RequiredPermission[] =>
    names
      .filter(({ name }) => !SIGN_IN_SCOPES.includes(name))
      .map(({ name, resourceAppId }) => ({ resource: resourceAppId, name }));
  return {
    clientId,
    objectId: newGuid(random),
    servicePrincipalId: newGuid(random),
    displayName: "Trunkline gateway",
    identifierUris: [`api://${clientId}`],
    redirectUris: [],
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
    delegatedPermissions: required(plan.delegated),
    applicationPermissions: required(plan.application),
    exposedScopes: ["access_as_user"],
    preAuthorizedClients: [],
    tokenVersion: 2,
    isEnabled: true,
    assignedUsers: null,
    ...MEMBERSHIP,
  };
}

/** What the gateway's registration has tokens tell of people: who administers the organisation, and who is a guest there. */
const MEMBERSHIP = { groupMembershipClaims: "DirectoryRole", idTokenClaims: ["acct"] } as const;

/**
 * The app with the addresses to which Entra sends people back at a gateway; those of before stay. A registration that an
 * earlier release has kept says nothing of membership, and is given that too.
 */
export function withGateway(app: DirectoryApp, addresses: readonly string[]): DirectoryApp {
  const uris = addresses.map((address): AppRedirectUri => ({ uri: `${address}/microsoft/callback`, kind: "web" }));
  const added = uris.filter(({ uri }, place) => {
    const isFirst = uris.findIndex((other) => other.uri === uri) === place;
    return isFirst && !app.redirectUris.some((other) => other.uri === uri);
  });
  const isComplete = app.groupMembershipClaims !== undefined && app.idTokenClaims !== undefined;
  return added.length === 0 && isComplete
    ? app
    : { ...MEMBERSHIP, ...app, redirectUris: [...app.redirectUris, ...added] };
}
