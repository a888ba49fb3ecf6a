import type { Actor, Author, KeyId, Permission, Role, TenantId, User } from "@trunkline/protocol";
import type { Sight } from "./sight.ts";

/** Who makes a request, and what they may see and do in one tenant. */
export interface Principal {
  readonly kind: "session" | "key" | "operator";
  /** `ses_…`, `key_…` or the operator key's id. Idempotency keys are scoped by it (by the user for a session). */
  readonly id: string;
  readonly tenantId: TenantId;
  readonly permissions: ReadonlySet<Permission>;
  readonly sight: Sight;
  /** The user behind a session; null for keys. */
  readonly user: User | null;
  /** The role of a session, narrowed; null for keys. */
  readonly role: Role | null;
  /** What a session's role and scope take from its user's sight, as text; absent when they take nothing. */
  readonly narrowing?: string;
  /** Calls a second that the tenant's operator lets it make; absent for what the gateway lets everybody. */
  readonly requestsPerSecond?: number;
  /** When a session ends, in milliseconds; null for keys. */
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
