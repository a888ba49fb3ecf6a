import type { Message } from "@trunkline/protocol";
import type { Bus } from "../bus/bus.ts";
import type { Clock } from "../clock.ts";
import type { EventLog } from "../events/log.ts";
import type { Reply } from "../http/reply.ts";
import type { Ids } from "../random.ts";
import { type Database, Ending } from "../store/database.ts";
import { type Outcome, tenantBatches } from "../store/tenant-batches.ts";
import { announceSends, decideSends } from "./accept.ts";
import type { SendRequest } from "./send-request.ts";

export interface SendQueueParts {
  database: Database;
  log: EventLog;
  bus: Bus;
  clock: Clock;
  ids: Ids;
}

/** Accepts texts, together with others of the tenant that come at the same time. */
export interface SendQueue {
  /** Resolves when the text is committed. @throws Refusal when it is not accepted */
  accept(request: SendRequest): Promise<Reply<Message>>;
  /** Resolves when nothing is being accepted. */
  settled(): Promise<void>;
}

export function createSendQueue({ database, log, bus, clock, ids }: SendQueueParts): SendQueue {
  const batches = tenantBatches<SendRequest, Reply<Message>>(async (tenantId, requests) => {
    const accepted = await database.tenant(
      tenantId,
      async (tx) => {
        const { accepted: answers, writing } = await decideSends(tx, tenantId, requests, { log, ids }, clock.now());
        return writing ? new Ending(writing, answers) : answers;
      },
      { byKeys: true },
    );
    announceSends(bus, tenantId, accepted);
    return accepted.outcomes.map(
      (outcome): Outcome<Reply<Message>> =>
        outcome.kind === "accepted" ? { kind: "done", result: outcome.reply } : outcome,
    );
  });
  return {
    accept: (request) => batches.add(request.principal.tenantId, request),
    settled: () => batches.settled(),
  };
}
