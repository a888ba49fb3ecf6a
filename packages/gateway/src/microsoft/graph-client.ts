import * as z from "zod/mini";
import { ask, begin, type Circuit, CLOSED, hear } from "../carriers/circuit.ts";
import { type Clock, pause } from "../clock.ts";
import { GraphRefused, GraphUnavailable } from "./graph-error.ts";

/*
 * Microsoft Graph as the gateway asks it: one question at a time, pages, changes since the last look, and up to twenty
 * questions at once. Source: Microsoft Learn, "Paging", "Delta query", "JSON batching" and "Throttling guidance".
 */

export interface GraphOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  /** Where Graph answers, without a slash at the end. */
  readonly origin: string;
  /**
   * How often a question is asked while Graph asks for short pauses.
   * @default 3
   */
  readonly attempts?: number;
}

/** For whom Graph is asked. Each Microsoft tenant that Graph does not answer for is left in peace by itself. */
export interface GraphCaller {
  readonly microsoftTenantId: string;
  readonly accessToken: string;
}

/** One question of a batch. `url` is a path below the version, such as `/users/…`. */
export interface BatchQuestion {
  readonly id: string;
  readonly url: string;
}

/** Changes since a look before, and the address at which the next look begins. `isNew`: what was known before counts for nothing. */
export interface Changes<Item> {
  readonly items: readonly Item[];
  readonly deltaLink: string;
  readonly isNew: boolean;
}

export interface GraphClient {
  /** @param path - below the version, such as `/me?$select=displayName` */
  get<Body extends z.ZodMiniType>(caller: GraphCaller, path: string, body: Body): Promise<z.infer<Body>>;
  /** Every item of a list, page by page. */
  list<Item extends z.ZodMiniType>(caller: GraphCaller, path: string, item: Item): AsyncGenerator<z.infer<Item>>;
  /**
   * What has changed since `from`, an address that an earlier look gave; from the beginning when Graph has forgotten it.
   */
  delta<Item extends z.ZodMiniType>(
    caller: GraphCaller,
    path: string,
    item: Item,
    from: string | null,
  ): Promise<Changes<z.infer<Item>>>;
  /** Asks many things at once; each answer stands for itself, and what Graph throttles is asked again. */
  batch<Body extends z.ZodMiniType>(
    caller: GraphCaller,
    questions: readonly BatchQuestion[],
    body: Body,
  ): Promise<ReadonlyMap<string, z.infer<Body> | GraphRefused | GraphUnavailable>>;
}

const VERSION = "/v1.0";
/** After which a question that Graph has not answered is given up, in milliseconds. */
const ANSWER_MS = 15_000;
const ATTEMPTS = 3;
/** A longer pause than this is the caller's to make, in milliseconds. */
const LONGEST_PAUSE_MS = 10_000;
const BATCH_SIZE = 20;
const GONE = 410;

const Page = z.object({
  value: z.array(z.unknown()),
  "@odata.nextLink": z.optional(z.string()),
  "@odata.deltaLink": z.optional(z.string()),
});
const ErrorBody = z.object({ error: z.object({ code: z.string() }) });
const BatchAnswer = z.object({
  responses: z.array(
    z.object({
      id: z.string(),
      status: z.number(),
      headers: z.optional(z.record(z.string(), z.string())),
      body: z.optional(z.unknown()),
    }),
  ),
});

export function createGraphClient({ fetch, clock, origin, attempts = ATTEMPTS }: GraphOptions): GraphClient {
  const circuits = new Map<string, Circuit>();
  let asked = 0;

  /** Only Graph's own addresses are followed: they carry a token. */
  function ownUrl(address: string): string {
    const url = new URL(address, origin);
    if (url.origin !== new URL(origin).origin) throw new GraphUnavailable("Graph led to another host.");
    return url.href;
  }

  async function once(caller: GraphCaller, url: string, init: RequestInit): Promise<unknown> {
    const { microsoftTenantId: tenant, accessToken } = caller;
    const name = `${asked++}`;
    const look = ask(circuits.get(tenant) ?? CLOSED, name, clock.now());
    const go = look.passage.kind === "go" ? begin(look.circuit, name, { now: clock.now(), answerMs: ANSWER_MS }) : look;
    circuits.set(tenant, go.circuit);
    if (go.passage.kind === "wait") {
      const retryAfterMs = go.passage.until - clock.now();
      throw new GraphUnavailable("Graph has not answered for this organisation lately.", { retryAfterMs });
    }
    const heard = (works: boolean) =>
      circuits.set(tenant, hear(circuits.get(tenant) ?? CLOSED, name, works, clock.now()));
    let response: Response;
    let text: string;
    try {
      const headers = { ...init.headers, accept: "application/json", authorization: `Bearer ${accessToken}` };
      response = await fetch(url, { ...init, headers, redirect: "error", signal: AbortSignal.timeout(ANSWER_MS) });
      text = await response.text();
    } catch (cause) {
      heard(false);
      throw new GraphUnavailable("Graph could not be reached.", { cause });
    }
    heard(response.status < 500);
    const body = parse(text);
    if (response.ok) return body;
    throw toError(response.status, body, response.headers.get("retry-after"), response.headers.get("request-id"));
  }

  async function send(caller: GraphCaller, url: string, init: RequestInit = {}): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(caller, ownUrl(url), init);
      } catch (error) {
        const wait = error instanceof GraphUnavailable ? error.retryAfterMs : null;
        if (wait === null || wait > LONGEST_PAUSE_MS || attempt === attempts) throw error;
        await pause(clock, wait);
      }
    }
  }

  async function page(caller: GraphCaller, url: string) {
    return z.parse(Page, await send(caller, url));
  }

  const client: GraphClient = {
    async get(caller, path, body) {
      return z.parse(body, await send(caller, `${origin}${VERSION}${path}`));
    },

    async *list(caller, path, item) {
      let next: string | undefined = `${origin}${VERSION}${path}`;
      while (next !== undefined) {
        const answer: z.infer<typeof Page> = await page(caller, next);
        for (const value of answer.value) yield z.parse(item, value);
        next = answer["@odata.nextLink"];
      }
    },

    async delta(caller, path, item, from) {
      let next = from ?? `${origin}${VERSION}${path}`;
      const items: z.infer<typeof item>[] = [];
      for (;;) {
        let answer: z.infer<typeof Page>;
        try {
          answer = await page(caller, next);
        } catch (error) {
          if (from === null || !(error instanceof GraphRefused) || error.status !== GONE) throw error;
          return client.delta(caller, path, item, null);
        }
        for (const value of answer.value) items.push(z.parse(item, value));
        const { "@odata.nextLink": following, "@odata.deltaLink": deltaLink } = answer;
        if (deltaLink !== undefined) return { items, deltaLink, isNew: from === null };
        if (following === undefined) throw new GraphUnavailable("Graph's list of changes has no end.");
        next = following;
      }
    },

    async batch(caller, questions, body) {
      const answers = new Map<string, z.infer<typeof body> | GraphRefused | GraphUnavailable>();
      for (let from = 0; from < questions.length; from += BATCH_SIZE) {
        let open: readonly BatchQuestion[] = questions.slice(from, from + BATCH_SIZE);
        for (let attempt = 1; open.length > 0; attempt++) {
          const requests = open.map(({ id, url }) => ({ id, method: "GET", url }));
          const init = {
            method: "POST",
            body: JSON.stringify({ requests }),
            headers: { "content-type": "application/json" },
          };
          const { responses } = z.parse(BatchAnswer, await send(caller, `${origin}${VERSION}/$batch`, init));
          let longest = 0;
          const again = open.filter(({ id }) => {
            const answer = responses.find((response) => response.id === id);
            const outcome = answer ? read(answer, body) : new GraphUnavailable("Graph left a question out.");
            answers.set(id, outcome);
            const wait = outcome instanceof GraphUnavailable ? outcome.retryAfterMs : null;
            if (wait === null || wait > LONGEST_PAUSE_MS) return false;
            longest = Math.max(longest, wait);
            return true;
          });
          if (attempt === attempts) break;
          if (again.length > 0) await pause(clock, longest);
          open = again;
        }
      }
      return answers;
    },
  };
  return client;
}

function read<Body extends z.ZodMiniType>(
  { status, headers = {}, body: given }: z.infer<typeof BatchAnswer>["responses"][number],
  body: Body,
): z.infer<Body> | GraphRefused | GraphUnavailable {
  if (status < 300) return z.parse(body, given);
  const header = (name: string) => Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1] ?? null;
  return toError(status, given, header("retry-after"), header("request-id"));
}

function toError(
  status: number,
  body: unknown,
  retryAfter: string | null,
  requestId: string | null,
): GraphRefused | GraphUnavailable {
  if (status === 429 || status >= 500) {
    const seconds = Number(retryAfter ?? Number.NaN);
    const retryAfterMs = seconds >= 0 ? seconds * 1000 : null;
    return new GraphUnavailable(`Graph answered ${status}.`, { retryAfterMs, requestId });
  }
  const parsed = z.safeParse(ErrorBody, body);
  return new GraphRefused(status, parsed.success ? parsed.data.error.code : "unknown", requestId);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // a proxy's page, or nothing; the status or the schema says what there is to know
  }
}
