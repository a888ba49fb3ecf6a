/**
 * Where a world writes down what it accepts, before it answers. Replaying the entries in order gives the world back.
 */
export interface Journal<Entry> {
  /** Resolves when the entries will survive the end of the process. Entries of one call stay together and in order. */
  append(entries: readonly Entry[]): Promise<void>;
  /** Everything that was written, oldest first. Called once, before the first `append`. */
  replay(): AsyncIterable<Entry>;
  /** Waits for what is being written. */
  close(): Promise<void>;
}

/** A journal that lives as long as the process; handing its `entries` to another one brings the world back. */
export function memoryJournal<Entry>(entries: Entry[] = []): Journal<Entry> & { readonly entries: readonly Entry[] } {
  return {
    entries,
    async append(added) {
      entries.push(...added);
    },
    async *replay() {
      yield* [...entries];
    },
    close: () => Promise.resolve(),
  };
}
