import { base64url } from "jose";
import type { DirectoryApp, DirectoryUser } from "../directory-state.ts";
import { enabledUser } from "./account.ts";
import { clientOf, proofOf } from "./client-proof.ts";
import { EntraError } from "./errors.ts";
import { missingScopes, readScopes, type ScopeRequest } from "./scopes.ts";
import { accessToken, type ClientProof, idToken, readToken, TOKEN_SECONDS, type TokenParts } from "./tokens.ts";
import type { Vault } from "./vault.ts";

export interface TokenEndpointParts extends TokenParts {
  readonly vault: Vault;
}

interface Grant {
  readonly form: URLSearchParams;
  readonly app: DirectoryApp;
  readonly proof: ClientProof;
  readonly parts: TokenEndpointParts;
}

/** Answers `POST /{tenant}/oauth2/v2.0/token`; a refusal is thrown as `EntraError`. */
export async function answerTokenRequest(
  form: URLSearchParams,
  tenant: string,
  parts: TokenEndpointParts,
): Promise<Response> {
  const type = form.get("grant_type");
  const isShared = tenant === "common" || tenant === "consumers" || tenant === "organizations";
  if (isShared && (type === "client_credentials" || type === ON_BEHALF_OF)) throw new EntraError(9001023);
  const app = clientOf(form, parts);
  const grant: Grant = { form, app, proof: await proofOf(form, app, parts), parts };
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
  const redirect = app.redirectUris.find(({ uri }) => uri === code.redirectUri);
  if (!redirect || form.get("redirect_uri") !== code.redirectUri) throw new EntraError(50011);
  if (redirect.kind === "web" && grant.proof === "none") throw new EntraError(7000218);
  if (code.challenge !== null) {
    const verifier = new TextEncoder().encode(form.get("code_verifier") ?? "");
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", verifier));
    if (base64url.encode(hash) !== code.challenge) throw new EntraError(501481);
  }
  return userTokens(grant, userOf(code.userId, parts), code.scope, code.nonce);
}

async function refresh(grant: Grant): Promise<object> {
  const { form, app, proof, parts } = grant;
  const token = parts.vault.readRefreshToken(required(form, "refresh_token"), parts.clock.now());
  if (token.clientId !== app.clientId) throw new EntraError(70000);
  if (token.isConfidential && proof === "none") throw new EntraError(7000218);
  return userTokens(grant, userOf(token.userId, parts), form.get("scope") ?? token.scope, null);
}

async function inOwnName({ form, app, proof, parts }: Grant): Promise<object> {
  if (proof === "none") throw new EntraError(7000218);
  const request = readScopes(required(form, "scope"), app, parts.directory);
  if (!request.isDefault) throw new EntraError(70011, "It must end in '/.default'.");
  const token = await accessToken({ ...request, app, user: null, scopes: [], proof }, parts);
  return { token_type: "Bearer", expires_in: TOKEN_SECONDS, ext_expires_in: TOKEN_SECONDS, access_token: token };
}

async function onBehalfOf(grant: Grant): Promise<object> {
  const { form, app, proof, parts } = grant;
  if (proof === "none") throw new EntraError(7000218);
  const claims = await readToken(required(form, "assertion"), parts);
  if (claims === "expired") throw new EntraError(500133);
  if (claims === "invalid") throw new EntraError(50013);
  const { aud, scp, oid } = claims;
  const isOwn = aud === app.clientId || app.identifierUris.some((uri) => uri === aud);
  // An ID token has the app as its audience too, but no scopes.
  if (!isOwn || typeof scp !== "string" || typeof oid !== "string") throw new EntraError(50013);
  return userTokens(grant, userOf(oid, parts), required(form, "scope"), null);
}

async function userTokens(
  { app, proof, form, parts }: Grant,
  user: DirectoryUser,
  scope: string,
  nonce: string | null,
): Promise<object> {
  const { directory, clock, random, vault } = parts;
  const request = readScopes(scope, app, directory);
  if (missingScopes(request, app, user.id, directory).length > 0) throw new EntraError(65001, `(${app.displayName})`);
  const scopes = grantedNames(request, app, user.id, parts);
  const wantsRefresh = request.signIn.includes("offline_access");
  const isConfidential = proof !== "none";
  return {
    token_type: "Bearer",
    scope: [...scopes.map((name) => `${request.resourceUri}/${name}`), ...request.signIn].join(" "),
    expires_in: TOKEN_SECONDS,
    ext_expires_in: TOKEN_SECONDS,
    access_token: await accessToken({ ...request, app, user, scopes, proof }, parts),
    ...(wantsRefresh
      ? {
          refresh_token: vault.newRefreshToken(
            { clientId: app.clientId, userId: user.id, scope, isConfidential },
            clock.now(),
            random,
          ),
        }
      : {}),
    ...(request.signIn.includes("openid") ? { id_token: await idToken(app, user, nonce, parts) } : {}),
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

function userOf(userId: string, { directory }: TokenParts): DirectoryUser {
  const user = enabledUser(directory, userId);
  if (directory.policy.conditionalAccess === "block") throw new EntraError(53003);
  return user;
}

function required(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (value === null || value === "") throw new EntraError(90014, `(${name})`);
  return value;
}
