import type { CreateFilter, Filter, FilterId, UpdateFilter } from "@trunkline/protocol";
import type { CallOptions, KeyedCallOptions } from "./call-options.ts";
import type { Listing, ListOptions } from "./listing.ts";

/**
 * Lists of conversations under names, one's own and those that are shared. `conversations.live(filter.query)` shows one:
 * `me` is whoever looks, and everybody sees what they may see.
 */
export interface FiltersResource {
  /** By name. */
  list(paging?: ListOptions, options?: CallOptions): Listing<Filter>;
  get(id: FilterId, options?: CallOptions): Promise<Filter>;
  create(input: CreateFilter, options?: KeyedCallOptions): Promise<Filter>;
  /** Changes what it names; `query` is replaced whole. Rejects with `forbidden` for what somebody else has shared. */
  update(id: FilterId, changes: UpdateFilter, options?: CallOptions): Promise<Filter>;
  delete(id: FilterId, options?: CallOptions): Promise<void>;
}
