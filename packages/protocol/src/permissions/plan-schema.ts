import * as z from "zod/mini";
import { PERMISSION_NAMES, PERMISSION_RESOURCES, type PermissionResource } from "./facts.ts";
import { MICROSOFT_FEATURES, PERMISSION_KINDS } from "./names.ts";

const feature = z.enum(MICROSOFT_FEATURES);
const resources = Object.keys(PERMISSION_RESOURCES) as PermissionResource[];

/** A permission to ask for, with everything that it is for. */
export const PlannedPermission = z.object({
  name: z.enum(PERMISSION_NAMES),
  kind: z.enum(PERMISSION_KINDS),
  /** Microsoft's GUID of the permission, and of the service that has it. */
  id: z.string(),
  resource: z.enum(resources),
  resourceAppId: z.string(),
  adminConsent: z.boolean(),
  /** What each feature wants it for, and what stops working without it. */
  neededFor: z.array(z.object({ feature, reason: z.string(), without: z.string() })),
});
export type PlannedPermission = z.infer<typeof PlannedPermission>;

/** What features together need, each permission once. `adminConsent` says whether any of it needs an admin. */
export const PermissionPlan = z.object({
  features: z.array(feature),
  adminConsent: z.boolean(),
  delegated: z.array(PlannedPermission),
  application: z.array(PlannedPermission),
  rsc: z.array(PlannedPermission),
});
export type PermissionPlan = z.infer<typeof PermissionPlan>;

const names = MICROSOFT_FEATURES.join("|");
/** Features in a query string, separated by commas. */
export const AskPermissions = z.strictObject({
  features: z.optional(
    z
      .string()
      .check(
        z.regex(
          new RegExp(`^(${names})(,(${names}))*$`),
          `must be features separated by commas: ${MICROSOFT_FEATURES.join(", ")}`,
        ),
      ),
  ),
});
