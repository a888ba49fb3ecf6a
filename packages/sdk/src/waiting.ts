import { isTrunklineError, TrunklineError } from "./errors.ts";
import type { Clock } from "./platform.ts";

/** What to reject with when a signal ended a call: our own reason as it is, anybody else's as `aborted`. */
export function abortError(signal: AbortSignal): TrunklineError {
  const reason: unknown = signal.reason;
  if (isTrunklineError(reason)) return reason;
  return new TrunklineError("aborted", { message: "The call was aborted.", cause: reason });
}

/** Settles as `work` does, or rejects as soon as the signal says so, whether or not `work` heeds signals itself. */
export function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(abortError(signal));
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/** Waits, and is through early when the signal says so. It never rejects: whoever waits looks at the signal afterwards. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clock.clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = clock.setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}

/** Pause before try number `tries` + 1: doubles from a second to ten, half of it random. */
export function backOffMs(tries: number, random: () => number): number {
  return Math.min(10_000, 1_000 * 2 ** Math.max(0, tries - 1)) * (0.5 + random() / 2);
}
