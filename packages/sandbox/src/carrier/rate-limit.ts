/** Counts what each account handed over within the last second. */
export class RateLimit {
  readonly #taken = new Map<string, number[]>();

  /** True, and counted, while fewer than `perSecond` were taken in the second before `now`. */
  take(account: string, perSecond: number | null, now: number): boolean {
    if (perSecond === null) return true;
    const recent = (this.#taken.get(account) ?? []).filter((time) => time > now - 1000);
    const free = recent.length < perSecond;
    this.#taken.set(account, free ? [...recent, now] : recent);
    return free;
  }
}
