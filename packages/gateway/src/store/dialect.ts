import {
  type CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryCompiler,
  type QueryResult,
} from "kysely";
import type { SqlConnection } from "./engine.ts";

/** Lets Kysely speak over a connection on which a transaction is open already. It never begins or ends one itself. */
export class ConnectionDialect implements Dialect {
  readonly #connection: SqlConnection;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  createDriver(): Driver {
    return new OpenTransactionDriver(this.#connection);
  }
  createQueryCompiler(): QueryCompiler {
    return new PostgresQueryCompiler();
  }
  createAdapter(): DialectAdapter {
    return new PostgresAdapter();
  }
  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new PostgresIntrospector(db);
  }
}

class OpenTransactionDriver implements Driver {
  readonly #connection: DatabaseConnection;

  constructor(connection: SqlConnection) {
    this.#connection = {
      async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
        const { rows, affected } = await connection.query<Row>(sql, parameters);
        return { rows, numAffectedRows: BigInt(affected) };
      },
      streamQuery: () => {
        throw new TypeError("rows are not streamed: ask for a page");
      },
    };
  }

  async init(): Promise<void> {
    /* the connection is open */
  }
  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }
  beginTransaction = refuse;
  commitTransaction = refuse;
  rollbackTransaction = refuse;
  async releaseConnection(): Promise<void> {
    /* whoever opened the transaction releases it */
  }
  async destroy(): Promise<void> {
    /* likewise */
  }
}

async function refuse(): Promise<void> {
  throw new TypeError("a transaction is open already: use the tx that was handed to you");
}
