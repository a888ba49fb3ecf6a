import type { BucketSize } from "./bucket.ts";

/** Who is counted: the tenant as a whole, and within it the key or the user; an operator key where it acts for no tenant. */
export type Counted = "tenant" | "key" | "user" | "operator";

export interface Quota {
  readonly name: Counted;
  readonly size: BucketSize;
}

/** What the calls of one kind of caller are measured by. */
export interface Quotas {
  readonly all: readonly Quota[];
  /** The same as the header `RateLimit-Policy`. */
  readonly policy: string;
}

/** How long a bucket takes to fill: what is not used for a while may be used in one burst. */
const WINDOW_S = 10;
/** What one key may take of its tenant's calls: a script that runs wild leaves the other half to people. */
const KEY_SHARE = 0.5;
/** What one user may take, and what is enough for a person at an inbox however small the tenant's own limit is. */
const USER_SHARE = 0.1;
const USER_LEAST = 10;

/** The quotas of a caller whose tenant may make `perSecond` calls a second. */
export function quotasOf(
  caller: "key" | "session" | "entra" | "operator" | "acting operator",
  perSecond: number,
): Quotas {
  switch (caller) {
    case "key":
      return quotas([
        ["tenant", perSecond],
        ["key", perSecond * KEY_SHARE],
      ]);
    case "session":
    case "entra":
      return quotas([
        ["tenant", perSecond],
        ["user", Math.min(perSecond, Math.max(perSecond * USER_SHARE, USER_LEAST))],
      ]);
    case "operator":
      return quotas([["operator", perSecond]]);
    case "acting operator":
      return quotas([["tenant", perSecond]]); // one key acts for all tenants, and none of them pays for another
  }
}

function quotas(rates: readonly (readonly [Counted, number])[]): Quotas {
  const all = rates.map(([name, perSecond]): Quota => ({ name, size: sizeOf(perSecond) }));
  return { all, policy: all.map(({ name, size }) => `"${name}";q=${size.burst};w=${windowOf(size)}`).join(", ") };
}

const sizeOf = (perSecond: number): BucketSize => ({
  perSecond,
  burst: Math.max(1, Math.floor(perSecond * WINDOW_S)),
});

/** Seconds in which an empty bucket fills. */
export const windowOf = ({ perSecond, burst }: BucketSize): number => Math.max(1, Math.ceil(burst / perSecond));
