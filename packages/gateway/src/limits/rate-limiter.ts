import { HEADERS } from "@trunkline/protocol";
import type { Clock } from "../clock.ts";
import { Refusal } from "../http/refusal.ts";
import type { Operator, Principal } from "../rights/principal.ts";
import { type Draw, draw } from "./bucket.ts";
import { type Quota, type Quotas, quotasOf, windowOf } from "./quotas.ts";

/*
 * Calls are counted in memory, so that counting costs no round trip: every node counts for itself, and a tenant whose
 * calls reach several nodes may make that many times as many. The fields are those of draft-ietf-httpapi-ratelimit-headers-11
 * (RateLimit header fields for HTTP, 23 May 2026), read on 2026-11-22.
 */

/** What a call is charged, and whether it may go on. */
export interface Charge {
  /** `RateLimit-Policy` and `RateLimit` of the answer, whatever it will be. */
  readonly headers: Readonly<Record<string, string>>;
  /** Null when the call may go on. */
  readonly refusal: Refusal | null;
}

/** Counts the calls of each tenant, and of each key and user within it. */
export interface RateLimiter {
  charge(caller: Operator | Principal): Charge;
}

export interface RateLimiterParts {
  clock: Clock;
  /** For tenants whose operator has not set another. */
  requestsPerSecond: number;
}

/** Buckets that are remembered; beyond it those that are full again go, and then the oldest. */
const REMEMBERED = 50_000;
/** Kinds of caller and rates whose quotas are kept ready. */
const PREPARED = 1000;

/** @throws TypeError for a rate that lets nothing through */
export function createRateLimiter({ clock, requestsPerSecond: usual }: RateLimiterParts): RateLimiter {
  if (!(usual > 0)) throw new TypeError(`requestsPerSecond must be above 0: ${usual}`);
  const buckets = new Map<string, number>();
  const prepared = new Map<string, Quotas>();

  function quotasFor(caller: Operator | Principal): Quotas {
    const perSecond = ("tenantId" in caller ? caller.requestsPerSecond : undefined) ?? usual;
    const kind = caller.kind === "operator" && "tenantId" in caller ? "acting operator" : caller.kind;
    const name = `${kind} ${perSecond}`;
    const present = prepared.get(name);
    if (present) return present;
    const quotas = quotasOf(kind, perSecond);
    if (prepared.size >= PREPARED) prepared.clear();
    prepared.set(name, quotas);
    return quotas;
  }

  function keep(id: string, { fullAt }: Draw, now: number): void {
    if (buckets.size >= REMEMBERED && !buckets.has(id)) makeRoom(now);
    buckets.set(id, fullAt);
  }

  function makeRoom(now: number): void {
    for (const [id, fullAt] of buckets) if (fullAt <= now) buckets.delete(id);
    const [oldest] = buckets.keys();
    if (buckets.size >= REMEMBERED && oldest !== undefined) buckets.delete(oldest);
  }

  return {
    charge(caller) {
      const now = clock.now();
      const { all, policy } = quotasFor(caller);
      const drawn = all.map((quota) => {
        const id = bucketOf(quota, caller);
        return { id, quota, draw: draw(buckets.get(id), quota.size, now) };
      });
      const refused = drawn.find((one) => !one.draw.isGranted);
      // A call that one of them refuses takes nothing from the other.
      for (const one of drawn) if (!refused || !one.draw.isGranted) keep(one.id, one.draw, now);
      const tightest = refused ?? drawn.reduce((a, b) => (b.draw.left < a.draw.left ? b : a));
      const seconds = Math.max(1, Math.ceil(tightest.draw.nextMs / 1000));
      return {
        headers: {
          [HEADERS.rateLimitPolicy]: policy,
          [HEADERS.rateLimit]: `"${tightest.quota.name}";r=${tightest.draw.left};t=${seconds}`,
        },
        refusal: refused ? tooMany(refused.quota, seconds) : null,
      };
    },
  };
}

/** Ids of different kinds differ by their prefix. */
function bucketOf({ name }: Quota, caller: Operator | Principal): string {
  if (!("tenantId" in caller)) return caller.id;
  if (name === "tenant") return caller.tenantId;
  return caller.user?.id ?? caller.id; // a user's sessions count together
}

const COUNTED = {
  tenant: "All keys and users of this tenant",
  key: "This key",
  user: "This user",
  operator: "This key",
};

function tooMany({ name, size }: Quota, retryAfterSeconds: number): Refusal {
  return new Refusal("rate_limited", {
    detail: `${COUNTED[name]} may make ${size.burst} calls in ${windowOf(size)} seconds. Wait as long as Retry-After says.`,
    retryAfterSeconds,
  });
}
