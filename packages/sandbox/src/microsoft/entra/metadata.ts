import { RESPONSE_MODES } from "./authorize-answer.ts";
import { SIGN_IN_SCOPES } from "./permission-consent.ts";
import { SHARED_TENANTS } from "./shared-tenants.ts";
import { issuerOf, type TokenParts } from "./tokens.ts";

/** OpenID Connect metadata; that which no tenant owns has the literal template in its issuer. */
export function metadata(version: 1 | 2, tenant: string, { directory, origin }: TokenParts): object {
  const isShared = SHARED_TENANTS.includes(tenant.toLowerCase());
  const path = version === 1 ? "discovery/keys" : "discovery/v2.0/keys";
  return {
    issuer: issuerOf(version, isShared ? "{tenantid}" : directory.tenantId, origin),
    authorization_endpoint: `${origin}/${tenant}/oauth2/v2.0/authorize`,
    token_endpoint: `${origin}/${tenant}/oauth2/v2.0/token`,
    end_session_endpoint: `${origin}/${tenant}/oauth2/v2.0/logout`,
    jwks_uri: `${origin}/${tenant}/${path}`,
    response_types_supported: ["code"],
    response_modes_supported: RESPONSE_MODES,
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt"],
    scopes_supported: SIGN_IN_SCOPES,
  };
}

/** Which hosts are one and the same Entra ID, for clients that do not know this one. */
export function instances({ directory, origin }: TokenParts): object {
  const { host } = new URL(origin);
  return {
    tenant_discovery_endpoint: `${origin}/${directory.tenantId}/v2.0/.well-known/openid-configuration`,
    "api-version": "1.1",
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  };
}
