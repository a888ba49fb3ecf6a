import {
  covers,
  type MicrosoftPermission,
  type NamedPermission,
  needsAdmin,
  PERMISSION_FACTS,
  PERMISSION_NAMES,
  PERMISSION_RESOURCES,
  permissionId,
} from "./facts.ts";
import { FEATURE_PERMISSIONS, type FeaturePermission } from "./features.ts";
import { MICROSOFT_FEATURES, type MicrosoftFeature, PERMISSION_KINDS, type PermissionKind } from "./names.ts";
import type { PermissionPlan, PlannedPermission } from "./plan-schema.ts";

/**
 * The least that features together need. A permission that a wider one of the same kind includes is left out when that
 * one is wanted anyway; nothing wider is taken in place of several.
 *
 * @returns in the catalogue's order, whatever the order and repetition of `features`
 */
export function planPermissions(features: readonly MicrosoftFeature[]): PermissionPlan {
  const chosen = MICROSOFT_FEATURES.filter((feature) => features.includes(feature));
  const wanted = chosen.flatMap((feature) =>
    FEATURE_PERMISSIONS[feature].map((permission) => ({ ...permission, feature })),
  );
  const of = (kind: PermissionKind): PlannedPermission[] =>
    PERMISSION_NAMES.filter((name) => isLeast(wanted, { name, kind })).map((name) => explain({ name, kind }, wanted));
  const plans = { delegated: of("delegated"), application: of("application"), rsc: of("rsc") };
  const adminConsent = plannedPermissions(plans).some((planned) => planned.adminConsent);
  return { features: chosen, adminConsent, ...plans };
}

/** All permissions of a plan, of every kind. */
export function plannedPermissions(plan: Pick<PermissionPlan, PermissionKind>): PlannedPermission[] {
  return PERMISSION_KINDS.flatMap((kind) => plan[kind]);
}

/** What of a feature's permissions is not granted, neither itself nor by a wider one. Empty = the feature works. */
export function missingPermissions(
  feature: MicrosoftFeature,
  granted: readonly NamedPermission[],
): readonly FeaturePermission[] {
  return FEATURE_PERMISSIONS[feature].filter((wanted) => !granted.some((held) => covers(held, wanted)));
}

/** Whether a permission is wanted and no wider one is. */
function isLeast(wanted: readonly NamedPermission[], { name, kind }: NamedPermission): boolean {
  const isWanted = wanted.some((one) => one.name === name && one.kind === kind);
  return isWanted && !wanted.some((one) => one.name !== name && covers(one, { name, kind }));
}

function explain(
  permission: NamedPermission,
  wanted: ReadonlyArray<FeaturePermission & { feature: MicrosoftFeature }>,
): PlannedPermission {
  const { name, kind } = permission;
  const { resource } = PERMISSION_FACTS[name];
  const id = permissionId(permission);
  if (id === null) throw new TypeError(`Microsoft has no ${kind} permission ${name}`);
  return {
    name,
    kind,
    id,
    resource,
    resourceAppId: PERMISSION_RESOURCES[resource].appId,
    adminConsent: needsAdmin(permission),
    neededFor: wanted
      .filter((one) => covers(permission, one))
      .map(({ feature, reason, without }) => ({ feature, reason, without })),
  };
}

/** How what is asked for changes. */
export interface PermissionDiff {
  /** What `before` did not allow: somebody has to consent again. */
  readonly added: readonly NamedPermission[];
  /** What `before` allowed by a wider permission: nobody has to consent. */
  readonly narrowed: readonly NamedPermission[];
  /** What is no longer asked for. */
  readonly removed: readonly NamedPermission[];
}

/** Compares two sets of permissions, for example two plans' `plannedPermissions`. */
export function diffPermissions(before: readonly NamedPermission[], after: readonly NamedPermission[]): PermissionDiff {
  const fresh = distinct(after).filter((one) => !has(before, one));
  const isAllowed = (one: NamedPermission) => before.some((held) => covers(held, one));
  return {
    added: fresh.filter((one) => !isAllowed(one)),
    narrowed: fresh.filter(isAllowed),
    removed: distinct(before).filter((one) => !has(after, one)),
  };
}

const has = (all: readonly NamedPermission[], { name, kind }: NamedPermission) =>
  all.some((one) => one.name === name && one.kind === kind);

function distinct(permissions: readonly NamedPermission[]): Array<{ name: MicrosoftPermission; kind: PermissionKind }> {
  return PERMISSION_KINDS.flatMap((kind) =>
    PERMISSION_NAMES.filter((name) => has(permissions, { name, kind })).map((name) => ({ name, kind })),
  );
}
