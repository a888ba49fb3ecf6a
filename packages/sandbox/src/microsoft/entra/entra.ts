import type { Authorize } from "../caller.ts";
import { newGuid } from "../guid.ts";
import { forgetfulKeeper, type Keeper } from "../kept.ts";
import { answerAdminConsent } from "./admin-consent.ts";
import { EntraError } from "./errors.ts";
import { SignIn } from "./sign-in.ts";
import { SigningKeys } from "./signing-keys.ts";
import { answerTokenRequest, type TokenEndpointParts } from "./token-endpoint.ts";
import { graphAuthorize, issuerOf, type TokenParts } from "./tokens.ts";
import { Vault } from "./vault.ts";

/** A simulated Entra ID over one tenant. */
export interface Entra {
  fetch(request: Request): Promise<Response>;
  /** Reads the tokens that it makes for Graph. */
  readonly authorize: Authorize;
  readonly keys: SigningKeys;
}

export interface EntraOptions extends Omit<TokenParts, "keys"> {
  /** Keeps its keys, and the codes and refresh tokens that it hands out. @default as long as the process lasts */
  readonly kept?: Keeper;
}

/** Makes an Entra ID. What somebody has begun on its pages ends with it. */
export function createEntra({ directory, clock, random, origin, kept = forgetfulKeeper() }: EntraOptions): Entra {
  const keys = new SigningKeys(() => newGuid(random), kept);
  const parts: TokenEndpointParts = { directory, clock, random, origin, keys, vault: new Vault(kept) };
  const signIn = new SignIn(parts);
  return {
    keys,
    authorize: graphAuthorize(parts),
    fetch: async (request) => {
      try {
        return await answer(request, parts, signIn);
      } catch (error) {
        if (!(error instanceof EntraError)) throw error;
        return error.toResponse(random, clock.now(), new URL(request.url).searchParams.get("client-request-id"));
      }
    },
  };
}

async function answer(request: Request, parts: TokenEndpointParts, signIn: SignIn): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const [, tenant = "", ...rest] = pathname.split("/");
  const { directory, keys, origin } = parts;
  const known = [directory.tenantId, ...directory.state.domains, "common", "organizations"];
  if (!known.includes(tenant.toLowerCase())) throw new EntraError(90002, `(${tenant})`);
  switch (`${request.method} ${rest.join("/")}`) {
    case "GET discovery/instance":
      return Response.json({
        tenant_discovery_endpoint: `${origin}/${directory.tenantId}/v2.0/.well-known/openid-configuration`,
        "api-version": "1.1",
        metadata: [
          {
            preferred_network: new URL(origin).host,
            preferred_cache: new URL(origin).host,
            aliases: [new URL(origin).host],
          },
        ],
      });
    case "GET v2.0/.well-known/openid-configuration":
      return Response.json(metadata(2, tenant, parts));
    case "GET .well-known/openid-configuration":
      return Response.json(metadata(1, tenant, parts));
    case "GET discovery/v2.0/keys":
      return Response.json({ keys: await keys.published(issuerOf(2, directory.tenantId, origin)) });
    case "GET discovery/keys":
      return Response.json({ keys: await keys.published(issuerOf(1, directory.tenantId, origin)) });
    case "GET oauth2/v2.0/authorize":
      return signIn.answer(searchParams, new URLSearchParams());
    case "POST oauth2/v2.0/authorize":
      return signIn.answer(searchParams, new URLSearchParams(await request.text()));
    case "POST oauth2/v2.0/token":
      return answerTokenRequest(new URLSearchParams(await request.text()), tenant.toLowerCase(), parts);
    case "GET v2.0/adminconsent":
    case "POST v2.0/adminconsent":
      return answerAdminConsent(2, searchParams, new URLSearchParams(await request.text()), parts);
    case "GET adminconsent":
    case "POST adminconsent":
      return answerAdminConsent(1, searchParams, new URLSearchParams(await request.text()), parts);
    default:
      return new Response("The simulated Entra ID has nothing at this address.\n", { status: 404 });
  }
}

// The metadata that no tenant owns has the literal template in its issuer.
function metadata(version: 1 | 2, tenant: string, { directory, origin }: TokenParts): object {
  const isShared = tenant === "common" || tenant === "organizations";
  const path = version === 1 ? "discovery/keys" : "discovery/v2.0/keys";
  return {
    issuer: issuerOf(version, isShared ? "{tenantid}" : directory.tenantId, origin),
    authorization_endpoint: `${origin}/${tenant}/oauth2/v2.0/authorize`,
    token_endpoint: `${origin}/${tenant}/oauth2/v2.0/token`,
    jwks_uri: `${origin}/${tenant}/${path}`,
    response_types_supported: ["code"],
    response_modes_supported: ["query", "fragment"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt"],
    scopes_supported: ["openid", "profile", "email", "offline_access"],
  };
}
