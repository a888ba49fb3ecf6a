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
