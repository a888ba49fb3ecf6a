import type { PGlite } from "@electric-sql/pglite";
import type { SqlConnection, SqlEngine } from "./engine.ts";

// PostgreSQL's type oids. Source: pg_type.dat of PostgreSQL.
const INT8 = 20;

/**
 * PGlite as an engine. It has one connection, so transactions wait for each other here, in the order they came.
 * Its traps stay in this file: one statement per `query`, and int8 that is a bigint beyond 2^53.
 */
export function pgliteEngine(database: PGlite): SqlEngine {
  let last: Promise<void> = Promise.resolve();

  const connection: Omit<SqlConnection, "release"> = {
    async query<Row>(sql: string, parameters: readonly unknown[]) {
      const { rows, affectedRows } = await database.query<Row>(sql, [...parameters], { parsers: { [INT8]: Number } });
      return { rows, affected: affectedRows ?? 0 };
    },
    async exec(sql) {
      await database.exec(sql);
    },
  };
  let waiting: (() => void) | undefined;
  const shared: SqlConnection = { ...connection, release: () => waiting?.() };

  return {
    kind: "pglite",
    async connect() {
      const before = last;
      let free: () => void = () => undefined;
      last = new Promise((resolve) => {
        free = resolve;
      });
      await before;
      waiting = free;
      return shared; // one object, so that what is prepared for a connection is prepared once
    },
    async close() {
      await last;
      await database.close();
    },
  };
}
