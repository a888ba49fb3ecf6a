import type { AnyEvent, Broadcast, BroadcastId, ConversationId, ConversationWithViewer } from "@trunkline/protocol";
import { pause } from "../waiting.ts";
import type { ConversationHolder, ConversationTable } from "./conversation-table.ts";
import type { LiveItem, LiveItemSnapshot } from "./live.ts";
import { LiveView, sameFields, type ViewParts } from "./live-view.ts";
import { later } from "./merge.ts";

/** What only the gateway can tell is read again at most this often while events come. */
const REREAD_MS = 2_000;

export interface ConversationItemParts extends ViewParts {
  readonly id: ConversationId;
  readonly table: ConversationTable;
  fetch(id: ConversationId, signal: AbortSignal): Promise<ConversationWithViewer>;
}

/** One conversation. */
export class ConversationItem
  extends LiveView<LiveItemSnapshot<ConversationWithViewer>>
  implements LiveItem<ConversationWithViewer>, ConversationHolder
{
  readonly #parts: ConversationItemParts;

  constructor(parts: ConversationItemParts) {
    super(parts);
    this.#parts = parts;
  }

  event(): void {
    // The table tells.
  }

  onConversation(id: ConversationId): void {
    if (id === this.#parts.id) this.changed();
  }

  holds(id: ConversationId): boolean {
    return id === this.#parts.id;
  }

  protected override follow(): () => void {
    return this.#parts.table.hold(this);
  }

  protected async load(signal: AbortSignal): Promise<void> {
    const { id, table, fetch } = this.#parts;
    table.take(await fetch(id, signal));
  }

  protected forget(): void {
    // The table holds it, for others as well.
  }

  protected build(before: LiveItemSnapshot<ConversationWithViewer> | null): LiveItemSnapshot<ConversationWithViewer> {
    const data = this.status === "ready" ? (this.#parts.table.get(this.#parts.id) ?? null) : null;
    return sameFields(before, { data, status: this.status, error: this.error });
  }
}

export interface BroadcastItemParts extends ViewParts {
  readonly id: BroadcastId;
  fetch(signal: AbortSignal): Promise<Broadcast>;
}

/** One broadcast with its counts. */
export class BroadcastItem extends LiveView<LiveItemSnapshot<Broadcast>> implements LiveItem<Broadcast> {
  readonly #parts: BroadcastItemParts;
  #broadcast: Broadcast | null = null;

  constructor(parts: BroadcastItemParts) {
    super(parts);
    this.#parts = parts;
  }

  event(event: AnyEvent): void {
    if (event.type !== "broadcast.updated" || event.data.id !== this.#parts.id) return;
    this.#broadcast = later(this.#broadcast ?? event.data, event.data);
    this.changed();
  }

  protected async load(signal: AbortSignal): Promise<void> {
    const answer = await this.#parts.fetch(signal);
    if (signal.aborted) return;
    // An answer counts anew, so that it is the later one of two of the same age.
    this.#broadcast = later(answer, this.#broadcast ?? answer);
  }

  protected forget(): void {
    this.#broadcast = null;
  }

  protected build(before: LiveItemSnapshot<Broadcast> | null): LiveItemSnapshot<Broadcast> {
    return sameFields(before, { data: this.#broadcast, status: this.status, error: this.error });
  }
}

export interface RereadParts<Value> extends ViewParts {
  fetch(signal: AbortSignal): Promise<Value>;
  /** Whether the value may be another one after this event. */
  concerns(event: AnyEvent): boolean;
}

/**
 * What only the gateway can tell: every event that may change it has it read again, at once, and every two seconds while
 * such events keep coming.
 */
export class RereadItem<Value> extends LiveView<LiveItemSnapshot<Value>> implements LiveItem<Value> {
  readonly #parts: RereadParts<Value>;
  #value: Value | null = null;
  #isReading = false;
  #isStale = false;
  #asked = 0;
  #answered = 0;
  #gone = new AbortController();

  constructor(parts: RereadParts<Value>) {
    super(parts);
    this.#parts = parts;
  }

  event(event: AnyEvent): void {
    if (this.#parts.concerns(event)) void this.#readAgain();
  }

  protected override follow(): () => void {
    const gone = new AbortController();
    this.#gone = gone;
    return () => gone.abort();
  }

  protected load(signal: AbortSignal): Promise<void> {
    return this.#read(signal);
  }

  protected forget(): void {
    this.#value = null;
  }

  protected build(before: LiveItemSnapshot<Value> | null): LiveItemSnapshot<Value> {
    return sameFields(before, { data: this.#value, status: this.status, error: this.error });
  }

  async #readAgain(): Promise<void> {
    this.#isStale = true;
    if (this.#isReading) return;
    this.#isReading = true;
    const { signal } = this.#gone;
    try {
      while (this.#isStale && !signal.aborted) {
        this.#isStale = false;
        await this.#read(signal);
        await pause(this.#parts.clock, REREAD_MS, signal);
      }
    } catch {
      this.feed.refresh(this); // which is tried again while the failure may pass, and tells of it meanwhile
    } finally {
      this.#isReading = false;
    }
  }

  async #read(signal: AbortSignal): Promise<void> {
    this.#asked += 1;
    const turn = this.#asked;
    const value = await this.#parts.fetch(signal);
    if (signal.aborted || turn < this.#answered) return; // what was asked later has been answered already
    this.#answered = turn;
    // Values that are equal keep their identity.
    if (JSON.stringify(value) !== JSON.stringify(this.#value)) this.#value = value;
    this.changed();
  }
}
