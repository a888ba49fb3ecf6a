import type { BroadcastState } from "@trunkline/protocol";
import { FEW_AHEAD, MOST_AHEAD } from "./broadcast-kind.ts";
import type { StatusCounts, StoredBroadcast } from "./broadcast-row.ts";

/*
 * What becomes of a broadcast: pure, so that every case can be read and tried without a store.
 */

export type BroadcastVerb = "pause" | "resume" | "cancel";

export type VerbDecision =
  | { readonly kind: "become"; readonly state: BroadcastState }
  /** It is so already. */
  | { readonly kind: "stay" }
  | { readonly kind: "refuse"; readonly message: string };

/** Decides what a person's word does to a broadcast. Said twice, it does nothing the second time. */
export function decideVerb(
  verb: BroadcastVerb,
  { state, sendAt }: { state: BroadcastState; sendAt: string | null },
  now: number,
): VerbDecision {
  if (state === "completed") return { kind: "refuse", message: "This broadcast is over: every text was handed over." };
  if (state === "canceled") {
    return verb === "cancel" ? { kind: "stay" } : { kind: "refuse", message: "This broadcast was canceled." };
  }
  if (verb === "cancel") return { kind: "become", state: "canceled" };
  if ((verb === "pause") === (state === "paused")) return { kind: "stay" };
  if (verb === "pause") return { kind: "become", state: "paused" };
  return { kind: "become", state: sendAt !== null && Date.parse(sendAt) > now ? "scheduled" : "running" };
}

export interface LookFacts {
  /** Its texts by status; null when they were not counted. */
  readonly statuses: StatusCounts | null;
  /** Texts of broadcasts that are due in the line's queue. */
  readonly queued: number;
  /** Texts that this look may make, or cancel. */
  readonly most: number;
  readonly now: number;
}

/** What a look does, and when the next one is worth it; null when nothing more can change. */
export interface LookDecision {
  readonly starts: boolean;
  /** Recipients that get their texts now. */
  readonly expand: number;
  /** Takes back texts that nobody has begun. */
  readonly takesBack: boolean;
  readonly completes: boolean;
  /** Nothing is expected to change its counts any more. */
  readonly settles: boolean;
  readonly at: number | null;
}

const SECOND = 1000;
/** Progress is told this often at most. */
export const TELL_EVERY_MS = SECOND;
/** How often a broadcast that a cap holds tries whether it is still so. */
const HELD_TRY_MS = 60 * SECOND;
/** How long receipts may take before nobody waits for them; carriers report within three days. */
const RECEIPTS_MS = 72 * 60 * 60 * SECOND;

const NOTHING = { starts: false, expand: 0, takesBack: false, completes: false, settles: false } as const;

/** Whether a look must know how the texts stand. It costs the store a read of each, so a busy broadcast does without. */
export function needsCounts({ broadcast, nextIndex, toldAt }: StoredBroadcast, now: number): boolean {
  const isBusy = broadcast.state === "running" && nextIndex < broadcast.counts.total;
  return !isBusy || now - toldAt >= TELL_EVERY_MS;
}

/** Decides what a look at a broadcast does. */
export function decideLook(stored: StoredBroadcast, facts: LookFacts): LookDecision {
  const { broadcast, toldAt } = stored;
  const { now } = facts;
  switch (broadcast.state) {
    case "scheduled": {
      const due = broadcast.sendAt === null ? now : Date.parse(broadcast.sendAt);
      return due > now ? { ...NOTHING, at: due } : { ...expansion(stored, facts), starts: true };
    }
    case "running":
      return isHandedOver(stored, facts.statuses)
        ? { ...NOTHING, completes: true, at: now + SECOND }
        : expansion(stored, facts);
    case "paused":
      return isHandedOver(stored, facts.statuses)
        ? { ...NOTHING, completes: true, at: now + SECOND }
        : { ...NOTHING, at: now + sinceTold(toldAt, now, 60 * SECOND) };
    case "completed":
    case "canceled": {
      const { scheduled = 0, queued = 0, sending = 0, unknown = 0, sent = 0 } = facts.statuses ?? {};
      const takesBack = broadcast.state === "canceled" && scheduled + queued > 0;
      const isOpen = scheduled + queued + sending + unknown + sent > 0 && now - toldAt < RECEIPTS_MS;
      const hasMore = takesBack && scheduled + queued > facts.most;
      const wait = hasMore ? 0 : sinceTold(toldAt, now, 600 * SECOND);
      return { ...NOTHING, takesBack, settles: !isOpen, at: isOpen ? now + wait : null };
    }
  }
}

/** Every recipient has a text that was handed over, or a reason. */
function isHandedOver({ broadcast, nextIndex }: StoredBroadcast, statuses: StatusCounts | null): boolean {
  if (nextIndex < broadcast.counts.total || statuses === null) return false;
  const { scheduled = 0, queued = 0, sending = 0 } = statuses;
  return scheduled + queued + sending === 0;
}

/** Fills the line's queue up, but not before it has become short. */
function expansion({ broadcast, nextIndex, toldAt }: StoredBroadcast, { queued, most, now }: LookFacts): LookDecision {
  const tick = now + sinceTold(toldAt, now, 5 * SECOND);
  const left = broadcast.counts.total - nextIndex;
  const heldUntil = broadcast.held === null ? 0 : Date.parse(broadcast.held.until);
  if (left > 0 && heldUntil > now) {
    // The cap may be raised before its time: one recipient tries it now and then.
    const next = toldAt + HELD_TRY_MS;
    return now < next
      ? { ...NOTHING, at: Math.min(heldUntil, next) }
      : { ...NOTHING, expand: 1, at: Math.min(heldUntil, now + HELD_TRY_MS) };
  }
  if (left === 0 || queued > FEW_AHEAD) return { ...NOTHING, at: tick };
  const room = MOST_AHEAD - queued;
  const expand = Math.max(1, Math.min(room, most, left));
  return { ...NOTHING, expand, at: expand < room ? now : tick };
}

/** The longer nothing has changed, the less often it is looked at. */
const sinceTold = (toldAt: number, now: number, longest: number): number =>
  Math.min(Math.max(now - toldAt, SECOND), longest);
