/* What of the gateway needs Node. */

export { DirectoryInUse, lockDirectory } from "./directory-lock.ts";
export { openPgliteDirectory, openPgliteMemory, type PgliteDirectoryOptions } from "./pglite-store.ts";
export { type PostgresOptions, postgresEngine } from "./postgres.ts";
