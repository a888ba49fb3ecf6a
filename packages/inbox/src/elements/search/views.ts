import type { FiltersResource } from "@trunkline/sdk";
import type { Localizer } from "../../locales/localizer.ts";
import { saySearch } from "../../locales/search.ts";

/** A list of conversations that somebody saved under a name. */
export type SavedFilter = Awaited<ReturnType<FiltersResource["get"]>>;
type Query = SavedFilter["query"];

/** A way to look at the list; without a query it shows everything. */
export interface View {
  readonly key: string;
  readonly label: string;
  readonly query: Query | undefined;
}

const OWN = {
  open: { state: "open" },
  unassigned: { state: "open", assigneeId: "none" },
  snoozed: { state: "snoozed" },
  closed: { state: "closed" },
} as const satisfies Record<string, Query>;
const MINE: Query = { state: "open", assigneeId: "me" };

/** The views that everybody has; "Mine" only for a person, because a key has no conversations of its own. */
export function ownViews(words: Localizer, isPerson: boolean): View[] {
  const view = (key: keyof typeof OWN): View => ({ key, label: saySearch(words, `filter.${key}`), query: OWN[key] });
  return [
    { key: "", label: saySearch(words, "filter.all"), query: undefined },
    view("open"),
    ...(isPerson ? [{ key: "mine", label: saySearch(words, "filter.mine"), query: MINE }] : []),
    view("unassigned"),
    view("snoozed"),
    view("closed"),
  ];
}

/** Filters that somebody has saved, as views. */
export function savedViews(filters: readonly SavedFilter[]): View[] {
  return filters.map(({ id, name, query }) => ({ key: id, label: name, query }));
}
