import { type ConversationQuery, type FilterId, rolesWith, type UserId } from "@trunkline/protocol";
import type { Clock } from "../clock.ts";
import { once } from "../http/idempotency.ts";
import { openPage } from "../http/paging.ts";
import { invalid, notFound, Refusal } from "../http/refusal.ts";
import type { Handlers } from "../http/route.ts";
import { conditionsOf } from "../messaging/conversation-filters.ts";
import type { Ids } from "../random.ts";
import type { Principal } from "../rights/principal.ts";
import type { Database, Tx } from "../store/database.ts";
import {
  countFilters,
  deleteFilter,
  type FilterRow,
  insertFilter,
  listFilters,
  lockFilter,
  toFilter,
  updateFilter,
} from "./store.ts";

export interface FilterParts {
  database: Database;
  clock: Clock;
  ids: Ids;
}

type FilterOperation = "listFilters" | "createFilter" | "getFilter" | "updateFilter" | "deleteFilter";

/** Filters of one person, and of a tenant that are shared: more than a menu can show. */
const MOST = 200;

/** The routes of saved filters. They hold what a list is asked with; what it then shows is each caller's own sight. */
export function filterRoutes({ database, clock, ids }: FilterParts): Handlers<FilterOperation> {
  return {
    async listFilters({ principal, query }) {
      const page = openPage("listFilters", query, ["text", "id"]);
      const rows = await database.tenant(principal.tenantId, (tx) =>
        listFilters(tx, principal.tenantId, userOf(principal), { after: page.after, limit: page.limit + 1 }),
      );
      return page.answer(rows, ({ sort_name, id }) => [sort_name, id], toFilter);
    },

    createFilter({ principal, body: { name, query, shared }, keyed }) {
      const { tenantId } = principal;
      const owner_id = ownerOf(principal, shared ?? principal.user === null);
      refuseUnreadable(query, principal);
      return database.tenant(tenantId, (tx) =>
        once(tx, keyed, async () => {
          await refuseTooMany(tx, principal, owner_id);
          const filter = { id: ids("filter"), name, owner_id, created_by: userOf(principal), query };
          return insertFilter(tx, tenantId, filter, clock.now());
        }),
      );
    },

    getFilter: ({ principal, params }) =>
      database.tenant(principal.tenantId, async (tx) => toFilter(await visible(tx, principal, params.id))),

    updateFilter: ({ principal, params, body }) =>
      database.tenant(principal.tenantId, async (tx) => {
        const before = await visible(tx, principal, params.id);
        refuseOthers(principal, before);
        const { name = before.name, query = before.query, shared = before.owner_id === null } = body;
        refuseUnreadable(query, principal);
        const owner_id = ownerOf(principal, shared);
        if (owner_id !== before.owner_id) await refuseTooMany(tx, principal, owner_id);
        return updateFilter(tx, principal.tenantId, { id: before.id, name, owner_id, query }, clock.now());
      }),

    deleteFilter: ({ principal, params }) =>
      database.tenant(principal.tenantId, async (tx) => {
        refuseOthers(principal, await visible(tx, principal, params.id));
        await deleteFilter(tx, principal.tenantId, params.id);
      }),
  };
}

const userOf = ({ user }: Principal): UserId | null => user?.id ?? null;

async function visible(tx: Tx, principal: Principal, id: FilterId): Promise<FilterRow> {
  const filter = await lockFilter(tx, principal.tenantId, userOf(principal), id);
  if (!filter) throw notFound();
  return filter;
}

/** Whose a filter is: null for one that is shared. */
function ownerOf(principal: Principal, isShared: boolean): UserId | null {
  if (!isShared) {
    if (principal.user === null) throw invalid(["shared"], "a key has no filters of its own: share it");
    return principal.user.id;
  }
  if (principal.permissions.has("conversations.write")) return null;
  throw new Refusal("forbidden", {
    detail: "Sharing a filter needs `conversations.write`.",
    allowedRoles: rolesWith("conversations.write"),
  });
}

/** What is shared is its maker's to change, and that of whoever administers the tenant. */
function refuseOthers(principal: Principal, { owner_id, created_by }: FilterRow): void {
  const isOwn = principal.user !== null && principal.user.id === (owner_id ?? created_by);
  if (isOwn || principal.permissions.has("tenant.write")) return;
  throw new Refusal("forbidden", {
    detail: "Somebody else has shared this filter. Save one of your own.",
    allowedRoles: rolesWith("tenant.write"),
  });
}

/**
 * Reads a query as a list would. What depends on who asks later, `unread` and the assignees `me` and `none`, is left out.
 *
 * @throws Refusal invalid_input, invalid_number
 */
function refuseUnreadable({ unread: _, assigneeId, ...rest }: ConversationQuery, principal: Principal): void {
  const isRelative = assigneeId === undefined || assigneeId === "me" || assigneeId === "none";
  try {
    conditionsOf(isRelative ? rest : { ...rest, assigneeId }, principal);
  } catch (error) {
    if (!(error instanceof Refusal) || !error.issues) throw error;
    const issues = error.issues.map(({ path, message }) => ({ path: ["query", ...path], message }));
    throw new Refusal(error.code, { issues });
  }
}

async function refuseTooMany(tx: Tx, { tenantId }: Principal, ownerId: UserId | null): Promise<void> {
  if ((await countFilters(tx, tenantId, ownerId)) < MOST) return;
  throw new Refusal("conflict", { detail: `There are ${MOST} filters already. Delete one that nobody needs.` });
}
