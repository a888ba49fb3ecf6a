import {
  FEATURE_PERMISSIONS,
  type MicrosoftFeature,
  type MicrosoftPermission,
  missingPermissions,
  type NamedPermission,
  needsAdmin,
  PERMISSION_FACTS,
  PERMISSION_NAMES,
  PERMISSION_RESOURCES,
  type PermissionResource,
  planPermissions,
} from "@trunkline/protocol/permissions";
import type { MicrosoftCloud } from "../microsoft/cloud.ts";
import type { WantedPermission } from "./state.ts";

/* What features need, as scopes to ask Entra for, and what Entra's answers hold, as names of the catalogue. */

/** What a token of one resource is asked for. */
export interface ResourceScopes {
  readonly resource: PermissionResource;
  readonly scopes: readonly string[];
}

/** The scopes of OpenID Connect; every sign-in has them. */
const SIGN_IN: readonly string[] = ["openid", "profile", "email", "offline_access"];

/** What Graph is called in scopes. */
export const graphResource = ({ graph, graphResource: name = graph }: MicrosoftCloud): string => name;

/** The delegated permissions of features by resource, Graph first: one request to Entra asks for one resource. */
export function wantedScopes(features: readonly MicrosoftFeature[], cloud: MicrosoftCloud): ResourceScopes[] {
  const { delegated } = planPermissions(features);
  const names = delegated.filter(({ name }) => !SIGN_IN.includes(name));
  const others = [...new Set(names.map(({ resource }) => resource))].filter((resource) => resource !== "graph");
  return (["graph", ...others] as const).map((resource) => ({
    resource,
    scopes: names
      .filter((permission) => permission.resource === resource)
      .map(({ name }) => `${resourceUri(resource, cloud)}/${name.slice(name.indexOf("/") + 1)}`),
  }));
}

/** What features ask of one resource. */
export function scopesFor(
  features: readonly MicrosoftFeature[],
  resource: PermissionResource,
  cloud: MicrosoftCloud,
): readonly string[] {
  return wantedScopes(features, cloud).find((wanted) => wanted.resource === resource)?.scopes ?? [];
}

function resourceUri(resource: PermissionResource, cloud: MicrosoftCloud): string {
  return resource === "graph" ? graphResource(cloud) : PERMISSION_RESOURCES[resource].appId;
}

/** Whether features need anything that only the admin consent page grants: permissions of the app itself. */
export const wantsApplication = (features: readonly MicrosoftFeature[]): boolean =>
  planPermissions(features).application.length > 0;

/**
 * Names of the catalogue that a person's sign-in shows to hold, for one resource. Whoever has signed in holds what every
 * sign-in is made of, though Entra does not always repeat it.
 */
export function delegatedNames(scopes: readonly string[], resource: PermissionResource): MicrosoftPermission[] {
  return PERMISSION_NAMES.filter((name) => {
    const { resource: own, delegated } = PERMISSION_FACTS[name];
    if (own !== resource || delegated === undefined) return false;
    return scopes.includes(name.slice(name.indexOf("/") + 1)) || (SIGN_IN.includes(name) && name !== "email");
  });
}

/** Which service's permission a name of the catalogue is; null when the catalogue has no such name. */
export function resourceOfName(name: string): PermissionResource | null {
  const known = PERMISSION_NAMES.find((one) => one === name);
  return known === undefined ? null : PERMISSION_FACTS[known].resource;
}

/** Names of the catalogue among the roles of an app's token. */
export function applicationNames(roles: readonly string[]): MicrosoftPermission[] {
  return PERMISSION_NAMES.filter((name) => PERMISSION_FACTS[name].application !== undefined && roles.includes(name));
}

/** A feature's permissions as `consentState` judges them. */
export function wantedPermissions(feature: MicrosoftFeature): WantedPermission[] {
  return FEATURE_PERMISSIONS[feature].map((permission) => ({
    name: permission.name,
    kind: permission.kind,
    adminConsent: needsAdmin(permission),
    beyondAppAdmin: permission.kind === "application" && resourceOfName(permission.name) === "graph",
  }));
}

/** What is held, with everything that features want and something wider includes; lists of names by kind. */
export function withIncluded(
  { delegated, application }: { readonly delegated: readonly string[]; readonly application: readonly string[] },
  features: readonly MicrosoftFeature[],
): { delegated: string[]; application: string[] } {
  const held: NamedPermission[] = PERMISSION_NAMES.flatMap((name): NamedPermission[] => [
    ...(delegated.includes(name) ? [{ name, kind: "delegated" } as const] : []),
    ...(application.includes(name) ? [{ name, kind: "application" } as const] : []),
  ]);
  const names = (kind: "delegated" | "application") => [
    ...new Set(
      features.flatMap((feature) => {
        const missing = missingPermissions(feature, held);
        return FEATURE_PERMISSIONS[feature]
          .filter((wanted) => wanted.kind === kind && !missing.includes(wanted))
          .map(({ name }) => name);
      }),
    ),
  ];
  return { delegated: names("delegated"), application: names("application") };
}
