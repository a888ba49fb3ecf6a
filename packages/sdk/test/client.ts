import { onTestFinished } from "vitest";
import {
  createTrunkline,
  sessionAuth,
  type Trunkline,
  type TrunklineError,
  type TrunklineOptions,
} from "../src/index.ts";
import type { Observable } from "../src/store/live.ts";
import { FakeGateway, GATEWAY } from "./fake-gateway.ts";
import { settle, TestClock } from "./test-clock.ts";

export interface World {
  readonly gateway: FakeGateway;
  readonly clock: TestClock;
  readonly trunkline: Trunkline;
  /** What `onError` was told. */
  readonly errors: TrunklineError[];
}

/** A client of a gateway in memory, on a clock that stands still; closed when the test is over. */
export function startClient(
  { platform, ...options }: Partial<TrunklineOptions> = {},
  gateway = new FakeGateway(),
): World {
  const clock = new TestClock();
  const errors: TrunklineError[] = [];
  const trunkline = createTrunkline({
    gateway: GATEWAY,
    auth: sessionAuth(async () => "tls_1"),
    fetch: gateway.fetch,
    onError: (error) => errors.push(error),
    platform: { clock, random: () => 0.5, ...platform },
    ...options,
  });
  onTestFinished(() => trunkline.close());
  return { gateway, clock, trunkline, errors };
}

/** Subscribes until the test is over and gives every snapshot that listeners were called for. */
export function watch<Value>(observable: Observable<Value>): Value[] {
  const seen: Value[] = [];
  onTestFinished(observable.subscribe(() => seen.push(observable.getSnapshot())));
  return seen;
}

/** Subscribes, and waits until everything that needs no time has happened. */
export async function watchNow<Value>(observable: Observable<Value>): Promise<Value[]> {
  const seen = watch(observable);
  await settle();
  return seen;
}

/** How a promise ended, so that a rejection awaited later is no unhandled one. */
export function outcomeOf<Value>(promise: Promise<Value>): { value?: Value; error?: TrunklineError } {
  const outcome: { value?: Value; error?: TrunklineError } = {};
  promise.then(
    (value) => {
      outcome.value = value;
    },
    (error: TrunklineError) => {
      outcome.error = error;
    },
  );
  return outcome;
}

/** Session storage of one tab. */
export function memoryStorage(): Storage {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (name) => items.get(name) ?? null,
    setItem: (name, value) => void items.set(name, value),
    removeItem: (name) => void items.delete(name),
    clear: () => items.clear(),
  };
}
