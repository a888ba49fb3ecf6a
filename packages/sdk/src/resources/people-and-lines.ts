import type { CreateLine, Line, LineId, UpdateLine, UpdateUser, User, UserRef } from "@trunkline/protocol";
import type { Http } from "../http.ts";
import type { Live } from "../store/live.ts";
import type { Store } from "../store/store.ts";
import { WholeList } from "../store/whole-list.ts";
import type { CallOptions, KeyedCallOptions } from "./call-options.ts";
import { collection } from "./collection.ts";
import type { FetchedCall } from "./fetched-calls.ts";
import { type Listing, type ListOptions, readAll } from "./listing.ts";
import type { AdministrationCalls } from "./parts/administration.ts";

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
  /** Makes or changes up to 1,000 users by the host's own ids. */
  upsertMany: AdministrationCalls["upsertUsers"];
  /** All users of the tenant, by name, kept up to date. */
  live(): Live<User>;
}

const WHOLE = { limit: 200 } as const;

export function linesResource(http: Http, store: Store): LinesResource {
  const lines = collection<Line, CreateLine, UpdateLine>(http, "v1/lines");
  return {
    ...lines,
    live: () =>
      new WholeList<Line>({
        ...store.view,
        fetchAll: (signal) => readAll(lines.list(WHOLE, { signal })),
        read(event) {
          if (event.type === "line.created" || event.type === "line.updated") return { item: event.data };
          return event.type === "line.removed" ? { removed: event.data.id } : null;
        },
      }),
  };
}

export function usersResource(http: Http, store: Store, call: FetchedCall): UsersResource {
  const users = collection<User, never, UpdateUser>(http, "v1/users");
  return {
    ...users,
    upsertMany: call("upsertUsers"),
    live: () =>
      new WholeList<User>({
        ...store.view,
        fetchAll: (signal) => readAll(users.list(WHOLE, { signal })),
        read: (event) => (event.type === "user.updated" ? { item: event.data } : null),
      }),
  };
}
