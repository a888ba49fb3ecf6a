import type { Observable } from "./live.ts";

/** Listeners of one observable; one that throws is reported and does not starve the next. */
export class Listeners {
  readonly #listeners = new Set<() => void>();
  readonly #report: (error: unknown) => void;

  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  get size(): number {
    return this.#listeners.size;
  }

  add(listener: () => void): () => void {
    const own = () => listener(); // the same function given twice is two subscriptions
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  call(): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener();
      } catch (error) {
        this.#report(error);
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}

/** One value to watch, with one writer. */
export class Cell<Value> implements Observable<Value> {
  readonly listeners: Listeners;
  #value: Value;

  constructor(value: Value, report: (error: unknown) => void) {
    this.#value = value;
    this.listeners = new Listeners(report);
  }

  subscribe(listener: () => void): () => void {
    return this.listeners.add(listener);
  }

  getSnapshot(): Value {
    return this.#value;
  }

  set(value: Value): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    this.listeners.call();
  }
}
