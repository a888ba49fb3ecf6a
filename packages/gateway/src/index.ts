/* The gateway's core, for any host of `fetch`. What needs Node is in `@trunkline/gateway/node`. */

export { type Clock, pause, realPoll, rest, systemClock } from "./clock.ts";
export { type Logger, silentLogger } from "./logger.ts";
export { type Ids, idSource, platformRandom, type RandomBytes } from "./random.ts";
export { type Database, openDatabase } from "./store/database.ts";
export type { SqlConnection, SqlEngine } from "./store/engine.ts";
export { type Environment, MIGRATIONS, migrate, type StoreInfo, StoreRefused } from "./store/migrate.ts";
export { pgliteEngine } from "./store/pglite.ts";
