import type { CreateLine, Line, LineId, UpdateLine, UpdateUser, User, UserRef } from "@trunkline/protocol";
import type { Live } from "../store/live.ts";
import type { CallOptions, KeyedCallOptions } from "./call-options.ts";
import type { Listing, ListOptions } from "./listing.ts";

export interface LinesResource {
  /** The lines that the caller sees. */
  list(paging?: ListOptions, options?: CallOptions): Listing<Line>;
  get(id: LineId, options?: CallOptions): Promise<Line>;
  create(input: CreateLine, options?: KeyedCallOptions): Promise<Line>;
  update(id: LineId, changes: UpdateLine, options?: CallOptions): Promise<Line>;
  delete(id: LineId, options?: CallOptions): Promise<void>;
  /** All lines that the caller sees, by name, kept up to date. */
  live(): Live<Line>;
}

export interface UsersResource {
  list(paging?: ListOptions, options?: CallOptions): Listing<User>;
  get(id: UserRef, options?: CallOptions): Promise<User>;
  update(id: UserRef, changes: UpdateUser, options?: CallOptions): Promise<User>;
  delete(id: UserRef, options?: CallOptions): Promise<void>;
  /** All users of the tenant, by name, kept up to date. */
  live(): Live<User>;
}
