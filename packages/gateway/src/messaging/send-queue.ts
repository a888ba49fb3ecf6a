import type { Message, TenantId } from "@trunkline/protocol";
import type { Bus } from "../bus/bus.ts";
import type { Clock } from "../clock.ts";
import type { EventLog } from "../events/log.ts";
import type { Reply } from "../http/reply.ts";
import type { Ids } from "../random.ts";
import type { Database } from "../store/database.ts";
import { sqlState } from "../store/engine.ts";
import { type Accepted, acceptSends } from "./accept.ts";
import { sendLane } from "./outbound-queue.ts";
import type { SendRequest } from "./send-places.ts";

export interface SendQueueParts {
  database: Database;
  log: EventLog;
  bus: Bus;
  clock: Clock;
  ids: Ids;
}

/**
 * Accepts texts. Those of one tenant that come while a transaction is running share the next one: a commit costs the same
 * for one text as for a hundred, and a text that comes alone waits for nobody.
 */
export interface SendQueue {
  /** Resolves when the text is committed. @throws Refusal when it is not accepted */
  accept(request: SendRequest): Promise<Reply<Message>>;
  /** Resolves when nothing is being accepted. */
  settled(): Promise<void>;
}

/** Texts in one transaction; it also bounds how long one holds its locks. */
const MAX_BATCH = 200;

interface Waiting {
  readonly request: SendRequest;
  readonly resolve: (reply: Reply<Message>) => void;
  readonly reject: (error: unknown) => void;
}

interface TenantQueue {
  readonly waiting: Waiting[];
  running: Promise<void> | null;
}

export function createSendQueue(parts: SendQueueParts): SendQueue {
  const { database, log, bus, clock, ids } = parts;
  const queues = new Map<TenantId, TenantQueue>();

  async function run(tenantId: TenantId, queue: TenantQueue): Promise<void> {
    while (queue.waiting.length > 0) await settle(tenantId, queue.waiting.splice(0, MAX_BATCH));
    queues.delete(tenantId);
  }

  async function settle(tenantId: TenantId, batch: readonly Waiting[]): Promise<void> {
    let accepted: Accepted;
    try {
      const requests = batch.map(({ request }) => request);
      accepted = await database.tenant(tenantId, (tx) =>
        acceptSends(tx, tenantId, requests, { log, ids }, clock.now()),
      );
    } catch (error) {
      return giveUpOn(tenantId, batch, error);
    }
    for (const [index, { resolve, reject }] of batch.entries()) {
      const outcome = accepted.outcomes[index];
      if (outcome?.kind === "accepted") resolve(outcome.reply);
      else reject(outcome?.error);
    }
    if (accepted.lineIds.size === 0) return;
    bus.publish({ topic: "events", tenantId });
    for (const lineId of accepted.lineIds) bus.publish({ topic: "work", ...sendLane(tenantId, lineId) });
  }

  /** One text that the store refuses must not sink the others. When the store is away, it is away for all. */
  async function giveUpOn(tenantId: TenantId, batch: readonly Waiting[], error: unknown): Promise<void> {
    if (batch.length === 1 || sqlState(error) === undefined) {
      for (const { reject } of batch) reject(error);
      return;
    }
    for (const one of batch) await settle(tenantId, [one]);
  }

  return {
    accept(request) {
      const { tenantId } = request.principal;
      return new Promise((resolve, reject) => {
        const queue = queues.get(tenantId) ?? { waiting: [], running: null };
        queues.set(tenantId, queue);
        queue.waiting.push({ request, resolve, reject });
        queue.running ??= run(tenantId, queue);
      });
    },
    async settled() {
      while (queues.size > 0) await Promise.all([...queues.values()].map(({ running }) => running));
    },
  };
}
