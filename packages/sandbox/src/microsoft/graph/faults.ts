import { GraphError } from "./graph-error.ts";

/** A failure that the world asks for. */
export interface GraphFault {
  /** Such as 429, 500, 503 or 504. */
  readonly status: number;
  /** Graph's word for it. Without it the usual one of that status. */
  readonly code?: string;
  /** Sent as `Retry-After`. Some services send none. */
  readonly retryAfterSeconds?: number;
  /** Only paths that start so, such as `/users`. Without it every path. */
  readonly path?: string;
  /** How many calls fail; without it all until the fault is lifted. */
  readonly times?: number;
}

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

/** Outages, single failures and throttling of the simulated Graph, as the world sets them. */
export class GraphFaults {
  #faults: { readonly fault: GraphFault; left: number }[] = [];
  #limit: GraphRateLimit | null = null;
  #calls = new Map<string, number[]>();

  /** Lets calls fail from now on. Returns the way to lift this fault. */
  add(fault: GraphFault): () => void {
    const entry = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
    this.#faults.push(entry);
    return () => {
      this.#faults = this.#faults.filter((other) => other !== entry);
    };
  }

  /** Lifts every fault and the limit. */
  clear(): void {
    this.#faults = [];
    this.limit(null);
  }

  /** Sets what each app may do from now on; null for no limit. */
  limit(limit: GraphRateLimit | null): void {
    this.#limit = limit;
    this.#calls = new Map();
  }

  /** @throws GraphError when this call is to fail */
  check(path: string, clientId: string, now: number): void {
    const entry = this.#faults.find(({ fault, left }) => left > 0 && path.startsWith(fault.path ?? ""));
    if (entry !== undefined) {
      entry.left--;
      const { status, code = CODES.get(status) ?? "UnknownError", retryAfterSeconds } = entry.fault;
      throw failure(status, code, retryAfterSeconds);
    }
    if (this.#limit === null) return;
    const { requests, seconds } = this.#limit;
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
