import type {
  AnyEvent,
  Conversation,
  ConversationId,
  ConversationWithViewer,
  Message,
  ReadState,
} from "@trunkline/protocol";
import { mergeConversation, readConversation, withLastMessage } from "./merge.ts";
import { countInbound, type ReadMark, readThrough, showMark, takeAnswer } from "./viewer.ts";

/** Conversations that are asked for at a time; a burst of events must not become a burst of calls. */
const MAX_FETCHES = 4;
/** Events that are remembered for answers that were made before them and come after. */
const REMEMBERED = 500;
/** Conversations kept beyond those that are shown; more are forgotten. */
const SPARE = 500;

/** Somebody who shows conversations. */
export interface ConversationHolder {
  /** It has changed, is new, or is gone. */
  onConversation(id: ConversationId): void;
  holds(id: ConversationId): boolean;
}

export interface ConversationTableParts {
  /** The caller's user id as far as known; undefined for keys, who have nothing unread. */
  userId(): string | null;
  hasViewer: boolean;
  /** Gets one conversation from the gateway. */
  fetch(id: ConversationId): Promise<ConversationWithViewer>;
}

/** What counts once however often it is told, so that it may be told again after an answer. */
type RememberedEvent = Extract<AnyEvent, { type: "message.created" | "message.updated" | "conversation.read" }>;

interface Row {
  conversation: ConversationWithViewer;
  mark: ReadMark | undefined;
}

/** Every conversation that is held, once, in its latest version, whoever shows it. */
export class ConversationTable {
  readonly #parts: ConversationTableParts;
  readonly #rows = new Map<ConversationId, Row>();
  readonly #recent: RememberedEvent[] = [];
  readonly #holders = new Set<ConversationHolder>();
  readonly #fetching = new Set<ConversationId>();
  readonly #waiting = new Set<ConversationId>();

  constructor(parts: ConversationTableParts) {
    this.#parts = parts;
  }

  get(id: ConversationId): ConversationWithViewer | undefined {
    return this.#rows.get(id)?.conversation;
  }

  hold(holder: ConversationHolder): () => void {
    this.#holders.add(holder);
    return () => {
      this.#holders.delete(holder);
      if (this.#holders.size > 0) return;
      this.#rows.clear();
      this.#recent.length = 0;
    };
  }

  /** Takes what the gateway answered. */
  take(answer: ConversationWithViewer): ConversationWithViewer {
    if (this.#holders.size === 0) return readConversation(answer);
    const { viewer, ...come } = answer;
    const held = this.#rows.get(come.id);
    const mark = viewer ? takeAnswer(held?.mark, come.sequence, viewer) : held?.mark;
    this.#put(come, mark);
    // The answer may have been made before what events have told since.
    for (const event of this.#recent) if (event.data.conversationId === come.id) this.#tellOf(event);
    return this.get(come.id) ?? answer;
  }

  apply(event: AnyEvent): void {
    if (this.#holders.size === 0) return;
    switch (event.type) {
      case "conversation.created":
        this.#created(event.data);
        break;
      case "conversation.updated":
        this.#put(event.data, this.#rows.get(event.data.id)?.mark);
        break;
      case "conversation.removed":
        this.#rows.delete(event.data.id);
        this.#tell(event.data.id);
        break;
      case "conversation.read":
      case "message.created":
      case "message.updated":
        this.#recent.push(event);
        if (this.#recent.length > REMEMBERED) this.#recent.shift();
        this.#tellOf(event);
    }
  }

  /** A message was stored or has changed. */
  message(message: Message): void {
    const row = this.#rows.get(message.conversationId);
    if (!row) return;
    let { mark } = row;
    if (mark && message.direction === "inbound") mark = countInbound(mark, message.sequence);
    // Whoever answers has read what they answer to.
    const { kind, id } = message.author;
    if (mark && kind === "user" && id === this.#parts.userId()) mark = readThrough(mark, message.sequence);
    this.#set(message.conversationId, withLastMessage(row.conversation, message), mark);
  }

  /** The user has read, here or elsewhere. */
  read({ conversationId, readThroughSequence }: Pick<ReadState, "conversationId" | "readThroughSequence">): void {
    const row = this.#rows.get(conversationId);
    if (!row?.mark) return;
    const mark = readThrough(row.mark, readThroughSequence);
    this.#set(conversationId, row.conversation, mark);
    if (!showMark(mark).isExact) this.complete(conversationId);
  }

  /** Asks the gateway for what events do not tell: what the user has read of a conversation. */
  complete(id: ConversationId): void {
    if (!this.#parts.hasViewer || this.#fetching.has(id)) return;
    if (this.#fetching.size >= MAX_FETCHES) {
      this.#waiting.add(id);
      return;
    }
    this.#waiting.delete(id);
    this.#fetching.add(id);
    this.#parts
      .fetch(id)
      .then((answer) => this.take(answer))
      // It shows without a count until its next answer; the call has been tried several times.
      .catch(() => undefined)
      .finally(() => {
        this.#fetching.delete(id);
        const [next] = this.#waiting;
        if (next !== undefined) this.complete(next);
      });
  }

  /** What was shown as read may not be: the gateway's word counts alone. */
  reread(id: ConversationId): void {
    const row = this.#rows.get(id);
    if (!row) return;
    row.mark = undefined;
    this.complete(id);
  }

  clear(): void {
    const ids = [...this.#rows.keys()];
    this.#rows.clear();
    this.#waiting.clear();
    this.#recent.length = 0;
    for (const id of ids) this.#tell(id);
  }

  #tellOf(event: RememberedEvent): void {
    if (event.type === "conversation.read") this.read(event.data);
    else this.message(event.data);
  }

  #created(come: Conversation): void {
    const { sequence, lastMessage } = come;
    // A conversation begins with one message at most, so that nothing can be unread but that.
    const count = lastMessage?.direction === "inbound" ? sequence : 0;
    const mark = this.#parts.hasViewer ? { sequence, readThrough: 0, count, now: 0, beyond: [] } : undefined;
    this.#put(come, this.#rows.get(come.id)?.mark ?? mark);
  }

  #put(come: Conversation, mark: ReadMark | undefined): void {
    const read = readConversation(come);
    const held = this.#rows.get(come.id)?.conversation;
    this.#set(come.id, held ? mergeConversation<ConversationWithViewer>(held, read) : read, mark);
  }

  #set(id: ConversationId, conversation: ConversationWithViewer, mark: ReadMark | undefined): void {
    const before = this.#rows.get(id)?.conversation;
    let shown = conversation;
    if (mark) {
      const { isExact: _, ...viewer } = showMark(mark);
      const old = before?.viewer;
      const isSame = old?.unreadCount === viewer.unreadCount && old.readThroughSequence === viewer.readThroughSequence;
      const next = old && isSame ? old : viewer;
      if (conversation.viewer !== next) shown = { ...conversation, viewer: next };
    }
    this.#rows.set(id, { conversation: shown, mark });
    if (shown !== before) this.#tell(id);
    if (!before) this.#forgetStrangers();
  }

  #tell(id: ConversationId): void {
    for (const holder of [...this.#holders]) holder.onConversation(id);
  }

  #forgetStrangers(): void {
    const isHeld = (id: ConversationId) => [...this.#holders].some((holder) => holder.holds(id));
    if (this.#rows.size % SPARE !== 0) return;
    for (const id of this.#rows.keys()) if (!isHeld(id)) this.#rows.delete(id);
  }
}
