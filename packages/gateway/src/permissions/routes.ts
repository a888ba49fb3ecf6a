import { isMicrosoftFeature, planPermissions } from "@trunkline/protocol/permissions";
import { notFound } from "../http/refusal.ts";
import type { Handlers } from "../http/route.ts";
import type { Database } from "../store/database.ts";
import { readTenant } from "../tenants/store.ts";

export interface PermissionParts {
  database: Database;
}

export function permissionRoutes({ database }: PermissionParts): Handlers<"planPermissions"> {
  return {
    async planPermissions({ principal: { tenantId }, query }) {
      if (query.features !== undefined) return planPermissions(query.features.split(",").filter(isMicrosoftFeature));
      const tenant = await database.tenant(tenantId, (tx) => readTenant(tx, tenantId));
      if (!tenant) throw notFound();
      return planPermissions(tenant.features.filter(isMicrosoftFeature)); // a tenant's features are more than Microsoft's
    },
  };
}
