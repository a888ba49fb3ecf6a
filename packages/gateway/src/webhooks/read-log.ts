import { type EventId, type EventType, eventsOf, type TenantId } from "@trunkline/protocol";
import { comparePositions, type Position } from "../events/cursor.ts";
import { readBounds, readLog } from "../events/reader.ts";
import { FULL_SIGHT, sees } from "../rights/sight.ts";
import type { Tx } from "../store/database.ts";
import { positionOf, type ReplayRange } from "./delivery-kind.ts";
import type { WebhookRow } from "./store.ts";

/** Events of the log looked at in one turn. */
const SCANNED = 200;
/** Events sent as one batch, and the characters of their bodies: what a hook may hold of the gateway's memory. */
const BATCH = 50;
const BATCH_LENGTH = 256 * 1024;
/** No transaction is open longer: events that far behind the end of a range come after it. In milliseconds. */
const LATE_MS = 60_000;

/** An event that is sent to a hook as it stands in the log. */
export interface HookEvent {
  readonly position: Position;
  readonly id: EventId;
  readonly type: EventType;
  readonly body: string;
}

/** What a hook is to be given next. */
export interface HookPage {
  readonly events: readonly HookEvent[];
  /** Where reading goes on when these have been tried. */
  readonly end: Position;
  readonly hasMore: boolean;
  /** Newer events are committed, but an older transaction is still open. */
  readonly isHeld: boolean;
}

/**
 * Reads what follows a hook's cursor. A cursor of another epoch points into a history that is no longer: it goes on at the end
 * of the log, as a stream does.
 */
export async function readLive(tx: Tx, tenantId: TenantId, hook: WebhookRow, epoch: string): Promise<HookPage> {
  if (hook.epoch !== epoch) {
    const { end } = await readBounds(tx, tenantId);
    return { events: [], end, hasMore: false, isHeld: false };
  }
  const after = positionOf(hook);
  const page = await readLog(tx, tenantId, after, SCANNED);
  const types = new Set(eventsOf(hook.events));
  const wanted = page.entries.filter(({ type, audience }) => types.has(type) && sees(FULL_SIGHT, audience));
  const { batch, isWhole } = cut(wanted.map(toHookEvent));
  const last = batch.at(-1);
  const end = isWhole || !last ? page.end : last.position;
  // The beginning of the log may have been cleared beyond the cursor; it never goes back.
  return {
    events: batch,
    end: comparePositions(end, after) > 0 ? end : after,
    hasMore: page.hasMore || !isWhole,
    isHeld: page.isHeld,
  };
}

/** Reads what is left of a replay. */
export async function readReplay(tx: Tx, tenantId: TenantId, hook: WebhookRow, range: ReplayRange): Promise<HookPage> {
  const page = await readLog(tx, tenantId, positionOf(range), SCANNED);
  const types = new Set(eventsOf(hook.events));
  const wanted: HookEvent[] = [];
  let isPast = page.end.xid >= BigInt(range.ceiling);
  for (const entry of page.entries) {
    const { timestamp } = JSON.parse(entry.body) as { timestamp: string }; // written by this gateway
    const at = Date.parse(timestamp);
    if (at > range.to + LATE_MS) isPast = true;
    if (at < range.from || at > range.to || entry.position.xid >= BigInt(range.ceiling)) continue;
    if (types.has(entry.type) && sees(FULL_SIGHT, entry.audience)) wanted.push(toHookEvent(entry));
  }
  const { batch, isWhole } = cut(wanted);
  const last = batch.at(-1);
  return {
    events: batch,
    end: isWhole || !last ? page.end : last.position,
    hasMore: !isWhole || (page.hasMore && !isPast),
    isHeld: page.isHeld && !isPast,
  };
}

function toHookEvent({ position, type, body }: Omit<HookEvent, "id">): HookEvent {
  const { id } = JSON.parse(body) as { id: EventId }; // likewise
  return { position, id, type, body };
}

function cut(events: readonly HookEvent[]): { batch: HookEvent[]; isWhole: boolean } {
  const batch: HookEvent[] = [];
  let length = 0;
  for (const event of events) {
    length += event.body.length;
    if (batch.length === BATCH || (batch.length > 0 && length > BATCH_LENGTH)) return { batch, isWhole: false };
    batch.push(event);
  }
  return { batch, isWhole: true };
}
