import { isId, type TenantId } from "@trunkline/protocol";
import { Kysely, type RawBuilder } from "kysely";
import { fairTurnstile } from "../fair-turnstile.ts";
import { ConnectionDialect } from "./dialect.ts";
import { type SqlConnection, type SqlEngine, StoreUnavailable, sqlState } from "./engine.ts";
import type { Tables } from "./tables.ts";
import { together } from "./together.ts";

/** An open transaction of one tenant. Rows of other tenants do not exist in it. */
export type Tx = Kysely<Tables> & { readonly [scope]: "tenant" };
/** An open transaction of the system role: it sees the few columns that must be looked up across tenants. */
export type SystemTx = Kysely<Tables> & { readonly [scope]: "system" };
declare const scope: unique symbol;

/**
 * The only way to the store. Every transaction states whose it is, and runs as a role that cannot bypass row-level
 * security; a statement that forgets its `where tenant_id` finds nothing.
 *
 * A transaction holds no network call: on PGlite it blocks everybody else, on PostgreSQL it holds back the event log.
 */
export interface Database {
  readonly kind: SqlEngine["kind"];
  /** Runs `work` for one tenant; commits when it resolves, rolls back when it throws. */
  tenant<Result>(
    tenantId: TenantId,
    work: (tx: Tx) => Promise<Result | Ending<Result>>,
    options?: TransactionOptions,
  ): Promise<Result>;
  /** Runs `work` as the system role, for look-ups across tenants and for what belongs to the operator. */
  system<Result>(work: (tx: SystemTx) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** Returned by the work of a transaction: its last statement, which leaves together with the commit, and its result. */
export class Ending<Result> {
  readonly statement: RawBuilder<unknown>;
  readonly result: Result;

  constructor(statement: RawBuilder<unknown>, result: Result) {
    this.statement = statement;
    this.result = result;
  }
}

export interface TransactionOptions {
  /**
   * Every statement finds its rows by keys that an index covers, and runs for each text: it is planned once for all
   * values, and never as a scan of a table that was small at that time. Planning such statements anew took a fifth of
   * what PostgreSQL spends on a text.
   * @default false
   */
  byKeys?: boolean;
}

// Serialization failures and deadlocks; nothing was committed, so the same work may run again.
const REPEATABLE = new Set(["40001", "40P01"]);
const ATTEMPTS = 5;

/** Waiting longer for a connection than this, in milliseconds, is an outage that the caller should hear of. */
const WAIT_MS = 10_000;
/** Bounds on one transaction, in milliseconds: a transaction that stays open delays the event log for every reader. */
const STATEMENT_TIMEOUT_MS = 15_000;
const IDLE_TIMEOUT_MS = 10_000;
// Compiling a statement to machine code costs more than any of ours runs.
const SERVER_SETTINGS = `; set local statement_timeout = ${STATEMENT_TIMEOUT_MS}; set local idle_in_transaction_session_timeout = ${IDLE_TIMEOUT_MS}; set local jit = off`;
// A row for each of the keys that are given: the other ways to join read more than those.
const BY_KEYS =
  "; set local plan_cache_mode = force_generic_plan; set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off";

export function openDatabase(engine: SqlEngine): Database {
  const kyselyOf = new WeakMap<object, Kysely<Tables>>();
  /** Connections go round the tenants: one that asks a thousand things at once makes nobody wait but itself. */
  const connections = fairTurnstile(engine.connections, {
    ms: WAIT_MS,
    error: () => new StoreUnavailable("the store is too busy"),
  });
  let open = 0;
  // PGlite has no second process that could interrupt it, and compiles nothing.
  const settings = engine.kind === "postgres" ? SERVER_SETTINGS : "";

  async function transaction<Result>(
    begin: string,
    work: (tx: Kysely<Tables>) => Promise<Result | Ending<Result>>,
  ): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      const connection = await engine.connect().catch((error: unknown) => {
        // Nobody waits longer for a store that is away than the first who found it so.
        if (open === 0 && error instanceof StoreUnavailable) connections.turnAway(error);
        throw error;
      });
      open += 1;
      let failure: Error | undefined;
      try {
        return await run(connection, begin, work);
      } catch (error) {
        failure = error instanceof ConnectionLost ? error : undefined;
        const cause = error instanceof ConnectionLost ? error.cause : error;
        if (attempt === ATTEMPTS || !REPEATABLE.has(sqlState(cause) ?? "")) throw cause;
      } finally {
        open -= 1;
        connection.release(failure);
      }
    }
  }

  async function run<Result>(
    connection: SqlConnection,
    begin: string,
    work: (tx: Kysely<Tables>) => Promise<Result | Ending<Result>>,
  ): Promise<Result> {
    let tx = kyselyOf.get(connection);
    if (!tx) {
      tx = new Kysely<Tables>({ dialect: new ConnectionDialect(connection) });
      kyselyOf.set(connection, tx);
    }
    const begun = connection.exec(begin);
    begun.catch(() => undefined); // what is asked next fails with it, and is told why below
    try {
      const done = await work(tx);
      if (!(done instanceof Ending)) {
        await together(begun, connection.exec("commit"));
        return done;
      }
      const { sql, parameters } = done.statement.compile(tx);
      await together(begun, connection.query(sql, parameters), connection.exec("commit"));
      return done.result;
    } catch (error) {
      const reason = await begun.then(
        () => error,
        (first: unknown) => first,
      );
      try {
        await connection.exec("rollback");
      } catch {
        throw new ConnectionLost(reason); // the rollback's own error says less than what led to it
      }
      throw reason;
    }
  }

  return {
    kind: engine.kind,
    tenant: (tenantId, work, { byKeys = false } = {}) => {
      if (!isId("ten", tenantId)) throw new TypeError(`not a tenant id: ${tenantId}`); // it is pasted below
      const begin = opening("trunkline_tenant", tenantId) + settings + (byKeys ? BY_KEYS : "");
      return connections.pass(tenantId, () => transaction(begin, (tx) => work(tx as Tx)));
    },
    system: (work) => transaction(opening("trunkline_system", "") + settings, (tx) => work(tx as SystemTx)),
    close: () => engine.close(),
  };
}

// One round trip: on PgBouncer, too, settings may only live as long as their transaction.
function opening(role: string, tenantId: string): string {
  return `begin; set local role ${role}; set local app.tenant = '${tenantId}'`;
}

class ConnectionLost extends Error {
  constructor(cause: unknown) {
    super("the connection to the store was lost", { cause });
  }
}
