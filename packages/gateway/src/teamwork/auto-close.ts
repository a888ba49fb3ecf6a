import type { TenantId } from "@trunkline/protocol";
import { sql } from "kysely";
import type { Bus } from "../bus/bus.ts";
import type { Clock } from "../clock.ts";
import type { EventLog, NewEvent } from "../events/log.ts";
import type { Tx } from "../store/database.ts";
import { toTeamwork } from "../tenants/settings.ts";
import type { KindTurn, WorkKind } from "../work/kind.ts";
import { AUTO_CLOSE_KIND } from "./auto-close-work.ts";
import { changeStates } from "./change-states.ts";

export interface AutoCloseParts {
  log: EventLog;
  bus: Bus;
  clock: Clock;
}

/** Conversations that one transaction closes, so that none stays open for long. */
const CHUNK = 200;
/** Longest time between two looks, in milliseconds: what keeps a change of the setting from being overlooked for good. */
const LOOK_MS = 60 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

/** Closes conversations in which nothing has happened for as long as the tenant's setting says. */
export function autoCloseKind({ log, bus, clock }: AutoCloseParts): WorkKind<object, never, never> {
  return {
    kind: AUTO_CLOSE_KIND,
    window: 1,
    async open(tx, tenantId): Promise<KindTurn<object, never, never>> {
      const now = clock.now();
      const { events, nextAt } = await look(tx, tenantId, now);
      return {
        take: (_lane, items) => ({
          takes: items.map(({ id }) => (nextAt === null ? { id, kind: "done" } : { id, kind: "again", at: nextAt })),
        }),
        settle: () => ({ settlements: [] }),
        recover: () => ({ settlements: [] }),
        write: () => log.append(tx, tenantId, events),
      };
    },
    perform: () => Promise.reject(new Error("conversations are closed in their turn")),
    committed: (tenantId) => bus.publish({ topic: "events", tenantId }),
  };
}

/** Closes what is due; `nextAt` is null when the tenant wants nothing closed. Index: conversations_open_by_age. */
async function look(
  tx: Tx,
  tenantId: TenantId,
  now: number,
): Promise<{ events: readonly NewEvent[]; nextAt: number | null }> {
  const tenant = await tx.selectFrom("tenants").select("teamwork").where("tenant_id", "=", tenantId).executeTakeFirst();
  const { closeAfter } = toTeamwork(tenant?.teamwork ?? {});
  if (closeAfter === null) return { events: [], nextAt: null };
  const quietMs = Number.parseInt(closeAfter.slice(1), 10) * DAY_MS;
  const which = sql`c.state = 'open' and c.updated_at <= ${new Date(now - quietMs)}
    order by c.updated_at limit ${CHUNK} for update of c skip locked`;
  const events = await changeStates(tx, tenantId, "closed", which, now);
  if (events.length === CHUNK) return { events, nextAt: now };
  const { rows } = await sql<{ oldest: Date | null }>`select min(updated_at) as oldest from conversations
    where tenant_id = ${tenantId} and state = 'open'`.execute(tx);
  const dueAt = (rows[0]?.oldest?.getTime() ?? now) + quietMs;
  // One that is due and was passed over is being changed by somebody else, and is not due any more after that.
  return { events, nextAt: Math.min(Math.max(dueAt, now + 1000), now + LOOK_MS) };
}
