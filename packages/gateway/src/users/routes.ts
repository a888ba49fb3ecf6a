import type { TenantId, UpsertedUser, UpsertedUsers, User } from "@trunkline/protocol";
import type { Bus } from "../bus/bus.ts";
import type { Clock } from "../clock.ts";
import type { EventLog } from "../events/log.ts";
import { refusing } from "../http/broken-rule.ts";
import { once, replayOf } from "../http/idempotency.ts";
import { openPage } from "../http/paging.ts";
import { notFound, Refusal } from "../http/refusal.ts";
import type { Handlers } from "../http/route.ts";
import { unassign } from "../lines/store.ts";
import { releaseConversations } from "../messaging/release-conversations.ts";
import type { Ids } from "../random.ts";
import type { Principal } from "../rights/principal.ts";
import { deleteSessionsOf } from "../sessions/store.ts";
import type { Database, Tx } from "../store/database.ts";
import { CHUNK, reportOf, upsertUsers } from "./bulk.ts";
import { objection } from "./rules.ts";
import { deleteUser, findUser, listUsers, lockOwners, toUser, type UserChange, updateUser } from "./store.ts";

export interface UserParts {
  database: Database;
  log: EventLog;
  bus: Bus;
  clock: Clock;
  ids: Ids;
}

/** Two users cannot be the same person in Microsoft 365. */
export const MICROSOFT_TAKEN = {
  users_microsoft: () =>
    new Refusal("conflict", { issues: [{ path: ["microsoft"], message: "belongs to another user" }] }),
};

// Lock order: owners by id, the user, their lines, their conversations.

export function userRoutes({
  database,
  log,
  bus,
  clock,
  ids,
}: UserParts): Handlers<"listUsers" | "getUser" | "updateUser" | "upsertUsers" | "deleteUser"> {
  const accessChanged = (tenantId: TenantId) => bus.publish({ topic: "access", tenantId });

  return {
    async listUsers({ principal: { tenantId }, query }) {
      const page = openPage("listUsers", query, ["id"]);
      const after = page.after?.[0] ?? null;
      const rows = await database.tenant(tenantId, (tx) => listUsers(tx, tenantId, { after, limit: page.limit + 1 }));
      return page.answer(rows, (row) => [row.id], toUser);
    },

    async getUser({ principal: { tenantId, user: own }, params }) {
      if (params.id === "me" && own) return own;
      const user = await database.tenant(tenantId, (tx) => findUser(tx, tenantId, params.id));
      if (!user) throw notFound();
      return user;
    },

    async updateUser({ principal, params, body, audit }) {
      const { tenantId, actor } = principal;
      const user = await refusing(MICROSOFT_TAKEN, () =>
        log.transaction(tenantId, async (tx, record) => {
          const present = await lockForChange(tx, principal, params.id, body);
          const changed = await updateUser(tx, tenantId, present.id, body, clock.now());
          record({ type: "user.updated", data: changed, audience: {}, actor });
          await audit(tx, tenantId, { object: { kind: "user", id: changed.id }, before: present, after: changed });
          return changed;
        }),
      );
      accessChanged(tenantId);
      return user;
    },

    async upsertUsers({ principal, body: { users }, keyed, audit }) {
      const { tenantId } = principal;
      const kept = keyed && (await database.tenant(tenantId, (tx) => replayOf<UpsertedUsers>(tx, keyed)));
      if (kept) return kept;
      const results: UpsertedUser[] = [];
      // A chunk that is stored stays so: whoever repeats a call that broke off finds its users unchanged.
      for (let from = 0; from < users.length; from += CHUNK) {
        const chunk = users.slice(from, from + CHUNK);
        const done = await refusing(MICROSOFT_TAKEN, () =>
          log.transaction(tenantId, (tx, record) =>
            upsertUsers(tx, chunk, { principal, record, audit, ids, now: clock.now() }),
          ),
        );
        results.push(...done);
        if (done.some(({ result }) => result === "created" || result === "updated")) accessChanged(tenantId);
      }
      const report = reportOf(results);
      return database.tenant(tenantId, (tx) => once(tx, keyed, async () => report));
    },

    async deleteUser({ principal, params, audit }) {
      const { tenantId, actor } = principal;
      await log.transaction(tenantId, async (tx, record) => {
        const user = await lockForChange(tx, principal, params.id, "delete");
        const { id } = user;
        for (const line of await unassign(tx, tenantId, id, clock.now())) {
          record({ type: "line.updated", data: line, audience: { lineId: line.id }, actor });
        }
        await releaseConversations(tx, principal, id, record, clock.now());
        for (const session of await deleteSessionsOf(tx, tenantId, id)) {
          record({ type: "session.revoked", data: { id: session, userId: id }, audience: { userId: id }, actor });
        }
        await deleteUser(tx, tenantId, id);
        await audit(tx, tenantId, { object: { kind: "user", id }, before: user, after: null });
      });
      accessChanged(tenantId);
    },
  };
}

async function lockForChange(tx: Tx, principal: Principal, ref: string, change: UserChange | "delete"): Promise<User> {
  const owners = await lockOwners(tx, principal.tenantId);
  const user = await findUser(tx, principal.tenantId, ref, { lock: true });
  if (!user) throw notFound();
  const against = objection(principal, user, change, owners);
  if (against?.kind === "outranked") {
    throw new Refusal("forbidden", {
      detail: "A session changes nobody above its own role, and lifts nobody above it.",
      allowedRoles: against.allowedRoles,
    });
  }
  if (against?.kind === "last_owner") {
    throw new Refusal("conflict", { detail: "This is the tenant's last owner. Make somebody else an owner first." });
  }
  return user;
}
