/**
 * The least that a PostgreSQL must offer, so that an adapter fits on one screen: PGlite in `pglite.ts`, a server in
 * `node/postgres.ts`. int8 comes back as number, timestamptz as Date, jsonb parsed, bytea as Uint8Array.
 */
export interface SqlEngine {
  readonly kind: "pglite" | "postgres";
  /** How many connections it has; more transactions than that wait. */
  readonly connections: number;
  /** Takes a connection for one transaction; whoever takes it releases it. Waits while all are taken. */
  connect(): Promise<SqlConnection>;
  /** Ends all connections. Nothing may be asked afterwards. */
  close(): Promise<void>;
}

/**
 * What it is given runs in the order in which it is given. The next need not wait for the answer to the one before: within
 * a transaction it fails where that one failed.
 */
export interface SqlConnection {
  /** Runs one statement with parameters `$1`, `$2`, …. */
  query<Row>(sql: string, parameters: readonly unknown[]): Promise<{ rows: Row[]; affected: number }>;
  /** Runs several statements without parameters, separated by semicolons, in one round trip. */
  exec(sql: string): Promise<void>;
  /** Gives the connection back. With an error it is thrown away, because its state is not known. */
  release(error?: Error): void;
}

/** SQLSTATE of an error that PostgreSQL gave, or undefined. */
export function sqlState(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined;
}

/** Name of the constraint that an error of class 23 broke, or undefined. */
export function brokenConstraint(error: unknown): string | undefined {
  if (!sqlState(error)?.startsWith("23") || typeof error !== "object" || error === null) return undefined;
  return "constraint" in error && typeof error.constraint === "string" ? error.constraint : undefined;
}

/** The store could not be asked: no connection, or it broke. What was open has rolled back; the same may succeed later. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}
