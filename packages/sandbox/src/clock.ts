import type { Clock } from "@trunkline/gateway";

/** The time of the machine that the world runs on: its clock and its timers. */
export interface HostTime {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `run` after about `ms` milliseconds. Returns the way to call it off. */
  after(ms: number, run: () => void): () => void;
}

/** Time of the platform. */
export const platformTime: HostTime = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

// setTimeout takes a signed 32-bit number of milliseconds and fires at once beyond it.
const LONGEST_TIMER_MS = 2 ** 31 - 1;
// A standing clock stops at each of this many timers; beyond them it goes the rest of the way in as many equal strides.
// Otherwise a day's jump would stop at every heartbeat of every stream.
const EXACT_STEPS = 200;

interface Timer {
  readonly time: number;
  readonly wake: () => void;
  canceled: boolean;
}

export interface WorldClockOptions {
  host: HostTime;
  /** Lets the clock stand still at this time until it is moved. Without it the clock follows the host. */
  standsAt?: number;
}

/**
 * The clock of a world and of the gateways in it: the host's time plus an offset, or a time that stands still until it
 * is moved.
 */
export class WorldClock implements Clock {
  readonly #host: HostTime;
  #standsAt: number | null;
  #offsetMs = 0;
  #timers: Timer[] = []; // sorted by time; equal times in the order they were set
  #disarm: () => void = () => undefined;
  #stopped = false;

  constructor({ host, standsAt }: WorldClockOptions) {
    this.#host = host;
    this.#standsAt = standsAt ?? null;
  }

  /** Milliseconds since 1970, as this world sees it. */
  now(): number {
    return this.#standsAt ?? this.#host.now() + this.#offsetMs;
  }

  get isStanding(): boolean {
    return this.#standsAt !== null;
  }

  /** What a running clock adds to the host's time, in milliseconds. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** Calls `wake` once, as soon as the clock shows `time` or later. Returns the way to call it off. */
  at(time: number, wake: () => void): () => void {
    const timer: Timer = { time, wake, canceled: false };
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#timers[middle]?.time ?? 0) <= time) low = middle + 1;
      else high = middle;
    }
    this.#timers.splice(low, 0, timer);
    if (low === 0) this.#arm();
    return () => {
      timer.canceled = true;
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Calls `look` about every `ms` milliseconds of the host's time, also while this clock stands still. */
  poll(ms: number, look: () => void): () => void {
    let cancel: () => void = () => undefined;
    const arm = () => {
      cancel = this.#host.after(ms, () => {
        arm();
        look();
      });
    };
    arm();
    return () => cancel();
  }

  /** Sets a running clock's offset, forwards or back; what became due wakes in order. */
  setOffset(offsetMs: number): void {
    if (this.isStanding) throw new TypeError("this clock stands still; move it with advance()");
    this.#offsetMs = offsetMs;
    this.#fire();
  }

  /**
   * Moves the clock forwards. A running clock jumps. A standing one stops at every timer on the way and calls `settle`
   * there, so that what one timer causes is done before the next one is due.
   */
  async advance(ms: number, settle: () => Promise<void> = async () => undefined): Promise<void> {
    if (!(ms >= 0)) throw new RangeError("the clock only moves forwards");
    if (this.#standsAt === null) {
      this.setOffset(this.#offsetMs + ms);
      return settle();
    }
    const target = this.#standsAt + ms;
    await settle();
    let strideMs = 0;
    for (let step = 1; ; step++) {
      const due = this.#earliest();
      if (due === undefined || due > target) break;
      if (step === EXACT_STEPS) strideMs = (target - this.#standsAt) / EXACT_STEPS;
      this.#standsAt = Math.min(target, Math.max(due, this.#standsAt + strideMs));
      this.#fire();
      await settle();
    }
    this.#standsAt = target;
    await settle();
  }

  /** Calls off every timer; later ones never wake. */
  stop(): void {
    this.#stopped = true;
    this.#disarm();
    this.#timers = [];
  }

  #earliest(): number | undefined {
    return this.#timers[0]?.time;
  }

  #arm(): void {
    this.#disarm();
    const due = this.#earliest();
    if (due === undefined || this.#stopped) return;
    const left = due - this.now();
    if (this.isStanding && left > 0) return;
    this.#disarm = this.#host.after(Math.min(Math.max(0, left), LONGEST_TIMER_MS), () => this.#fire());
  }

  #fire(): void {
    const now = this.now();
    const due = this.#timers.filter(({ time }) => time <= now);
    this.#timers = this.#timers.slice(due.length);
    for (const { wake, canceled } of due) if (!canceled) wake();
    this.#arm();
  }
}
