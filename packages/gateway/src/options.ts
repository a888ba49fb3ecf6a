import type { Bus } from "./bus/bus.ts";
import type { CarrierMoodRecord } from "./carriers/moods.ts";
import type { Clock } from "./clock.ts";
import type { Host } from "./http/outlet.ts";
import type { Logger } from "./logger.ts";
import type { MediaTools } from "./media/workshop.ts";
import type { MicrosoftRegistration } from "./microsoft/registration.ts";
import type { PrivateAddresses } from "./outside/public-address.ts";
import type { RandomBytes } from "./random.ts";
import type { SqlEngine } from "./store/engine.ts";
import type { Environment } from "./store/migrate.ts";

/** What a gateway is made of. Everything of the world outside comes in here; nothing is reached for. */
export interface GatewayOptions {
  /** The store: `pgliteEngine(…)`, or `postgresEngine(…)` from `@trunkline/gateway/node`. Closed by `stop()`. */
  engine: SqlEngine;
  /** 32 bytes that seal secrets at rest. Losing them loses carriers' credentials. */
  masterKey: Uint8Array;
  /**
   * Master keys of before, which still open what they sealed.
   * @default []
   */
  formerMasterKeys?: readonly Uint8Array[];
  /**
   * A store made for one environment refuses to run in the other.
   * @default "production"
   */
  environment?: Environment;
  /** Address under which carriers and browsers reach this gateway, without a slash at the end. */
  publicUrl?: string;
  /**
   * Origins that may call from a browser, beside those that each tenant allows.
   * @default []
   */
  allowedOrigins?: readonly string[];
  /** @default systemClock() */
  clock?: Clock;
  /** @default platformRandom */
  random?: RandomBytes;
  /**
   * Makes outgoing requests to addresses that the operator chose, such as Microsoft's.
   * @default globalThis.fetch
   */
  fetch?: typeof globalThis.fetch;
  /**
   * Makes requests to addresses that tenants chose: webhooks, and carriers by their `baseUrl`. On a server give
   * `guardedFetch(…)` of `@trunkline/gateway/node`, which checks each connection: a name may lead into the operator's own network.
   * @default the `fetch` of these options
   */
  outsideFetch?: typeof globalThis.fetch;
  /**
   * Addresses beside the public internet's that tenants may name: none, this machine's own, or all. It judges what is written;
   * where a name leads is for `outsideFetch` to judge.
   * @default "refuse", in a sandbox "loopback"
   */
  privateAddresses?: PrivateAddresses;
  /** The app registration in Microsoft Entra. Without it nobody signs in by Microsoft and nothing is asked of Graph. */
  microsoft?: MicrosoftRegistration;
  /**
   * Where files that go with texts are kept, and what makes them harmless: `mediaTools(…)` of `@trunkline/gateway/node`.
   * Without it nobody can upload any.
   * @default null
   */
  media?: MediaTools | null;
  /** @default memoryBus(): one process */
  bus?: Bus;
  /** @default silentLogger */
  logger?: Logger;
  /** Hears of every request that was answered, for access logs and metrics. It must not throw. */
  onRequest?: (record: RequestRecord) => void;
  /** Hears when a carrier account cannot be reached any more and when it can again, for metrics. It must not throw. */
  onCarrierMood?: (record: CarrierMoodRecord) => void;
  /**
   * Name of this node, unique among those that share a store; it marks the leases of work. A node that comes back under
   * its old name need not wait for its own leases to end.
   * @default a random one; on PGlite, which only one process can open, always the same
   */
  node?: string;
  /**
   * How long a node may be silent before others take over its work, in milliseconds.
   * @default 15_000
   */
  leaseMs?: number;
  /**
   * Calls a second that each tenant may make of this node, in bursts of ten times as many, where the operator has not
   * set `limits.requestsPerSecond`. One key may make half of them, one user a tenth.
   * @default 1_000
   */
  requestsPerSecond?: number;
}

/** One answered request, without anything personal: the route stands for the address. */
export interface RequestRecord {
  readonly method: string;
  /** The route's path with `{name}` for its parameters; null where no route matched. */
  readonly route: string | null;
  readonly status: number;
  readonly durationMs: number;
  readonly requestId: string;
}

/** Defaults of the options that are plain values; a test holds the `@default` tags to them. */
export const DEFAULTS = {
  environment: "production",
  allowedOrigins: [],
  formerMasterKeys: [],
  leaseMs: 15_000,
  requestsPerSecond: 1000,
} as const satisfies Partial<GatewayOptions>;

/** A running gateway. */
export interface Gateway {
  /**
   * Answers one request. Works before `start()`, too, but nothing is sent until then.
   * @param host - what the host offers beyond `fetch`, such as Node's own sockets for event streams
   */
  fetch(request: Request, host?: Host): Promise<Response>;
  /** Brings the schema up to date and starts the workers. A second call shares the first one's promise. */
  start(): Promise<void>;
  /** Stops taking work, waits for what is in flight, ends all streams, closes the store. */
  stop(): Promise<void>;
  /** Resolves when nothing is due or in flight any more at the clock's present time, and streams have seen every event. */
  idle(): Promise<void>;
  /** Makes an operator key when the store has none, and returns it this once; otherwise null. */
  firstOperatorKey(): Promise<string | null>;
}
