import type {
  AnyEvent,
  Broadcast,
  BroadcastId,
  ConversationId,
  ConversationWithViewer,
  Unread,
} from "@trunkline/protocol";
import { pause } from "../waiting.ts";
import type { ConversationHolder, ConversationTable } from "./conversation-table.ts";
import type { LiveItem, LiveItemSnapshot } from "./live.ts";
import { LiveView, sameFields, type ViewParts } from "./live-view.ts";
import { later } from "./merge.ts";

/** Counts are read again at most this often while events come. */
const RECOUNT_MS = 2_000;

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

export interface UnreadCountParts extends ViewParts {
  fetch(signal: AbortSignal): Promise<Unread>;
}

/**
 * What is unread in all. Only the gateway can count conversations that are not held here, so that every event that may
 * change the count has it read again: at once, and while events keep coming every two seconds.
 */
export class UnreadCount extends LiveView<LiveItemSnapshot<Unread>> implements LiveItem<Unread> {
  readonly #parts: UnreadCountParts;
  #unread: Unread | null = null;
  #isRecounting = false;
  #isStale = false;
  #asked = 0;
  #answered = 0;
  #gone = new AbortController();

  constructor(parts: UnreadCountParts) {
    super(parts);
    this.#parts = parts;
  }

  event(event: AnyEvent): void {
    const mayCount =
      event.type === "conversation.read" ||
      event.type === "conversation.removed" ||
      (event.type === "message.created" && event.data.direction === "inbound");
    if (mayCount) void this.#recount();
  }

  protected override follow(): () => void {
    const gone = new AbortController();
    this.#gone = gone;
    return () => gone.abort();
  }

  protected load(signal: AbortSignal): Promise<void> {
    return this.#count(signal);
  }

  protected forget(): void {
    this.#unread = null;
  }

  protected build(before: LiveItemSnapshot<Unread> | null): LiveItemSnapshot<Unread> {
    return sameFields(before, { data: this.#unread, status: this.status, error: this.error });
  }

  async #recount(): Promise<void> {
    this.#isStale = true;
    if (this.#isRecounting) return;
    this.#isRecounting = true;
    const { signal } = this.#gone;
    try {
      while (this.#isStale && !signal.aborted) {
        this.#isStale = false;
        await this.#count(signal);
        await pause(this.#parts.clock, RECOUNT_MS, signal);
      }
    } catch {
      this.feed.refresh(this); // which is tried again while the failure may pass, and tells of it meanwhile
    } finally {
      this.#isRecounting = false;
    }
  }

  async #count(signal: AbortSignal): Promise<void> {
    this.#asked += 1;
    const turn = this.#asked;
    const unread = await this.#parts.fetch(signal);
    if (signal.aborted || turn < this.#answered) return; // what was asked later has been answered already
    this.#answered = turn;
    // Counts that are equal keep their identity.
    if (JSON.stringify(unread) !== JSON.stringify(this.#unread)) this.#unread = unread;
    this.changed();
  }
}
