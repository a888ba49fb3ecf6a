import { CreateFilter, Filter, UpdateFilter } from "./filters.ts";
import { byId, created, none, ok, paging, type RouteDefinition } from "./route-definition.ts";
import { page } from "./schema.ts";

/** Lists of conversations under names. */
export const FILTER_ROUTES = {
  listFilters: {
    method: "GET",
    path: "/v1/filters",
    access: "conversations.read",
    tag: "filters",
    summary: "Lists the caller's own filters and those that are shared, by name.",
    query: paging,
    answer: ok(page(Filter)),
  },
  createFilter: {
    method: "POST",
    path: "/v1/filters",
    access: "conversations.read",
    tag: "filters",
    summary: "Saves a filter; sharing it needs `conversations.write`.",
    body: CreateFilter,
    answer: created(Filter),
    idempotent: true,
  },
  getFilter: {
    method: "GET",
    path: "/v1/filters/{id}",
    access: "conversations.read",
    tag: "filters",
    summary: "Gets a filter.",
    params: byId("flt"),
    answer: ok(Filter),
  },
  updateFilter: {
    method: "PATCH",
    path: "/v1/filters/{id}",
    access: "conversations.read",
    tag: "filters",
    summary: "Changes a filter: one's own, or with `tenant.write` any that is shared.",
    params: byId("flt"),
    body: UpdateFilter,
    answer: ok(Filter),
  },
  deleteFilter: {
    method: "DELETE",
    path: "/v1/filters/{id}",
    access: "conversations.read",
    tag: "filters",
    summary: "Deletes a filter: one's own, or with `tenant.write` any that is shared.",
    params: byId("flt"),
    answer: none,
  },
} as const satisfies Record<string, RouteDefinition>;
