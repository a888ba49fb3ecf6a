import type { TenantId } from "@trunkline/protocol";
import { type Clock, rest } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Database } from "../store/database.ts";
import { accessChange } from "./access-changes.ts";
import { comparePositions, type Position } from "./cursor.ts";
import { type LogPage, readLog } from "./reader.ts";
import { type ChunkCache, type EventStream, type Framed, MAX_PENDING_BYTES, toFramed } from "./stream.ts";

export interface FollowerParts {
  database: Database;
  clock: Clock;
  logger: Logger;
  tenantId: TenantId;
  epoch: string;
  position: Position;
}

/** Events read at once. */
const PAGE = 500;
/** Waits between looks while an open transaction holds newer events back, in milliseconds of real time. */
const HELD_MS = [2, 5, 10, 20, 50, 100] as const;
/** How long a reader that catches up may take over what it has been given, in looks of `DRAIN_MS`. */
const DRAIN_MS = 20;
const DRAIN_LOOKS = 1500;

/** Follows one tenant's log for all of the tenant's streams on this node. */
export class Follower {
  readonly tenantId: TenantId;
  readonly streams = new Set<EventStream>();
  readonly #parts: FollowerParts;
  readonly #catchingUp = new Set<Promise<void>>();
  /** Live, and owed what older transactions may still commit. */
  readonly #behind = new Set<EventStream>();
  #position: Position;
  #looking: Promise<void> | undefined;
  #again = false;
  #held = 0;

  constructor(parts: FollowerParts) {
    this.#parts = parts;
    this.tenantId = parts.tenantId;
    this.#position = parts.position;
  }

  get position(): Position {
    return this.#position;
  }

  /** Events are committed that may not be read yet, because an older transaction is open. */
  get isHeld(): boolean {
    return this.#held > 0;
  }

  /** Takes a stream in. One that stands elsewhere reads by itself until it stands where this follower does. */
  add(stream: EventStream): void {
    this.streams.add(stream);
    if (comparePositions(stream.position, this.#position) === 0) {
      this.#join(stream);
      if (this.streams.size === 1 || !stream.isCaughtUp) void this.look(); // for what nobody was woken for
      return;
    }
    const ended = this.#catchUp(stream)
      .catch((error: unknown) => {
        this.#parts.logger.warn({ error }, "a stream could not catch up; its reader comes back by itself");
        stream.cut();
      })
      .finally(() => this.#catchingUp.delete(ended));
    this.#catchingUp.add(ended);
  }

  /** Reads on, if there is anything to read. Resolves when all that was committed before the call has been given out. */
  look(): Promise<void> {
    this.#again = true;
    this.#looking ??= this.#follow()
      .catch((error: unknown) => {
        this.#parts.logger.warn({ error }, "a tenant's events could not be read; it is tried again");
      })
      .finally(() => {
        this.#looking = undefined;
        if (this.#again && this.streams.size > 0) void this.look();
      });
    return this.#looking;
  }

  /** Asks again for what every stream may see. */
  async recheckAll(): Promise<void> {
    await Promise.all([...this.streams].map((stream) => stream.recheck()));
  }

  /** Resolves when nothing is being read. */
  async settled(): Promise<void> {
    while (this.#looking || this.#catchingUp.size > 0) {
      await this.#looking;
      await Promise.all(this.#catchingUp);
    }
  }

  #join(stream: EventStream): void {
    stream.isLive = true;
    stream.noteProgress(this.#position);
    if (!stream.isCaughtUp) this.#behind.add(stream);
  }

  /** Tells the streams that have heard all that they missed. */
  #noteProgress(): void {
    for (const stream of this.#behind) {
      stream.noteProgress(this.#position);
      if (stream.isCaughtUp || !stream.isOpen) this.#behind.delete(stream);
    }
  }

  async #follow(): Promise<void> {
    while (this.#again && this.streams.size > 0) {
      this.#again = false;
      const page = await this.#read(this.#position);
      const framed = page.entries.map((entry) => toFramed(this.#parts.epoch, entry));
      await this.#giveOut(framed);
      this.#position = page.end;
      this.#noteProgress();
      if (page.hasMore) this.#again = true;
      else this.#waitIfHeld(page);
    }
  }

  /** Gives a batch to the live streams, and stops after each event that changes what somebody may see. */
  async #giveOut(batch: readonly Framed[]): Promise<void> {
    let start = 0;
    for (const [index, event] of batch.entries()) {
      const concerns = accessChange(event);
      if (!concerns && index < batch.length - 1) continue;
      const part = batch.slice(start, index + 1);
      const cache: ChunkCache = new Map();
      start = index + 1;
      this.#position = event.position;
      for (const stream of this.streams) {
        if (!stream.isLive) continue;
        if (stream.pendingBytes > MAX_PENDING_BYTES) this.#drop(stream);
        else stream.deliver(part, cache);
      }
      if (!concerns) continue;
      const concerned = [...this.streams].filter((stream) => stream.isLive && concerns(stream.principal));
      await Promise.all(concerned.map((stream) => stream.recheck()));
    }
  }

  async #catchUp(stream: EventStream): Promise<void> {
    while (stream.isOpen) {
      const page = await this.#read(stream.position);
      for (const entry of page.entries) {
        stream.deliver([toFramed(this.#parts.epoch, entry)]);
        if (accessChange(entry)?.(stream.principal)) await stream.recheck();
      }
      stream.skipTo(page.end);
      // Nothing can come between this look and the next line: the follower gives out its events in one go.
      if (!page.hasMore && comparePositions(stream.position, this.#position) >= 0) {
        this.#join(stream);
        void this.look(); // for what was committed since, and while nobody was woken for it
        return;
      }
      for (let looks = 0; stream.isOpen && stream.pendingBytes > MAX_PENDING_BYTES / 2; looks++) {
        if (looks === DRAIN_LOOKS) return this.#drop(stream);
        await rest(this.#parts.clock, DRAIN_MS);
      }
    }
  }

  /** Lets a reader go that does not take what it is given; it reads its collections again and resumes at the end. */
  #drop(stream: EventStream): void {
    stream.skipTo(this.#position);
    stream.reset("too_slow");
    stream.cut();
  }

  #read(after: Position): Promise<LogPage> {
    return this.#parts.database.tenant(this.tenantId, (tx) => readLog(tx, this.tenantId, after, PAGE));
  }

  #waitIfHeld({ isHeld: hasHeldEvents, entries }: LogPage): void {
    const isHeld = hasHeldEvents || this.#behind.size > 0;
    // Under load something newer is always held; as long as others get through, the next may as well.
    if (!isHeld || entries.length > 0) this.#held = 0;
    if (!isHeld) return;
    const wait = HELD_MS[Math.min(this.#held, HELD_MS.length - 1)] ?? 0;
    this.#held += 1;
    void rest(this.#parts.clock, wait).then(() => this.look());
  }
}
