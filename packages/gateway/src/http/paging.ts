import { isStorableText, type Page } from "@trunkline/protocol";
import type { Operation } from "@trunkline/protocol/routes";
import { fromBase64Url, toBase64Url } from "../bytes.ts";
import { Refusal } from "./refusal.ts";

/** A page's size when the query names none. */
const DEFAULT_LIMIT = 50;

/** What a list is sorted by, in order; a cursor that holds anything else is none of ours. */
export type Key = keyof typeof FORMS;

const FORMS = {
  id: (text: string) => /^[a-z]+_[0-9a-hjkmnp-tv-z]{26}$/.test(text),
  time: (text: string) => /^\d{4}-[\d-]{5}T[\d:]{8}\.\d{3}Z$/.test(text) && !Number.isNaN(Date.parse(text)),
  sequence: (text: string) => /^\d{1,9}$/.test(text),
  text: isStorableText,
};

/** Where a page ends: what its last row is sorted by, as text. */
export type Position<Keys extends readonly Key[]> = { readonly [Index in keyof Keys]: string };

export interface OpenPage<Keys extends readonly Key[]> {
  /** Rows to answer; ask the store for one more to know whether there is a next page. */
  readonly limit: number;
  /** Rows come after this one in the list's order; null on the first page. */
  readonly after: Position<Keys> | null;
  /** Makes the answer of up to `limit + 1` rows. */
  answer<Row, Item>(
    rows: readonly Row[],
    positionOf: (row: Row) => Position<Keys>,
    toItem: (row: Row) => Item,
  ): Page<Item>;
  /** Makes the answer of a page that somebody else cut; null at the end. */
  answerPart<Item>(items: Item[], next: Position<Keys> | null): Page<Item>;
}

/**
 * Reads a list's `limit` and `cursor`. A cursor is opaque to clients and bound to its route and filters: with others it
 * would silently skip rows, so it is refused.
 *
 * @throws Refusal invalid_cursor
 */
export function openPage<const Keys extends readonly Key[]>(
  operation: Operation,
  query: { limit?: number | undefined; cursor?: string | undefined },
  keys: Keys,
): OpenPage<Keys> {
  const { limit = DEFAULT_LIMIT, cursor, ...filters } = query;
  const list = fingerprint(JSON.stringify([operation, Object.entries(filters).sort(byName)]));
  const after = cursor === undefined ? null : read(cursor, list, keys);
  return {
    limit,
    after,
    answer(rows, positionOf, toItem) {
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      const more = rows.length > limit && last !== undefined;
      return { data: shown.map(toItem), nextCursor: more ? write(list, positionOf(last)) : null };
    },
    answerPart: (items, next) => ({ data: items, nextCursor: next && write(list, next) }),
  };
}

function write(list: string, position: readonly string[]): string {
  return toBase64Url(new TextEncoder().encode(JSON.stringify([list, ...position])));
}

function read<Keys extends readonly Key[]>(cursor: string, list: string, keys: Keys): Position<Keys> {
  const [first, ...position] = parse(cursor) ?? [];
  const isOurs = first === list && position.length === keys.length;
  if (!isOurs || !keys.every((key, index) => FORMS[key](position[index] ?? ""))) throw new Refusal("invalid_cursor");
  return position as unknown as Position<Keys>; // as many texts as there are keys, by the lines above
}

function parse(cursor: string): string[] | null {
  const bytes = fromBase64Url(cursor);
  if (bytes === null) return null;
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return Array.isArray(value) && value.every((part) => typeof part === "string") ? value : null;
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
