import type { Search, SearchResult } from "@trunkline/protocol";
import type { Clock } from "../clock.ts";
import { type OpenPage, openPage } from "../http/paging.ts";
import { invalid } from "../http/refusal.ts";
import type { Handlers } from "../http/route.ts";
import type { Database } from "../store/database.ts";
import { narrow } from "./narrow.ts";
import { needlesOf } from "./needles.ts";
import { type Asked, type Found, findConversations, findMessages } from "./search.ts";

export interface SearchParts {
  database: Database;
  clock: Clock;
}

type SearchPage = OpenPage<readonly ["time", "id"]>;

/** Clocks of nodes differ; what one of them has just written must be found by another. In milliseconds. */
const AHEAD_MS = 60_000;
const KEYS = ["time", "id"] as const;

export function searchRoutes({ database, clock }: SearchParts): Handlers<"search"> {
  return {
    async search({ principal, body }): Promise<SearchResult> {
      const page = openPage("search", body, KEYS);
      const needles = needlesOf(body.q);
      if (needles.length === 0) throw invalid(["q"], "must hold a letter, a digit or an emoji");
      const kinds = new Set(body.in ?? ["messages", "conversations"]);
      const end = clock.now() + AHEAD_MS;

      return database.tenant(
        principal.tenantId,
        async (tx) => {
          const narrowed = await narrow(tx, principal, body);
          const ask = async <Hit>(
            kind: "messages" | "conversations",
            until: number,
            search: (asked: Asked) => Promise<Found<Hit>>,
          ) => {
            if (!kinds.has(kind)) return null;
            if (narrowed === null) return { data: [], nextCursor: null };
            const [at, id] = page.after ?? [new Date(until).toISOString(), null];
            const asked = { principal, search: body, needles, narrowed, limit: page.limit, begin: { at, id } };
            return answer(body, page, await search(asked));
          };
          const to = Math.min(end, body.to === undefined ? end : Date.parse(body.to));
          return {
            messages: await ask("messages", to, (asked) => findMessages(tx, asked)),
            conversations: await ask("conversations", end, (asked) => findConversations(tx, asked)),
          };
        },
        { byKeys: true },
      );
    },
  };
}

/** A page ends where the search stopped, which may be behind its last hit. */
function answer<Hit>(body: Search, { limit }: SearchPage, { hits, next }: Found<Hit>) {
  if (next === null) return { data: hits.slice(0, limit), nextCursor: null };
  const { nextCursor } = openPage("search", { ...body, cursor: undefined, limit: 1 }, KEYS).answer(
    [next, next],
    ({ at, id }) => [at, id],
    (one) => one,
  );
  return { data: [...hits], nextCursor };
}
