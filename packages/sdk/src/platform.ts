/** Time as the SDK uses it: a clock of milliseconds since 1970, and timers. */
export interface Clock {
  now(): number;
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** What the SDK needs of the place where it runs. Tests and unusual hosts hand in their own. */
export interface Platform {
  readonly clock: Clock;
  /** A number from 0 up to 1, for jitter. */
  random(): number;
  /** A new UUID, for idempotency keys. */
  uuid(): string;
  /** Strangers can read what runs here, so keys are refused and the outbox is kept. */
  readonly isBrowser: boolean;
  /** Whether a person looks at the page; always true outside of pages. */
  isVisible(): boolean;
  /** Where `online`, `pageshow` and `visibilitychange` are heard. */
  readonly wakeUps: readonly EventTarget[];
  /** Elects the tab that holds the stream; absent where the browser has none. */
  readonly locks?: Pick<LockManager, "request"> | undefined;
  readonly openChannel?: ((name: string) => BroadcastChannel) | undefined;
  /** Where texts on their way and drafts are kept over a reload. */
  readonly storage?: Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length"> | undefined;
}

/** The platform at hand, looked at when a client is created and not before. */
export function detectPlatform(): Platform {
  const page = typeof document === "undefined" ? undefined : document;
  const isBrowser = runsInBrowser();
  return {
    clock: {
      now: () => Date.now(),
      setTimeout: (run, ms) => setTimeout(run, ms),
      clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
    },
    random: () => Math.random(),
    uuid: newUuid,
    isBrowser,
    isVisible: () => page?.visibilityState !== "hidden",
    wakeUps: page ? [globalThis, page] : [],
    // Only pages share a stream: servers have these as well, and there "the same user" says nothing about who may see what.
    ...(page && typeof BroadcastChannel === "function" && typeof navigator === "object" && "locks" in navigator
      ? { locks: navigator.locks, openChannel: (name: string) => new BroadcastChannel(name) }
      : {}),
    storage: isBrowser ? sessionStorageIfAllowed() : undefined,
  };
}

/** A page, or a worker of one. Server runtimes that call themselves workers have no address. */
export function runsInBrowser(): boolean {
  return typeof document !== "undefined" || ("importScripts" in globalThis && typeof location !== "undefined");
}

function sessionStorageIfAllowed(): Storage | undefined {
  try {
    return globalThis.sessionStorage;
  } catch {
    return undefined; // a sandboxed frame, or a person who forbids storage: texts on their way live in memory alone
  }
}

function newUuid(): string {
  // Pages without TLS have no randomUUID. 128 random bits serve the same purpose.
  return crypto.randomUUID?.() ?? crypto.getRandomValues(new Uint32Array(4)).join("-");
}
