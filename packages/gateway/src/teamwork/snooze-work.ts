import type { Conversation, ConversationId, TenantId } from "@trunkline/protocol";
import type { LaneName, NewWork } from "../work/queue.ts";

/** Opens snoozed conversations when their time has come. Lane = line. */
export const SNOOZE_KIND = "snooze";

export interface SnoozePayload {
  conversationId: ConversationId;
}

/**
 * The wake-up of a conversation. Its name holds the time, so that whoever puts a conversation off twice has two of them:
 * the one whose time is not the conversation's any more does nothing.
 */
export const wakeUp = ({ id, lineId, snoozedUntil }: Conversation): NewWork<SnoozePayload>[] =>
  snoozedUntil === null
    ? []
    : [
        {
          id: `${SNOOZE_KIND}:${id}:${snoozedUntil}`,
          kind: SNOOZE_KIND,
          lane: lineId,
          serial: id,
          dueAt: new Date(snoozedUntil),
          payload: { conversationId: id },
        },
      ];

export const snoozeLane = (tenantId: TenantId, { lineId }: Pick<Conversation, "lineId">): LaneName => ({
  tenantId,
  kind: SNOOZE_KIND,
  lane: lineId,
});
