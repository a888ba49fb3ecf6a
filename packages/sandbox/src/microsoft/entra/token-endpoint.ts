import { base64url } from "jose";
import type { Directory } from "../directory.ts";
import type { AppRedirectUri, DirectoryApp, DirectoryUser } from "../directory-state.ts";
import { enabledUser } from "./account.ts";
import { demandsSecondFactor, secondFactorChallenge } from "./claims-request.ts";
import { clientOf, proofOf } from "./client-proof.ts";
import { EntraError } from "./errors.ts";
import { missingScopes, readScopes, type ScopeRequest } from "./scopes.ts";
import { SHARED_TENANTS } from "./shared-tenants.ts";
import {
  accessToken,
  type ClientProof,
  idToken,
  readToken,
  SECOND_FACTOR_CONTEXT,
  TOKEN_SECONDS,
  type TokenParts,
} from "./tokens.ts";
import type { RefreshToken, Vault } from "./vault.ts";

export interface TokenEndpointParts extends TokenParts {
  readonly vault: Vault;
  /** All organisations of the world, that of `directory` too. */
  readonly directories: readonly Directory[];
}

interface Grant {
  readonly form: URLSearchParams;
  readonly app: DirectoryApp;
  readonly proof: ClientProof;
  /** Whether a page asks, which a browser shows by `Origin`. */
  readonly isPage: boolean;
  /** Whether the address names no organisation; then the person's own answers. */
  readonly isShared: boolean;
  readonly parts: TokenEndpointParts;
}

/** Answers `POST /{tenant}/oauth2/v2.0/token`; a refusal is thrown as `EntraError`. */
export async function answerTokenRequest(
  request: Request,
  tenant: string,
  parts: TokenEndpointParts,
): Promise<Response> {
  const form = new URLSearchParams(await request.text());
  const type = form.get("grant_type");
  const isShared = SHARED_TENANTS.includes(tenant);
  if (isShared && (type === "client_credentials" || type === ON_BEHALF_OF)) throw new EntraError(9001023);
  const app = clientOf(form, parts);
  const isPage = request.headers.has("origin");
  const grant: Grant = { form, app, isPage, isShared, proof: await proofOf(form, app, parts), parts };
  const answer = GRANTS[type ?? ""];
  if (!answer) throw type === null ? new EntraError(90014, "(grant_type)") : new EntraError(70003);
  return Response.json(await answer(grant), { headers: { "cache-control": "no-store", pragma: "no-cache" } });
}

const ON_BEHALF_OF = "urn:ietf:params:oauth:grant-type:jwt-bearer";

const GRANTS: Readonly<Record<string, (grant: Grant) => Promise<object>>> = {
  authorization_code: redeemCode,
  refresh_token: refresh,
  client_credentials: inOwnName,
  [ON_BEHALF_OF]: onBehalfOf,
};

async function redeemCode(grant: Grant): Promise<object> {
  const { form, app, parts } = grant;
  const code = parts.vault.redeemCode(required(form, "code"), parts.clock.now());
  if (code.clientId !== app.clientId) throw new EntraError(70000);
  const own = ownOrganisation(grant, code.userId);
  if (!own.parts.directory.findUser(code.userId)) {
    throw new EntraError(own.parts.directory.isStranger(code.userId) ? 700005 : 50034);
  }
  const redirect = app.redirectUris.find(({ uri }) => uri === code.redirectUri);
  if (!redirect || form.get("redirect_uri") !== code.redirectUri) throw new EntraError(50011);
  holdToKind(redirect.kind, grant);
  if (redirect.kind === "web" && grant.proof === "none") throw new EntraError(7000218);
  if (code.challenge !== null) {
    const verifier = new TextEncoder().encode(form.get("code_verifier") ?? "");
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", verifier));
    if (base64url.encode(hash) !== code.challenge) throw new EntraError(501481);
  }
  return userTokens(own, { ...code, redirect: redirect.kind });
}

async function refresh(grant: Grant): Promise<object> {
  const { form, app, proof, parts } = grant;
  const token = parts.vault.readRefreshToken(required(form, "refresh_token"), parts.clock.now());
  if (token.clientId !== app.clientId) throw new EntraError(70000);
  holdToKind(token.redirect, grant);
  if (token.isConfidential && proof === "none") throw new EntraError(7000218);
  return userTokens(ownOrganisation(grant, token.userId), { ...token, scope: form.get("scope") ?? token.scope });
}

/** The grant as the person's own organisation sees it, where the address names none. */
function ownOrganisation(grant: Grant, userId: string): Grant {
  const { parts, app, isShared } = grant;
  if (!isShared) return grant;
  const directory = parts.directories.find((other) => other.findUser(userId)) ?? parts.directory;
  const there = directory.findApp(app.clientId);
  if (!there) throw new EntraError(700016, `(${app.clientId})`);
  if (!there.isEnabled) throw new EntraError(7000112);
  return { ...grant, app: there, parts: { ...parts, directory } };
}

async function inOwnName(grant: Grant): Promise<object> {
  const { form, app, proof, parts } = grant;
  holdToKind(null, grant);
  if (proof === "none") throw new EntraError(7000218);
  if (app.isInstalled === false) throw new EntraError(7000229);
  const request = readScopes(required(form, "scope"), app, parts.directory);
  if (!request.isDefault) throw new EntraError(70011, "It must end in '/.default'.");
  const token = await accessToken({ ...request, app, user: null, scopes: [], proof }, parts);
  return { token_type: "Bearer", expires_in: TOKEN_SECONDS, ext_expires_in: TOKEN_SECONDS, access_token: token };
}

async function onBehalfOf(grant: Grant): Promise<object> {
  const { form, app, proof, parts } = grant;
  holdToKind(null, grant);
  if (proof === "none") throw new EntraError(7000218);
  const claims = await readToken(required(form, "assertion"), parts);
  if (claims === "expired") throw new EntraError(500133);
  if (claims === "invalid") throw new EntraError(50013);
  const { aud, scp, oid, acrs } = claims;
  const isOwn = aud === app.clientId || app.identifierUris.some((uri) => uri === aud);
  // An ID token has the app as its audience too, but no scopes.
  if (!isOwn || typeof scp !== "string" || typeof oid !== "string") throw new EntraError(50013);
  const hasSecondFactor = Array.isArray(acrs) && acrs.includes(SECOND_FACTOR_CONTEXT);
  return userTokens(grant, { userId: oid, scope: required(form, "scope"), redirect: null, hasSecondFactor });
}

// A page keeps no secret, so what is made for a page is given to pages alone, and to them nothing else.
function holdToKind(redirect: AppRedirectUri["kind"] | null, { isPage, proof }: Grant): void {
  if (isPage && redirect !== "spa") throw new EntraError(9002326);
  if (!isPage && redirect === "spa") throw new EntraError(9002327);
  if ((redirect === "spa" || redirect === "public") && proof !== "none") throw new EntraError(700025);
}

/** What a person's tokens are made from: a code, a refresh token, or another token. */
interface PersonGrant extends Pick<RefreshToken, "userId" | "scope" | "redirect" | "hasSecondFactor"> {
  readonly nonce?: string | null;
  /** Of the refresh token that is used. */
  readonly expiresAt?: number;
}

async function userTokens({ app, proof, form, parts }: Grant, granted: PersonGrant): Promise<object> {
  const { directory, clock, random, vault } = parts;
  const { scope, redirect, hasSecondFactor, expiresAt, nonce = null } = granted;
  const user = admitted(granted, form, parts);
  const request = readScopes(scope, app, directory);
  if (missingScopes(request, app, user.id, directory).length > 0) throw new EntraError(65001, `(${app.displayName})`);
  const scopes = grantedNames(request, app, user.id, parts);
  const wantsRefresh = request.signIn.includes("offline_access");
  const isConfidential = proof !== "none";
  const person = { clientId: app.clientId, userId: user.id, scope, redirect, isConfidential, hasSecondFactor };
  return {
    token_type: "Bearer",
    scope: [...scopes.map((name) => `${request.resourceUri}/${name}`), ...request.signIn].join(" "),
    expires_in: TOKEN_SECONDS,
    ext_expires_in: TOKEN_SECONDS,
    access_token: await accessToken({ ...request, app, user, scopes, proof, hasSecondFactor }, parts),
    ...(wantsRefresh ? { refresh_token: vault.newRefreshToken(person, { now: clock.now(), expiresAt }, random) } : {}),
    ...(request.signIn.includes("openid")
      ? { id_token: await idToken({ app, user, nonce, signIn: request.signIn }, parts) }
      : {}),
    ...(form.get("client_info") === "1"
      ? { client_info: base64url.encode(JSON.stringify({ uid: user.id, utid: directory.tenantId })) }
      : {}),
  };
}

// A token carries everything that was granted for its resource, not only what this request names.
function grantedNames(
  { resource, scopes }: ScopeRequest,
  app: DirectoryApp,
  userId: string,
  { directory }: TokenParts,
): readonly string[] {
  return [...new Set([...scopes, ...directory.grantedScopes(app.clientId, userId, resource)])];
}

function admitted(
  { userId, hasSecondFactor }: PersonGrant,
  form: URLSearchParams,
  { directory }: TokenParts,
): DirectoryUser {
  const user = enabledUser(directory, userId);
  const { conditionalAccess } = directory.policy;
  if (conditionalAccess === "block") throw new EntraError(53003);
  const isDemanded = demandsSecondFactor(form.get("claims")) || conditionalAccess === "mfa";
  if (isDemanded && !hasSecondFactor) throw new EntraError(50076, "", secondFactorChallenge(directory.tenantId));
  return user;
}

function required(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (value === null || value === "") throw new EntraError(90014, `(${name})`);
  return value;
}
