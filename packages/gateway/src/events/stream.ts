import type { EphemeralEventType, StreamEnd, StreamEventType, StreamResetReason } from "@trunkline/protocol";
import type { Clock } from "../clock.ts";
import type { Outlet } from "../http/outlet.ts";
import type { Principal } from "../rights/principal.ts";
import type { Audience } from "../rights/sight.ts";
import { comparePositions, encodeCursor, type Position } from "./cursor.ts";
import { caughtUpFrame, endFrame, eventFrame, joinFrames, readyFrame, resetFrame } from "./frames.ts";
import type { LogEntry } from "./reader.ts";
import { maySee, seeTheSame, type TypeFilter } from "./visibility.ts";

/** What asking for a principal's rights once more can give. */
export type Standing = { kind: "stands"; principal: Principal } | { kind: "gone"; reason: StreamEnd["reason"] };

/** An event as it goes out, made once for all readers. */
export interface Framed extends LogEntry {
  readonly frame: Uint8Array;
}

export function toFramed(epoch: string, entry: LogEntry): Framed {
  return { ...entry, frame: eventFrame(encodeCursor(epoch, entry.position), entry.type, entry.body) };
}

/** Frames that a reader has not taken; beyond this it is too slow to keep, because it would fill the gateway's memory. */
export const MAX_PENDING_BYTES = 256 * 1024;

/** Chunks of one batch by which of its events they hold, so that readers who see the same share the bytes. */
export type ChunkCache = Map<string, Uint8Array>;

export interface EventStreamParts {
  epoch: string;
  clock: Clock;
  outlet: Outlet;
  principal: Principal;
  wants: TypeFilter;
  position: Position;
  /** No transaction from here on had begun when the stream was asked for. */
  ceiling: bigint;
  reauthenticate: (principal: Principal) => Promise<Standing>;
}

/** One reader's stream: where it stands, what it may see, and how it ends. */
export class EventStream {
  readonly #parts: EventStreamParts;
  #principal: Principal;
  #position: Position;
  #isOpen = true;
  #isCaughtUp = false;
  #checkedAt: number;
  #checking: Promise<void> | undefined;
  #cancelEnd: () => void;
  /** Reads the log by itself until it has come up to its tenant's follower; then it is fed by that. */
  isLive = false;

  constructor(parts: EventStreamParts) {
    this.#parts = parts;
    this.#principal = parts.principal;
    this.#position = parts.position;
    this.#checkedAt = parts.clock.now();
    this.#cancelEnd = this.#endWithToken();
    parts.outlet.onClose(() => this.#close()); // at once, when the reader has gone already
    parts.outlet.write(readyFrame(encodeCursor(parts.epoch, parts.position)));
  }

  get principal(): Principal {
    return this.#principal;
  }
  get position(): Position {
    return this.#position;
  }
  get isOpen(): boolean {
    return this.#isOpen;
  }
  get pendingBytes(): number {
    return this.#parts.outlet.pendingBytes;
  }
  /** Whether it has been told that nothing is owed any more of what was committed before it was asked for. */
  get isCaughtUp(): boolean {
    return this.#isCaughtUp;
  }
  /** When its rights were last asked for, by the clock. */
  get checkedAt(): number {
    return this.#checkedAt;
  }

  /** Writes those events that come after what was written before, and that the reader may see and asked for. */
  deliver(batch: readonly Framed[], cache: ChunkCache = new Map()): void {
    const last = batch.at(-1);
    if (!this.#isOpen || !last || comparePositions(last.position, this.#position) <= 0) return;
    const shown: Uint8Array[] = [];
    let key = "";
    for (const [index, event] of batch.entries()) {
      if (comparePositions(event.position, this.#position) <= 0 || !this.#shows(event)) continue;
      shown.push(event.frame);
      key += `${index} `;
    }
    this.#position = last.position;
    if (shown.length === 0) return;
    let chunk = cache.get(key);
    if (!chunk) {
      chunk = joinFrames(shown);
      cache.set(key, chunk);
    }
    this.#parts.outlet.write(chunk);
  }

  /** Tells the reader to read its collections again and to go on from here. */
  reset(reason: StreamResetReason): void {
    if (!this.#isOpen) return;
    this.#parts.outlet.write(resetFrame(encodeCursor(this.#parts.epoch, this.#position), { reason }));
  }

  /** Moves on, without showing what may lie between. It never moves back. */
  skipTo(position: Position): void {
    if (comparePositions(position, this.#position) > 0) this.#position = position;
  }

  /** Tells the reader, once, that it has caught up, when `position` says so. */
  noteProgress(position: Position): void {
    if (this.#isCaughtUp || position.xid < this.#parts.ceiling) return;
    this.#isCaughtUp = true;
    this.skipTo(position);
    this.write(caughtUpFrame(encodeCursor(this.#parts.epoch, this.#position)));
  }

  /** Asks for the reader's rights again; the stream ends, is reset, or goes on. Callers at one time share one look-up. */
  recheck(): Promise<void> {
    this.#checking ??= this.#recheck().finally(() => {
      this.#checking = undefined;
    });
    return this.#checking;
  }

  /** Ends the stream and tells why. */
  end(reason: StreamEnd["reason"]): void {
    if (!this.#isOpen) return;
    this.#parts.outlet.write(endFrame({ reason }));
    this.#parts.outlet.end();
  }

  /** Ends the stream without a word: the reader comes back by itself and resumes. */
  cut(): void {
    this.#parts.outlet.end();
  }

  /** Shows what is not in the log, to a reader who keeps up and may see it. */
  signal(type: EphemeralEventType, audience: Audience, frame: Uint8Array): void {
    if (this.pendingBytes > MAX_PENDING_BYTES || !this.#shows({ type, audience })) return;
    this.write(frame);
  }

  write(chunk: Uint8Array): void {
    if (this.#isOpen) this.#parts.outlet.write(chunk);
  }

  #shows({ type, audience }: { readonly type: StreamEventType; readonly audience: Audience }): boolean {
    return this.#parts.wants(type) && maySee(this.#principal, type, audience);
  }

  async #recheck(): Promise<void> {
    if (!this.#isOpen) return;
    let standing: Standing;
    try {
      standing = await this.#parts.reauthenticate(this.#principal);
    } catch {
      return this.cut(); // the store is away: nothing may be shown that might no longer be seen
    }
    this.#checkedAt = this.#parts.clock.now();
    if (!this.#isOpen) return;
    if (standing.kind === "gone") return this.end(standing.reason);
    const before = this.#principal;
    this.#principal = standing.principal;
    if (before.expiresAt !== standing.principal.expiresAt) {
      this.#cancelEnd();
      this.#cancelEnd = this.#endWithToken();
    }
    if (!seeTheSame(before, standing.principal)) this.reset("access_changed");
  }

  #endWithToken(): () => void {
    const { expiresAt } = this.#principal;
    if (expiresAt === null) return () => undefined;
    return this.#parts.clock.at(expiresAt, () => this.end("token_expired"));
  }

  #close(): void {
    this.#isOpen = false;
    this.#cancelEnd();
  }
}
