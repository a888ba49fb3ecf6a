import { ConnectionBroken, type Fault, Faults } from "../faults.ts";
import type { Keeper, KeptMap } from "../kept.ts";
import { GraphError } from "./graph-error.ts";

/** How many calls an app may make. Calls that are refused count too, so early repetition prolongs the wait. */
export interface GraphRateLimit {
  readonly requests: number;
  readonly seconds: number;
}

const CODES: ReadonlyMap<number, string> = new Map([
  [429, "TooManyRequests"],
  [500, "InternalServerError"],
  [502, "BadGateway"],
  [503, "ServiceUnavailable"],
  [504, "GatewayTimeout"],
]);
const LIMIT = "graph";

/** Outages, single failures and throttling of the simulated Graph, as the world sets them. */
export class GraphFaults {
  readonly #faults: Faults;
  readonly #limits: KeptMap<GraphRateLimit>;
  #calls = new Map<string, number[]>();

  constructor(kept: Keeper) {
    this.#faults = new Faults(kept, "graph");
    this.#limits = kept.map("rate_limits");
  }

  /** What is still to fail. */
  get list(): readonly Fault[] {
    return this.#faults.list;
  }

  /** What each app may do; null for no limit. */
  get rateLimit(): GraphRateLimit | null {
    return this.#limits.get(LIMIT) ?? null;
  }

  /** Lets calls fail from now on. Returns the way to lift this fault. */
  add(fault: Fault): () => void {
    return this.#faults.add(fault);
  }

  /** Puts these in the place of all that there are. */
  replace(faults: readonly Fault[]): void {
    this.#faults.replace(faults);
  }

  /** Sets what each app may do from now on; null for no limit. */
  limit(limit: GraphRateLimit | null): void {
    if (limit === null) this.#limits.delete(LIMIT);
    else this.#limits.set(LIMIT, limit);
    this.#calls = new Map();
  }

  /** @throws GraphError, or ConnectionBroken, when this call is to fail */
  check(path: string, clientId: string, now: number): void {
    const fault = this.#faults.meet(path);
    if (fault !== null) {
      if (fault.status === null) throw new ConnectionBroken();
      throw failure(fault.status, fault.code ?? CODES.get(fault.status) ?? "UnknownError", fault.retryAfterSeconds);
    }
    const limit = this.rateLimit;
    if (limit === null) return;
    const { requests, seconds } = limit;
    const recent = (this.#calls.get(clientId) ?? []).filter((time) => time > now - seconds * 1000);
    const counted = [...recent, now].slice(-requests);
    this.#calls.set(clientId, counted);
    if (recent.length < requests) return;
    const [oldest = now] = counted;
    throw failure(429, "TooManyRequests", Math.max(1, Math.ceil((oldest + seconds * 1000 - now) / 1000)));
  }
}

function failure(status: number, code: string, retryAfterSeconds: number | undefined): GraphError {
  const headers = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
  return new GraphError(
    status,
    code,
    status === 429 ? "Too many requests." : "The service cannot answer now.",
    headers,
  );
}
