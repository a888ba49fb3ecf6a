/** Work that callers share while it is under way. */
export class SingleFlight {
  #underWay: Promise<void> | null = null;

  run(work: () => Promise<void>): Promise<void> {
    this.#underWay ??= work().finally(() => {
      this.#underWay = null;
    });
    return this.#underWay;
  }
}
