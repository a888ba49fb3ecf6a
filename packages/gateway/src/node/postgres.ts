import pg from "pg";
import { type SqlConnection, type SqlEngine, StoreUnavailable, sqlState } from "../store/engine.ts";

export interface PostgresOptions {
  /** `postgres://user:password@host/database`. The user owns the tables and may create roles. */
  url: string;
  /**
   * Connections in the pool. More than twice the server's cores rarely helps: they wait for the same disk.
   * @default 8
   */
  poolSize?: number;
  /**
   * Keeps statements prepared on the server under names. Turn it off behind a PgBouncer older than 1.21.
   * @default true
   */
  prepare?: boolean;
  /** Hears of connections that break while nobody uses them; the pool replaces them. */
  onIdleError?: (error: Error) => void;
}

const DEFAULTS = { poolSize: 8, prepare: true } as const satisfies Partial<PostgresOptions>;

// PostgreSQL's type oid of int8. Source: pg_type.dat of PostgreSQL.
const INT8 = 20;
/** Waiting longer for a connection than this, in milliseconds, is an outage that the caller should hear of. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Statements that get a name; the rest, such as those with filters of many shapes, are parsed each time. */
const MAX_PREPARED = 400;

/** A PostgreSQL server, version 15 or newer, as an engine. */
export function postgresEngine(options: PostgresOptions): SqlEngine {
  const { url, poolSize, prepare, onIdleError } = { ...DEFAULTS, ...options };
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: "trunkline",
    pipeline: true, // what is asked next is written without waiting for the answer to what was asked before
    types: { getTypeParser: parserOf },
  });
  pool.on("error", (error) => onIdleError?.(error));
  // The pool listens to idle connections only. One that breaks between two statements of a transaction would end the
  // process; its next statement says it as well.
  pool.on("connect", (client) => client.on("error", () => undefined));
  const connections = new WeakMap<pg.PoolClient, SqlConnection>();
  const names = new Map<string, string>();

  function nameOf(sql: string): string | undefined {
    const known = names.get(sql);
    if (known !== undefined || !prepare || names.size >= MAX_PREPARED) return known;
    const name = `trunkline_${names.size + 1}`;
    names.set(sql, name);
    return name;
  }

  function wrap(client: pg.PoolClient): SqlConnection {
    const { stream } = client.connection;
    let isGathering = false;
    /** What is asked before anybody waits for an answer leaves together: a write to the socket costs more than most queries. */
    function gather(): void {
      if (isGathering) return;
      isGathering = true;
      stream.cork();
      process.nextTick(() => {
        isGathering = false;
        stream.uncork();
      });
    }
    return {
      async query<Row>(sql: string, parameters: readonly unknown[]) {
        gather();
        const name = nameOf(sql);
        const result = await client
          .query({ text: sql, values: [...parameters], ...(name === undefined ? {} : { name }) })
          .catch(explain);
        return { rows: result.rows as Row[], affected: result.rowCount ?? 0 }; // the caller's statement says what a row is
      },
      async exec(sql) {
        gather();
        await client.query(sql).catch(explain);
      },
      release: (error) => client.release(error),
    };
  }

  return {
    kind: "postgres",
    connections: poolSize,
    async connect() {
      const client = await pool.connect().catch(explain);
      let connection = connections.get(client);
      if (!connection) {
        connection = wrap(client);
        connections.set(client, connection);
      }
      return connection;
    },
    close: () => pool.end(),
  };
}

function parserOf(oid: number, format?: "text" | "binary") {
  return oid === INT8 ? Number : pg.types.getTypeParser(oid, format as "text");
}

// 08: connection exceptions; 57P01 to 57P03: the server goes down or comes up; 53300: no connection is free.
const GONE = /^(08...|57P0[123]|53300)$/;

/** An error without an SQLSTATE comes from the network or the driver: nobody knows what the server would have said. */
function explain(error: unknown): never {
  const state = sqlState(error);
  if (state !== undefined && !GONE.test(state)) throw error;
  throw new StoreUnavailable("PostgreSQL cannot be reached.", { cause: error });
}
