import type { Search } from "@trunkline/protocol";
import { type RawBuilder, sql } from "kysely";
import { conditionsOf } from "../messaging/conversation-filters.ts";
import type { Principal } from "../rights/principal.ts";
import { isLimited } from "../rights/sight.ts";
import type { Tx } from "../store/database.ts";
import { conversationsThatFit } from "./hit-store.ts";
import { keyOfConversation, keyOfLine, type Seed } from "./keys.ts";

/** More lines or conversations than this are not looked up by their keys: what is found is filtered afterwards. */
const MOST_KEYS = 50;

/** What rights and filters leave to be searched. */
export interface Narrowed {
  /** On a conversation `c`; beside them, the principal must see it. */
  readonly conditions: readonly RawBuilder<boolean>[];
  /** Gives keys of which everything that is left has one, or null where there are too many to name. */
  readonly anyOf: (seed: Seed) => readonly number[] | null;
}

/** Narrows a search by what the principal sees and the filters on conversations; null when nothing is left. */
export async function narrow(tx: Tx, principal: Principal, search: Search): Promise<Narrowed | null> {
  const { lineId, conversationId, state, assigneeId, tag, participant, record } = search;
  const { lineIds } = principal.sight;
  const conditions = conditionsOf({ lineId, state, assigneeId, tag, participant, record }, principal);
  if (conversationId !== undefined) conditions.push(sql`c.id = ${conversationId}`);

  // Only filters that an index finds: of those that are open there may be a million.
  const isOfFew = [conversationId, assigneeId, participant, record].some((filter) => filter !== undefined);
  if (isOfFew || isLimited(principal.sight)) {
    const ids = await conversationsThatFit(tx, principal, conditions, MOST_KEYS + 1);
    if (ids.length === 0) return null;
    if (ids.length <= MOST_KEYS) {
      return { conditions, anyOf: (seed) => ids.map((id) => keyOfConversation(seed, id)) };
    }
  }
  const lines =
    lineId === undefined ? lineIds : lineIds === "all" || lineIds.has(lineId) ? new Set([lineId]) : new Set();
  if (lines === "all") return { conditions, anyOf: () => null };
  if (lines.size === 0) return null;
  if (lines.size > MOST_KEYS) return { conditions, anyOf: () => null };
  return { conditions, anyOf: (seed) => [...lines].map((id) => keyOfLine(seed, String(id))) };
}
