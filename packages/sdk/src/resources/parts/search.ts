import type { Search, SearchResult } from "@trunkline/protocol";
import type { Http } from "../../http.ts";
import type { CallOptions } from "../call-options.ts";

/** What is fetched when somebody searches first. */
export interface SearchCalls {
  /**
   * Finds messages by words, beginnings of words and pieces of phone numbers, and conversations by the names and numbers of
   * their participants. To go on, name one kind in `in` and pass its `nextCursor` as `cursor`. A page may be short, or
   * empty, although there is a `nextCursor`.
   */
  search(input: Search, options?: CallOptions): Promise<SearchResult>;
}

export function searchCalls(http: Http): SearchCalls {
  return { search: (body, options) => http.call({ method: "POST", path: "v1/search", body }, options) };
}
