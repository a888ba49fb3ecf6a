import { TrunklineError } from "../errors.ts";
import { runsInBrowser } from "../platform.ts";
import type { TrunklineAuth } from "./auth.ts";

/** A key as the source of tokens; `forTenant` names the tenant that an operator key acts for. */
export interface ApiKeyAuth extends TrunklineAuth {
  /** The same key, acting for this tenant: `ten_…` or `ext:<externalId>`. */
  forTenant(tenant: string): ApiKeyAuth;
}

/** A tenant key (`tlk_…`) or operator key (`tlo_…`), for servers. In a browser it throws, because visitors would own the key. */
export function apiKeyAuth(key: string): ApiKeyAuth {
  if (runsInBrowser()) throw keyInBrowser();
  return keyFor(key, undefined);
}

/** Why a key is refused where strangers can read it. */
export function keyInBrowser(): TrunklineError {
  return new TrunklineError("invalid_options", {
    message: "A key in a browser belongs to every visitor. Mint a session on your server and use sessionAuth().",
  });
}

function keyFor(key: string, tenant: string | undefined): ApiKeyAuth {
  return { kind: "key", tenant, token: async () => key, forTenant: (other) => keyFor(key, other) };
}
