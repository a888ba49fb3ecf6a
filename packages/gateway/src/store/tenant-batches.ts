import type { TenantId } from "@trunkline/protocol";
import { StoreUnavailable } from "./engine.ts";

/** What came of one request of a batch. */
export type Outcome<Result> =
  | { readonly kind: "done"; readonly result: Result }
  | { readonly kind: "refused"; readonly error: unknown };

/**
 * Runs requests of one tenant that come while a transaction is running together in the next one: a commit costs the same
 * for one as for a hundred, and a request that comes alone waits for nobody. They run in the order in which they came.
 */
export interface TenantBatches<Request, Result> {
  /** Resolves when the request is committed; rejects with the error of a refused one. */
  add(tenantId: TenantId, request: Request): Promise<Result>;
  /** Resolves when nothing is running. */
  settled(): Promise<void>;
}

export interface TenantBatchOptions {
  /**
   * Requests in one transaction; it also bounds how long one holds its locks.
   * @default 200
   */
  maxBatch?: number;
}
const DEFAULTS = { maxBatch: 200 } as const satisfies Required<TenantBatchOptions>;

interface Waiting<Request, Result> {
  readonly request: Request;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

interface TenantQueue<Request, Result> {
  readonly waiting: Waiting<Request, Result>[];
  running: Promise<void> | null;
}

/** @param run - runs requests in one transaction and gives an outcome for each, in their order */
export function tenantBatches<Request, Result>(
  run: (tenantId: TenantId, requests: readonly Request[]) => Promise<readonly Outcome<Result>[]>,
  options: TenantBatchOptions = {},
): TenantBatches<Request, Result> {
  const { maxBatch } = { ...DEFAULTS, ...options };
  const queues = new Map<TenantId, TenantQueue<Request, Result>>();

  async function drain(tenantId: TenantId, queue: TenantQueue<Request, Result>): Promise<void> {
    while (queue.waiting.length > 0) await settle(tenantId, queue.waiting.splice(0, maxBatch));
    queues.delete(tenantId);
  }

  async function settle(tenantId: TenantId, batch: readonly Waiting<Request, Result>[]): Promise<void> {
    let outcomes: readonly Outcome<Result>[];
    try {
      outcomes = await run(
        tenantId,
        batch.map(({ request }) => request),
      );
    } catch (error) {
      return giveUpOn(tenantId, batch, error);
    }
    for (const [index, { resolve, reject }] of batch.entries()) {
      const outcome = outcomes[index];
      if (outcome?.kind === "done") resolve(outcome.result);
      else reject(outcome?.error ?? new Error("a request of a batch got no outcome"));
    }
  }

  /** One request that cannot be done must not sink the others. When the store is away, it is away for all. */
  async function giveUpOn(
    tenantId: TenantId,
    batch: readonly Waiting<Request, Result>[],
    error: unknown,
  ): Promise<void> {
    if (batch.length === 1 || error instanceof StoreUnavailable) {
      for (const { reject } of batch) reject(error);
      return;
    }
    for (const one of batch) await settle(tenantId, [one]);
  }

  return {
    add(tenantId, request) {
      return new Promise((resolve, reject) => {
        const queue = queues.get(tenantId) ?? { waiting: [], running: null };
        queues.set(tenantId, queue);
        queue.waiting.push({ request, resolve, reject });
        queue.running ??= drain(tenantId, queue);
      });
    },
    async settled() {
      while (queues.size > 0) await Promise.all([...queues.values()].map(({ running }) => running));
    },
  };
}
