import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { SqlEngine } from "./engine.ts";

/*
 * Without statistics the planner takes a tenant for a handful of rows, and finds a message by its id in all that the
 * tenant has. PGlite never gathers statistics by itself; a server does so once a minute, and plans that were made for
 * empty tables are kept until then. So the gateway has them gathered whenever a table has doubled.
 */

/** Looks this often, in milliseconds of real time. */
const LOOK_MS = 1000;
/** A tenth of the default, so that a look takes milliseconds; what matters is how many rows a tenant has, roughly. */
const TARGET = 10;
/** Pages below which a table is not worth it. One page has 8 KiB. */
const MIN_PAGES = 4;

export interface Statistics {
  start(): void;
  stop(): Promise<void>;
}

export function keepStatistics({
  engine,
  clock,
  logger,
}: {
  engine: SqlEngine;
  clock: Clock;
  logger: Logger;
}): Statistics {
  let looking: Promise<void> | undefined;
  let undo: (() => void) | undefined;
  const look = () => {
    looking ??= gatherStatistics(engine)
      .catch((error: unknown) => logger.warn({ error }, "statistics could not be gathered; it is tried again"))
      .finally(() => {
        looking = undefined;
      });
  };
  return {
    start() {
      if (undo) return;
      undo = clock.poll(LOOK_MS, look);
      look(); // what waits from before is worked off at once
    },
    async stop() {
      undo?.();
      await looking;
    },
  };
}

/** Gathers statistics on the tables that have at least doubled since it was last done. Runs as the owner of the tables. */
export async function gatherStatistics(engine: SqlEngine): Promise<void> {
  const connection = await engine.connect();
  let failure: Error | undefined;
  try {
    const { rows } = await connection.query<{ name: string }>(GROWN, [MIN_PAGES]);
    for (const { name } of rows) {
      await connection.exec(`begin; set local default_statistics_target = ${TARGET}; analyze ${name}; commit`);
    }
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    connection.release(failure);
  }
}

// `relpages` is the size at the last ANALYZE or VACUUM; both forget the plans that were made before.
const GROWN = `select quote_ident(c.relname) as name from pg_class c
  where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace
    and pg_relation_size(c.oid) / current_setting('block_size')::bigint >= 2 * greatest(c.relpages, $1::int / 2)`;
