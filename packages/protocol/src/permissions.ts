/* What Trunkline asks of Microsoft 365: which feature needs which permission, and why. */

export {
  type MicrosoftPermission,
  type NamedPermission,
  needsAdmin,
  PERMISSION_FACTS,
  PERMISSION_NAMES,
  PERMISSION_RESOURCES,
  type PermissionFact,
  type PermissionResource,
  permissionId,
} from "./permissions/facts.ts";
export {
  FEATURE_PERMISSIONS,
  type FeaturePermission,
} from "./permissions/features.ts";
export { type LintedPermission, lintPermissions, type PermissionFinding } from "./permissions/lint.ts";
export {
  isMicrosoftFeature,
  MICROSOFT_FEATURES,
  type MicrosoftFeature,
  PERMISSION_KINDS,
  type PermissionKind,
} from "./permissions/names.ts";
export {
  diffPermissions,
  missingPermissions,
  type PermissionDiff,
  plannedPermissions,
  planPermissions,
} from "./permissions/plan.ts";
export type { PermissionPlan, PlannedPermission } from "./permissions/plan-schema.ts";
export { type PermissionVerdict, permissionVerdicts, verdictOn } from "./permissions/verdicts.ts";
