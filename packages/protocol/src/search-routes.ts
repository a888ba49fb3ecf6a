import { ok, type RouteDefinition } from "./route-definition.ts";
import { Search, SearchResult } from "./search.ts";

export const SEARCH_ROUTES = {
  search: {
    method: "POST",
    path: "/v1/search",
    access: "conversations.read",
    tag: "search",
    summary: "Finds messages by their words, and conversations by the names and numbers of their participants.",
    body: Search,
    answer: ok(SearchResult),
  },
} as const satisfies Record<string, RouteDefinition>;
