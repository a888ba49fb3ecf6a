import type { Actor, CreateSession, LineId, TenantId, User } from "@trunkline/protocol";
import type { Bus } from "../bus/bus.ts";
import { sha256 } from "../bytes.ts";
import type { Clock } from "../clock.ts";
import type { EventLog, NewEvent } from "../events/log.ts";
import type { Audit } from "../http/audit.ts";
import { refusing } from "../http/broken-rule.ts";
import { notFound, Refusal } from "../http/refusal.ts";
import type { Handlers } from "../http/route.ts";
import { type Ids, newSecret, type RandomBytes } from "../random.ts";
import type { Tx } from "../store/database.ts";
import { unknownIds } from "../store/unknown-ids.ts";
import { MICROSOFT_TAKEN } from "../users/routes.ts";
import { findUser, insertUser, updateUser } from "../users/store.ts";
import { refreshUser } from "./refresh-user.ts";
import { deleteSession, deleteSessionsOf, insertSession, pruneSessions } from "./store.ts";

export interface SessionParts {
  log: EventLog;
  bus: Bus;
  clock: Clock;
  ids: Ids;
  random: RandomBytes;
}

const DEFAULT_SECONDS = 600;
/** How long an ended session is kept, so that its token is told apart from a forged one. In milliseconds. */
const KEPT_AFTER_END_MS = 60 * 60_000;

type Record = (...events: NewEvent[]) => void;

/** Where what happens to a user is noted. */
interface Noting {
  readonly record: Record;
  readonly audit: Audit;
}

export function sessionRoutes({
  log,
  bus,
  clock,
  ids,
  random,
}: SessionParts): Handlers<"createSession" | "deleteSession" | "deleteUserSessions"> {
  const accessChanged = (tenantId: TenantId) => bus.publish({ topic: "access", tenantId });

  /** The user whom the host names: found and brought up to date, or made. */
  async function admit(
    tx: Tx,
    { record, audit }: Noting,
    tenantId: TenantId,
    given: CreateSession,
    actor: Actor,
  ): Promise<User> {
    const { externalId, name, email = null, microsoft = null } = given.user;
    const ref = `ext:${externalId}`;
    const present = await findUser(tx, tenantId, ref, { lock: true });
    if (!present) {
      const fresh = { externalId, name, email, microsoft, role: given.role ?? ("member" as const) };
      const user = await insertUser(tx, tenantId, ids("user"), fresh, clock.now());
      // Another request has made them between the two statements: now there is somebody to find.
      if (!user) return admit(tx, { record, audit }, tenantId, given, actor);
      record({ type: "user.updated", data: user, audience: {}, actor });
      await audit(tx, tenantId, { object: { kind: "user", id: user.id }, before: null, after: user });
      return user;
    }
    if (present.suspended) throw new Refusal("suspended");
    const change = refreshUser(present, given.user);
    if (!change) return present;
    const user = await updateUser(tx, tenantId, present.id, change, clock.now());
    record({ type: "user.updated", data: user, audience: {}, actor });
    await audit(tx, tenantId, { object: { kind: "user", id: user.id }, before: present, after: user });
    return user;
  }

  return {
    async createSession({ principal: { tenantId, actor }, body, audit }) {
      const token = newSecret("tls", random);
      const hash = await sha256(token);
      const id = ids("session");
      const now = clock.now();
      const expiresAt = now + (body.expiresInSeconds ?? DEFAULT_SECONDS) * 1000;
      let isChanged = false;
      const user = await refusing(MICROSOFT_TAKEN, () =>
        log.transaction(tenantId, async (tx, record) => {
          await refuseUnknownLines(tx, tenantId, body.scope?.lineIds ?? []);
          const noting: Record = (...events) => {
            isChanged = true;
            record(...events);
          };
          const admitted = await admit(tx, { record: noting, audit }, tenantId, body, actor);
          await pruneSessions(tx, tenantId, admitted.id, now - KEPT_AFTER_END_MS);
          const role = body.role ?? null;
          await insertSession(
            tx,
            tenantId,
            { id, userId: admitted.id, hash, role, scope: body.scope ?? {}, expiresAt },
            now,
          );
          return admitted;
        }),
      );
      if (isChanged) accessChanged(tenantId); // other sessions of the user bear their old name
      return { id, token, expiresAt: new Date(expiresAt).toISOString(), user };
    },

    async deleteSession({ principal: { tenantId, actor }, params: { id }, audit }) {
      await log.transaction(tenantId, async (tx, record) => {
        const userId = await deleteSession(tx, tenantId, id);
        if (userId === null) throw notFound();
        record({ type: "session.revoked", data: { id, userId }, audience: { userId }, actor });
        await audit(tx, tenantId, { object: { kind: "session", id }, before: { userId }, after: null });
      });
      accessChanged(tenantId);
    },

    async deleteUserSessions({ principal: { tenantId, actor }, params, audit }) {
      await log.transaction(tenantId, async (tx, record) => {
        const user = await findUser(tx, tenantId, params.id, { lock: true });
        if (!user) throw notFound();
        const sessions = await deleteSessionsOf(tx, tenantId, user.id);
        if (sessions.length > 0) {
          await audit(tx, tenantId, { object: { kind: "user", id: user.id }, before: { sessions }, after: null });
        }
        for (const id of sessions) {
          record({ type: "session.revoked", data: { id, userId: user.id }, audience: { userId: user.id }, actor });
        }
      });
      accessChanged(tenantId);
    },
  };
}

async function refuseUnknownLines(tx: Tx, tenantId: TenantId, lineIds: readonly LineId[]): Promise<void> {
  const unknown = await unknownIds(tx, tenantId, "lines", lineIds);
  if (unknown.length === 0) return;
  throw new Refusal("not_found", {
    issues: unknown.map((id) => ({
      path: ["scope", "lineIds", lineIds.indexOf(id)],
      message: "is not a line of this tenant",
    })),
  });
}
