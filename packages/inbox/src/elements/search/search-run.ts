import type { ConversationHit, LineId, MessageHit, Trunkline } from "@trunkline/sdk";

/** Pause after a key before the gateway is asked, in milliseconds: fewer would ask for every letter of a word. */
const PAUSE_MS = 200;
const PAGE = 20;
/** What can be found: a letter, a digit or an emoji, as the gateway demands it. */
const FINDABLE = /[\p{L}\p{N}\p{Extended_Pictographic}]/u;

/** Where to search; all that the user sees without any of these. */
export interface SearchScope {
  readonly lineId?: LineId;
  readonly record?: string;
}

interface Hits<Hit> {
  readonly data: readonly Hit[];
  readonly nextCursor: string | null;
}

export type SearchState =
  | { readonly kind: "idle" }
  | { readonly kind: "unsearchable" }
  | { readonly kind: "searching" }
  | { readonly kind: "failed"; readonly error: unknown }
  | {
      readonly kind: "found";
      readonly messages: Hits<MessageHit>;
      readonly conversations: Hits<ConversationHit>;
      /** Another page is under way. */
      readonly isGoingOn: boolean;
    };

const NONE = { data: [], nextCursor: null };

/** Searches for what is typed: the newest question goes before older ones, and an older answer is never shown. */
export class SearchRun {
  readonly #client: () => Trunkline | null;
  readonly #scope: () => SearchScope;
  readonly #changed: () => void;
  #state: SearchState = { kind: "idle" };
  #asked = "";
  #abort = new AbortController();
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor(client: () => Trunkline | null, scope: () => SearchScope, changed: () => void) {
    this.#client = client;
    this.#scope = scope;
    this.#changed = changed;
  }

  get state(): SearchState {
    return this.#state;
  }

  /** Searches when no further key comes; at once with `now`. What was found stays until the answer is there. */
  ask(text: string, { now = false }: { now?: boolean } = {}): void {
    const q = text.trim();
    this.stop();
    this.#asked = q;
    if (q === "") this.#become({ kind: "idle" });
    else if (!FINDABLE.test(q)) this.#become({ kind: "unsearchable" });
    else {
      if (this.#state.kind !== "found") this.#become({ kind: "searching" });
      this.#pause = setTimeout(() => void this.#search(), now ? 0 : PAUSE_MS);
    }
  }

  /** The next page of one kind. A failure leaves what is there. Rejects with why. */
  async more(kind: "messages" | "conversations"): Promise<void> {
    const client = this.#client();
    const before = this.#state;
    if (client === null || before.kind !== "found" || before.isGoingOn) return;
    const cursor = before[kind].nextCursor;
    if (cursor === null) return;
    const { signal } = this.#abort;
    this.#become({ ...before, isGoingOn: true });
    try {
      const query = { q: this.#asked, ...this.#scope(), in: [kind], cursor, limit: PAGE };
      const page = await client.search(query, { signal });
      if (signal.aborted) return;
      const { messages, conversations } = before;
      this.#become({
        kind: "found",
        messages: joined(messages, page.messages),
        conversations: joined(conversations, page.conversations),
        isGoingOn: false,
      });
    } catch (error) {
      if (signal.aborted) return; // nobody waits for it any more
      this.#become(before);
      throw error;
    }
  }

  /** Asks nothing any more; what is shown stays. */
  stop(): void {
    clearTimeout(this.#pause);
    this.#abort.abort();
    this.#abort = new AbortController();
    if (this.#state.kind === "found" && this.#state.isGoingOn) this.#state = { ...this.#state, isGoingOn: false };
  }

  async #search(): Promise<void> {
    const client = this.#client();
    if (client === null) return;
    const { signal } = this.#abort;
    try {
      const found = await client.search({ q: this.#asked, ...this.#scope(), limit: PAGE }, { signal });
      if (signal.aborted) return;
      const { messages, conversations } = found;
      this.#become({
        kind: "found",
        messages: messages ?? NONE,
        conversations: conversations ?? NONE,
        isGoingOn: false,
      });
    } catch (error) {
      if (!signal.aborted) this.#become({ kind: "failed", error });
    }
  }

  #become(state: SearchState): void {
    this.#state = state;
    this.#changed();
  }
}

function joined<Hit>(before: Hits<Hit>, page: Hits<Hit> | null): Hits<Hit> {
  return page === null ? before : { data: [...before.data, ...page.data], nextCursor: page.nextCursor };
}
