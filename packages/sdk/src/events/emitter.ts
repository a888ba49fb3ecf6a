import { Listeners } from "./listeners.ts";

/** Listeners by the name of what they listen to. */
export class Emitter<Events> {
  readonly #byName = new Map<keyof Events, Listeners<never>>();
  readonly #report: (error: unknown) => void;

  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void {
    const listeners = this.#byName.get(name) ?? new Listeners<never>(this.#report);
    this.#byName.set(name, listeners);
    return listeners.add(listener);
  }

  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    this.#byName.get(name)?.call(event as never); // whoever listens under a name asked for its events
  }

  clear(): void {
    this.#byName.clear();
  }
}
