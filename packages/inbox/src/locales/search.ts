import type { Phrase } from "./en.ts";
import type { Localizer, Values } from "./localizer.ts";

/** Words of searching and filtering, in English. Apart from `en`, so that the first picture does not wait for them. */
const search = {
  "search.label": "Search messages and people",
  "search.hint": "Search",
  "search.clear": "Clear search",
  "search.results": "Search results",
  "search.people": "Conversations",
  "search.messages": "Messages",
  "search.searching": "Searching",
  "search.found": { one: "{count} result", other: "{count} results" },
  "search.none": "Nothing found",
  "search.none-hint": "Words are found by their beginnings, numbers by any three digits in a row.",
  "search.unsearchable": "Enter a letter or a digit",
  "search.unsearchable-hint": "Words, names and phone numbers are found, punctuation is not.",
  "search.failed": "The search failed",
  "search.retry": "Search again",
  "search.more-people": "More conversations",
  "search.more-messages": "More messages",
  "search.note": "Note",
  "filter.label": "Show",
  "filter.all": "Any state",
  "filter.open": "Open",
  "filter.mine": "Mine",
  "filter.unassigned": "Unassigned",
  "filter.snoozed": "Snoozed",
  "filter.closed": "Closed",
  "filter.saved": "Saved filters",
  "filter.empty": "No conversations here",
  "filter.empty-hint": "None fits this filter at the moment.",
} as const satisfies Record<string, Phrase>;

/** The phrase with its values in place, as `Localizer.t` does it. */
export function saySearch(words: Localizer, key: keyof typeof search, values?: Values): string {
  return words.fill(search[key], values);
}
