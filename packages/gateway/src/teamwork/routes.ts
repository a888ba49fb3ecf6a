import type { ConversationWithViewer } from "@trunkline/protocol";
import type { Clock } from "../clock.ts";
import type { EventLog } from "../events/log.ts";
import { notFound } from "../http/refusal.ts";
import type { Handlers } from "../http/route.ts";
import { readConversation } from "../messaging/conversation-store.ts";
import { claimConversation } from "./claim.ts";

export interface TeamworkRouteParts {
  log: EventLog;
  clock: Clock;
}

export type TeamworkOperation = "claimConversation";

/** What people do with a conversation beside writing. */
export function teamworkRoutes({ log, clock }: TeamworkRouteParts): Handlers<TeamworkOperation> {
  return {
    claimConversation: ({ principal, params }) =>
      log.transaction(principal.tenantId, async (tx, record): Promise<ConversationWithViewer> => {
        await claimConversation(tx, principal, params.id, record, clock.now());
        const conversation = await readConversation(tx, principal, params.id);
        if (!conversation) throw notFound();
        return conversation;
      }),
  };
}
