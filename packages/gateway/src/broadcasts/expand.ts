import type { BroadcastId, Message, TenantId } from "@trunkline/protocol";
import { Refusal } from "../http/refusal.ts";
import { type Accepted, type AcceptParts, acceptSends } from "../messaging/accept.ts";
import { broadcastOrigin, type SendRequest, systemPrincipal } from "../messaging/send-request.ts";
import type { Tx } from "../store/database.ts";
import { toFailure, writeText } from "./recipients.ts";
import {
  type DecidedRecipient,
  type LockedBroadcast,
  type PendingRecipient,
  readPending,
  writeDecided,
} from "./store.ts";

/*
 * Giving recipients their texts. The text and the recipient's note of it commit together, under the broadcast's lock: so
 * each recipient gets one, whatever dies in between.
 */

/** A broadcast that gives up to `most` recipients their texts. */
export interface Expansion {
  readonly stored: LockedBroadcast;
  readonly most: number;
}

/** How far a broadcast has come. */
export interface Expanded {
  readonly nextIndex: number;
  /** Recipients that got a reason instead of a text. */
  readonly skipped: number;
  /** Why it cannot go on at present. */
  readonly held: { readonly code: string; readonly until: number } | null;
}

/** @returns by broadcast, and the lines that have work now */
export async function expand(
  tx: Tx,
  tenantId: TenantId,
  expansions: readonly Expansion[],
  parts: AcceptParts,
  now: number,
): Promise<{ expanded: Map<BroadcastId, Expanded>; lineIds: Accepted["lineIds"] }> {
  const pending = await readPending(
    tx,
    tenantId,
    expansions.map(({ stored, most }) => ({ id: stored.broadcast.id, from: stored.nextIndex, most })),
  );
  const broadcasts = new Map(expansions.map(({ stored }) => [stored.broadcast.id, stored]));
  const decided: DecidedRecipient[] = [];
  const asked: { recipient: PendingRecipient; request: SendRequest }[] = [];
  for (const recipient of pending) {
    const broadcast = broadcasts.get(recipient.broadcastId);
    if (!broadcast) continue;
    const text = writeText(broadcast.words, recipient);
    if (typeof text === "string") asked.push({ recipient, request: requestOf(tenantId, broadcast, recipient, text) });
    else decided.push({ ...recipient, messageId: null, failure: text });
  }
  const accepted = await acceptSends(
    tx,
    tenantId,
    asked.map(({ request }) => request),
    parts,
    now,
  );
  const held = new Map<BroadcastId, { index: number; code: string; until: number }>();
  for (const [index, { recipient }] of asked.entries()) {
    const outcome = accepted.outcomes[index];
    if (outcome?.kind === "accepted") {
      const { id } = JSON.parse(outcome.reply.json) as Message;
      decided.push({ ...recipient, messageId: id, failure: null });
      continue;
    }
    const refusal = outcome?.error;
    if (!(refusal instanceof Refusal)) throw refusal; // nothing of the transaction commits, and it is tried again
    const { broadcastId } = recipient;
    if (refusal.code !== "send_cap_reached")
      decided.push({ ...recipient, messageId: null, failure: toFailure(refusal) });
    else if (!held.has(broadcastId)) {
      const until = now + Math.max(1, refusal.retryAfterSeconds ?? 60) * 1000;
      held.set(broadcastId, { index: recipient.index, code: refusal.code, until });
    }
  }
  await writeDecided(tx, tenantId, decided);
  const expanded = expansions.map(({ stored: { broadcast }, most }): [BroadcastId, Expanded] => {
    const own = pending.filter(({ broadcastId }) => broadcastId === broadcast.id);
    const skipped = decided.filter(({ broadcastId, failure }) => broadcastId === broadcast.id && failure !== null);
    const stop = held.get(broadcast.id);
    const last = own.at(-1);
    return [
      broadcast.id,
      {
        // With fewer than were asked for there are no more.
        nextIndex: stop?.index ?? (last && own.length === most ? last.index + 1 : broadcast.counts.total),
        skipped: skipped.length,
        held: stop ? { code: stop.code, until: stop.until } : null,
      },
    ];
  });
  return { expanded: new Map(expanded), lineIds: accepted.lineIds };
}

function requestOf(
  tenantId: TenantId,
  { broadcast, actor, from }: LockedBroadcast,
  { number }: PendingRecipient,
  text: string,
): SendRequest {
  return {
    principal: systemPrincipal(tenantId, broadcast.author, actor),
    keyed: null,
    origin: broadcastOrigin(broadcast.id),
    target: { kind: "number", from, to: number, content: { text, templateId: broadcast.templateId } },
  };
}
