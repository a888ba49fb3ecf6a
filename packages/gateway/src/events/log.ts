import type { Actor, EventEnvelope, EventMap, EventType, TenantId } from "@trunkline/protocol";
import { type RawBuilder, sql } from "kysely";
import type { Bus } from "../bus/bus.ts";
import type { Clock } from "../clock.ts";
import type { Ids } from "../random.ts";
import type { Audience } from "../rights/sight.ts";
import type { Database, Tx } from "../store/database.ts";

/** Something that happened, before it has an id and a time. */
export type NewEvent = {
  [Type in EventType]: {
    readonly type: Type;
    readonly data: EventMap[Type];
    readonly audience: Audience;
    /** Who caused it; null for the gateway and for carriers. */
    readonly actor: Actor | null;
  };
}[EventType];

/** The tenant's record of every change that a client could see. */
export interface EventLog {
  /**
   * Writes events in the transaction that caused them, with one insert; call it once per transaction. Publish
   * `{ topic: "events" }` after the commit, or let `transaction` do both.
   */
  append(tx: Tx, tenantId: TenantId, events: readonly NewEvent[]): Promise<void>;
  /** The insert alone, for statements that do more at once. */
  insertion(tenantId: TenantId, events: readonly NewEvent[]): RawBuilder<unknown>;
  /** Runs `work` for one tenant, appends what it recorded, and wakes the readers after the commit. */
  transaction<Result>(
    tenantId: TenantId,
    work: (tx: Tx, record: (...events: NewEvent[]) => void) => Promise<Result>,
  ): Promise<Result>;
}

export interface EventLogParts {
  database: Database;
  bus: Bus;
  ids: Ids;
  clock: Clock;
}

export function createEventLog({ database, bus, ids, clock }: EventLogParts): EventLog {
  function insertion(tenantId: TenantId, events: readonly NewEvent[]): RawBuilder<unknown> {
    const timestamp = new Date(clock.now()).toISOString();
    const rows = events.map(({ type, data, audience, actor }) => {
      const id = ids("event");
      const envelope: EventEnvelope = { id, type, timestamp, tenantId, actor, data };
      return { id, type, audience: JSON.stringify(audience), body: JSON.stringify(envelope) };
    });
    // Arrays, because the bodies are most of what a text writes: within json they would be quoted twice.
    return sql`insert into events (tenant_id, id, type, audience, body, created_at)
      select ${tenantId}::text, e.id, e.type, e.audience::jsonb, e.body, ${timestamp}::timestamptz
      from unnest(${rows.map(({ id }) => id)}::text[], ${rows.map(({ type }) => type)}::text[],
        ${rows.map(({ audience }) => audience)}::text[], ${rows.map(({ body }) => body)}::text[])
        with ordinality as e (id, type, audience, body, place) order by e.place`;
  }

  async function append(tx: Tx, tenantId: TenantId, events: readonly NewEvent[]): Promise<void> {
    if (events.length > 0) await insertion(tenantId, events).execute(tx);
  }

  return {
    append,
    insertion,
    async transaction(tenantId, work) {
      let written = 0;
      const result = await database.tenant(tenantId, async (tx) => {
        const events: NewEvent[] = []; // anew in each attempt: a transaction that lost a race runs again
        const answer = await work(tx, (...more) => events.push(...more));
        await append(tx, tenantId, events);
        written = events.length;
        return answer;
      });
      if (written > 0) bus.publish({ topic: "events", tenantId });
      return result;
    },
  };
}
