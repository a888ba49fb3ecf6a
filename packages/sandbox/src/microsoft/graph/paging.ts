import { badRequest } from "./graph-error.ts";
import type { GraphCall } from "./operation.ts";
import type { Entity, Json } from "./query.ts";

/**
 * One page of a list, with `@odata.nextLink` when more follows. The link keeps every option of the first call.
 *
 * @param by - option that carries the place: the directory's opaque `skiptoken`, or Outlook's plain `skip`
 */
export function page(
  call: GraphCall,
  entities: readonly Entity[],
  { context, top, by }: { context: string; top: number; by: "skiptoken" | "skip" },
): Entity {
  const start = by === "skip" ? Number(call.options.get("skip") ?? 0) : readToken(call.options.get("skiptoken"));
  const end = start + top;
  const body: Record<string, Json> = { "@odata.context": `${call.base}/$metadata#${context}` };
  if (call.options.get("count") === "true" && (by === "skip" || isEventual(call))) {
    body["@odata.count"] = entities.length;
  }
  if (end < entities.length) {
    const next = new URL(call.base + call.path);
    for (const name of [`$${by}`, by]) next.searchParams.delete(name);
    next.searchParams.set(`$${by}`, by === "skip" ? String(end) : writeToken(end));
    body["@odata.nextLink"] = linkText(next);
  }
  return { ...body, value: entities.slice(start, end) };
}

/** A link as Graph writes it, with a plain `$` before each option. */
export function linkText(link: URL): string {
  return link.href.replaceAll("%24", "$");
}

/** Advanced queries of the directory ask for `ConsistencyLevel: eventual`. */
function isEventual({ headers }: GraphCall): boolean {
  return headers.get("consistencylevel")?.toLowerCase() === "eventual";
}

function writeToken(position: number): string {
  return btoa(`page:${position}`);
}

function readToken(token: string | undefined): number {
  if (token === undefined) return 0;
  try {
    const position = /^page:(?<position>\d+)$/.exec(atob(token))?.groups?.position;
    if (position !== undefined) return Number(position);
  } catch {
    // not base64: refused like any other foreign token
  }
  throw badRequest("The specified page token value is invalid.", "Directory_ExpiredPageToken");
}
