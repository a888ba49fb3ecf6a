import { HEADERS, rolesWith, type TenantId } from "@trunkline/protocol";
import type { Access as RouteAccess } from "@trunkline/protocol/routes";
import type { Bus } from "../bus/bus.ts";
import { sha256 } from "../bytes.ts";
import type { Clock } from "../clock.ts";
import type { EntraDoor } from "../microsoft/entra-door.ts";
import type { EntraPerson } from "../microsoft/entra-tokens.ts";
import type { Operator, Principal } from "../rights/principal.ts";
import { notFound, Refusal } from "./refusal.ts";

/** What is known of a token: who it stands for, or that it would, were it not for its end or a suspension. */
export type Standing<Who> =
  | { kind: "stands"; principal: Who }
  /** `detail` is for the person, where the reason alone would mislead. */
  | { kind: "gone"; reason: GoneReason; detail?: string };
export type GoneReason = "token_expired" | "session_revoked" | "suspended";

/** What is known of a tenant that an operator acts for. */
export type ActedFor = Pick<Principal, "tenantId" | "requestsPerSecond">;

/** Where tokens are looked up. `null` = no such token. */
export interface Credentials {
  operator(hash: Uint8Array): Promise<Operator | null>;
  key(hash: Uint8Array): Promise<Principal | null>;
  session(hash: Uint8Array): Promise<Standing<Principal> | null>;
  /**
   * Who bears a token of Microsoft Entra that was judged to be true.
   *
   * @throws Refusal tenant_not_connected, forbidden
   */
  person(person: EntraPerson): Promise<Standing<Principal>>;
  /** The tenant that `ten_…` or `ext:…` names. */
  tenant(ref: string): Promise<ActedFor | null>;
  /** An operator acting for a tenant. */
  acting(operator: Operator, tenant: ActedFor): Principal;
  /** Looks again at somebody who was let in before. */
  again(principal: Principal): Promise<Standing<Principal>>;
}

export interface AccessParts {
  credentials: Credentials;
  /** Judges tokens of Microsoft Entra; without it they are refused. */
  entra?: EntraDoor | undefined;
  bus: Bus;
  clock: Clock;
}

/** Tells who asks. */
export interface Access {
  /**
   * The caller of a route that needs `access`.
   *
   * @throws Refusal token_missing, token_refused, token_expired, suspended, tenant_required, operator_required, forbidden,
   *   tenant_not_connected, microsoft_unavailable
   */
  authorize(headers: Headers, access: RouteAccess): Promise<Operator | Principal>;
  /** Whether a principal that was let in before still stands, and as whom. For streams; not cached. */
  reauthenticate(principal: Principal): Promise<Standing<Principal>>;
  stop(): void;
}

type Identity = { kind: "operator"; operator: Operator } | { kind: "tenant"; standing: Standing<Principal> };

/** How long a look-up is believed, in milliseconds. A revocation in this process, or heard of on the bus, ends it sooner. */
const BELIEVED_MS = 5000;
/** Look-ups that are remembered; beyond it the oldest goes. */
const REMEMBERED = 10_000;
/** Longest token of ours that is looked at: they have 47 characters. */
const MAX_TOKEN = 200;
/** A token of Microsoft Entra, signed or claiming to be. */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/;
const MAX_JWT = 16_384;

export function createAccess({ credentials, entra, bus, clock }: AccessParts): Access {
  const identities = remember<Identity>(clock, (identity) =>
    identity.kind === "tenant" && identity.standing.kind === "stands" ? identity.standing.principal.tenantId : null,
  );
  const tenants = remember<ActedFor>(clock, ({ tenantId }) => tenantId);
  const stop = bus.subscribe((wake) => {
    if (wake.topic !== "access") return;
    identities.forget(wake.tenantId);
    tenants.forget(wake.tenantId);
  });

  async function identify(headers: Headers): Promise<Identity> {
    const token = bearer(headers.get("authorization"));
    // By the token itself: to hash it again would cost more than all else that a remembered caller's request needs here.
    const identity = await identities.get(token, () => lookUp(token));
    if (!identity) throw new Refusal("token_refused");
    return identity;
  }

  async function lookUp(token: string): Promise<Identity | null> {
    if (JWT.test(token)) {
      return entra ? { kind: "tenant", standing: await credentials.person(await entra.judge(token)) } : null;
    }
    const hash = await sha256(token);
    if (token.startsWith("tlo_")) {
      const operator = await credentials.operator(hash);
      return operator && { kind: "operator", operator };
    }
    if (token.startsWith("tlk_")) {
      const principal = await credentials.key(hash);
      return principal && { kind: "tenant", standing: { kind: "stands", principal } };
    }
    if (!token.startsWith("tls_")) return null;
    const standing = await credentials.session(hash);
    return standing && { kind: "tenant", standing };
  }

  async function actFor(operator: Operator, ref: string | null): Promise<Principal> {
    if (ref === null) {
      throw new Refusal("tenant_required", {
        detail: `Name the tenant in the header ${HEADERS.tenant}: ten_… or ext:…`,
      });
    }
    const tenant = await tenants.get(ref, () => credentials.tenant(ref));
    if (tenant === null) throw notFound();
    return credentials.acting(operator, tenant);
  }

  return {
    async authorize(headers, access) {
      const identity = await identify(headers);
      const tenantRef = headers.get(HEADERS.tenant);
      if (identity.kind === "operator") {
        if (access === "operator") return identity.operator;
        return permit(await actFor(identity.operator, tenantRef), access);
      }
      const principal = standingAt(identity.standing, clock.now());
      if (access === "operator" || (tenantRef !== null && tenantRef !== principal.tenantId)) {
        throw new Refusal("operator_required");
      }
      return permit(principal, access);
    },
    reauthenticate: (principal) => credentials.again(principal),
    stop,
  };
}

/** The token of `Authorization: Bearer …`. */
function bearer(header: string | null): string {
  if (header === null) throw new Refusal("token_missing");
  const token = /^Bearer +([\x21-\x7e]+) *$/i.exec(header)?.[1];
  if (token === undefined || token.length > (JWT.test(token) ? MAX_JWT : MAX_TOKEN)) throw new Refusal("token_refused");
  return token;
}

function standingAt(standing: Standing<Principal>, now: number): Principal {
  if (standing.kind === "gone") {
    const { reason, detail } = standing;
    throw new Refusal(reason === "session_revoked" ? "token_refused" : reason, detail === undefined ? {} : { detail });
  }
  const { expiresAt } = standing.principal;
  if (expiresAt !== null && expiresAt <= now) throw new Refusal("token_expired");
  return standing.principal;
}

function permit(principal: Principal, access: Exclude<RouteAccess, "operator">): Principal {
  if (access === "member") return principal;
  if (access === "user") {
    if (principal.user !== null) return principal;
    throw new Refusal("forbidden", { detail: "Only a signed-in user may ask this: the answer is personal to them." });
  }
  if (principal.permissions.has(access)) return principal;
  const allowedRoles = rolesWith(access);
  throw new Refusal("forbidden", {
    detail:
      principal.role === null
        ? `This key lacks the scope ${access}.`
        : allowedRoles.length === 0
          ? `Only a key with the scope ${access} may do this.`
          : `This needs the right ${access}. ${principal.permissions.size > 0 ? `Ask somebody with the role ${allowedRoles.join(" or ")}.` : ""}`,
    allowedRoles,
  });
}

interface Memory<Value> {
  get(name: string, lookUp: () => Promise<Value | null>): Promise<Value | null>;
  /** Forgets what is of that tenant, or may be: what a look-up in flight has read may just have changed. */
  forget(tenantId: TenantId): void;
}

/**
 * Remembers what was found, never what was not; callers that ask for the same at the same time share one look-up.
 *
 * @param tenantOf - whose a value is; null when every tenant's changes may touch it
 */
function remember<Value>(clock: Clock, tenantOf: (value: Value) => TenantId | null): Memory<Value> {
  interface Entry {
    value: Promise<Value | null>;
    until: number;
    tenantId: TenantId | null;
  }
  const known = new Map<string, Entry>();
  return {
    get(name, lookUp) {
      const now = clock.now();
      const present = known.get(name);
      if (present && present.until > now) return present.value;
      const entry: Entry = { value: lookUp(), until: now + BELIEVED_MS, tenantId: null };
      const drop = () => {
        if (known.get(name) === entry) known.delete(name);
      };
      entry.value.then((value) => {
        if (value === null) drop();
        else entry.tenantId = tenantOf(value);
      }, drop);
      known.delete(name); // so that the new one is the youngest
      const oldest = known.keys().next();
      if (known.size >= REMEMBERED && !oldest.done) known.delete(oldest.value);
      known.set(name, entry);
      return entry.value;
    },
    forget(tenantId) {
      for (const [name, entry] of known) {
        if (entry.tenantId === null || entry.tenantId === tenantId) known.delete(name);
      }
    },
  };
}
