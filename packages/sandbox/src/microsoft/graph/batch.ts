import { z } from "zod";
import { badRequest } from "./graph-error.ts";
import type { Json } from "./query.ts";

/** Source: Microsoft Graph, "Combine multiple HTTP requests using JSON batching". */
const MOST_REQUESTS = 20;

const Item = z.object({
  id: z.string().min(1),
  method: z.string(),
  url: z.string().min(1),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.json().optional(),
  dependsOn: z.array(z.string()).optional(),
});
const Batch = z.object({ requests: z.array(Item).min(1) });
type BatchItem = z.infer<typeof Item>;

/**
 * Runs the requests of a batch, one after the other, and answers for each. One that depends on a failed one is not run
 * and answers 424.
 *
 * @param run - one request, with the path below `/v1.0`
 * @throws GraphError 400 for a batch that is malformed, too long, has an id twice or dependencies that cannot be met
 */
export async function runBatch(
  body: unknown,
  run: (item: { method: string; path: string; headers: Headers; body: string | null }) => Promise<Response>,
): Promise<Json> {
  const parsed = Batch.safeParse(body);
  if (!parsed.success) throw badRequest("Invalid batch payload format.");
  const { requests } = parsed.data;
  if (requests.length > MOST_REQUESTS) {
    throw badRequest(`The number of batch requests exceeds the maximum of ${MOST_REQUESTS}.`);
  }
  const responses: Json[] = [];
  const statuses = new Map<string, number>();
  for (const item of inOrder(requests)) {
    const isBlocked = (item.dependsOn ?? []).some((id) => (statuses.get(key(id)) ?? 0) >= 400);
    const answer = isBlocked ? failedDependency() : await runItem(item, run);
    statuses.set(key(item.id), answer.status);
    responses.push({ id: item.id, ...answer });
  }
  return { responses };
}

function inOrder(requests: readonly BatchItem[]): BatchItem[] {
  const ids = new Set(requests.map(({ id }) => key(id)));
  if (ids.size !== requests.length) throw badRequest("Request ids must be unique within a batch.");
  const done = new Set<string>();
  const ordered: BatchItem[] = [];
  let waiting = [...requests];
  while (waiting.length > 0) {
    const ready = waiting.filter(({ dependsOn = [] }) => dependsOn.every((id) => done.has(key(id))));
    if (ready.length === 0)
      throw badRequest("A dependsOn property names an unknown request, or requests that wait for each other.");
    for (const item of ready) done.add(key(item.id));
    ordered.push(...ready);
    waiting = waiting.filter((item) => !ready.includes(item));
  }
  return ordered;
}

async function runItem(
  { method, url, headers, body }: BatchItem,
  run: Parameters<typeof runBatch>[1],
): Promise<{ status: number; headers: Record<string, string>; body: Json }> {
  const given = new Headers(headers);
  if (body !== undefined && !given.has("content-type")) {
    throw badRequest("A request with a body needs a Content-Type header in its own headers.");
  }
  const path = url.startsWith("/") ? url : `/${url}`;
  const answer = await run({ method, path, headers: given, body: body === undefined ? null : JSON.stringify(body) });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: headersOf(answer),
    body: text === "" ? null : JSON.parse(text),
  };
}

function failedDependency(): { status: number; headers: Record<string, string>; body: Json } {
  const error = { code: "FailedDependency", message: "A request that this one depends on failed." };
  return { status: 424, headers: {}, body: { error } };
}

// Graph writes these names so within a batch, and Microsoft's own client 3.0.7 finds `Content-Type` only in this spelling.
const SPELLINGS = new Map(
  ["Content-Type", "Location", "OData-Version", "Retry-After"].map((name) => [name.toLowerCase(), name]),
);

function headersOf({ headers }: Response): Record<string, string> {
  return Object.fromEntries([...headers].map(([name, value]) => [SPELLINGS.get(name) ?? name, value]));
}

// Ids are compared without regard to case.
function key(id: string): string {
  return id.toLowerCase();
}
