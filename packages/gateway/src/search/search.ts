import type {
  ConversationHit,
  ConversationWithViewer,
  MessageHit,
  ParticipantMatch,
  Search,
} from "@trunkline/protocol";
import { sql } from "kysely";
import { listConversations, toAnswer } from "../messaging/conversation-store.ts";
import type { Principal } from "../rights/principal.ts";
import type { Tx } from "../store/database.ts";
import { type LookUp, lookUp, type Place, readMessages } from "./hit-store.ts";
import { keyOfDirection, seedOf } from "./keys.ts";
import type { Narrowed } from "./narrow.ts";
import { find, joinRanges, keysOf, type Needle } from "./needles.ts";

/** Candidates that are looked at after the first page's worth did not fill it, at once. */
const CHUNK = 200;
/** Times that more candidates are looked at: a search that filters nearly everything away ends, and can be gone on with. */
const ROUNDS = 10;

/** What was found, and where the next page begins; null on the last. */
export interface Found<Hit> {
  readonly hits: readonly Hit[];
  readonly next: { readonly at: string; readonly id: string } | null;
}

/** One search, with what rights and filters leave of it. */
export interface Asked {
  readonly principal: Principal;
  readonly search: Search;
  readonly needles: readonly Needle[];
  readonly narrowed: Narrowed;
  readonly limit: number;
  readonly begin: Place;
}

/** Messages whose text has all needles, the newest first. */
export function findMessages(
  tx: Tx,
  { principal, search, needles, narrowed, limit, begin }: Asked,
): Promise<Found<MessageHit>> {
  const { direction } = search;
  const seed = seedOf(principal.tenantId, "messages");
  const every = keysOf(seed, needles);
  if (direction !== undefined) every.push(keyOfDirection(seed, direction));
  const conditions = [
    ...narrowed.conditions,
    ...(direction === undefined ? [] : [sql<boolean>`m.direction = ${direction}`]),
  ];
  return walk(
    tx,
    { seed, every, anyOf: narrowed.anyOf(seed), from: search.from ?? null },
    begin,
    limit,
    async (ids) => {
      const found = await readMessages(tx, principal, ids, conditions);
      return new Map(
        found.flatMap(({ id, message, lineId, participants }) => {
          const ranges = find(needles, message.text);
          if (ranges.some((places) => places.length === 0)) return [];
          return [[id, { message, ranges: joinRanges(ranges.flat()), lineId, participants }]];
        }),
      );
    },
  );
}

/** Conversations whose participants have all needles in their names and numbers; those that were begun last first. */
export function findConversations(
  tx: Tx,
  { principal, needles, narrowed, limit, begin }: Asked,
): Promise<Found<ConversationHit>> {
  const seed = seedOf(principal.tenantId, "conversations");
  const look: LookUp = { seed, every: keysOf(seed, needles), anyOf: narrowed.anyOf(seed), from: null };
  return walk(tx, look, begin, limit, async (ids) => {
    const conditions = [...narrowed.conditions, sql<boolean>`c.id = any(${[...ids]}::text[])`];
    const rows = await listConversations(tx, principal, { conditions, after: null, limit: ids.length });
    return new Map(
      rows.flatMap((row) => {
        const conversation = toAnswer(row, principal);
        const matches = matchesOf(needles, conversation);
        return matches === null ? [] : [[row.id, { conversation, matches }]];
      }),
    );
  });
}

/** Where the participants match; null unless each needle is found somewhere. */
function matchesOf(needles: readonly Needle[], { participants }: ConversationWithViewer): ParticipantMatch[] | null {
  const missing = new Set(needles);
  const matches: ParticipantMatch[] = [];
  for (const [index, participant] of participants.entries()) {
    for (const field of ["name", "number"] as const) {
      const found = find(needles, participant[field] ?? "");
      for (const [place, needle] of needles.entries()) if (found[place]?.length) missing.delete(needle);
      const ranges = joinRanges(found.flat());
      if (ranges.length > 0) matches.push({ index, field, ranges });
    }
  }
  return missing.size > 0 ? null : matches;
}

/** Goes through the candidates in their order until a page is full. */
async function walk<Hit>(
  tx: Tx,
  look: LookUp,
  begin: Place,
  limit: number,
  read: (ids: readonly string[]) => Promise<ReadonlyMap<string, Hit>>,
): Promise<Found<Hit>> {
  const found: { hit: Hit; at: string; id: string }[] = [];
  let place = begin;
  let next: Found<Hit>["next"] = null;
  for (let round = 0; round < ROUNDS; round++) {
    const wanted = round === 0 ? limit + 1 : CHUNK;
    const candidates = await lookUp(tx, look, place, wanted);
    const hits = candidates.length === 0 ? new Map<string, Hit>() : await read(candidates.map(({ id }) => id));
    for (const { id, at } of candidates) {
      const hit = hits.get(id);
      if (hit !== undefined) found.push({ hit, at: at.toISOString(), id });
    }
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    if (found.length > limit && last) return { hits: shown.map(({ hit }) => hit), next: last };
    const end = candidates.at(-1);
    if (candidates.length < wanted || !end) return { hits: shown.map(({ hit }) => hit), next: null };
    next = { at: end.at.toISOString(), id: end.id };
    place = next;
  }
  return { hits: found.map(({ hit }) => hit), next };
}
