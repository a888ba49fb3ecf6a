import type { CarrierAccountId, TenantId } from "@trunkline/protocol";
import { type CarrierAccess, openCarriers, readAccount } from "../carrier-accounts/access.ts";
import { type Carrier, type CarrierHistory, CarrierTrouble } from "../carriers/carrier.ts";
import { type Clock, withDeadline } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Tx } from "../store/database.ts";
import type { Completed, KindTurn, Settled, Take, Taken, WorkKind } from "../work/kind.ts";
import { enqueueMissing, type NewWork, type Settlement, type WorkItem } from "../work/queue.ts";
import type { CarrierRoutes } from "./carrier-routes.ts";
import { nextReconcile, RECONCILE_KIND, type ReconcilePayload } from "./reconcile-work.ts";

export interface ReconcileParts {
  carriers: CarrierAccess;
  clock: Clock;
  logger: Logger;
  deliver: CarrierRoutes["deliver"];
}

interface ReconcileTask {
  tenantId: TenantId;
  carrier: Carrier;
  payload: ReconcilePayload;
  until: number;
}

/** Where the list goes on, null at its end; or that the carrier did not answer. */
type ReconcileResult = { kind: "read"; next: string | null; until: number } | { kind: "trouble" };

/** A carrier that has not answered by then is asked another time, in milliseconds. */
const ANSWER_MS = 30_000;
/** Before a look that failed is taken again, in milliseconds. */
const AGAIN_MS = 5 * 60_000;

/**
 * Asks carriers what they have carried, and takes in what is not known here. Each look begins one period before the end
 * of the last one, because lists lag; whatever is known already changes nothing.
 */
export function reconcileKind(parts: ReconcileParts): WorkKind<ReconcilePayload, ReconcileTask, ReconcileResult> {
  const { clock, deliver, logger } = parts;
  return {
    kind: RECONCILE_KIND,
    window: 1,
    open: (tx, tenantId, items) => ReconcileTurn.open(tx, tenantId, items, parts),
    async perform({ tenantId, carrier, payload, until }, signal) {
      const { listHistory } = carrier;
      if (!listHistory) return { kind: "read", next: null, until };
      const { accountId, since, every, rest } = payload;
      let history: CarrierHistory;
      try {
        history = await withDeadline(clock, ANSWER_MS, signal, (within) =>
          listHistory(since - every, rest?.page ?? null, { signal: within }),
        );
      } catch (error) {
        if (!(error instanceof CarrierTrouble)) throw error;
        logger.warn(
          { accountId, why: error.message },
          "what a carrier has carried could not be listed; it is tried again",
        );
        return { kind: "trouble" };
      }
      await deliver(tenantId, accountId, history);
      return { kind: "read", next: history.next, until };
    },
    committed: () => undefined, // what was found has been announced when it was stored
  };
}

class ReconcileTurn implements KindTurn<ReconcilePayload, ReconcileTask, ReconcileResult> {
  readonly #tx: Tx;
  readonly #tenantId: TenantId;
  /** Null for an account whose credentials cannot be used; nothing for one that is gone. */
  readonly #carriers: ReadonlyMap<CarrierAccountId, Carrier | null>;
  readonly #now: number;
  readonly #next: NewWork<ReconcilePayload>[] = [];

  private constructor(
    tx: Tx,
    tenantId: TenantId,
    carriers: ReadonlyMap<CarrierAccountId, Carrier | null>,
    now: number,
  ) {
    this.#tx = tx;
    this.#tenantId = tenantId;
    this.#carriers = carriers;
    this.#now = now;
  }

  static async open(
    tx: Tx,
    tenantId: TenantId,
    items: readonly WorkItem<ReconcilePayload>[],
    { carriers, clock }: ReconcileParts,
  ): Promise<ReconcileTurn> {
    const ids = [...new Set(items.map(({ payload }) => payload.accountId))];
    const accounts = await Promise.all(ids.map((id) => readAccount(tx, tenantId, id)));
    return new ReconcileTurn(tx, tenantId, await openCarriers(carriers, tenantId, accounts), clock.now());
  }

  take(_lane: string, items: readonly WorkItem<ReconcilePayload>[]): Taken<ReconcileTask> {
    return {
      takes: items.map((item): Take<ReconcileTask> => {
        const { payload } = item;
        const carrier = this.#carriers.get(payload.accountId);
        if (carrier === undefined) return { id: item.id, kind: "done" };
        if (carrier === null) return { id: item.id, kind: "again", at: this.#now + AGAIN_MS };
        const until = payload.rest?.until ?? this.#now;
        return { item, task: { tenantId: this.#tenantId, carrier, payload, until } };
      }),
    };
  }

  settle(_lane: string, results: readonly Completed<ReconcilePayload, ReconcileResult>[]): Settled {
    return {
      settlements: results.map(({ item, outcome }): Settlement => {
        if (outcome.kind === "trouble") return { id: item.id, kind: "again", at: this.#now + AGAIN_MS };
        const { accountId, every, since } = item.payload;
        const { next, until } = outcome;
        this.#next.push(
          next === null
            ? nextReconcile({ accountId, every, since: until }, this.#now + every)
            : nextReconcile({ accountId, every, since, rest: { page: next, until } }, this.#now),
        );
        return { id: item.id, kind: "done" };
      }),
    };
  }

  recover(_lane: string, items: readonly WorkItem<ReconcilePayload>[]): Settled {
    return { settlements: items.map(({ id }): Settlement => ({ id, kind: "again", at: this.#now + AGAIN_MS })) };
  }

  write(): Promise<void> {
    return enqueueMissing(this.#tx, this.#tenantId, this.#next, this.#now);
  }
}
