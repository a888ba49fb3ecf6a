import type { CreateGroup, Group, GroupId, UpdateGroup } from "@trunkline/protocol";
import type { CallOptions, KeyedCallOptions } from "./call-options.ts";
import type { Listing, ListOptions } from "./listing.ts";

/** Groups of users. A line that names a group in `groups` is seen by its members. */
export interface GroupsResource {
  list(paging?: ListOptions, options?: CallOptions): Listing<Group>;
  get(id: GroupId, options?: CallOptions): Promise<Group>;
  create(input: CreateGroup, options?: KeyedCallOptions): Promise<Group>;
  /** Changes what it names; `members` is replaced whole. */
  update(id: GroupId, changes: UpdateGroup, options?: CallOptions): Promise<Group>;
  delete(id: GroupId, options?: CallOptions): Promise<void>;
}
