import type { TrunklineAuth } from "./auth.ts";

/** A key as the source of tokens; `forTenant` names the tenant that an operator key acts for. */
export interface ApiKeyAuth extends TrunklineAuth {
  /** The same key, acting for this tenant: `ten_…` or `ext:<externalId>`. */
  forTenant(tenant: string): ApiKeyAuth;
}

/** A tenant key (`tlk_…`) or operator key (`tlo_…`), for servers. In a browser it throws, because visitors would own the key. */
export declare function apiKeyAuth(key: string): ApiKeyAuth;
