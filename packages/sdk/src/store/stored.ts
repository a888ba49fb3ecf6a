import type { Platform } from "../platform.ts";

/** One JSON value in session storage. Where there is none, or it is full, the value lives in memory alone. */
export class Stored<Value> {
  readonly #storage: Platform["storage"];
  readonly #prefix: string;
  #name: string | null = null;

  /** @param prefix - what kind of value it is; the owner's name follows */
  constructor(storage: Platform["storage"], prefix: string) {
    this.#storage = storage;
    this.#prefix = prefix;
  }

  /** From now on the value is this owner's; gives what they had. */
  open(owner: string): Value | null {
    this.#name = `${this.#prefix} ${owner}`;
    try {
      const text = this.#storage?.getItem(this.#name);
      return text ? (JSON.parse(text) as Value) : null; // written by `save` below
    } catch {
      return null; // unreadable is as good as absent
    }
  }

  save(value: Value | null): void {
    if (this.#name === null) return;
    try {
      if (value === null) this.#storage?.removeItem(this.#name);
      else this.#storage?.setItem(this.#name, JSON.stringify(value));
    } catch {
      // Storage that is full or forbidden costs the survival of a reload, and nothing else.
    }
  }

  /** Lets go of the owner; the value stays. */
  close(): void {
    this.#name = null;
  }

  /** Names of all that is stored under this prefix for owners whose name begins so. */
  namesOf(owners: string): string[] {
    const storage = this.#storage;
    if (!storage) return [];
    const names = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "");
    return names.filter((name) => name.startsWith(`${this.#prefix} ${owners}`));
  }

  /** Erases all of those. */
  eraseOf(owners: string): void {
    for (const name of this.namesOf(owners)) this.#storage?.removeItem(name);
  }
}
