import type { MediaId, TenantId } from "@trunkline/protocol";
import { type RawBuilder, sql } from "kysely";
import type { Clock } from "../clock.ts";
import { encodeCursor } from "../events/cursor.ts";
import { readBounds } from "../events/reader.ts";
import { pagedFile } from "../http/paged-file.ts";
import type { MediaLinks } from "../media/links.ts";
import type { Database, Tx } from "../store/database.ts";
import { VERSION } from "../version.ts";
import { EXPORTED_TABLES, type ExportedTable } from "./exported-tables.ts";
import { readTenant } from "./store.ts";

/** Rows that are read, and held in memory, at a time. */
const PAGE = 200;

type Row = Readonly<Record<string, unknown>>;

/** One line of the file. A file without its `end` was cut off. */
export type ExportLine =
  | {
      readonly kind: "begin";
      readonly tenantId: TenantId;
      readonly at: string;
      /** A place in the event log: what happened meanwhile is told by `GET /v1/events?after=`. */
      readonly cursor: string;
      readonly gatewayVersion: string;
    }
  | { readonly kind: "row"; readonly table: string; readonly row: Row }
  | { readonly kind: "end"; readonly at: string; readonly rows: Readonly<Record<string, number>> };

export interface TenantExportParts {
  database: Database;
  clock: Clock;
  /** The store's epoch. */
  epoch: () => string;
  media: { readonly links: Pick<MediaLinks, "make"> };
}

/**
 * Everything that a tenant has, as NDJSON. It is read in short transactions, because one that is open for as long as
 * somebody reads would hold up everybody else; the first line has the cursor from which events tell the rest.
 */
export function tenantFile(parts: TenantExportParts, tenantId: TenantId): Response {
  return pagedFile(lines(parts, tenantId), {
    write: (line) => `${JSON.stringify(line)}\n`,
    header: "",
    name: tenantId,
    format: "ndjson",
  });
}

async function* lines(parts: TenantExportParts, tenantId: TenantId): AsyncGenerator<readonly ExportLine[]> {
  const { database, clock, epoch } = parts;
  const now = () => new Date(clock.now()).toISOString();
  const { end } = await database.tenant(tenantId, (tx) => readBounds(tx, tenantId));
  yield [{ kind: "begin", tenantId, at: now(), cursor: encodeCursor(epoch(), end), gatewayVersion: VERSION }];
  const counts: Record<string, number> = {};
  for (const table of EXPORTED_TABLES) {
    counts[table.name] = 0;
    for await (const rows of pagesOf(database, tenantId, table)) {
      counts[table.name] = (counts[table.name] ?? 0) + rows.length;
      yield await Promise.all(
        rows.map(async (row) => ({
          kind: "row" as const,
          table: table.name,
          row: await shown(parts, tenantId, table, row),
        })),
      );
    }
  }
  if ((await database.tenant(tenantId, (tx) => readTenant(tx, tenantId))) === null) {
    throw new Error("the tenant was deleted while it was exported");
  }
  yield [{ kind: "end", at: now(), rows: counts }];
}

async function* pagesOf(database: Database, tenantId: TenantId, table: ExportedTable): AsyncGenerator<Row[]> {
  let after: Row | undefined;
  for (;;) {
    const rows: Row[] = await database.tenant(tenantId, (tx) => readPage(tx, tenantId, table, after));
    if (rows.length > 0) yield rows;
    after = rows.at(-1);
    if (rows.length < PAGE) return;
  }
}

/** Rows after `after` in the order of the primary key, which is the index. */
async function readPage(tx: Tx, tenantId: TenantId, { name, key }: ExportedTable, after: Row | undefined) {
  const places = list([sql.ref("tenant_id"), ...key.map((column) => sql.ref(column))]);
  const rest =
    after === undefined
      ? sql``
      : sql`and (${places}) > (${list([sql`${tenantId}`, ...key.map((column) => sql`${after[column]}`)])})`;
  const { rows } = await sql<Row>`select * from ${sql.table(name)} where tenant_id = ${tenantId} ${rest}
    order by ${places} limit ${PAGE}`.execute(tx);
  return rows;
}

const list = (parts: readonly RawBuilder<unknown>[]) => sql.join(parts);

/** A row with names as the API has them, without what is secret, and a file with an address that serves it for a while. */
async function shown(parts: TenantExportParts, tenantId: TenantId, { name, without = [] }: ExportedTable, row: Row) {
  const hidden = new Set(["tenant_id", ...without]);
  const told = Object.entries(row).flatMap(([column, value]): [string, unknown][] => {
    if (hidden.has(column)) return [];
    // What is sealed or hashed is bytes: a column that somebody adds is refused here before it leaves.
    if (value instanceof Uint8Array)
      throw new Error(`the column ${column} of ${name} holds bytes and cannot be exported`);
    return [[camelCase(column), value]];
  });
  const link =
    name === "media" && row.stored_at !== null
      ? await parts.media.links.make(tenantId, row.id as MediaId, parts.clock.now())
      : {};
  return { ...Object.fromEntries(told), ...link };
}

const camelCase = (column: string): string => column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
