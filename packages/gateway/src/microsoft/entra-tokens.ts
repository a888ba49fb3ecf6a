import { compactVerify, importJWK } from "jose";
import * as z from "zod/mini";
import { fromBase64Url } from "../bytes.ts";
import type { MicrosoftCloud } from "./cloud.ts";
import type { EntraKey, EntraKeys } from "./entra-keys.ts";

/*
 * Access tokens of Entra at the gateway's door. Source of the rules: Microsoft Learn, "Access tokens" and "Access token
 * claims reference".
 */

/** Why a token is refused; each is a 401. */
export type EntraRefusal =
  | "malformed"
  | "algorithm"
  | "header"
  | "issuer"
  | "unknown_key"
  | "key_of_another_issuer"
  | "signature"
  | "expired"
  | "not_yet_valid"
  | "audience"
  | "id_token"
  | "app_only"
  | "scope"
  | "client";

/** Who bears a token. `tenantId` and `objectId` together are the person; names and addresses change hands. */
export interface EntraPerson {
  readonly tenantId: string;
  readonly objectId: string;
  readonly clientId: string;
  readonly name: string | null;
  readonly username: string | null;
  /** Values of app roles. */
  readonly roles: readonly string[];
  /** Object ids of groups; null when they are too many to stand in a token. */
  readonly groups: readonly string[] | null;
  /** In milliseconds. */
  readonly expiresAt: number;
}

export type EntraVerdict =
  | { readonly kind: "accepted"; readonly person: EntraPerson }
  | { readonly kind: "refused"; readonly reason: EntraRefusal }
  /** Entra does not tell its keys: 503, for the token may be good. */
  | { readonly kind: "unavailable" };

export interface EntraTokenRules {
  readonly keys: Pick<EntraKeys, "find">;
  readonly now: () => number;
  readonly issuers: MicrosoftCloud["issuers"];
  /** The registration's client id, and its App ID URI where version 1 tokens are possible. */
  readonly audiences: readonly string[];
  /** The scope that opens the gateway, such as `access_as_user`. */
  readonly scope: string;
  /** Client ids that may bring tokens; any when left out. */
  readonly clients?: readonly string[];
}

const GUID = z.string().check(z.regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/));
const Header = z.object({ alg: z.string(), kid: z.string().check(z.minLength(1)), typ: z.optional(z.string()) });
const Claims = z.object({
  ver: z.enum(["1.0", "2.0"]),
  iss: z.string(),
  tid: GUID,
  oid: GUID,
  aud: z.string(),
  exp: z.number(),
  nbf: z.number(),
  scp: z.optional(z.string()),
  idtyp: z.optional(z.string()),
  azp: z.optional(z.string()),
  appid: z.optional(z.string()),
  roles: z.optional(z.array(z.string())),
  groups: z.optional(z.array(z.string())),
  hasgroups: z.optional(z.unknown()),
  _claim_names: z.optional(z.record(z.string(), z.unknown())),
  name: z.optional(z.string()),
  preferred_username: z.optional(z.string()),
  upn: z.optional(z.string()),
  nonce: z.optional(z.unknown()),
  at_hash: z.optional(z.unknown()),
  c_hash: z.optional(z.unknown()),
});
type Claims = z.infer<typeof Claims>;

/** Headers that would let a token bring its own key, or ask for rules that are not known here. */
const FORBIDDEN_HEADERS = ["jwk", "jku", "x5u", "x5c", "crit", "b64", "zip"];
const LONGEST_TOKEN = 16_384;
/** A token may be from a clock that goes ahead of ours; one that has ended here is ended everywhere. */
const TOLERANCE_SECONDS = 300;

/** Judges one token. It asks for nothing over the network before the token's form, algorithm and issuer are right. */
export async function verifyEntraToken(token: string, rules: EntraTokenRules): Promise<EntraVerdict> {
  const parts = token.split(".");
  const rawHeader = parts.length === 3 && token.length <= LONGEST_TOKEN ? parseOnce(parts[0]) : null;
  const rawClaims = rawHeader === null ? null : parseOnce(parts[1]);
  if (rawHeader === null || rawClaims === null) return refuse("malformed");
  if (rawHeader.alg !== "RS256") return refuse("algorithm");
  const header = z.safeParse(Header, rawHeader).data;
  if (header === undefined || FORBIDDEN_HEADERS.some((name) => Object.hasOwn(rawHeader, name))) return refuse("header");
  if (header.typ !== undefined && header.typ.toUpperCase() !== "JWT" && header.typ !== "at+jwt")
    return refuse("header");
  const claims = z.safeParse(Claims, rawClaims).data;
  if (claims === undefined) return refuse("malformed");
  const issuers = issuersOf(claims.tid, rules.issuers);
  if (claims.iss !== issuers[claims.ver]) return refuse("issuer");

  const key = await rules.keys.find(claims.ver, header.kid);
  if (key === "unavailable") return { kind: "unavailable" };
  if (key === "absent") return refuse("unknown_key");
  // Entra writes one of the two at the keys of both versions; what counts is whose tokens the key may sign.
  const signer = key.issuer?.replace("{tenantid}", claims.tid);
  if (signer !== undefined && signer !== issuers["1.0"] && signer !== issuers["2.0"]) {
    return refuse("key_of_another_issuer");
  }
  if (!(await isSigned(token, key))) return refuse("signature");
  const reason = objection(claims, rules);
  if (reason !== null) return refuse(reason);
  return { kind: "accepted", person: personOf(claims) };
}

function refuse(reason: EntraRefusal): EntraVerdict {
  return { kind: "refused", reason };
}

function objection(claims: Claims, { now, audiences, scope, clients }: EntraTokenRules): EntraRefusal | null {
  const seconds = now() / 1000;
  if (seconds >= claims.exp) return "expired";
  if (seconds < claims.nbf - TOLERANCE_SECONDS) return "not_yet_valid";
  if (!audiences.includes(claims.aud)) return "audience";
  if (claims.nonce !== undefined || claims.at_hash !== undefined || claims.c_hash !== undefined) return "id_token";
  if (claims.idtyp === "app" || (claims.scp === undefined && claims.roles !== undefined)) return "app_only";
  // Without `scp` it was not made to call anything. An ID token for this app has the same audience and issuer.
  if (claims.scp === undefined) return "id_token";
  if (!claims.scp.split(" ").includes(scope)) return "scope";
  if (clients !== undefined && !clients.includes(clientOf(claims))) return "client";
  return null;
}

function personOf(claims: Claims): EntraPerson {
  const { tid: tenantId, oid: objectId, name = null, preferred_username, upn, roles = [], groups = [], exp } = claims;
  // Source: Microsoft Learn, "Access token claims reference", groups overage claim.
  const isOverfull = claims.hasgroups !== undefined || Object.hasOwn(claims._claim_names ?? {}, "groups");
  return {
    tenantId,
    objectId,
    clientId: clientOf(claims),
    name,
    username: preferred_username ?? upn ?? null,
    roles,
    groups: isOverfull ? null : groups.map((group) => group.toLowerCase()),
    expiresAt: exp * 1000,
  };
}

function clientOf({ ver, azp, appid }: Claims): string {
  return (ver === "2.0" ? azp : appid) ?? "";
}

function issuersOf(tenantId: string, issuers: MicrosoftCloud["issuers"]): MicrosoftCloud["issuers"] {
  return {
    "1.0": issuers["1.0"].replace("{tenantid}", tenantId),
    "2.0": issuers["2.0"].replace("{tenantid}", tenantId),
  };
}

async function isSigned(token: string, { kty, n, e }: EntraKey): Promise<boolean> {
  try {
    await compactVerify(token, await importJWK({ kty, n, e, alg: "RS256" }), { algorithms: ["RS256"] });
    return true;
  } catch {
    // Every error of jose means the same here: the bytes and the key do not belong together.
    return false;
  }
}

/** A JSON object in base64url; `null` where it is none, or where a name stands twice and readers could differ. */
function parseOnce(part: string | undefined): Record<string, unknown> | null {
  const bytes = part ? fromBase64Url(part) : null;
  if (bytes === null) return null;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const value = z.safeParse(z.record(z.string(), z.unknown()), JSON.parse(text)).data;
    return value === undefined || namesIn(text) !== Object.keys(value).length ? null : value;
  } catch {
    // Not UTF-8 or JSON: the caller says so.
    return null;
  }
}

/** How many names the outermost object of valid JSON has, repeated ones counted each time. */
function namesIn(json: string): number {
  let depth = 0;
  let names = 0;
  for (const [mark] of json.replaceAll(/"(?:[^"\\]|\\.)*"/g, "").matchAll(/[{}[\]:]/g)) {
    if (mark === "{" || mark === "[") depth += 1;
    else if (mark === ":") names += depth === 1 ? 1 : 0;
    else depth -= 1;
  }
  return names;
}
