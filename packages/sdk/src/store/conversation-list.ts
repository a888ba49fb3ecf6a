import type { AnyEvent, ConversationId, ConversationWithViewer, Page, UserId } from "@trunkline/protocol";
import { type ConversationFilter, comparePlaces, matches, type Place, placeOf } from "./conversation-filter.ts";
import type { ConversationHolder, ConversationTable } from "./conversation-table.ts";
import type { Live, LiveSnapshot } from "./live.ts";
import { LiveView, sameFields, sameItems, type ViewParts } from "./live-view.ts";
import { SingleFlight } from "./single-flight.ts";

const PAGE = 50;
const LARGE_PAGE = 200;
const MAX_RENEWED_PAGES = 5;

/** Where in a list of conversations to read. */
export interface ConversationRange extends ConversationFilter {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface ConversationListParts extends ViewParts {
  readonly filter: ConversationFilter;
  readonly table: ConversationTable;
  fetchPage(range: ConversationRange, signal: AbortSignal | undefined): Promise<Page<ConversationWithViewer>>;
  /** The id of a user that the host's own id names. */
  findUser(ref: string, signal: AbortSignal): Promise<UserId>;
}

/** Conversations that match a filter, newest activity first, from the newest down to where the last page ended. */
export class ConversationList
  extends LiveView<LiveSnapshot<ConversationWithViewer>>
  implements Live<ConversationWithViewer>, ConversationHolder
{
  readonly #parts: ConversationListParts;
  readonly #older = new SingleFlight();
  /** The filter with the assignee's own id in it; null until that is known. */
  #filter: ConversationFilter | null = null;
  /** What pages and events brought; which of it is shown is decided anew for each snapshot. */
  #members = new Set<ConversationId>();
  /** Where the last page ended; null while there is no end to mind. */
  #floor: Place | null = null;
  #nextCursor: string | null = null;
  #isRead = false;
  /** What came since the present renewal began, and may therefore be missing in its pages. */
  #arrived = new Set<ConversationId>();

  constructor(parts: ConversationListParts) {
    super(parts);
    this.#parts = parts;
  }

  loadMore(): Promise<void> {
    return this.#older.run(async () => {
      const cursor = this.#nextCursor;
      if (cursor === null) return;
      await this.attempt(async () => {
        const page = await this.#parts.fetchPage({ ...this.#parts.filter, limit: PAGE, cursor }, undefined);
        if (this.#nextCursor !== cursor) return; // a renewal has begun anew meanwhile
        this.#add(page);
      });
    });
  }

  loadNewer(): Promise<void> {
    return Promise.resolve(); // a list begins at the newest
  }

  event(event: AnyEvent): void {
    if (event.type === "conversation.removed") this.#members.delete(event.data.id);
  }

  onConversation(id: ConversationId): void {
    this.#arrived.add(id);
    const conversation = this.#parts.table.get(id);
    if (conversation && this.#filter && this.#isRead) {
      this.#members.add(id);
      // Events do not say what the user has read; the gateway does.
      if (!conversation.viewer && this.#isWithin(conversation)) this.#parts.table.complete(id);
    }
    this.changed();
  }

  holds(id: ConversationId): boolean {
    return this.#members.has(id);
  }

  protected override follow(): () => void {
    return this.#parts.table.hold(this);
  }

  protected async load(signal: AbortSignal): Promise<void> {
    const { filter, table, findUser, fetchPage } = this.#parts;
    this.#arrived = new Set();
    const { assigneeId } = filter;
    this.#filter ??=
      assigneeId && /^(ext:|me$)/.test(assigneeId)
        ? { ...filter, assigneeId: await findUser(assigneeId, signal) }
        : filter;
    const wanted = this.#isRead ? this.getSnapshot().data.length : 0;
    const pages: Page<ConversationWithViewer>[] = [];
    let found = 0;
    let cursor: string | null | undefined;
    do {
      const limit = wanted > PAGE ? LARGE_PAGE : PAGE;
      const page = await fetchPage({ ...filter, limit, ...(cursor ? { cursor } : {}) }, signal);
      pages.push(page);
      found += page.data.length;
      cursor = page.nextCursor;
    } while (cursor !== null && found < wanted && pages.length < MAX_RENEWED_PAGES);
    if (signal.aborted) return;
    this.#members = new Set([...this.#arrived].filter((id) => table.get(id)));
    this.#isRead = true;
    for (const page of pages) this.#add(page);
  }

  protected forget(): void {
    this.#members = new Set();
    this.#filter = null;
    this.#floor = null;
    this.#nextCursor = null;
    this.#isRead = false;
  }

  protected build(before: LiveSnapshot<ConversationWithViewer> | null): LiveSnapshot<ConversationWithViewer> {
    const shown: ConversationWithViewer[] = [];
    for (const id of this.#members) {
      const conversation = this.#parts.table.get(id);
      if (conversation && this.#filter && matches(this.#filter, conversation) && this.#isWithin(conversation)) {
        shown.push(conversation);
      }
    }
    shown.sort((a, b) => comparePlaces(placeOf(a), placeOf(b)));
    return sameFields(before, {
      data: sameItems(before?.data, shown),
      status: this.status,
      error: this.error,
      hasMore: this.#nextCursor !== null,
      hasNewer: false,
    });
  }

  #add({ data, nextCursor }: Page<ConversationWithViewer>): void {
    for (const conversation of data) {
      this.#members.add(conversation.id);
      this.#parts.table.take(conversation);
    }
    const last = data.at(-1);
    if (last) this.#floor = placeOf(last);
    if (nextCursor === null) this.#floor = null;
    this.#nextCursor = nextCursor;
    this.changed();
  }

  /** Whether it lies in what has been read; what lies below comes with its page. */
  #isWithin(conversation: ConversationWithViewer): boolean {
    return this.#floor === null || comparePlaces(placeOf(conversation), this.#floor) <= 0;
  }
}
