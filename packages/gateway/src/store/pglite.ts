import type { PGlite } from "@electric-sql/pglite";
import type { SqlConnection, SqlEngine } from "./engine.ts";
import { statementsOf } from "./pglite-statements.ts";

/*
 * Plans are made once and kept, whatever the parameters. A plan that was made while its tables were empty must still be
 * good when they are full, hence no scans of whole tables where there is an index: nothing here runs ANALYZE, which
 * would have it made anew.
 */
const SETTINGS = "set plan_cache_mode = force_generic_plan; set enable_seqscan = off";

/** Transactions that follow each other let the network be heard after this long, in milliseconds: PGlite never pauses. */
const UNHEARD_MS = 10;
/** … for a tenth of that time, and no longer than this. */
const MAX_PAUSE_MS = 6;

/**
 * PGlite as an engine. It has one connection, so transactions wait for each other here, in the order they came.
 * Its traps stay here and in `pglite-statements.ts`.
 */
export function pgliteEngine(database: PGlite): SqlEngine {
  const settings = database.exec(SETTINGS);
  settings.catch(() => undefined); // everybody who connects hears of it
  let last: Promise<void> = Promise.resolve();
  let waiting: (() => void) | undefined;
  /** Since when nobody else could do anything; null when they can. */
  let busySince: number | null = null;

  async function letOthersIn(): Promise<void> {
    if (busySince === null) {
      busySince = performance.now();
      setTimeout(() => {
        busySince = null;
      }, 0);
      return;
    }
    const busyMs = performance.now() - busySince;
    // A request takes several rounds of the event loop to be read and answered.
    if (busyMs > UNHEARD_MS)
      await new Promise<void>((resolve) => setTimeout(resolve, Math.min(MAX_PAUSE_MS, busyMs / 10)));
  }

  const run = statementsOf(database);
  let lastAnswer: Promise<unknown> = Promise.resolve();
  const inOrder = <Result>(next: () => Promise<Result>): Promise<Result> => {
    const answer = lastAnswer.then(next, next);
    lastAnswer = answer;
    return answer;
  };
  // One object, so that what is prepared for a connection is prepared once.
  const shared: SqlConnection = {
    query: (sql, parameters) => inOrder(() => run(sql, parameters)),
    exec: (sql) =>
      inOrder(async () => {
        await database.exec(sql);
      }),
    release: () => waiting?.(),
  };

  return {
    kind: "pglite",
    connections: 1,
    async connect() {
      await settings;
      const before = last;
      let free: () => void = () => undefined;
      last = new Promise<void>((resolve) => {
        free = resolve;
      });
      await before;
      await letOthersIn();
      waiting = free;
      return shared;
    },
    async close() {
      await last;
      await database.close();
    },
  };
}
