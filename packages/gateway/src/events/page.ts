import type { ListEvents } from "@trunkline/protocol";
import { type Clock, rest } from "../clock.ts";
import { Refusal } from "../http/refusal.ts";
import type { Principal } from "../rights/principal.ts";
import type { Database, Tx } from "../store/database.ts";
import type { Position } from "./cursor.ts";
import { type LogBounds, locate, readBounds, readLog } from "./reader.ts";
import { maySee, typeFilter } from "./visibility.ts";

export interface PageParts {
  database: Database;
  clock: Clock;
  epoch: string;
}

/** A page of the log as its reader sees it. */
export interface EventBodies {
  /** Envelopes as they travel, oldest first. */
  readonly bodies: readonly string[];
  /** Where to go on. */
  readonly position: Position;
  readonly hasMore: boolean;
}

const DEFAULT_LIMIT = 50;
/** Events looked at for one page; a reader with a narrow sight gets a short page and goes on from its cursor. */
const MAX_SCANNED = 5000;
/** Waits for transactions that were open when the page was asked for, in milliseconds of real time: a second in all. */
const HELD_MS = [2, 5, 10, 20, 50, 100, 200, 300, 300] as const;

/**
 * Reads what the caller may see, oldest first; without `after` from where the log begins. Whoever writes and then reads
 * finds what they wrote: the page waits for older transactions that hold it back, but not for newer ones.
 *
 * @throws Refusal invalid_cursor
 */
export async function readPage(
  { database, clock, epoch }: PageParts,
  principal: Principal,
  { after, limit = DEFAULT_LIMIT, types }: ListEvents,
): Promise<EventBodies> {
  const { tenantId } = principal;
  const wants = typeFilter(types);
  const bodies: string[] = [];

  async function scan(tx: Tx, from: Position): Promise<EventBodies & { isHeld: boolean }> {
    let position = from;
    for (let scanned = 0; scanned < MAX_SCANNED; ) {
      const { entries, hasMore, end, isHeld } = await readLog(tx, tenantId, position, Math.max(200, limit));
      for (const [index, entry] of entries.entries()) {
        position = entry.position;
        if (wants(entry.type) && maySee(principal, entry.type, entry.audience)) bodies.push(entry.body);
        if (bodies.length < limit) continue;
        return { bodies, position, hasMore: hasMore || index < entries.length - 1, isHeld: false };
      }
      position = end;
      if (!hasMore) return { bodies, position, hasMore, isHeld };
      scanned += entries.length;
    }
    return { bodies, position, hasMore: true, isHeld: false };
  }

  const first = await database.tenant(tenantId, async (tx) => {
    const bounds = await readBounds(tx, tenantId);
    return { bounds, page: await scan(tx, startOf(after, epoch, bounds)) };
  });
  let { page } = first;
  for (const wait of HELD_MS) {
    if (!page.isHeld || page.position.xid >= first.bounds.ceiling) break;
    await rest(clock, wait);
    const { position } = page;
    page = await database.tenant(tenantId, (tx) => scan(tx, position));
  }
  return page;
}

function startOf(after: string | undefined, epoch: string, bounds: LogBounds): Position {
  const start = after === undefined ? bounds.start : locate(after, epoch, bounds);
  if (start === "cursor_too_old") {
    throw new Refusal("invalid_cursor", { detail: "The events after this cursor are no longer kept: start anew." });
  }
  if (start === "cursor_unknown") throw new Refusal("invalid_cursor");
  return start;
}
