/** Names of the headers that Trunkline adds to HTTP. */
export const HEADERS = {
  /** With an operator key: the tenant to act for, `ten_…` or `ext:…`. */
  tenant: "Trunkline-Tenant",
  /** Which client asks: `sdk/1.2.3`. */
  client: "Trunkline-Client",
  /** Sent by `sessionAuth(url)`, so that a host's session route cannot be called by a simple cross-site form. */
  session: "Trunkline-Session",
  idempotencyKey: "Idempotency-Key",
  /** `true` on an answer that was given before to the same Idempotency-Key. */
  idempotencyReplayed: "Idempotency-Replayed",
  requestId: "Request-Id",
  retryAfter: "Retry-After",
  /** How many calls may be made in which time, as structured fields: `"tenant";q=10000;w=10, "key";q=5000;w=10`. */
  rateLimitPolicy: "RateLimit-Policy",
  /** The tightest of these at the moment: `"key";r=4999;t=1`. */
  rateLimit: "RateLimit",
  lastEventId: "Last-Event-ID",
} as const;

/** Longest Idempotency-Key, in characters. */
export const MAX_IDEMPOTENCY_KEY = 255;
