/** Those who listen to one thing. Each has its own way out, and one that throws is reported and does not starve the next. */
export class Listeners<Value = void> {
  readonly #listeners = new Set<(value: Value) => void>();
  readonly #report: (error: unknown) => void;

  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  get size(): number {
    return this.#listeners.size;
  }

  add(listener: (value: Value) => void): () => void {
    const own = (value: Value) => listener(value); // the same function given twice is two subscriptions
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  call(value: Value): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(value);
      } catch (error) {
        this.#report(error);
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}
