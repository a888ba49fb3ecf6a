import type { Actor, Author, KeyId, Permission, Role, TenantId, User } from "@trunkline/protocol";
import type { Sight } from "./sight.ts";

/** Who makes a request, and what they may see and do in one tenant. */
export interface Principal {
  /** `entra`: a person with an access token of Microsoft Entra. */
  readonly kind: "session" | "entra" | "key" | "operator";
  /** `ses_…`, `key_…`, the operator key's id or, by Entra, the user's. Idempotency keys go by it, or by the user. */
  readonly id: string;
  readonly tenantId: TenantId;
  readonly permissions: ReadonlySet<Permission>;
  readonly sight: Sight;
  /** The user behind a session or a token of Entra; null for keys. */
  readonly user: User | null;
  /** The role in force: a session may narrow its user's, the tenant's settings give one to what Entra says; null for keys. */
  readonly role: Role | null;
  /** What role and scope make of the user's sight, as text; absent when it is the user's own. */
  readonly narrowing?: string;
  /** Calls a second that the tenant's operator lets it make; absent for what the gateway lets everybody. */
  readonly requestsPerSecond?: number;
  /** When the token ends, in milliseconds; null for keys. */
  readonly expiresAt: number | null;
  readonly actor: Actor;
  /** How messages name the principal as their author. */
  readonly author: Author;
}

/** Who makes a request that belongs to no tenant: an operator key. */
export interface Operator {
  readonly kind: "operator";
  readonly id: KeyId;
  readonly name: string;
}
