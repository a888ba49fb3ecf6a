import type { Journal } from "./journal.ts";
import { type Keeper, keeperOver } from "./microsoft/kept.ts";
import { type WorldEntry, WorldState } from "./state.ts";

/**
 * A world's state with its journal. What is recorded shows in the state at once; `record` resolves when it will survive
 * the process, and only then may anybody be told.
 */
export class WorldMemory {
  readonly state = new WorldState();
  /** What the simulated Microsoft 365 keeps. Whoever answers for it waits for `durable` first. */
  readonly microsoft: Keeper = keeperOver({
    read: (map) => this.state.microsoft(map),
    write: (map, key, value) => {
      // A journal that fails is heard of by `durable`, and so by whoever waits for the answer.
      this.record({ type: "microsoft", map, key, value }).catch(() => undefined);
    },
  });
  readonly #journal: Journal<WorldEntry>;
  #written: Promise<void> = Promise.resolve();

  constructor(journal: Journal<WorldEntry>) {
    this.#journal = journal;
  }

  /** Brings back what the journal holds, and tells how many entries that were. */
  async replay(): Promise<number> {
    let count = 0;
    for await (const entry of this.#journal.replay()) {
      this.state.apply(entry);
      count++;
    }
    return count;
  }

  record(...entries: readonly WorldEntry[]): Promise<void> {
    for (const entry of entries) this.state.apply(entry);
    const writing = this.#journal.append(entries);
    this.#written = Promise.all([this.#written, writing]).then(() => undefined);
    this.#written.catch(() => undefined); // whoever recorded hears of it; here it only must not go unheard
    return writing;
  }

  /** Resolves when everything that shows in the state is written. */
  durable(): Promise<void> {
    return this.#written;
  }

  async close(): Promise<void> {
    await this.#journal.close();
  }
}
