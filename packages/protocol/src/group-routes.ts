import { CreateGroup, Group, UpdateGroup } from "./groups.ts";
import { byId, created, none, ok, paging, type RouteDefinition } from "./route-definition.ts";
import { page } from "./schema.ts";

/** Groups of users, to whom lines can be assigned. */
export const GROUP_ROUTES = {
  listGroups: {
    method: "GET",
    path: "/v1/groups",
    access: "users.read",
    tag: "groups",
    summary: "Lists groups of users.",
    query: paging,
    answer: ok(page(Group)),
  },
  createGroup: {
    method: "POST",
    path: "/v1/groups",
    access: "users.write",
    tag: "groups",
    summary: "Makes a group of users.",
    body: CreateGroup,
    answer: created(Group),
    idempotent: true,
  },
  getGroup: {
    method: "GET",
    path: "/v1/groups/{id}",
    access: "users.read",
    tag: "groups",
    summary: "Gets a group.",
    params: byId("grp"),
    answer: ok(Group),
  },
  updateGroup: {
    method: "PATCH",
    path: "/v1/groups/{id}",
    access: "users.write",
    tag: "groups",
    summary: "Changes a group; `members` replaces the whole list.",
    params: byId("grp"),
    body: UpdateGroup,
    answer: ok(Group),
  },
  deleteGroup: {
    method: "DELETE",
    path: "/v1/groups/{id}",
    access: "users.write",
    tag: "groups",
    summary: "Deletes a group; its members no longer see lines through it.",
    params: byId("grp"),
    answer: none,
  },
} as const satisfies Record<string, RouteDefinition>;
