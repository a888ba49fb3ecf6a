import { PERMISSIONS } from "@trunkline/protocol";
import { notFound } from "../http/refusal.ts";
import type { Handlers } from "../http/route.ts";
import type { Database } from "../store/database.ts";
import { readTenant } from "../tenants/store.ts";
import { VERSION } from "../version.ts";

export interface MeParts {
  database: Database;
}

export function meRoutes({ database }: MeParts): Handlers<"getMe"> {
  return {
    async getMe({ principal: { tenantId, user, role, permissions, sight } }) {
      const tenant = await database.tenant(tenantId, (tx) => readTenant(tx, tenantId));
      if (!tenant) throw notFound();
      return {
        user,
        tenant,
        role,
        permissions: PERMISSIONS.filter((permission) => permissions.has(permission)),
        sees: {
          lineIds: sight.lineIds === "all" ? null : [...sight.lineIds].sort(),
          records: sight.records && [...sight.records],
          assignedOnly: sight.assignedTo !== null,
        },
        features: tenant.features,
        gatewayVersion: VERSION,
      };
    },
  };
}
