import type { Authorize } from "../caller.ts";
import { newGuid } from "../guid.ts";
import { forgetfulKeeper, type Keeper } from "../kept.ts";
import { answerAdminConsent } from "./admin-consent.ts";
import { EntraError } from "./errors.ts";
import { instances, metadata } from "./metadata.ts";
import { Sessions } from "./sessions.ts";
import { SignIn, type SignInParts } from "./sign-in.ts";
import { answerSignOut } from "./sign-out.ts";
import { SigningKeys } from "./signing-keys.ts";
import { answerTokenRequest } from "./token-endpoint.ts";
import { graphAuthorize, issuerOf, type TokenParts } from "./tokens.ts";
import { Vault } from "./vault.ts";
import type { Visit } from "./visit.ts";

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
  const keys = new SigningKeys(() => newGuid(random), clock, kept);
  const sessions = new Sessions(kept);
  const parts: SignInParts = { directory, clock, random, origin, keys, vault: new Vault(kept), sessions };
  const signIn = new SignIn(parts);
  return {
    keys,
    authorize: graphAuthorize(parts),
    fetch: async (request) => {
      const response = await answer(request, parts, signIn).catch((error: unknown) => {
        if (!(error instanceof EntraError)) throw error;
        return error.toResponse(random, clock.now(), new URL(request.url).searchParams.get("client-request-id"));
      });
      response.headers.set("date", new Date(clock.now()).toUTCString());
      return openToPages(request, response);
    },
  };
}

async function answer(request: Request, parts: SignInParts, signIn: SignIn): Promise<Response> {
  const { pathname } = new URL(request.url);
  const [, tenant = "", ...rest] = pathname.split("/");
  const { directory, keys, origin } = parts;
  const known = [directory.tenantId, ...directory.state.domains, "common", "organizations"];
  if (!known.includes(tenant.toLowerCase())) throw new EntraError(90002, `(${tenant})`);
  switch (`${request.method} ${rest.join("/")}`) {
    case "GET discovery/instance":
      return Response.json(instances(parts));
    case "GET v2.0/.well-known/openid-configuration":
      return Response.json(metadata(2, tenant, parts));
    case "GET .well-known/openid-configuration":
      return Response.json(metadata(1, tenant, parts));
    case "GET discovery/v2.0/keys":
      return Response.json({ keys: await keys.published(issuerOf(2, directory.tenantId, origin)) });
    case "GET discovery/keys":
      return Response.json({ keys: await keys.published(issuerOf(1, directory.tenantId, origin)) });
    case "GET oauth2/v2.0/authorize":
    case "POST oauth2/v2.0/authorize":
      return signIn.answer(await visitOf(request, parts));
    case "GET oauth2/v2.0/logout":
    case "POST oauth2/v2.0/logout":
      return answerSignOut(await visitOf(request, parts), parts);
    case "POST oauth2/v2.0/token":
      return answerTokenRequest(request, tenant.toLowerCase(), parts);
    case "OPTIONS oauth2/v2.0/token":
      return new Response(null, { status: 200 });
    case "GET v2.0/adminconsent":
    case "POST v2.0/adminconsent":
      return answerAdminConsent(2, await visitOf(request, parts), parts);
    case "GET adminconsent":
    case "POST adminconsent":
      return answerAdminConsent(1, await visitOf(request, parts), parts);
    default:
      return new Response("The simulated Entra ID has nothing at this address.\n", { status: 404 });
  }
}

async function visitOf(request: Request, { sessions, clock }: SignInParts): Promise<Visit> {
  return {
    query: new URL(request.url).searchParams,
    form: new URLSearchParams(request.method === "POST" ? await request.text() : ""),
    session: sessions.read(request.headers.get("cookie"), clock.now()),
  };
}

const READ_BY_PAGES = /\/(?:discovery\/|\.well-known\/|oauth2\/v2\.0\/token$)/;

/**
 * Pages of other origins read metadata, keys, and what the token endpoint answers them, without cookies. Who of them gets
 * a token is decided by the redirect URI; a refusal can be read by all, or nobody would learn what is wrong.
 */
function openToPages(request: Request, response: Response): Response {
  if (!request.headers.has("origin") || !READ_BY_PAGES.test(new URL(request.url).pathname)) return response;
  response.headers.set("access-control-allow-origin", "*");
  const asked = request.headers.get("access-control-request-headers");
  if (request.method !== "OPTIONS") return response;
  response.headers.set("access-control-allow-methods", "POST, OPTIONS");
  if (asked !== null) response.headers.set("access-control-allow-headers", asked);
  return response;
}
