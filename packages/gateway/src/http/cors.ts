import { HEADERS, type TenantId } from "@trunkline/protocol";
import type { Bus } from "../bus/bus.ts";
import type { Clock } from "../clock.ts";

export interface CorsParts {
  /** Origins that the gateway allows for every tenant. */
  allowedOrigins: readonly string[];
  /** The tenants that allow an origin. */
  tenantsAllowing(origin: string): Promise<ReadonlySet<TenantId>>;
  bus: Bus;
  clock: Clock;
}

/** Cross-origin calls, by exact origin. Tokens travel in a header, so credentials are never allowed. */
export interface Cors {
  /** Answers a preflight. It bears no token, so it is allowed when the gateway or any tenant allows the origin. */
  preflight(request: Request): Promise<Headers>;
  /**
   * Headers of an answer to `origin`. With a tenant only its own list and the gateway's count; without one, as when a
   * token has expired, whatever a preflight allows: such an answer tells nothing of a tenant.
   */
  answer(origin: string | null, tenantId: TenantId | null): Promise<Record<string, string>>;
  stop(): void;
}

/** How long a look-up of an origin is believed, in milliseconds. */
const BELIEVED_MS = 5000;
/** Origins that are remembered; anybody may send any number of them. */
const REMEMBERED = 1000;
/** How long a browser remembers a preflight, in seconds. Source: Chromium's upper limit, 7,200. */
const PREFLIGHT_SECONDS = 600;

const EXPOSED = [
  HEADERS.requestId,
  HEADERS.retryAfter,
  HEADERS.rateLimit,
  HEADERS.rateLimitPolicy,
  HEADERS.idempotencyReplayed,
];
const ACCEPTED = [
  "Authorization",
  "Content-Type",
  HEADERS.idempotencyKey,
  HEADERS.lastEventId,
  HEADERS.requestId,
  HEADERS.client,
  HEADERS.tenant,
];

export function createCors({ allowedOrigins, tenantsAllowing, bus, clock }: CorsParts): Cors {
  const everywhere = new Set(allowedOrigins);
  const known = new Map<string, { tenants: Promise<ReadonlySet<TenantId>>; until: number }>();
  const stop = bus.subscribe(({ topic }) => {
    if (topic === "access") known.clear();
  });

  function tenantsOf(origin: string): Promise<ReadonlySet<TenantId>> {
    const now = clock.now();
    const present = known.get(origin);
    if (present && present.until > now) return present.tenants;
    const tenants = tenantsAllowing(origin);
    tenants.catch(() => known.delete(origin));
    const oldest = known.keys().next();
    if (known.size >= REMEMBERED && !oldest.done) known.delete(oldest.value);
    known.set(origin, { tenants, until: now + BELIEVED_MS });
    return tenants;
  }

  async function allows(origin: string, tenantId: TenantId | null): Promise<boolean> {
    if (everywhere.has(origin)) return true;
    const tenants = await tenantsOf(origin);
    return tenantId === null ? tenants.size > 0 : tenants.has(tenantId);
  }

  return {
    async preflight(request) {
      const headers = new Headers({ vary: "Origin" });
      const origin = request.headers.get("origin");
      if (origin === null || !(await allows(origin, null))) return headers;
      headers.set("access-control-allow-origin", origin);
      headers.set("access-control-allow-methods", "GET, POST, PUT, PATCH, DELETE");
      headers.set("access-control-allow-headers", ACCEPTED.join(", "));
      headers.set("access-control-max-age", String(PREFLIGHT_SECONDS));
      return headers;
    },
    async answer(origin, tenantId) {
      if (origin === null || !(await allows(origin, tenantId))) return { vary: "Origin" };
      return {
        vary: "Origin",
        "access-control-allow-origin": origin,
        "access-control-expose-headers": EXPOSED.join(", "),
      };
    },
    stop,
  };
}
