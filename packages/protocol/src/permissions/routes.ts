import { ok, type RouteDefinition } from "../route-definition.ts";
import { AskPermissions, PermissionPlan } from "./plan-schema.ts";

/** What features need of Microsoft 365. */
export const PERMISSION_ROUTES = {
  planPermissions: {
    method: "GET",
    path: "/v1/permissions",
    access: "member",
    tag: "consent",
    summary: "Tells which permissions of Microsoft 365 features need and why; without `features`, the tenant's own.",
    query: AskPermissions,
    answer: ok(PermissionPlan),
  },
} as const satisfies Record<string, RouteDefinition>;
