import type { Page } from "@trunkline/protocol";
import type { Operation } from "@trunkline/protocol/routes";
import { Refusal } from "./refusal.ts";

/** A page's size when the query names none. */
const DEFAULT_LIMIT = 50;

/** Where a page ends: what its last row is sorted by, as text. */
export type Position<Length extends number> = Length extends 1
  ? readonly [string]
  : Length extends 2
    ? readonly [string, string]
    : readonly string[];

export interface OpenPage<Length extends number> {
  /** Rows to answer; ask the store for one more to know whether there is a next page. */
  readonly limit: number;
  /** Rows come after this one in the list's order; null on the first page. */
  readonly after: Position<Length> | null;
  /** Makes the answer of up to `limit + 1` rows. */
  answer<Row, Item>(
    rows: readonly Row[],
    positionOf: (row: Row) => Position<Length>,
    toItem: (row: Row) => Item,
  ): Page<Item>;
}

/**
 * Reads a list's `limit` and `cursor`. A cursor is opaque to clients and bound to its route and filters: with others it
 * would silently skip rows, so it is refused.
 *
 * @param length - how many texts make a position in this list
 * @throws Refusal invalid_cursor
 */
export function openPage<Length extends number>(
  operation: Operation,
  query: { limit?: number | undefined; cursor?: string | undefined },
  length: Length,
): OpenPage<Length> {
  const { limit = DEFAULT_LIMIT, cursor, ...filters } = query;
  const list = fingerprint(JSON.stringify([operation, Object.entries(filters).sort(byName)]));
  const after = cursor === undefined ? null : read<Length>(cursor, list, length);
  return {
    limit,
    after,
    answer(rows, positionOf, toItem) {
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      const more = rows.length > limit && last !== undefined;
      return { data: shown.map(toItem), nextCursor: more ? write(list, positionOf(last)) : null };
    },
  };
}

function write(list: string, position: readonly string[]): string {
  const bytes = new TextEncoder().encode(JSON.stringify([list, ...position]));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

function read<Length extends number>(cursor: string, list: string, length: number): Position<Length> {
  const parts = parse(cursor);
  if (parts?.[0] !== list || parts.length !== length + 1) throw new Refusal("invalid_cursor");
  return parts.slice(1) as unknown as Position<Length>; // its length was checked one line above
}

function parse(cursor: string): string[] | null {
  try {
    const bytes = Uint8Array.from(atob(cursor.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return Array.isArray(value) && value.every((part) => typeof part === "string" && !part.includes("\0"))
      ? value
      : null;
  } catch {
    return null; // whatever it is, it is no cursor of ours
  }
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : a > b ? 1 : 0);

/** FNV-1a in 32 bits: it tells lists apart and guards nothing. Source: draft-eastlake-fnv, §2. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}
