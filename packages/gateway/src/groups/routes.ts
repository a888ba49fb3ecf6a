import type { Actor, GroupId, LineId, TenantId, UserId } from "@trunkline/protocol";
import type { Bus } from "../bus/bus.ts";
import type { Clock } from "../clock.ts";
import type { EventLog, NewEvent } from "../events/log.ts";
import { refusing } from "../http/broken-rule.ts";
import { once } from "../http/idempotency.ts";
import { openPage } from "../http/paging.ts";
import { invalid, notFound, Refusal } from "../http/refusal.ts";
import type { Handlers } from "../http/route.ts";
import { linesOfGroup, touch } from "../lines/store.ts";
import type { Ids } from "../random.ts";
import type { Database, Tx } from "../store/database.ts";
import { unknownIds } from "../store/unknown-ids.ts";
import {
  deleteGroup,
  findGroup,
  insertGroup,
  listGroups,
  lockGroup,
  setMembers,
  toGroup,
  updateGroup,
} from "./store.ts";

export interface GroupParts {
  database: Database;
  log: EventLog;
  bus: Bus;
  clock: Clock;
  ids: Ids;
}

const BROKEN = {
  user_groups_external_id: () =>
    new Refusal("conflict", { issues: [{ path: ["externalId"], message: "belongs to another group" }] }),
  user_group_members_user: notFound, // deleted between two statements
};

/**
 * The routes of groups. Whoever gains or loses the sight of a line by one hears `line.updated`: streams ask for their
 * rights again before they show what comes after it in the log.
 */
export function groupRoutes({
  database,
  log,
  bus,
  clock,
  ids,
}: GroupParts): Handlers<"listGroups" | "createGroup" | "getGroup" | "updateGroup" | "deleteGroup"> {
  async function tellLines(
    tx: Tx,
    tenantId: TenantId,
    lineIds: readonly LineId[],
    { record, actor }: { record: (...events: NewEvent[]) => void; actor: Actor },
  ): Promise<void> {
    for (const line of await touch(tx, tenantId, lineIds, clock.now())) {
      record({ type: "line.updated", data: line, audience: { lineId: line.id }, actor });
    }
  }

  return {
    async listGroups({ principal: { tenantId }, query }) {
      const page = openPage("listGroups", query, ["id"]);
      const after = page.after?.[0] ?? null;
      const rows = await database.tenant(tenantId, (tx) => listGroups(tx, tenantId, { after, limit: page.limit + 1 }));
      return page.answer(rows, (row) => [row.id], toGroup);
    },

    createGroup({ principal: { tenantId }, body: { name, externalId = null, members = [] }, keyed, audit }) {
      return refusing(BROKEN, () =>
        database.tenant(tenantId, (tx) =>
          once(tx, keyed, async () => {
            await refuseUnknownUsers(tx, tenantId, members);
            const id = ids("group");
            await insertGroup(tx, tenantId, { id, name, externalId }, clock.now());
            await setMembers(tx, tenantId, id, members);
            const group = await present(tx, tenantId, id);
            await audit(tx, tenantId, { object: { kind: "group", id }, before: null, after: group });
            return group;
          }),
        ),
      );
    },

    getGroup: ({ principal: { tenantId }, params }) =>
      database.tenant(tenantId, (tx) => present(tx, tenantId, params.id)),

    async updateGroup({ principal: { tenantId, actor }, params: { id }, body: { members, ...plain }, audit }) {
      const group = await refusing(BROKEN, () =>
        log.transaction(tenantId, async (tx, record) => {
          const before = await lockGroup(tx, tenantId, id);
          if (!before) throw notFound();
          if (members) {
            await refuseUnknownUsers(tx, tenantId, members);
            await setMembers(tx, tenantId, id, members);
            await tellLines(tx, tenantId, await linesOfGroup(tx, tenantId, id), { record, actor });
          }
          await updateGroup(tx, tenantId, id, plain, clock.now());
          const after = await present(tx, tenantId, id);
          await audit(tx, tenantId, { object: { kind: "group", id }, before, after });
          return after;
        }),
      );
      if (members) bus.publish({ topic: "access", tenantId });
      return group;
    },

    async deleteGroup({ principal: { tenantId, actor }, params: { id }, audit }) {
      await log.transaction(tenantId, async (tx, record) => {
        const before = await lockGroup(tx, tenantId, id);
        if (!before) throw notFound();
        const lineIds = await linesOfGroup(tx, tenantId, id);
        await deleteGroup(tx, tenantId, id);
        await audit(tx, tenantId, { object: { kind: "group", id }, before, after: null });
        await tellLines(tx, tenantId, lineIds, { record, actor });
      });
      bus.publish({ topic: "access", tenantId });
    },
  };
}

async function present(tx: Tx, tenantId: TenantId, id: GroupId) {
  const group = await findGroup(tx, tenantId, id);
  if (!group) throw notFound();
  return group;
}

async function refuseUnknownUsers(tx: Tx, tenantId: TenantId, userIds: readonly UserId[]): Promise<void> {
  const [unknown] = await unknownIds(tx, tenantId, "users", userIds);
  if (unknown) throw invalid(["members", userIds.indexOf(unknown)], "is not a user of this tenant", "not_found");
}
