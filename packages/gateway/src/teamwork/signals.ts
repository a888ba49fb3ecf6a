import {
  type Conversation,
  type EphemeralEventMap,
  type EphemeralEventType,
  type EventEnvelope,
  SIGNAL_MS,
  type Signal,
} from "@trunkline/protocol";
import type { Bus } from "../bus/bus.ts";
import type { Clock } from "../clock.ts";
import type { UserPrincipal } from "../http/route.ts";
import { audienceOf } from "../messaging/conversation-row.ts";
import type { Ids } from "../random.ts";
import type { Audience } from "../rights/sight.ts";

/** Who is typing and who is looking, told to everybody else who sees the conversation, and never stored. */
export interface Signals {
  /** Whether it was told so little ago that telling it again says nothing. */
  isFresh(principal: UserPrincipal, id: Conversation["id"], type: EphemeralEventType, state: Signal["state"]): boolean;
  tell(principal: UserPrincipal, conversation: Conversation, type: EphemeralEventType, state: Signal["state"]): void;
}

/** The same is told again at most this often, in milliseconds: a client may send one with every key. */
const AGAIN_MS = 2_000;
/** Signals that are remembered; beyond it the oldest go. */
const REMEMBERED = 10_000;
/** Longest audience on the bus, in bytes: a NOTIFY takes fewer than 8,000. Source: PostgreSQL 15 documentation, NOTIFY. */
const MAX_AUDIENCE = 4_000;

export function createSignals({ bus, clock, ids }: { bus: Bus; clock: Clock; ids: Ids }): Signals {
  const told = new Map<string, { state: Signal["state"]; at: number }>();
  const nameOf = ({ user }: UserPrincipal, id: string, type: string) => `${user.id} ${id} ${type}`;

  return {
    isFresh(principal, id, type, state) {
      const last = told.get(nameOf(principal, id, type));
      return last?.state === state && clock.now() - last.at < AGAIN_MS;
    },

    tell(principal, conversation, type, state) {
      const { tenantId, user, actor } = principal;
      const now = clock.now();
      const name = nameOf(principal, conversation.id, type);
      told.delete(name); // and stands last again
      told.set(name, { state, at: now });
      const [oldest] = told.keys();
      if (told.size > REMEMBERED && oldest !== undefined) told.delete(oldest);
      const data: EphemeralEventMap[typeof type] = {
        conversationId: conversation.id,
        userId: user.id,
        name: user.name,
        state,
        expiresAt: new Date(now + (state === "started" ? SIGNAL_MS[type] : 0)).toISOString(),
      };
      const timestamp = new Date(now).toISOString();
      const envelope: EventEnvelope<typeof type> = { id: ids("event"), type, timestamp, tenantId, actor, data };
      const audience = shortened(audienceOf(conversation));
      bus.publish({ topic: "signal", tenantId, type, audience, body: JSON.stringify(envelope) });
    },
  };
}

/** Without records it is for fewer readers, never for more: those who are limited to records do not hear of it. */
function shortened(audience: Audience): Audience {
  const { conversation } = audience;
  if (!conversation || new TextEncoder().encode(JSON.stringify(audience)).length <= MAX_AUDIENCE) return audience;
  return { ...audience, conversation: { ...conversation, records: [] } };
}
