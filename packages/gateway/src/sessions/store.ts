import type { Role, SessionId, SessionScope, TenantId, UserId } from "@trunkline/protocol";
import type { Tx } from "../store/database.ts";
import { json } from "../store/json.ts";

export interface NewSession {
  id: SessionId;
  userId: UserId;
  hash: Uint8Array;
  role: Role | null;
  scope: SessionScope;
  expiresAt: number;
}

export async function insertSession(tx: Tx, tenantId: TenantId, session: NewSession, now: number): Promise<void> {
  await tx
    .insertInto("sessions")
    .values({
      tenant_id: tenantId,
      id: session.id,
      user_id: session.userId,
      hash: session.hash,
      role: session.role,
      scope: json(session.scope),
      expires_at: new Date(session.expiresAt),
      created_at: new Date(now),
    })
    .execute();
}

/** Removes a user's sessions that ended before `time`. Index: sessions_by_user. */
export async function pruneSessions(tx: Tx, tenantId: TenantId, userId: UserId, time: number): Promise<void> {
  await tx
    .deleteFrom("sessions")
    .where("tenant_id", "=", tenantId)
    .where("user_id", "=", userId)
    .where("expires_at", "<", new Date(time))
    .execute();
}

/** Revokes one session; whose it was, or null when there is none. */
export async function deleteSession(tx: Tx, tenantId: TenantId, id: SessionId): Promise<UserId | null> {
  const row = await tx
    .deleteFrom("sessions")
    .where("tenant_id", "=", tenantId)
    .where("id", "=", id)
    .returning("user_id")
    .executeTakeFirst();
  return row?.user_id ?? null;
}

/** Revokes all sessions of a user. */
export async function deleteSessionsOf(tx: Tx, tenantId: TenantId, userId: UserId): Promise<SessionId[]> {
  const rows = await tx
    .deleteFrom("sessions")
    .where("tenant_id", "=", tenantId)
    .where("user_id", "=", userId)
    .returning("id")
    .execute();
  return rows.map(({ id }) => id);
}
