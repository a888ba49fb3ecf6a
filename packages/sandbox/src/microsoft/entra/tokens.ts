import type { Clock, RandomBytes } from "@trunkline/gateway";
import { errors, jwtVerify, SignJWT } from "jose";
import type { Authorize } from "../caller.ts";
import { type Directory, GRAPH_APP_ID } from "../directory.ts";
import type { DirectoryApp, DirectoryUser } from "../directory-state.ts";
import { newGuid } from "../guid.ts";
import { membershipClaims } from "./membership-claims.ts";
import type { SigningKeys } from "./signing-keys.ts";

/** How the client proved who it is: not at all, with a secret, with a certificate. */
export type ClientProof = "none" | "secret" | "certificate";

export interface TokenParts {
  readonly directory: Directory;
  readonly keys: SigningKeys;
  readonly clock: Pick<Clock, "now">;
  readonly random: RandomBytes;
  /** Where the simulated Entra ID answers, without a slash at the end. */
  readonly origin: string;
}

export interface AccessTokenInput {
  readonly app: DirectoryApp;
  /** Null: the app in its own name. */
  readonly user: DirectoryUser | null;
  readonly resource: string;
  readonly resourceUri: string;
  readonly scopes: readonly string[];
  readonly proof: ClientProof;
  /** Whether the person showed a second factor. */
  readonly hasSecondFactor?: boolean;
}

/** Seconds; the middle of the 60 to 90 minutes that Entra draws from ("Access tokens", Microsoft Entra documentation). */
export const TOKEN_SECONDS = 4500;
const PROOF_NUMBER = { none: "0", secret: "1", certificate: "2" } as const;
const TOLERANCE_SECONDS = 300;
/** In `acrs` of whoever showed a second factor. */
export const SECOND_FACTOR_CONTEXT = "p1";

/** Issuer of a tenant's tokens; version 1 has a host of its own. */
export function issuerOf(version: 1 | 2, tenantId: string, origin: string): string {
  return version === 1 ? `https://sts.windows.net/${tenantId}/` : `${origin}/${tenantId}/v2.0`;
}

/** An access token in the version that its resource asks for; Graph's are of version 1. */
export async function accessToken(input: AccessTokenInput, parts: TokenParts): Promise<string> {
  const { app, user, resource, resourceUri, scopes, proof, hasSecondFactor = false } = input;
  const { directory, origin } = parts;
  const target = directory.findApp(resource);
  const version = resource === GRAPH_APP_ID ? 1 : (target?.tokenVersion ?? 1);
  const roles = directory.grantedRoles(app.clientId, resource);
  const subject =
    user === null
      ? { oid: app.servicePrincipalId, idtyp: "app", ...(roles.length === 0 ? {} : { roles }) }
      : {
          oid: user.id,
          name: user.displayName,
          scp: scopes.join(" "),
          ...(hasSecondFactor ? { acrs: [SECOND_FACTOR_CONTEXT] } : {}),
          ...(target ? membershipClaims(target, user, directory) : {}),
        };
  const claims =
    version === 1
      ? {
          appid: app.clientId,
          appidacr: PROOF_NUMBER[proof],
          ...(user === null
            ? {}
            : { upn: user.upn, unique_name: user.upn, amr: hasSecondFactor ? ["pwd", "mfa"] : ["pwd"] }),
        }
      : {
          azp: app.clientId,
          azpacr: PROOF_NUMBER[proof],
          ...(user === null ? {} : { preferred_username: user.upn }),
        };
  return sign(
    {
      ...subject,
      ...claims,
      aud: version === 1 ? resourceUri : resource,
      iss: issuerOf(version, directory.tenantId, origin),
      sub: subject.oid,
      tid: directory.tenantId,
      ver: `${version}.0`,
    },
    parts,
  );
}

/**
 * An ID token of version 2 for the app that the person signs in to.
 *
 * @param signIn - the scopes of OpenID Connect that were asked for
 */
export function idToken(
  {
    app,
    user,
    nonce,
    signIn,
  }: { app: DirectoryApp; user: DirectoryUser; nonce: string | null; signIn: readonly string[] },
  parts: TokenParts,
): Promise<string> {
  const { directory, origin } = parts;
  return sign(
    {
      aud: app.clientId,
      iss: issuerOf(2, directory.tenantId, origin),
      oid: user.id,
      sub: user.id,
      tid: directory.tenantId,
      name: user.displayName,
      preferred_username: user.upn,
      ...(signIn.includes("email") && user.mail !== null ? { email: user.mail } : {}),
      ...membershipClaims(app, user, directory),
      ...(app.idTokenClaims?.includes("acct") ? { acct: user.role === "guest" ? 1 : 0 } : {}),
      ...(nonce === null ? {} : { nonce }),
      ver: "2.0",
    },
    parts,
  );
}

async function sign(claims: Record<string, unknown>, { keys, clock, random }: TokenParts): Promise<string> {
  const { kid, privateKey } = await keys.current();
  const now = Math.floor(clock.now() / 1000);
  return new SignJWT({ ...claims, uti: newGuid(random) })
    .setProtectedHeader({ alg: "RS256", typ: "JWT", kid })
    .setIssuedAt(now)
    .setNotBefore(now)
    .setExpirationTime(now + TOKEN_SECONDS)
    .sign(privateKey);
}

/** A token that this Entra signed: its claims, or why it is refused. */
export async function readToken(
  token: string,
  { keys, clock }: Pick<TokenParts, "keys" | "clock">,
): Promise<Readonly<Record<string, unknown>> | "invalid" | "expired"> {
  try {
    const find = async ({ kid }: { kid?: string }) => {
      const key = await keys.find(kid);
      if (!key) throw new errors.JWKSNoMatchingKey();
      return key.publicKey;
    };
    const options = { algorithms: ["RS256"], currentDate: new Date(clock.now()), clockTolerance: TOLERANCE_SECONDS };
    return (await jwtVerify(token, find, options)).payload;
  } catch (error) {
    return error instanceof errors.JWTExpired ? "expired" : "invalid";
  }
}

/** Reads the tokens that this Entra makes for Graph. */
export function graphAuthorize(
  parts: Pick<TokenParts, "keys" | "clock" | "origin">,
  directories: readonly Directory[],
): Authorize {
  return async (header) => {
    const token = /^Bearer (\S+)$/i.exec(header ?? "")?.[1];
    if (token === undefined) return "missing";
    const claims = await readToken(token, parts);
    if (typeof claims === "string") return claims;
    const { aud, tid, appid, oid, scp, roles, iss } = claims;
    const directory = directories.find(({ tenantId }) => tenantId === tid);
    if (aud !== "https://graph.microsoft.com" && aud !== GRAPH_APP_ID) return "invalid";
    if (!directory || iss !== issuerOf(1, directory.tenantId, parts.origin)) return "invalid";
    if (typeof appid !== "string" || typeof oid !== "string") return "invalid";
    const isUser = typeof scp === "string";
    return {
      tenantId: directory.tenantId,
      clientId: appid,
      userId: isUser ? oid : null,
      scopes: isUser ? scp.split(" ") : [],
      roles: !isUser && Array.isArray(roles) ? roles.filter((role) => typeof role === "string") : [],
    };
  };
}
