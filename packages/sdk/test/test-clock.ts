import type { Clock } from "../src/platform.ts";

/** A clock that stands still until it is moved, and then runs what has become due, in order. */
export class TestClock implements Clock {
  #now = Date.parse("2026-11-02T09:00:00.000Z");
  #timers = new Map<number, { at: number; run: () => void }>();
  #lastTimer = 0;

  now(): number {
    return this.#now;
  }

  setTimeout(run: () => void, ms: number): unknown {
    this.#lastTimer += 1;
    this.#timers.set(this.#lastTimer, { at: this.#now + ms, run });
    return this.#lastTimer;
  }

  clearTimeout(timer: unknown): void {
    this.#timers.delete(timer as number);
  }

  /** Timers that are set. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves on by `ms`; between two timers what they started goes on as far as it can. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settle();
      const due = [...this.#timers].sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due || due[1].at > end) break;
      const [timer, { at, run }] = due;
      this.#timers.delete(timer);
      this.#now = Math.max(this.#now, at);
      run();
    }
    this.#now = end;
    await settle();
  }

  /** Moves the time without running timers, as when a machine sleeps. */
  jump(ms: number): void {
    this.#now += ms;
  }
}

/** Lets everything run that needs no time. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < 10; turns += 1) await new Promise((resolve) => setImmediate(resolve));
}
