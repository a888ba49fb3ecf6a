import type { CarrierAccountId } from "@trunkline/protocol";
import type { NewWork } from "../work/queue.ts";

/** Finds what webhooks have lost, in the carrier's own lists. Lane = carrier account. */
export const RECONCILE_KIND = "reconcile";

export interface ReconcilePayload {
  accountId: CarrierAccountId;
  /** How often this look is taken, in milliseconds. */
  every: number;
  /** The end of the last look, in milliseconds. */
  since: number;
  /** A look under way: where its list goes on, and when it was begun. */
  rest?: { page: string; until: number };
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * Looks are taken often at what is new, and seldom at what is old: a callback that is lost is missed within minutes, a
 * status that changes late within a day.
 */
const EVERY_MS = [5 * MINUTE, HOUR, 24 * HOUR] as const;

/** The looks at a new account. */
export const newReconcile = (accountId: CarrierAccountId, now: number): NewWork<ReconcilePayload>[] =>
  EVERY_MS.map((every) => nextReconcile({ accountId, every, since: now }, now + every));

/** A look, under a name of its own: the one before it is still being settled when it is queued. */
export function nextReconcile(payload: ReconcilePayload, dueAt: number): NewWork<ReconcilePayload> {
  const { accountId, every, since, rest } = payload;
  return {
    id: `reconcile:${accountId}:${every}:${since}:${rest?.page ?? ""}`,
    kind: RECONCILE_KIND,
    lane: accountId,
    serial: String(every),
    dueAt: new Date(dueAt),
    payload,
  };
}
