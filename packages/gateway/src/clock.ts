/** Where the gateway's time comes from. Nothing reads the machine's clock but the one made by `systemClock()`. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `wake` once, as soon as the clock shows `time` or later. Returns the way to call it off. */
  at(time: number, wake: () => void): () => void;
  /**
   * Calls `look` about every `ms` milliseconds of real time, also while the clock stands still. For what has nothing to
   * do with what time it is: looking again in case a wake-up was lost, keeping a connection warm, waiting for a store
   * that is away. Returns the way to stop it.
   */
  poll(ms: number, look: () => void): () => void;
}

// setTimeout takes a signed 32-bit number of milliseconds and fires at once beyond it.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's clock. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    at(time, wake) {
      let timer: ReturnType<typeof setTimeout>;
      const arm = () => {
        const left = time - Date.now();
        timer = left > LONGEST_TIMER_MS ? setTimeout(arm, LONGEST_TIMER_MS) : setTimeout(wake, Math.max(0, left));
      };
      arm();
      return () => clearTimeout(timer);
    },
    poll: realPoll,
  };
}

/** `Clock.poll` for clocks that do not follow the machine's: real time stays real. */
export function realPoll(ms: number, look: () => void): () => void {
  const timer = setInterval(look, ms);
  return () => clearInterval(timer);
}

/** Waits `ms` milliseconds of real time, or until `signal` is aborted; it never rejects. */
export function rest(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      signal?.removeEventListener("abort", done);
      stop();
      resolve();
    };
    const stop = clock.poll(ms, done);
    signal?.addEventListener("abort", done, { once: true });
  });
}

/** Waits on `clock` for `ms` milliseconds, or until `signal` is aborted; it never rejects. */
export function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      signal?.removeEventListener("abort", done);
      cancel();
      resolve();
    };
    const cancel = clock.at(clock.now() + ms, done);
    signal?.addEventListener("abort", done, { once: true });
  });
}

/** Runs a call that is aborted when `signal` is, or once the clock has moved on by `ms`. */
export async function withDeadline<Result>(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  call: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const deadline = new AbortController();
  const cancel = clock.at(clock.now() + ms, () => deadline.abort());
  try {
    return await call(AbortSignal.any([signal, deadline.signal]));
  } finally {
    cancel();
  }
}
