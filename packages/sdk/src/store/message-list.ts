import type { AnyEvent, ConversationId, Message, MessageId, Page } from "@trunkline/protocol";
import type { Live, LiveSnapshot } from "./live.ts";
import { LiveView, sameFields, sameItems, type ViewParts } from "./live-view.ts";
import { later, readMessage } from "./merge.ts";
import type { MessageRow } from "./message-rows.ts";
import type { MessageRange } from "./message-targets.ts";
import type { Outbox } from "./outbox.ts";
import { SingleFlight } from "./single-flight.ts";

const PAGE = 50;
const LARGE_PAGE = 200;
/** Pages that a renewal reads at most; what is older is loaded when somebody scrolls there again. */
const MAX_RENEWED_PAGES = 10;

export interface MessageListParts extends ViewParts {
  readonly conversationId: ConversationId;
  /** Opens around this sequence instead of at the end. */
  readonly around: number | undefined;
  readonly outbox: Pick<Outbox, "of" | "keyOf" | "watch">;
  /** Tells the conversation's list of what this one learned. */
  fetchPage(range: MessageRange, signal: AbortSignal | undefined): Promise<Page<Message>>;
  /** Messages that answers brought, to all lists. */
  onMessage(listener: (message: Message) => void): () => void;
}

/**
 * The messages of one conversation from `low` to `high`, without holes: everything the gateway has between the two is
 * here. A message beyond `high` is shown once all before it are; what is missing in between is fetched.
 */
export class MessageList extends LiveView<LiveSnapshot<MessageRow>> implements Live<MessageRow> {
  readonly #parts: MessageListParts;
  readonly #rows = new WeakMap<Message, MessageRow>();
  readonly #older = new SingleFlight();
  readonly #newer = new SingleFlight();
  /** What lies between `low` and `high`. */
  #window = new Map<MessageId, Message>();
  /** What came by events and lies beyond `high`. */
  #ahead = new Map<MessageId, Message>();
  /** Null until the first page is there. */
  #range: { low: number; high: number } | null = null;
  #hasOlder = false;
  /** `high` is the end of the conversation, so that new messages follow it. */
  #isAtEnd = true;
  #isFilling = false;
  /** Readings under way. */
  #readings = 0;
  /** Later versions of what lies below `low`, which came while pages were on their way. */
  #below = new Map<MessageId, Message>();
  /** What came since the present renewal began, and may therefore be missing in its pages. */
  #arrived = new Set<MessageId>();

  constructor(parts: MessageListParts) {
    super(parts);
    this.#parts = parts;
  }

  loadMore(): Promise<void> {
    return this.#older.run(async () => {
      const range = this.#range;
      if (!range || !this.#hasOlder) return;
      const readOlder = async () => {
        const page = await this.#parts.fetchPage({ beforeSequence: range.low, limit: PAGE }, undefined);
        if (this.#range?.low !== range.low) return; // a renewal has moved the window meanwhile
        this.#place(page.data);
        this.#range.low = lowestOf(page.data, range.low);
        this.#hasOlder = page.nextCursor !== null;
      };
      await this.attempt(() => this.#reading(readOlder));
    });
  }

  loadNewer(): Promise<void> {
    return this.#newer.run(async () => {
      const range = this.#range;
      if (!range || this.#isAtEnd) return;
      await this.attempt(async () => {
        const page = await this.#pageAfter(range.high, PAGE, undefined);
        if (this.#range !== range) return;
        this.#extend(page);
      });
    });
  }

  event(event: AnyEvent): void {
    if (event.type === "message.created" || event.type === "message.updated") this.#take(event.data);
    else if (event.type === "message.removed" && event.data.conversationId === this.#parts.conversationId) {
      this.#window.delete(event.data.id);
      this.#ahead.delete(event.data.id);
      this.changed();
    } else if (event.type === "conversation.removed" && event.data.id === this.#parts.conversationId) {
      this.feed.refresh(this); // it is gone, or out of sight: the gateway says which
    }
  }

  protected override follow(): () => void {
    const unwatch = this.#parts.outbox.watch(() => this.changed());
    const unlisten = this.#parts.onMessage((message) => this.#take(message));
    return () => {
      unwatch();
      unlisten();
    };
  }

  protected async load(signal: AbortSignal): Promise<void> {
    const { around } = this.#parts;
    this.#arrived = new Set();
    await this.#reading(() => {
      if (this.#range && !this.#isAtEnd) return this.#renewWindow(this.#range, signal);
      if (!this.#range && around !== undefined) return this.#open(around, signal);
      return this.#renewEnd(this.#range?.low, signal);
    });
  }

  protected forget(): void {
    this.#window = new Map();
    this.#ahead = new Map();
    this.#range = null;
    this.#hasOlder = false;
    this.#isAtEnd = true;
  }

  protected build(before: LiveSnapshot<MessageRow> | null): LiveSnapshot<MessageRow> {
    const { outbox, conversationId } = this.#parts;
    // One's own text is shown once it is accepted, also while what lies before it is still being fetched.
    const own = [...this.#ahead.values()].filter(({ id }) => outbox.keyOf(id) !== undefined && this.#isAtEnd);
    const accepted = [...this.#window.values(), ...own].sort((a, b) => a.sequence - b.sequence);
    const unsent = this.#isAtEnd ? outbox.of(conversationId) : [];
    return sameFields(before, {
      data: sameItems(before?.data, [...accepted.map((message) => this.#rowOf(message)), ...unsent]),
      status: this.status,
      error: this.error,
      hasMore: this.#hasOlder,
      hasNewer: !this.#isAtEnd,
    });
  }

  /** Keeps what comes while pages are on their way: they may have been read before it. */
  async #reading(work: () => Promise<void>): Promise<void> {
    if (this.#readings === 0) this.#below.clear();
    this.#readings += 1;
    try {
      await work();
    } finally {
      this.#readings -= 1;
    }
  }

  /** Reads the newest pages down to `low`, or one page when nothing was shown yet. */
  async #renewEnd(low: number | undefined, signal: AbortSignal): Promise<void> {
    const found: Message[] = [];
    let nextCursor: string | null = null;
    let beforeSequence: number | undefined;
    for (let pages = 0; pages < MAX_RENEWED_PAGES; pages += 1) {
      const limit = low === undefined ? PAGE : LARGE_PAGE;
      const page: Page<Message> = await this.#parts.fetchPage({ limit, beforeSequence }, signal);
      found.push(...page.data);
      nextCursor = page.nextCursor;
      beforeSequence = lowestOf(page.data, 1);
      if (nextCursor === null || low === undefined || beforeSequence <= low) break;
    }
    this.#replace(found, highestOf(found, 0), signal);
    this.#hasOlder = nextCursor !== null;
    this.#isAtEnd = true;
    this.#advance();
  }

  /** Reads again what is shown of a part that is not at the end. */
  async #renewWindow({ low, high }: { low: number; high: number }, signal: AbortSignal): Promise<void> {
    const found: Message[] = [];
    let reached = low - 1;
    for (let pages = 0; pages < MAX_RENEWED_PAGES && reached < high; pages += 1) {
      const page = await this.#pageAfter(reached, LARGE_PAGE, signal);
      found.push(...page.data.filter(({ sequence }) => sequence <= high));
      reached = highestOf(page.data, high);
      if (page.nextCursor === null) break;
    }
    this.#replace(found, Math.min(reached, high), signal, low);
  }

  async #open(around: number, signal: AbortSignal): Promise<void> {
    const page = await this.#parts.fetchPage({ aroundSequence: around, limit: PAGE }, signal);
    const high = highestOf(page.data, around);
    const next = await this.#pageAfter(high, PAGE, signal);
    this.#replace([...page.data, ...next.data], highestOf(next.data, high), signal);
    this.#hasOlder = (this.#range?.low ?? 1) > 1;
    this.#isAtEnd = next.nextCursor === null;
    this.#advance();
  }

  /** Puts what was read in the place of what is shown, in one step. Later versions that events brought stay. */
  #replace(found: readonly Message[], high: number, signal: AbortSignal, low = lowestOf(found, 1)): void {
    if (signal.aborted) return;
    const before = this.#window;
    const arrived = this.#ahead;
    this.#window = new Map();
    for (const message of found) {
      const held = before.get(message.id) ?? arrived.get(message.id) ?? this.#below.get(message.id);
      const read = readMessage(message);
      this.#window.set(message.id, held ? later(held, read) : read);
    }
    // What is beyond the page came while it was on its way.
    this.#ahead = new Map();
    for (const message of [...before.values(), ...arrived.values()]) {
      if (this.#arrived.has(message.id) && message.sequence > high) this.#ahead.set(message.id, message);
    }
    this.#range = { low, high };
    this.changed();
  }

  #take(message: Message): void {
    if (message.conversationId !== this.#parts.conversationId) return;
    const { id, sequence } = message;
    this.#arrived.add(id);
    const place = this.#window.has(id) ? this.#window : this.#ahead;
    const held = place.get(id);
    const come = held ? later(held, readMessage(message)) : readMessage(message);
    const range = this.#range;
    if (held || (range && sequence >= range.low && sequence <= range.high)) {
      (held ? place : this.#window).set(id, come);
    } else if (!range || sequence > range.high) {
      this.#ahead.set(id, come);
      this.#advance();
    } else {
      if (this.#readings > 0) this.#below.set(id, come);
      return; // older than what is shown
    }
    this.changed();
  }

  /** Moves what follows `high` into the window, and fetches what is missing before the rest. */
  #advance(): void {
    const range = this.#range;
    if (!range || !this.#isAtEnd) return;
    for (const message of [...this.#ahead.values()].sort((a, b) => a.sequence - b.sequence)) {
      if (message.sequence > range.high + 1) break;
      this.#window.set(message.id, message);
      this.#ahead.delete(message.id);
      range.high = Math.max(range.high, message.sequence);
    }
    this.changed();
    if (this.#ahead.size > 0 && !this.#isFilling) void this.#fill();
  }

  async #fill(): Promise<void> {
    const range = this.#range;
    if (!range) return;
    this.#isFilling = true;
    try {
      const page = await this.#pageAfter(range.high, LARGE_PAGE, undefined);
      // Nothing there although something follows: what lay between has been removed.
      if (page.data.length === 0) range.high = lowestOf([...this.#ahead.values()], range.high + 1) - 1;
      if (this.#range === range) this.#place(page.data);
      range.high = highestOf(page.data, range.high);
      this.#isFilling = false;
      this.#advance();
    } catch {
      this.#isFilling = false;
      this.feed.refresh(this); // which is tried again while the failure may pass, and tells of it meanwhile
    }
  }

  #extend(page: Page<Message>): void {
    const range = this.#range;
    if (!range) return;
    this.#place(page.data);
    range.high = highestOf(page.data, range.high);
    this.#isAtEnd = page.nextCursor === null;
    this.#advance();
  }

  #place(messages: readonly Message[]): void {
    for (const message of messages) {
      const held = this.#window.get(message.id) ?? this.#ahead.get(message.id) ?? this.#below.get(message.id);
      this.#ahead.delete(message.id);
      this.#window.set(message.id, held ? later(held, readMessage(message)) : readMessage(message));
    }
    this.changed();
  }

  #pageAfter(afterSequence: number, limit: number, signal: AbortSignal | undefined): Promise<Page<Message>> {
    return this.#parts.fetchPage({ afterSequence, order: "asc", limit }, signal);
  }

  #rowOf(message: Message): MessageRow {
    const key = this.#parts.outbox.keyOf(message.id) ?? message.id;
    let row = this.#rows.get(message);
    if (row?.key !== key) {
      row = { key, state: "accepted", message };
      this.#rows.set(message, row);
    }
    return row;
  }
}

const lowestOf = (messages: readonly Message[], otherwise: number): number =>
  messages.reduce((low, { sequence }) => Math.min(low, sequence), messages[0]?.sequence ?? otherwise);

const highestOf = (messages: readonly Message[], otherwise: number): number =>
  messages.reduce((high, { sequence }) => Math.max(high, sequence), messages[0]?.sequence ?? otherwise);
