const DEFAULT_SIZE = 50;
const MAX_SIZE = 1000;

/** Whether a list's query asks for pages that there can be. */
export function hasPageSize(query: URLSearchParams): boolean {
  const size = query.get("PageSize");
  return size === null || (/^\d+$/.test(size) && Number(size) >= 1 && Number(size) <= MAX_SIZE);
}

/**
 * One page of a list as Twilio cuts it: the next one begins after the last entry of this one, whatever came in meanwhile.
 *
 * @param path - of the list
 * @param query - the caller's filters; `Page`, `PageSize` and `PageToken` choose the page
 */
export function pageOf<Item extends { readonly sid: string }>(
  items: readonly Item[],
  path: string,
  query: URLSearchParams,
) {
  const size = Number(query.get("PageSize") ?? DEFAULT_SIZE);
  const page = Number(query.get("Page") ?? 0);
  const token = query.get("PageToken");
  const begin = token === null ? page * size : items.findIndex(({ sid }) => token === `PA${sid}`) + 1;
  const data = items.slice(begin, begin + size);
  const last = data.at(-1);
  const uri = (number: number, pageToken?: string) => {
    const next = new URLSearchParams(query);
    next.set("PageSize", String(size));
    next.set("Page", String(number));
    next.delete("PageToken");
    if (pageToken !== undefined) next.set("PageToken", pageToken);
    return `${path}?${next}`;
  };
  return {
    data,
    facts: {
      end: Math.max(begin, begin + data.length - 1),
      first_page_uri: uri(0),
      next_page_uri: last && begin + size < items.length ? uri(page + 1, `PA${last.sid}`) : null,
      page,
      page_size: size,
      previous_page_uri: page === 0 ? null : uri(page - 1),
      start: begin,
      uri: uri(page, token ?? undefined),
    },
  };
}
