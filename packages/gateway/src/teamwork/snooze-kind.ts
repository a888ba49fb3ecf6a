import type { TenantId } from "@trunkline/protocol";
import { sql } from "kysely";
import type { Bus } from "../bus/bus.ts";
import type { Clock } from "../clock.ts";
import type { EventLog, NewEvent } from "../events/log.ts";
import type { Tx } from "../store/database.ts";
import type { KindTurn, WorkKind } from "../work/kind.ts";
import type { WorkItem } from "../work/queue.ts";
import { changeStates } from "./change-states.ts";
import { SNOOZE_KIND, type SnoozePayload } from "./snooze-work.ts";

export interface SnoozeParts {
  log: EventLog;
  bus: Bus;
  clock: Clock;
}

/** Opens what was put off, when its time has come: all in the transaction that ends the work. */
export function snoozeKind({ log, bus, clock }: SnoozeParts): WorkKind<SnoozePayload, never, never> {
  return {
    kind: SNOOZE_KIND,
    window: 64,
    open: async (tx, tenantId, items) => turn(tx, tenantId, log, await wake(tx, tenantId, items, clock.now())),
    perform: () => Promise.reject(new Error("a conversation is woken in its turn")),
    committed: (tenantId) => bus.publish({ topic: "events", tenantId }),
  };
}

function turn(tx: Tx, tenantId: TenantId, log: EventLog, events: readonly NewEvent[]): KindTurn<object, never, never> {
  return {
    take: (_lane, items) => ({ takes: items.map(({ id }) => ({ id, kind: "done" })) }),
    settle: () => ({ settlements: [] }),
    recover: () => ({ settlements: [] }),
    write: () => log.append(tx, tenantId, events),
  };
}

/** One that was opened, closed or put off further meanwhile is left as it is. */
function wake(tx: Tx, tenantId: TenantId, items: readonly WorkItem<SnoozePayload>[], now: number): Promise<NewEvent[]> {
  const ids = items.map(({ payload }) => payload.conversationId);
  const which = sql`c.id = any(${ids}::text[]) and c.state = 'snoozed' and c.snoozed_until <= ${new Date(now)}
    order by c.id for update of c`;
  return changeStates(tx, tenantId, "open", which, now);
}
