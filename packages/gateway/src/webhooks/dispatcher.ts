import type { TenantId } from "@trunkline/protocol";
import { sql } from "kysely";
import type { Bus } from "../bus/bus.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Database } from "../store/database.ts";
import { enqueueLooks, webhookLane } from "./delivery-kind.ts";

export interface DispatcherParts {
  database: Database;
  bus: Bus;
  clock: Clock;
  logger: Logger;
}

/** Finds webhooks that are behind their tenant's event log, and queues a look at it for each. */
export interface Dispatcher {
  start(): void;
  stop(): Promise<void>;
  /** Looks once at all tenants. */
  look(): Promise<void>;
  /** How often a hook got something to do since the start. */
  readonly queued: number;
}

/** Looks at the store this often in case a wake-up was lost, in milliseconds of real time. */
const POLL_MS = 1000;
/** Tenants whose wake-ups are minded, because a hook of theirs was behind; beyond it the oldest waits for the poll. */
const MINDED = 1000;

export function createDispatcher({ database, bus, clock, logger }: DispatcherParts): Dispatcher {
  const minded = new Set<TenantId>();
  const looks = new Map<TenantId, Promise<void>>();
  const again = new Set<TenantId>();
  const undo: (() => void)[] = [];
  let queued = 0;
  let polling: Promise<void> | undefined;
  let isStopped = false;

  /** One look at a tenant at a time; what comes meanwhile makes it look once more. */
  function lookAt(tenantId: TenantId): Promise<void> {
    again.add(tenantId);
    const present = looks.get(tenantId);
    if (present !== undefined) return present;
    const looking = repeat(tenantId)
      .catch((error: unknown) => {
        logger.warn({ error }, "a tenant's webhooks could not be looked at; it is tried again");
      })
      .finally(() => looks.delete(tenantId));
    looks.set(tenantId, looking);
    return looking;
  }

  async function repeat(tenantId: TenantId): Promise<void> {
    while (again.delete(tenantId) && !isStopped) {
      const behind = await database.tenant(tenantId, (tx) => enqueueLooks(tx, tenantId, clock.now()));
      queued += behind.length;
      for (const id of behind) bus.publish({ topic: "work", ...webhookLane(tenantId, id) });
    }
  }

  async function lookAtAll(): Promise<void> {
    const { rows } = await database.system((tx) =>
      sql<{ tenant_id: TenantId }>`select distinct w.tenant_id from webhooks w where w.disabled_at is null
        and exists (select from events e where e.tenant_id = w.tenant_id and (e.xid, e.n) > (w.xid, w.n))`.execute(tx),
    );
    await Promise.all(
      rows.map(({ tenant_id }) => {
        minded.delete(tenant_id);
        minded.add(tenant_id);
        return lookAt(tenant_id);
      }),
    );
    for (const tenantId of minded) {
      if (minded.size <= MINDED) break;
      minded.delete(tenantId);
    }
  }

  function look(): Promise<void> {
    if (isStopped) return Promise.resolve();
    polling ??= lookAtAll()
      .catch((error: unknown) => {
        logger.warn({ error }, "webhooks could not be looked at; it is tried again");
      })
      .finally(() => {
        polling = undefined;
      });
    return polling;
  }

  return {
    start() {
      if (undo.length > 0 || isStopped) return;
      undo.push(
        bus.subscribe((wake) => {
          if (wake.topic === "events" && minded.has(wake.tenantId)) void lookAt(wake.tenantId);
        }),
        clock.poll(POLL_MS, () => void look()),
      );
    },
    async stop() {
      isStopped = true;
      for (const step of undo.splice(0)) step();
      await Promise.all([polling, ...looks.values()]);
    },
    async look() {
      await polling; // one that began earlier may have missed what was committed since
      return look();
    },
    get queued() {
      return queued;
    },
  };
}
