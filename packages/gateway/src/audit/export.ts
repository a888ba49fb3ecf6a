import type { AuditEntry, ExportAudit, TenantId } from "@trunkline/protocol";
import { csvLine } from "../http/csv.ts";
import { pagedFile } from "../http/paged-file.ts";
import type { Database } from "../store/database.ts";
import { type AuditFilter, listAudit, toAuditEntry } from "./store.ts";

/** Entries that are read, and held in memory, at a time. */
const PAGE = 500;

const COLUMNS = [
  "id",
  "timestamp",
  "action",
  "actorKind",
  "actorId",
  "byKind",
  "byId",
  "requestId",
  "objectKind",
  "objectId",
  "before",
  "after",
  "secrets",
] as const;

/** The log as a file, the newest entry first, from what was the newest when the reader began. */
export function auditFile(
  database: Database,
  tenantId: TenantId,
  { format = "csv", ...filter }: ExportAudit,
): Response {
  return pagedFile(entries(database, tenantId, filter), {
    write: format === "ndjson" ? (entry) => `${JSON.stringify(entry)}\n` : (entry) => csvLine(cells(entry)),
    header: format === "ndjson" ? "" : csvLine(COLUMNS),
    name: "audit",
    format,
  });
}

async function* entries(database: Database, tenantId: TenantId, filter: AuditFilter): AsyncGenerator<AuditEntry[]> {
  let after: string | null = null;
  for (;;) {
    const page = { after, limit: PAGE };
    const rows: AuditEntry[] = await database.tenant(tenantId, async (tx) =>
      (await listAudit(tx, tenantId, filter, page)).map(toAuditEntry),
    );
    if (rows.length > 0) yield rows;
    after = rows.at(-1)?.id ?? null;
    if (rows.length < PAGE) return;
  }
}

function cells({ id, timestamp, action, actor, by, requestId, object, before, after, secrets }: AuditEntry) {
  const json = (value: object | null) => value && JSON.stringify(value);
  const who = [actor.kind, actor.id, by.kind, by.id];
  return [
    id,
    timestamp,
    action,
    ...who,
    requestId,
    object.kind,
    object.id,
    json(before),
    json(after),
    secrets.join(" "),
  ];
}
