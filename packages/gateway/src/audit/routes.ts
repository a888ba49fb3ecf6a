import { openPage } from "../http/paging.ts";
import type { Handlers } from "../http/route.ts";
import type { Database } from "../store/database.ts";
import { auditFile } from "./export.ts";
import { listAudit, toAuditEntry } from "./store.ts";

/** The routes of the audit log. Whoever takes it away as a file stands in it. */
export function auditRoutes({ database }: { database: Database }): Handlers<"listAudit" | "exportAudit"> {
  return {
    async listAudit({ principal: { tenantId }, query }) {
      const page = openPage("listAudit", query, ["id"]);
      const after = page.after?.[0] ?? null;
      const rows = await database.tenant(tenantId, (tx) =>
        listAudit(tx, tenantId, query, { after, limit: page.limit + 1 }),
      );
      return page.answer(rows, (row) => [row.id], toAuditEntry);
    },

    async exportAudit({ principal: { tenantId }, body, audit }) {
      await database.tenant(tenantId, (tx) =>
        audit(tx, tenantId, { object: { kind: "audit", id: null }, before: null, after: body }),
      );
      return auditFile(database, tenantId, body);
    },
  };
}
