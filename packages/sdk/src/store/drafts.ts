import type { Platform } from "../platform.ts";
import { Stored } from "./stored.ts";

/** Text that a person has begun and not sent, by conversation; kept with the outbox and erased with it. */
export interface Drafts {
  get(conversationId: string): string;
  /** An empty text removes the draft. */
  set(conversationId: string, text: string): void;
}

/** Drafts in memory, and in session storage once it is known whose they are. */
export class DraftStore implements Drafts {
  readonly #stored: Stored<Record<string, string>>;
  #texts = new Map<string, string>();

  constructor(storage: Platform["storage"]) {
    this.#stored = new Stored(storage, "trunkline drafts");
  }

  get(conversationId: string): string {
    return this.#texts.get(conversationId) ?? "";
  }

  set(conversationId: string, text: string): void {
    if (text === "") this.#texts.delete(conversationId);
    else this.#texts.set(conversationId, text);
    this.#save();
  }

  open(owner: string): void {
    const before = Object.entries(this.#stored.open(owner) ?? {});
    this.#texts = new Map([...before, ...this.#texts]);
    this.#save();
  }

  hasLeft(owners: string): boolean {
    return this.#stored.namesOf(owners).length > 0;
  }

  erase(owners: string): void {
    this.#stored.eraseOf(owners);
    this.close();
  }

  /** Forgets them here; they stay in storage for their owner. */
  close(): void {
    this.#stored.close();
    this.#texts.clear();
  }

  #save(): void {
    this.#stored.save(this.#texts.size > 0 ? Object.fromEntries(this.#texts) : null);
  }
}
