import type { Observable } from "@trunkline/sdk";

/** What the host application knows about the owner of a number. */
export interface ResolvedContact {
  readonly name: string;
  /** The host's own id of the contact. */
  readonly id?: string;
  readonly avatarUrl?: string;
  /** A second line, such as a company or a role. */
  readonly subtitle?: string;
  /** The contact's page in the host application; http or https. */
  readonly url?: string;
}

/** A contact that a search found, with the number to text. */
export interface FoundContact extends ResolvedContact {
  readonly number: string;
}

/** Gives names and pictures from the host application's own data. */
export interface ContactResolver {
  /**
   * Called with numbers in E.164 form that came into view, at most 100 at a time. What is missing in the answer has no
   * contact. Answers are kept until `invalidate` says otherwise.
   */
  lookup(
    numbers: readonly string[],
    options: { readonly signal: AbortSignal },
  ): Promise<Readonly<Record<string, ResolvedContact | null | undefined>>>;
  /** Suggestions while somebody types a recipient; absent where the host has no search. */
  search?(query: string, options: { readonly signal: AbortSignal }): Promise<readonly FoundContact[]>;
  /** Told once how to say that contacts have changed: those of these numbers, or all. Returns the way out. */
  invalidate?(listener: (numbers?: readonly string[]) => void): () => void;
}

const MAX_PER_LOOKUP = 100;

/** Remembers what a resolver said, asks for each number once, and tells when something new is known. */
export class ContactDirectory implements Observable<number> {
  readonly resolver: ContactResolver | null;
  readonly #onError: (error: unknown) => void;
  readonly #known = new Map<string, ResolvedContact | null>();
  readonly #listeners = new Set<() => void>();
  #asked = new Set<string>();
  #waiting: string[] = [];
  #version = 0;
  #abort = new AbortController();
  #stopListening: (() => void) | null = null;

  constructor(resolver: ContactResolver | null, onError: (error: unknown) => void) {
    this.resolver = resolver;
    this.#onError = onError;
  }

  /** The contact of a number, or null while it is not known; asking makes it known if it can be. */
  get(number: string): ResolvedContact | null {
    if (this.resolver && !this.#asked.has(number)) {
      this.#asked.add(number);
      this.#waiting.push(number);
      if (this.#waiting.length === 1) queueMicrotask(() => this.#ask());
    }
    return this.#known.get(number) ?? null;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    this.#stopListening ??= this.resolver?.invalidate?.((numbers) => this.#forget(numbers)) ?? null;
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#stopListening?.();
      this.#stopListening = null;
    };
  }

  /** A number that changes with what is known. */
  getSnapshot(): number {
    return this.#version;
  }

  /** Gives up look-ups under way. */
  close(): void {
    this.#abort.abort();
    this.#stopListening?.();
    this.#stopListening = null;
  }

  #ask(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let start = 0; start < waiting.length; start += MAX_PER_LOOKUP) {
      void this.#lookup(waiting.slice(start, start + MAX_PER_LOOKUP));
    }
  }

  async #lookup(numbers: readonly string[]): Promise<void> {
    const { signal } = this.#abort;
    try {
      const found = (await this.resolver?.lookup(numbers, { signal })) ?? {};
      if (signal.aborted) return;
      for (const number of numbers) {
        const contact = Object.hasOwn(found, number) ? found[number] : null;
        this.#known.set(number, contact ?? null);
      }
      this.#changed();
    } catch (error) {
      if (signal.aborted) return;
      for (const number of numbers) this.#asked.delete(number); // the next one who needs them asks again
      this.#onError(error);
    }
  }

  #forget(numbers: readonly string[] | undefined): void {
    // What is known stays on show until the new answer is there.
    if (numbers === undefined) this.#asked = new Set();
    else for (const number of numbers) this.#asked.delete(number);
    this.#changed();
  }

  #changed(): void {
    this.#version += 1;
    for (const listener of [...this.#listeners]) listener();
  }
}
