import type { Page } from "@trunkline/protocol";

/**
 * A list of the gateway, read in pages as needed. Nothing is fetched before it is walked; each walk starts anew.
 *
 * @example
 * for await (const line of trunkline.lines.list()) show(line);
 */
export interface Listing<Item> extends AsyncIterable<Item> {
  /** Walks page by page instead of item by item. */
  pages(): AsyncIterable<Page<Item>>;
  /** The first page alone. */
  page(): Promise<Page<Item>>;
}

/** How many items a page has: 1 to 200. @default 50 */
export interface ListOptions {
  limit?: number | undefined;
}

/** Makes a list of how to fetch the page at a cursor. */
export function listing<Item>(fetchPage: (cursor: string | undefined) => Promise<Page<Item>>): Listing<Item> {
  async function* pages() {
    for (let cursor: string | undefined; ; ) {
      const page = await fetchPage(cursor);
      yield page;
      if (page.nextCursor === null) return;
      cursor = page.nextCursor;
    }
  }
  return {
    pages,
    page: () => fetchPage(undefined),
    async *[Symbol.asyncIterator]() {
      for await (const page of pages()) yield* page.data;
    },
  };
}

/** Reads a list to its end. */
export async function readAll<Item>(list: Listing<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of list) items.push(item);
  return items;
}
