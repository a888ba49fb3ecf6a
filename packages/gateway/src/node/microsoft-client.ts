import { X509Certificate } from "node:crypto";
import { ConfidentialClientApplication, type Configuration, type INetworkModule } from "@azure/msal-node";
import { decodeJwt } from "jose";
import * as z from "zod/mini";
import { type Clock, systemClock } from "../clock.ts";
import { MICROSOFT_CLOUDS, type MicrosoftCloud } from "../microsoft/cloud.ts";
import { type Credential, watchCredentials } from "../microsoft/credentials-watch.ts";
import {
  type EntraAccount,
  type EntraClient,
  EntraRefused,
  type EntraSignIn,
  EntraUnavailable,
} from "../microsoft/entra-client.ts";
import { standingOf } from "../microsoft/standing.ts";

/** A credential of the app registration together with its secret half. */
export type MicrosoftCredential =
  | (Credential & { readonly kind: "secret"; readonly secret: string })
  /** Both in PEM. */
  | (Credential & { readonly kind: "certificate"; readonly certificate: string; readonly privateKey: string });

export interface MicrosoftClientOptions {
  /** Application (client) id, a GUID. */
  readonly clientId: string;
  /** At least one. A certificate goes before a secret, and what ends last before the rest. */
  readonly credentials: readonly MicrosoftCredential[];
  /** @default MICROSOFT_CLOUDS.public */
  readonly cloud?: MicrosoftCloud;
  /** @default globalThis.fetch */
  readonly fetch?: typeof globalThis.fetch;
  /** @default systemClock() */
  readonly clock?: Clock;
}

/** After which a question that Entra has not answered is given up, in milliseconds. */
const ANSWER_MS = 10_000;
/** What is wrong with a credential of ours, and not with what was asked. */
const CREDENTIAL_REFUSED = [7000215, 7000222, 700027];

const TokenAnswer = z.object({ expires_in: z.coerce.number(), scope: z.optional(z.string()) });
const ErrorAnswer = z.object({
  error: z.string(),
  error_description: z.optional(z.string()),
  error_codes: z.optional(z.array(z.number())),
  suberror: z.optional(z.string()),
  claims: z.optional(z.string()),
});
const IdToken = z.object({
  aud: z.string(),
  iss: z.string(),
  tid: z.guid(),
  oid: z.guid(),
  nonce: z.optional(z.string()),
  name: z.optional(z.string()),
  preferred_username: z.optional(z.string()),
  wids: z.optional(z.array(z.string())),
  acct: z.optional(z.coerce.number()),
});
const Kept = z.object({ tenantId: z.string(), cache: z.string() });
const AppClaims = z.object({ roles: z.optional(z.array(z.string())) });

/**
 * Signs in at Entra with @azure/msal-node. Each call has a cache of its own, so that nothing of one person or
 * organisation is ever within reach of another.
 *
 * @throws TypeError when there is no credential, or a certificate cannot be read
 */
export function microsoftClient({
  clientId,
  credentials,
  cloud = MICROSOFT_CLOUDS.public,
  fetch = (...request) => globalThis.fetch(...request),
  clock = systemClock(),
}: MicrosoftClientOptions): EntraClient {
  if (credentials.length === 0) throw new TypeError("a client of Microsoft Entra needs a secret or a certificate");
  const proofs = new Map(credentials.map((credential) => [credential, proofOf(credential)]));

  /** What to sign in with, the best first. What has ended stands behind: Entra may know better. */
  function inOrder(): MicrosoftCredential[] {
    const best = watchCredentials(credentials, new Map(), clock.now()).use;
    const rest = credentials.filter((credential) => credential !== best);
    const second = watchCredentials(rest, new Map(), clock.now()).use;
    const usable = credentials.filter((credential) => credential === best || credential === second);
    if (usable.length === 0) return credentials.toSorted((a, b) => b.expiresAt - a.expiresAt).slice(0, 1);
    return usable.toSorted((a, b) => Number(b === best) - Number(a === best));
  }

  /** Runs `work` with the best credential and, when Entra refuses that one, once with the next. */
  async function withCredential<Result>(tenant: string, work: (visit: Visit) => Promise<Result>): Promise<Result> {
    const [best, next] = inOrder();
    try {
      return await attempt(tenant, best, work);
    } catch (error) {
      const isOurs = error instanceof EntraRefused && error.codes.some((code) => CREDENTIAL_REFUSED.includes(code));
      if (!isOurs || next === undefined) throw error;
      return attempt(tenant, next, work);
    }
  }

  async function attempt<Result>(
    tenant: string,
    credential: MicrosoftCredential | undefined,
    work: (visit: Visit) => Promise<Result>,
  ): Promise<Result> {
    const wire = listen(fetch);
    const app = new ConfidentialClientApplication({
      auth: {
        clientId,
        authority: `${cloud.authority}/${tenant}`,
        knownAuthorities: [new URL(cloud.authority).host],
        authorityMetadata: metadata(cloud, tenant),
        ...(credential && proofs.get(credential)),
      },
      system: { networkClient: wire.network, disableInternalRetries: true },
    });
    try {
      return await work({ app, wire });
    } catch (error) {
      throw wire.failure() ?? toEntraError(error);
    }
  }

  /** What came back for a person, held to what an ID token must say. Source: OpenID Connect Core 1.0 §3.1.3.7. */
  function signIn({ app, wire }: Visit, result: Answer | null, nonce?: string): EntraSignIn {
    const claims = z.safeParse(IdToken, result?.idTokenClaims);
    const token = z.safeParse(TokenAnswer, wire.answer());
    if (!result || !claims.success || !token.success) throw wrongIdToken("it says too little");
    const { aud, iss, tid, oid, name, preferred_username: username = "" } = claims.data;
    if (aud !== clientId) throw wrongIdToken("it is for another app");
    if (iss !== cloud.issuers["2.0"].replace("{tenantid}", tid)) throw wrongIdToken("another issuer made it");
    if (nonce !== undefined && claims.data.nonce !== nonce) throw wrongIdToken("it answers another request");
    const standing = standingOf(claims.data);
    const account: EntraAccount = { tenantId: tid, objectId: oid, name: name ?? username, username, standing };
    return {
      account,
      accessToken: result.accessToken,
      expiresAt: clock.now() + token.data.expires_in * 1000,
      scopes: shortNames(token.data.scope?.split(" ") ?? result.scopes),
      tokens: JSON.stringify({ tenantId: tid, cache: app.getTokenCache().serialize() }),
    };
  }

  return {
    authorizeUrl: ({ tenant, scopes, codeChallenge, ...request }) =>
      withCredential(tenant, ({ app }) =>
        app.getAuthCodeUrl({
          ...request,
          scopes: [...scopes],
          codeChallenge,
          codeChallengeMethod: "S256",
          responseMode: "query",
        }),
      ),

    redeem: ({ tenant, scopes, nonce, ...request }) =>
      withCredential(tenant, async (visit) =>
        signIn(visit, await visit.app.acquireTokenByCode({ ...request, nonce, scopes: [...scopes] }), nonce),
      ),

    renew({ tokens, scopes }) {
      const { tenantId, cache } = z.parse(Kept, JSON.parse(tokens));
      return withCredential(tenantId, async (visit) => {
        visit.app.getTokenCache().deserialize(cache);
        const [account] = await visit.app.getTokenCache().getAllAccounts();
        if (!account) throw new EntraRefused("No sign-in is kept.", { codes: [], error: "no_account" });
        const request = { account, scopes: [...scopes], forceRefresh: true };
        return signIn(visit, await visit.app.acquireTokenSilent(request));
      });
    },

    onBehalfOf: ({ tenant, assertion, scopes }) =>
      withCredential(tenant, async (visit) =>
        signIn(visit, await visit.app.acquireTokenOnBehalfOf({ oboAssertion: assertion, scopes: [...scopes] })),
      ),

    asApp: ({ tenant, resource }) =>
      withCredential(tenant, async ({ app, wire }) => {
        const result = await app.acquireTokenByClientCredential({ scopes: [`${resource}/.default`] });
        const token = z.safeParse(TokenAnswer, wire.answer());
        if (!result || !token.success) throw new EntraUnavailable("Entra's answer holds no token.");
        // Entra answers over TLS to us alone, so that what stands in its own token need not be proved again.
        const { roles = [] } = z.parse(AppClaims, decodeJwt(result.accessToken));
        return { accessToken: result.accessToken, expiresAt: clock.now() + token.data.expires_in * 1000, roles };
      }),
  };
}

interface Visit {
  readonly app: ConfidentialClientApplication;
  readonly wire: Wire;
}
type Answer = NonNullable<Awaited<ReturnType<ConfidentialClientApplication["acquireTokenByCode"]>>>;

interface Wire {
  readonly network: INetworkModule;
  /** The body of the last success. */
  answer(): unknown;
  /** What the last answer was, when it was no success; MSAL's own errors say less. */
  failure(): EntraRefused | EntraUnavailable | null;
}

/** MSAL's way to the network, which is ours, and what was heard on it. */
function listen(fetch: typeof globalThis.fetch): Wire {
  let answer: unknown;
  let failure: EntraRefused | EntraUnavailable | null = null;
  async function send(url: string, method: "GET" | "POST", options: { headers?: HeadersInit; body?: string } = {}) {
    answer = undefined;
    failure = null;
    try {
      const { headers = {}, body } = options;
      const response = await fetch(url, {
        method,
        headers,
        redirect: "error",
        signal: AbortSignal.timeout(ANSWER_MS),
        ...(body === undefined ? {} : { body }),
      });
      const text = await response.text();
      const json = parse(text);
      if (response.ok) answer = json;
      else failure = refusal(response, json);
      return { status: response.status, headers: Object.fromEntries(response.headers), body: json };
    } catch (cause) {
      failure = new EntraUnavailable("Entra could not be reached.", { cause });
      throw failure;
    }
  }
  // MSAL says of what form the body is, and judges it itself.
  const network = {
    sendGetRequestAsync: (url: string, options?: { headers?: HeadersInit }) => send(url, "GET", options),
    sendPostRequestAsync: (url: string, options?: { headers?: HeadersInit; body?: string }) =>
      send(url, "POST", options),
  } as INetworkModule;
  return { network, answer: () => answer, failure: () => failure };
}

function parse(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {}; // a proxy's page; the status says what there is to know
  }
}

function refusal({ status, headers }: Response, body: unknown): EntraRefused | EntraUnavailable {
  const parsed = z.safeParse(ErrorAnswer, body);
  const isPause =
    status === 429 || status >= 500 || (parsed.success && parsed.data.error === "temporarily_unavailable");
  if (isPause || !parsed.success) {
    const seconds = Number(headers.get("retry-after") ?? "");
    const retryAfterMs = headers.has("retry-after") && seconds >= 0 ? seconds * 1000 : null;
    return new EntraUnavailable(`Entra answered ${status}.`, { retryAfterMs });
  }
  const { error, error_description: text = "", error_codes: codes = [], suberror = null, claims = null } = parsed.data;
  const first = /^AADSTS(\d+)/.exec(text)?.[1];
  return new EntraRefused(text.split(/[\r\n]/)[0] || error, {
    error,
    codes: codes.length > 0 || first === undefined ? codes : [Number(first)],
    suberror,
    claims,
  });
}

function toEntraError(error: unknown): Error {
  if (error instanceof EntraRefused || error instanceof EntraUnavailable) return error;
  const { errorCode = "unknown", message = "" } =
    error instanceof Error ? (error as Error & { errorCode?: string }) : {};
  return new EntraRefused(message, { codes: [], error: errorCode });
}

const wrongIdToken = (why: string): EntraRefused =>
  new EntraRefused(`Entra's ID token is not to be trusted: ${why}.`, { codes: [], error: "invalid_id_token" });

/** `https://graph.microsoft.com/User.Read` is `User.Read`. */
const shortNames = (scopes: readonly string[]): string[] => [
  ...new Set(scopes.filter((scope) => scope !== "").map((scope) => scope.slice(scope.lastIndexOf("/") + 1))),
];

// Given by hand, so that nobody is asked where the token endpoint is: all of Microsoft's clouds have the same paths.
function metadata({ authority, issuers }: MicrosoftCloud, tenant: string): string {
  const base = `${authority}/${tenant}`;
  return JSON.stringify({
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    token_endpoint: `${base}/oauth2/v2.0/token`,
    end_session_endpoint: `${base}/oauth2/v2.0/logout`,
    jwks_uri: `${base}/discovery/v2.0/keys`,
    issuer: issuers["2.0"].replace("{tenantid}", tenant),
  });
}

function proofOf(credential: MicrosoftCredential): Pick<Configuration["auth"], "clientSecret" | "clientCertificate"> {
  if (credential.kind === "secret") return { clientSecret: credential.secret };
  const { fingerprint256 } = new X509Certificate(credential.certificate);
  const thumbprintSha256 = fingerprint256.replaceAll(":", "");
  return { clientCertificate: { thumbprintSha256, privateKey: credential.privateKey } };
}
