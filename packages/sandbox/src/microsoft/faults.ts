import type { Keeper, KeptMap } from "./kept.ts";

/** A failure that the world asks for. */
export interface Fault {
  /** Such as 429, 500, 503 or 504. Null: the connection breaks before there is an answer. */
  readonly status: number | null;
  /** The service's word for it. Without it the usual one of that status. */
  readonly code?: string;
  /** Sent as `Retry-After`. Some services send none. */
  readonly retryAfterSeconds?: number;
  /** Only paths that start so, such as `/users`. Without it every path. */
  readonly path?: string;
  /** How many calls fail; without it all until the fault is lifted. */
  readonly times?: number;
}

interface KeptFault {
  readonly fault: Fault;
  /** Calls that will still fail; null for all. */
  readonly left: number | null;
}

/** Outages and single failures of one service, as the world sets them. The oldest that fits comes first. */
export class Faults {
  readonly #kept: KeptMap<readonly KeptFault[]>;
  readonly #service: string;

  constructor(kept: Keeper, service: string) {
    this.#kept = kept.map("faults");
    this.#service = service;
  }

  /** What is still to fail, with the number of calls that are left of each. */
  get list(): readonly Fault[] {
    return this.#faults.map(({ fault, left }) => (left === null ? fault : { ...fault, times: left }));
  }

  /** Lets calls fail from now on. Returns the way to lift this fault. */
  add(fault: Fault): () => void {
    this.#set([...this.#faults, { fault, left: fault.times ?? null }]);
    return () => this.#set(this.#faults.filter((other) => other.fault !== fault));
  }

  /** Puts these in the place of all that there are. */
  replace(faults: readonly Fault[]): void {
    this.#set(faults.map((fault) => ({ fault, left: fault.times ?? null })));
  }

  /** The fault that a call to `path` meets, which counts as met. */
  meet(path: string): Fault | null {
    const met = this.#faults.find(({ fault }) => path.startsWith(fault.path ?? ""));
    if (met === undefined) return null;
    if (met.left !== null) {
      const left = met.left - 1;
      this.#set(this.#faults.flatMap((one) => (one !== met ? [one] : left > 0 ? [{ ...met, left }] : [])));
    }
    return met.fault;
  }

  get #faults(): readonly KeptFault[] {
    return this.#kept.get(this.#service) ?? [];
  }

  #set(faults: readonly KeptFault[]): void {
    this.#kept.set(this.#service, faults);
  }
}

/** The connection breaks, as the world asked. */
export class ConnectionBroken extends Error {
  override readonly name = "ConnectionBroken";
}
