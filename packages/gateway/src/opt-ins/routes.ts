import type { OptInImport } from "@trunkline/protocol";
import type { Bus } from "../bus/bus.ts";
import type { Clock } from "../clock.ts";
import type { EventLog } from "../events/log.ts";
import { once, replayOf } from "../http/idempotency.ts";
import { openPage } from "../http/paging.ts";
import { Refusal } from "../http/refusal.ts";
import type { Handlers } from "../http/route.ts";
import { announceSends } from "../messaging/accept.ts";
import type { Ids } from "../random.ts";
import type { Principal } from "../rights/principal.ts";
import { isLimited } from "../rights/sight.ts";
import type { Database } from "../store/database.ts";
import { toOptIn } from "./entry-row.ts";
import { exportFile } from "./export.ts";
import { CHUNK, importRows, type RowResult, reportOf } from "./import.ts";
import { readImport } from "./import-rows.ts";
import { lookUpOptIns } from "./look-up.ts";
import { putOptIn } from "./put.ts";
import type { RecentStops } from "./recent-stops.ts";
import { listOptIns } from "./store.ts";

export interface OptInRouteParts {
  database: Database;
  log: EventLog;
  bus: Bus;
  clock: Clock;
  ids: Ids;
  recentStops: RecentStops;
}

export type OptInOperation = "listOptIns" | "putOptIn" | "lookUpOptIns" | "importOptIns" | "exportOptIns";

export function optInRoutes({
  database,
  log,
  bus,
  clock,
  ids,
  recentStops,
}: OptInRouteParts): Handlers<OptInOperation> {
  return {
    async listOptIns({ principal, query }) {
      refuseLimited(principal);
      const { tenantId } = principal;
      const page = openPage("listOptIns", query, ["time", "text", "text"]);
      const rows = await database.tenant(tenantId, (tx) => listOptIns(tx, tenantId, query, page.after, page.limit + 1));
      return page.answer(rows, (row) => [row.updated_at.toISOString(), row.number, row.line_id], toOptIn);
    },

    async putOptIn({ principal, body, audit }) {
      const { tenantId } = principal;
      const put = await log.transaction(tenantId, async (tx, record) => {
        const done = await putOptIn(tx, principal, body, record, { log, ids }, clock.now());
        // What it was before stands in the ledger, entry for entry.
        await audit(tx, tenantId, { object: { kind: "opt_in", id: null }, before: null, after: done.optIn });
        return done;
      });
      recentStops.add(tenantId, put.stops);
      announceSends(bus, tenantId, put);
      return put.optIn;
    },

    lookUpOptIns: ({ principal, body }) =>
      database.tenant(principal.tenantId, (tx) => lookUpOptIns(tx, principal, body)),

    async importOptIns({ principal, body, keyed, audit }) {
      refuseLimited(principal);
      const { tenantId } = principal;
      const rows = readImport(body);
      const kept = keyed && (await database.tenant(tenantId, (tx) => replayOf<OptInImport>(tx, keyed)));
      if (kept) return kept;
      const results: RowResult[] = [];
      // A chunk that is recorded stays so: whoever repeats an import that broke off goes on with it.
      for (let from = 0; from < rows.length; from += CHUNK) {
        const chunk = rows.slice(from, from + CHUNK);
        const done = await log.transaction(tenantId, async (tx, record) => {
          const after = { rows: chunk.length };
          await audit(tx, tenantId, { object: { kind: "opt_in", id: null }, before: null, after });
          return importRows(tx, principal, chunk, record, { ids, now: clock.now() });
        });
        recentStops.add(tenantId, done.stops);
        results.push(...done.results);
      }
      const report = reportOf(results);
      return database.tenant(tenantId, (tx) => once(tx, keyed, async () => report));
    },

    async exportOptIns({ principal, query, audit }) {
      refuseLimited(principal);
      await database.tenant(principal.tenantId, (tx) =>
        audit(tx, principal.tenantId, { object: { kind: "opt_in", id: null }, before: null, after: query }),
      );
      return exportFile(database, principal.tenantId, query);
    },
  };
}

/** Whoever sees some conversations only would learn of other people's numbers. */
function refuseLimited({ sight }: Principal): void {
  if (!isLimited(sight) && sight.lineIds === "all") return;
  throw new Refusal("forbidden", {
    detail:
      "This session is limited to some conversations. It can look up the numbers of those (POST /v1/opt-ins/lookup).",
  });
}
