import type { Page } from "@trunkline/protocol";
import type { Http } from "../http.ts";
import type { CallOptions, KeyedCallOptions } from "./call-options.ts";
import { type Listing, type ListOptions, listing } from "./listing.ts";

/** The five verbs of a plain collection. */
export interface Collection<Item, Create, Update, Created = Item> {
  list(paging?: ListOptions & object, options?: CallOptions): Listing<Item>;
  get(id: string, options?: CallOptions): Promise<Item>;
  create(input: Create, options?: KeyedCallOptions): Promise<Created>;
  update(id: string, changes: Update, options?: CallOptions): Promise<Item>;
  delete(id: string, options?: CallOptions): Promise<void>;
}

/**
 * @param base - path of the collection, such as `v1/lines`
 * @param isKeyed - whether creating honours `Idempotency-Key`
 */
export function collection<Item, Create, Update, Created = Item>(
  http: Http,
  base: string,
  isKeyed = true,
): Collection<Item, Create, Update, Created> {
  return {
    list: (query, options) => listOf<Item>(http, base, query, options),
    get: (id, options) => http.call({ method: "GET", path: pathOf(base, id) }, options),
    create: (body, options) => http.call({ method: "POST", path: base, body, isKeyed }, options),
    update: (id, body, options) => http.call({ method: "PATCH", path: pathOf(base, id), body }, options),
    delete: (id, options) => http.call({ method: "DELETE", path: pathOf(base, id) }, options),
  };
}

/** A list that is read by `?cursor=`; `read` looks at each item before it is handed out. */
export function listOf<Item>(
  http: Http,
  path: string,
  query: object = {},
  options?: CallOptions,
  read: (item: Item) => Item = (item) => item,
): Listing<Item> {
  return listing(async (cursor) => {
    const page = await http.call<Page<Item>>({ method: "GET", path, query: { ...query, cursor } }, options);
    return { ...page, data: page.data.map(read) };
  });
}

/** A path of parts that others chose; a user's `ext:` name may hold anything. */
export function pathOf(base: string, id: string, below = ""): string {
  return `${base}/${encodeURIComponent(id)}${below}`;
}
