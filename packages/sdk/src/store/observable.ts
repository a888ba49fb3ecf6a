import { Listeners } from "../events/listeners.ts";
import type { Observable } from "./live.ts";

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
