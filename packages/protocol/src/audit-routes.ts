import { AuditEntry, ExportAudit, ListAudit } from "./audit.ts";
import { ok, type RouteDefinition } from "./route-definition.ts";
import { page } from "./schema.ts";

/** Who changed what. Nothing but time takes anything out of it. */
export const AUDIT_ROUTES = {
  listAudit: {
    method: "GET",
    path: "/v1/audit",
    access: "audit.read",
    tag: "audit",
    summary: "Lists changes and who made them, the newest first.",
    query: ListAudit,
    answer: ok(page(AuditEntry)),
  },
  exportAudit: {
    method: "POST",
    path: "/v1/audit/export",
    access: "audit.read",
    tag: "audit",
    summary: "Gives the audit log as a file, the newest first.",
    body: ExportAudit,
    answer: { status: 200, body: null },
    files: ["text/csv", "application/x-ndjson"],
  },
} as const satisfies Record<string, RouteDefinition>;
