import type { Authorize } from "../caller.ts";
import type { Directory } from "../directory.ts";
import { newGuid } from "../guid.ts";
import { forgetfulKeeper, type Keeper } from "../kept.ts";
import { answerAdminConsent } from "./admin-consent.ts";
import { EntraError } from "./errors.ts";
import { instances, metadata } from "./metadata.ts";
import { Sessions } from "./sessions.ts";
import { SHARED_TENANTS } from "./shared-tenants.ts";
import { SignIn, type SignInParts } from "./sign-in.ts";
import { answerSignOut } from "./sign-out.ts";
import { SigningKeys } from "./signing-keys.ts";
import { answerTokenRequest } from "./token-endpoint.ts";
import { graphAuthorize, issuerOf, type TokenParts } from "./tokens.ts";
import { Vault } from "./vault.ts";
import { fittingAccounts, type Visit } from "./visit.ts";

/** A simulated Entra ID over one organisation or several. */
export interface Entra {
  fetch(request: Request): Promise<Response>;
  /** Reads the tokens that it makes for Graph. */
  readonly authorize: Authorize;
  readonly keys: SigningKeys;
}

export interface EntraOptions extends Omit<TokenParts, "keys"> {
  /** Keeps its keys, and the codes and refresh tokens that it hands out. @default as long as the process lasts */
  readonly kept?: Keeper;
  /** The world's other organisations. Addresses that name none are answered by the person's own. @default none */
  readonly neighbours?: readonly Directory[];
}

/** One organisation's part of Entra. */
interface Organisation {
  readonly parts: SignInParts;
  readonly signIn: SignIn;
}

/** Makes an Entra ID. What somebody has begun on its pages ends with it. */
export function createEntra(options: EntraOptions): Entra {
  const { directory, clock, random, origin, kept = forgetfulKeeper(), neighbours = [] } = options;
  const directories = [directory, ...neighbours];
  const keys = new SigningKeys(() => newGuid(random), clock, kept);
  const sessions = new Sessions(kept);
  const shared = { directories, clock, random, origin, keys, vault: new Vault(kept), sessions };
  const organisationOf = (of: Directory): Organisation => {
    const parts: SignInParts = { ...shared, directory: of };
    return { parts, signIn: new SignIn(parts) };
  };
  const home = organisationOf(directory);
  const organisations = [home, ...neighbours.map(organisationOf)];
  return {
    keys,
    authorize: graphAuthorize(shared, directories),
    fetch: async (request) => {
      const response = await answer(request, home, organisations).catch((error: unknown) => {
        if (!(error instanceof EntraError)) throw error;
        return error.toResponse(random, clock.now(), new URL(request.url).searchParams.get("client-request-id"));
      });
      response.headers.set("date", new Date(clock.now()).toUTCString());
      return openToPages(request, response);
    },
  };
}

async function answer(request: Request, home: Organisation, all: readonly Organisation[]): Promise<Response> {
  const { pathname } = new URL(request.url);
  const [, tenant = "", ...rest] = pathname.split("/");
  const name = tenant.toLowerCase();
  const named = all.find(({ parts: { directory } }) => [directory.tenantId, ...directory.state.domains].includes(name));
  const isShared = SHARED_TENANTS.includes(name);
  if (!named && !isShared) throw new EntraError(90002, `(${tenant})`);
  const { parts } = named ?? home;
  const { keys, origin } = parts;
  const issuerTenant = isShared ? "{tenantid}" : parts.directory.tenantId;
  const whose = (visit: Visit): Organisation => named ?? organisationOfVisit(visit, all) ?? home;
  switch (`${request.method} ${rest.join("/")}`) {
    case "GET discovery/instance":
      return Response.json(instances(parts));
    case "GET v2.0/.well-known/openid-configuration":
      return Response.json(metadata(2, tenant, parts));
    case "GET .well-known/openid-configuration":
      return Response.json(metadata(1, tenant, parts));
    case "GET discovery/v2.0/keys":
      return Response.json({ keys: await keys.published(issuerOf(2, issuerTenant, origin)) });
    case "GET discovery/keys":
      return Response.json({ keys: await keys.published(issuerOf(1, issuerTenant, origin)) });
    case "GET oauth2/v2.0/authorize":
    case "POST oauth2/v2.0/authorize": {
      const visit = await visitOf(request, parts);
      return whose(visit).signIn.answer(visit);
    }
    case "GET oauth2/v2.0/logout":
    case "POST oauth2/v2.0/logout":
      return answerSignOut(await visitOf(request, parts), parts);
    case "POST oauth2/v2.0/token":
      return answerTokenRequest(request, name, parts);
    case "OPTIONS oauth2/v2.0/token":
      return new Response(null, { status: 200 });
    case "GET v2.0/adminconsent":
    case "POST v2.0/adminconsent": {
      const visit = await visitOf(request, parts);
      return answerAdminConsent(2, visit, whose(visit).parts);
    }
    case "GET adminconsent":
    case "POST adminconsent": {
      const visit = await visitOf(request, parts);
      return answerAdminConsent(1, visit, whose(visit).parts);
    }
    default:
      return new Response("The simulated Entra ID has nothing at this address.\n", { status: 404 });
  }
}

/** Whose page a visit of an address without an organisation is: that of the person who is picked, known or signed in. */
function organisationOfVisit(visit: Visit, all: readonly Organisation[]): Organisation | undefined {
  const flow = visit.form.get("flow");
  if (flow !== null) return all.find(({ signIn }) => signIn.knows(flow));
  const fitting = all[0] ? fittingAccounts(visit, all[0].parts.directory) : [];
  const account = visit.form.get("account") ?? (fitting.length === 1 ? (fitting[0]?.userId ?? null) : null);
  return account === null ? undefined : all.find(({ parts: { directory } }) => directory.findUser(account));
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
