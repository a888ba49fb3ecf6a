import type { Clock } from "../clock.ts";

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
