import type { ExportOptIns, OptIn, OptInEntry, TenantId } from "@trunkline/protocol";
import { csvLine } from "../http/csv.ts";
import { pagedFile } from "../http/paged-file.ts";
import type { Database } from "../store/database.ts";
import { type EntryRow, type OptInRow, toEntry, toOptIn } from "./entry-row.ts";
import { readEntriesPage, readStandingsPage } from "./store.ts";

/** Rows that are read, and held in memory, at a time. */
const PAGE = 1000;

/** The columns of tables; the first ones are those that an import reads. */
const CURRENT = ["number", "state", "method", "at", "lineId", "needsReview", "carrierBlocked", "updatedAt"] as const;
const HISTORY = [
  "number",
  "state",
  "method",
  "at",
  "wording",
  "language",
  "url",
  "note",
  "lineId",
  "certain",
  "by",
  "messageId",
  "id",
] as const;

/**
 * The ledger as a file. Pages are read as the reader takes them, each in a transaction of its own, so that neither memory
 * nor the event log suffers from a large one; what changes meanwhile is there or not.
 */
export function exportFile(
  database: Database,
  tenantId: TenantId,
  { format = "csv", what = "current" }: ExportOptIns,
): Response {
  const rows = what === "current" ? standings(database, tenantId) : entries(database, tenantId);
  const write =
    format === "ndjson"
      ? (row: OptIn | OptInEntry) => `${JSON.stringify(row)}\n`
      : (row: OptIn | OptInEntry) => csvLine("needsReview" in row ? standingCells(row) : entryCells(row));
  const header = format === "ndjson" ? "" : csvLine(what === "current" ? CURRENT : HISTORY);
  return pagedFile(rows, { write, header, name: `opt-ins-${what}`, format });
}

async function* standings(database: Database, tenantId: TenantId): AsyncGenerator<OptIn[]> {
  let after: OptInRow | null = null;
  for (;;) {
    const rows: OptInRow[] = await database.tenant(tenantId, (tx) => readStandingsPage(tx, tenantId, after, PAGE));
    if (rows.length > 0) yield rows.map(toOptIn);
    after = rows.at(-1) ?? null;
    if (rows.length < PAGE) return;
  }
}

async function* entries(database: Database, tenantId: TenantId): AsyncGenerator<OptInEntry[]> {
  let after: EntryRow | null = null;
  for (;;) {
    const rows: EntryRow[] = await database.tenant(tenantId, (tx) => readEntriesPage(tx, tenantId, after, PAGE));
    if (rows.length > 0) yield rows.map(toEntry);
    after = rows.at(-1) ?? null;
    if (rows.length < PAGE) return;
  }
}

function standingCells(row: OptIn): (string | null)[] {
  const { number, state, method, since, lineId, needsReview, carrierBlocked, updatedAt } = row;
  return [number, state, method, since, lineId, String(needsReview), String(carrierBlocked), updatedAt];
}

function entryCells({ evidence, by, ...row }: OptInEntry): (string | null)[] {
  const { number, state, method, at, wording, language, lineId, certain, messageId, id } = row;
  const [url, note] = [evidence?.url, evidence?.note].map((value) => (typeof value === "string" ? value : null));
  return [
    number,
    state,
    method,
    at,
    wording,
    language,
    url ?? null,
    note ?? null,
    lineId,
    String(certain),
    by.name ?? by.kind,
    messageId,
    id,
  ];
}
