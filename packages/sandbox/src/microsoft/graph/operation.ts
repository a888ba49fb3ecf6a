import type { GraphCaller } from "../caller.ts";
import type { GraphService } from "./graph-error.ts";
import type { Json, QueryOption } from "./query.ts";

/** One call, as an operation sees it: authorised, its options checked. */
export interface GraphCall {
  readonly caller: GraphCaller;
  /** Parts of the path that the template leaves open, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** `$`-options by name without `$`, and other parameters as they came. */
  readonly options: ReadonlyMap<string, string>;
  readonly headers: Headers;
  /** The JSON that came with the call; null without any. */
  readonly body: unknown;
  /** Address of Graph up to and including `/v1.0`, for links. */
  readonly base: string;
  /** Path below `base`, with the query. */
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What an operation answers. Without `body` the answer is empty. */
export interface GraphReply {
  readonly status: number;
  readonly body?: Json;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Handler = (call: GraphCall) => GraphReply | Promise<GraphReply>;

/** One operation of Graph. Its permissions stand in `operation-permissions.ts` under `METHOD path`. */
export interface Operation {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Template as in Microsoft's OpenAPI description: `/users/{user-id}/contacts`. */
  readonly path: string;
  readonly service: GraphService;
  /** `$`-options that this operation knows; any other is refused. */
  readonly options?: readonly QueryOption[];
  /** These delegated permissions reach the signed-in user's own things only. `all` = every delegated one. */
  readonly ownOnly?: readonly string[] | "all";
  readonly handle: Handler;
}

/** The two addresses of what belongs to a user: `/me…` and `/users/{user-id}…`. */
export function ofUser(path: string, operation: Omit<Operation, "path">): Operation[] {
  return [
    { ...operation, path: `/me${path}` },
    { ...operation, path: `/users/{user-id}${path}` },
  ];
}

/** Finds the operation for a path. A literal part goes before an open one, so `/users/delta` is not a user's id. */
export class OperationTable {
  readonly #rows: readonly { operation: Operation; parts: readonly string[]; openParts: number }[];

  constructor(operations: readonly Operation[]) {
    this.#rows = operations
      .map((operation) => {
        const parts = operation.path.slice(1).split("/");
        return { operation, parts, openParts: parts.filter((part) => part.includes("{")).length };
      })
      .sort((a, b) => a.openParts - b.openParts);
  }

  get operations(): readonly Operation[] {
    return this.#rows.map(({ operation }) => operation);
  }

  /** `unknown_path` when no operation has this path at all, `unknown_method` when one has, by another method. */
  find(
    method: string,
    path: string,
  ): { operation: Operation; params: Record<string, string> } | "unknown_path" | "unknown_method" {
    const given = path.slice(1).split("/");
    let isKnown = false;
    for (const { operation, parts } of this.#rows) {
      const params = matchParts(parts, given);
      if (params === null) continue;
      if (operation.method === method) return { operation, params };
      isKnown = true;
    }
    return isKnown ? "unknown_method" : "unknown_path";
  }
}

function matchParts(parts: readonly string[], given: readonly string[]): Record<string, string> | null {
  if (parts.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const value = given[index] ?? "";
    const open = /^(?<before>[^{]*)\{(?<name>[^}]+)\}(?<after>.*)$/.exec(part)?.groups;
    if (open?.name === undefined) {
      if (part !== value && `${part}()` !== value) return null; // Graph takes `delta` and `delta()`
      continue;
    }
    const { before = "", after = "" } = open;
    if (!value.startsWith(before) || !value.endsWith(after) || value.length <= before.length + after.length)
      return null;
    params[open.name] = value.slice(before.length, value.length - after.length);
  }
  return params;
}
