import type { ConversationId, ConversationWithViewer, EphemeralEventType, Signal } from "@trunkline/protocol";
import type { Bus } from "../bus/bus.ts";
import type { Clock } from "../clock.ts";
import type { EventLog } from "../events/log.ts";
import { once } from "../http/idempotency.ts";
import { notFound, Refusal } from "../http/refusal.ts";
import type { Handlers, UserPrincipal } from "../http/route.ts";
import { readConversation } from "../messaging/conversation-store.ts";
import type { Ids } from "../random.ts";
import type { Principal } from "../rights/principal.ts";
import type { Database } from "../store/database.ts";
import { claimConversation } from "./claim.ts";
import type { Signals } from "./signals.ts";
import { transferConversation } from "./transfer.ts";

export interface TeamworkRouteParts {
  database: Database;
  log: EventLog;
  bus: Bus;
  ids: Ids;
  clock: Clock;
  signals: Signals;
}

export type TeamworkOperation = "claimConversation" | "transferConversation" | "signalTyping" | "signalViewing";

/** What people do with a conversation beside writing. */
export function teamworkRoutes({
  database,
  log,
  bus,
  ids,
  clock,
  signals,
}: TeamworkRouteParts): Handlers<TeamworkOperation> {
  async function signal(
    principal: Principal,
    id: ConversationId,
    type: EphemeralEventType,
    state: Signal["state"],
  ): Promise<void> {
    if (isUser(principal) && signals.isFresh(principal, id, type, state)) return; // it was seen two seconds ago
    const conversation = await database.tenant(principal.tenantId, (tx) => readConversation(tx, principal, id));
    if (!conversation) throw notFound();
    if (!isUser(principal))
      throw new Refusal("forbidden", { detail: "A key neither types nor looks: ask with a session." });
    signals.tell(principal, conversation, type, state);
  }

  return {
    signalTyping: ({ principal, params, body }) => signal(principal, params.id, "conversation.typing", body.state),
    signalViewing: ({ principal, params, body }) => signal(principal, params.id, "conversation.viewing", body.state),
    async transferConversation({ principal, params, body, keyed }) {
      const { tenantId } = principal;
      const reply = await database.tenant(tenantId, (tx) =>
        once(tx, keyed, async () => {
          const id = await transferConversation(tx, principal, params.id, body.lineId, { log, ids }, clock.now());
          const conversation = await readConversation(tx, principal, id);
          if (!conversation) throw notFound();
          return conversation;
        }),
      );
      bus.publish({ topic: "events", tenantId });
      return reply;
    },

    claimConversation: ({ principal, params }) =>
      log.transaction(principal.tenantId, async (tx, record): Promise<ConversationWithViewer> => {
        await claimConversation(tx, principal, params.id, record, clock.now());
        const conversation = await readConversation(tx, principal, params.id);
        if (!conversation) throw notFound();
        return conversation;
      }),
  };
}

const isUser = (principal: Principal): principal is UserPrincipal => principal.user !== null && principal.role !== null;
