import { keyInBrowser } from "./auth/api-key-auth.ts";
import type { TrunklineAuth } from "./auth/auth.ts";
import { TrunklineError } from "./errors.ts";
import { detectPlatform, type Platform } from "./platform.ts";

export interface EventStreamOptions {
  /**
   * Silence after which the stream counts as dead and is opened again, in milliseconds.
   * Keep it above twice the gateway's heartbeat (15 s), or healthy streams are cut.
   * @default 40_000
   */
  silenceMs?: number | undefined;
  /**
   * Tabs of one origin and user share one stream where the browser has Web Locks and BroadcastChannel.
   * @default true
   */
  shared?: boolean | undefined;
}

export interface TrunklineOptions {
  /** The gateway's address, without `/v1`. */
  gateway: string | URL;
  /** Where tokens come from: `sessionAuth` in browsers, `apiKeyAuth` on servers. */
  auth: TrunklineAuth;
  /** Stands in for the platform's `fetch`: a test's, a framework's, an in-process gateway's. */
  fetch?: typeof fetch | undefined;
  /**
   * Total time of a call with all its retries, in milliseconds.
   * @default 30_000
   */
  timeoutMs?: number | undefined;
  events?: EventStreamOptions | undefined;
  /**
   * Texts on their way, kept over a reload in session storage. `false` keeps them in memory alone. Servers have none.
   * @default true
   */
  outbox?: boolean | undefined;
  /** Told what no promise can tell: a token source that fails, a listener that throws. Once per incident. */
  onError?: ((error: TrunklineError) => void) | undefined;
  /** Stands in for clock, chance, tabs and storage; for tests and unusual hosts. */
  platform?: Partial<Platform> | undefined;
}

/** What holds where the caller says nothing; a test holds the documentation to it. */
export const DEFAULTS = { timeoutMs: 30_000, silenceMs: 40_000, shared: true, outbox: true } as const;

/** Options as the client uses them: complete, and looked through. */
export interface ResolvedOptions {
  /** Ends in `/`. */
  readonly gateway: string;
  readonly auth: TrunklineAuth;
  readonly fetch: typeof fetch;
  readonly timeoutMs: number;
  readonly silenceMs: number;
  readonly isShared: boolean;
  readonly isOutboxKept: boolean;
  readonly platform: Platform;
  report(error: unknown): void;
}

/** Completes what the caller gave; throws `invalid_options` for what cannot work. */
export function resolveOptions(options: TrunklineOptions): ResolvedOptions {
  const platform = { ...detectPlatform(), ...options.platform };
  const { auth, onError, events = {} } = options;
  if (typeof auth?.token !== "function") throw invalid("`auth` must be sessionAuth(…) or apiKeyAuth(…).");
  if (auth.kind === "key" && platform.isBrowser) throw keyInBrowser();
  const isShared = events.shared ?? DEFAULTS.shared;
  return {
    gateway: readGateway(options.gateway),
    auth,
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
    timeoutMs: positive("timeoutMs", options.timeoutMs ?? DEFAULTS.timeoutMs),
    silenceMs: positive("events.silenceMs", events.silenceMs ?? DEFAULTS.silenceMs),
    isShared: isShared && platform.locks !== undefined && platform.openChannel !== undefined,
    isOutboxKept: (options.outbox ?? DEFAULTS.outbox) && platform.isBrowser,
    platform,
    report: (cause) => {
      const error =
        cause instanceof TrunklineError
          ? cause
          : new TrunklineError("internal_error", { message: "A listener of the client threw.", cause });
      if (onError) onError(error);
      else if (typeof reportError === "function") reportError(error);
    },
  };
}

function readGateway(gateway: string | URL): string {
  const base = typeof document === "undefined" ? undefined : document.baseURI;
  if (!URL.canParse(String(gateway), base)) {
    throw invalid(`\`gateway\` must be an address such as https://sms.example.com, and not ${gateway}.`);
  }
  const url = new URL(String(gateway), base);
  return `${url.origin}${url.pathname.replace(/\/*$/, "/")}`;
}

function positive(name: string, ms: number): number {
  if (ms > 0) return ms;
  throw invalid(`\`${name}\` must be milliseconds above 0.`);
}

function invalid(message: string): TrunklineError {
  return new TrunklineError("invalid_options", { message });
}
