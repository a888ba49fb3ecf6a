import type { Actor, Message, MessageId, TenantId } from "@trunkline/protocol";
import type { EventLog } from "../events/log.ts";
import { uncount } from "../limits/send-cap.ts";
import type { Tx } from "../store/database.ts";
import { withdraw } from "../work/queue.ts";
import { isCapped } from "./decide-send.ts";
import { mergeOutcome } from "./merge-outcome.ts";
import { type LockedText, lockTexts, storeOutcomes } from "./outbound-store.ts";

/*
 * Taking texts back. Whoever hands a text over locks it before its work is marked as begun, and so does whoever takes it
 * back: one of the two comes first, and the other one sees it. Locks: texts by id, then their work,
 * then the hours in which they were counted.
 */

export interface CancelParts {
  readonly log: EventLog;
  /** Who takes them back. */
  readonly actor: Actor | null;
}

/** What became of texts that were to be taken back. */
export interface Canceled {
  /** As they are now, those included that were canceled before. */
  readonly canceled: ReadonlyMap<MessageId, Message>;
  /** Whether any of them has changed: then publish `{ topic: "events" }` after the commit. */
  readonly hasChanged: boolean;
}

/**
 * Cancels those of the texts that have not begun to leave; a text that a carrier certainly did not take, and that waits
 * to be tried again, is one of them. What has begun stays as it is and is left out of the answer.
 */
export async function cancelTexts(
  tx: Tx,
  tenantId: TenantId,
  ids: readonly MessageId[],
  { log, actor }: CancelParts,
  now: number,
): Promise<Canceled> {
  const texts = await lockTexts(tx, tenantId, ids);
  const canceled = new Map<MessageId, Message>();
  const waiting: LockedText[] = [];
  for (const text of texts.values()) {
    const { id, status } = text.message;
    if (status === "canceled") canceled.set(id, text.message);
    if (status === "scheduled" || status === "queued" || status === "sending") waiting.push(text);
  }
  const withdrawn = new Set(
    await withdraw(
      tx,
      tenantId,
      waiting.map(({ message }) => message.id),
    ),
  );
  const changed = waiting.flatMap((text): LockedText[] => {
    const learnt = { status: "canceled", failure: null, carrierMessageId: null, at: now } as const;
    // A paused broadcast has taken its texts' work out of the queue; whatever is not on its way has not begun.
    const isWaiting = withdrawn.has(text.message.id) || text.message.status !== "sending";
    const message = isWaiting ? mergeOutcome(text.message, learnt, now) : null;
    if (message === null) return [];
    canceled.set(message.id, message);
    return [{ ...text, message }];
  });
  await storeOutcomes(tx, tenantId, changed, log, [], actor);
  const counted = changed.filter(({ purpose }) => isCapped(purpose));
  await uncount(
    tx,
    tenantId,
    counted.map(({ message }) => Date.parse(message.createdAt)),
  );
  return { canceled, hasChanged: changed.length > 0 };
}
