/** Counts what is being worked on, so that somebody can wait until nothing is. */
export class Activity {
  #running = 0;
  #begun = 0;
  #waiting: (() => void)[] = [];

  get isIdle(): boolean {
    return this.#running === 0;
  }

  /** How much was ever begun: equal at two moments when nothing was begun between them. */
  get begun(): number {
    return this.#begun;
  }

  /** Counts `work` as running until it settles. */
  async track<Result>(work: Promise<Result>): Promise<Result> {
    this.#running++;
    this.#begun++;
    try {
      return await work;
    } finally {
      this.#running--;
      if (this.isIdle) for (const resolve of this.#waiting.splice(0)) resolve();
    }
  }

  /** Resolves when nothing runs, at once when that is so now. */
  idle(): Promise<void> {
    return this.isIdle ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }
}
