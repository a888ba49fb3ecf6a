import {
  type KeyId,
  type KeyScope,
  type LineId,
  narrowRole,
  PERMISSIONS,
  type Permission,
  type Role,
  type SessionId,
  type SessionScope,
  type TenantId,
  type UpdateTenantLimits,
} from "@trunkline/protocol";
import { sql } from "kysely";
import type { Clock } from "../clock.ts";
import type { ActedFor, Credentials, Standing } from "../http/auth.ts";
import { touchKey, touchOperatorKey } from "../keys/store.ts";
import type { Database, Tx } from "../store/database.ts";
import { findTenant } from "../tenants/store.ts";
import { toUser, type UserRow } from "../users/store.ts";
import type { EntraPeople } from "./entra-people.ts";
import { linesOf } from "./lines-of.ts";
import type { Operator, Principal } from "./principal.ts";
import { FULL_SIGHT } from "./sight.ts";
import { rateOf, userPrincipal } from "./user-principal.ts";

/** A key's `last_used_at` is this exact, in milliseconds: it costs a write. */
const TOUCH_EVERY_MS = 60_000;

interface SessionRow extends UserRow {
  session_role: Role | null;
  scope: SessionScope;
  expires_at: Date;
  limits: UpdateTenantLimits;
  line_ids: LineId[];
}

/** Looks up who a token stands for, across tenants by its hash, then within the tenant with all that counts there. */
export function storedCredentials({
  database,
  clock,
  people,
}: {
  database: Database;
  clock: Clock;
  people: EntraPeople;
}): Credentials {
  const touched = new Map<KeyId, number>();
  /** By which secret a key was let in: whoever holds an old one is out, though the key is still there. */
  const hashes = new WeakMap<Principal, Uint8Array>();
  const isDue = (id: KeyId) => clock.now() - (touched.get(id) ?? Number.NEGATIVE_INFINITY) >= TOUCH_EVERY_MS;

  async function session(tenantId: TenantId, id: SessionId): Promise<Standing<Principal>> {
    const row = await database.tenant(tenantId, (tx) => readSession(tx, tenantId, id));
    if (!row) return { kind: "gone", reason: "session_revoked" };
    if (row.expires_at.getTime() <= clock.now()) return { kind: "gone", reason: "token_expired" };
    if (row.suspended) return { kind: "gone", reason: "suspended" };
    return { kind: "stands", principal: sessionPrincipal(tenantId, id, row) };
  }

  return {
    async operator(hash) {
      const operator = await database.system(async (tx) => {
        const row = await tx
          .selectFrom("operator_keys")
          .select(["id", "name"])
          .where("hash", "=", hash)
          .executeTakeFirst();
        if (row && isDue(row.id)) await touchOperatorKey(tx, row.id, clock.now());
        return row;
      });
      if (!operator) return null;
      touched.set(operator.id, clock.now());
      return { kind: "operator", ...operator };
    },

    async key(hash) {
      const row = await database.system((tx) =>
        tx
          .selectFrom("keys")
          .innerJoin("tenants", "tenants.tenant_id", "keys.tenant_id")
          .select(["keys.tenant_id", "keys.id", "keys.name", "keys.scopes", "tenants.limits"])
          .where("hash", "=", hash)
          .executeTakeFirst(),
      );
      if (!row) return null;
      const { tenant_id: tenantId, id, name, scopes, limits } = row;
      if (isDue(id)) {
        await database.tenant(tenantId, (tx) => touchKey(tx, tenantId, id, clock.now()));
        touched.set(id, clock.now());
      }
      const principal = keyPrincipal({ tenantId, ...rateOf(limits) }, id, name, scopes);
      hashes.set(principal, hash);
      return principal;
    },

    async session(hash) {
      const row = await database.system((tx) =>
        tx.selectFrom("sessions").select(["tenant_id", "id"]).where("hash", "=", hash).executeTakeFirst(),
      );
      return row ? session(row.tenant_id, row.id) : null;
    },

    async tenant(ref) {
      const tenant = await database.system((tx) => findTenant(tx, ref));
      return tenant && { tenantId: tenant.id, ...rateOf(tenant.limits) };
    },

    person: (person) => people.admit(person),

    acting: operatorPrincipal,

    async again(principal) {
      const { kind, id, tenantId } = principal;
      if (kind === "session") return session(tenantId, id as SessionId);
      if (kind === "entra") return people.again(principal);
      const stillThere = await database.system(async (tx) => {
        const table = kind === "key" ? "keys" : "operator_keys";
        const hash = hashes.get(principal);
        let keys = tx
          .selectFrom(table)
          .select("id")
          .where("id", "=", id as KeyId);
        if (hash) keys = keys.where("hash", "=", hash);
        const key = await keys.executeTakeFirst();
        return key !== undefined && (await findTenant(tx, tenantId)) !== null;
      });
      return stillThere ? { kind: "stands", principal } : { kind: "gone", reason: "session_revoked" };
    },
  };
}

async function readSession(tx: Tx, tenantId: TenantId, id: SessionId): Promise<SessionRow | null> {
  const { rows } = await sql<SessionRow>`
    select u.*, s.role as session_role, s.scope, s.expires_at, t.limits,
      ${linesOf("u")} as line_ids
    from sessions s join users u on u.tenant_id = s.tenant_id and u.id = s.user_id
    join tenants t on t.tenant_id = s.tenant_id and t.deleting_at is null
    where s.tenant_id = ${tenantId} and s.id = ${id}`.execute(tx);
  return rows[0] ?? null;
}

function sessionPrincipal(tenantId: TenantId, id: SessionId, row: SessionRow): Principal {
  const user = toUser(row);
  return userPrincipal({
    kind: "session",
    id,
    tenantId,
    user,
    role: narrowRole(user.role, row.session_role ?? undefined),
    scope: row.scope,
    limits: row.limits,
    lineIds: row.line_ids,
    expiresAt: row.expires_at.getTime(),
  });
}

function keyPrincipal(tenant: ActedFor, id: KeyId, name: string, scopes: readonly KeyScope[]): Principal {
  const permissions = new Set<Permission>();
  for (const scope of scopes) for (const right of scope === "*" ? PERMISSIONS : [scope]) permissions.add(right);
  return {
    ...WITHOUT_USER,
    ...tenant,
    kind: "key",
    id,
    permissions,
    actor: { kind: "key", id },
    author: { kind: "api", id, name },
  };
}

function operatorPrincipal({ id, name }: Operator, tenant: ActedFor): Principal {
  return {
    ...WITHOUT_USER,
    ...tenant,
    kind: "operator",
    id,
    permissions: new Set(PERMISSIONS),
    actor: { kind: "operator", id },
    author: { kind: "api", id, name },
  };
}

const WITHOUT_USER = { sight: FULL_SIGHT, user: null, role: null, expiresAt: null };
