import type { Conversation, ConversationState, TenantId } from "@trunkline/protocol";
import { type RawBuilder, sql } from "kysely";
import type { NewEvent } from "../events/log.ts";
import {
  audienceOf,
  type ConversationRow,
  nextUpdate,
  SELECTED,
  toConversation,
  WITH_LAST_MESSAGE,
} from "../messaging/conversation-row.ts";
import type { Tx } from "../store/database.ts";
import { recordset } from "../store/json.ts";

/**
 * Opens or closes, for the gateway itself, those conversations `c` that `which` picks and locks, and gives the events that
 * tell of it.
 *
 * @param which - what follows `where c.tenant_id = … and`. Its conditions are about `c` alone, so that they are asked again
 * of a row that somebody else has just changed.
 */
export async function changeStates(
  tx: Tx,
  tenantId: TenantId,
  state: Exclude<ConversationState, "snoozed">,
  which: RawBuilder<unknown>,
  now: number,
): Promise<NewEvent[]> {
  const { rows } = await sql<ConversationRow>`select ${SELECTED} from conversations c ${WITH_LAST_MESSAGE}
    where c.tenant_id = ${tenantId} and ${which}`.execute(tx);
  const changed = rows.map(toConversation).map(
    (before): Conversation => ({
      ...before,
      state,
      snoozedUntil: null,
      updatedAt: nextUpdate(before.updatedAt, now),
    }),
  );
  if (changed.length === 0) return [];
  const written = changed.map(({ id, updatedAt }) => ({ id, updated_at: updatedAt }));
  await sql`update conversations c set state = ${state}, snoozed_until = null, updated_at = n.updated_at
    from ${recordset(written)} as n (id text, updated_at timestamptz)
    where c.tenant_id = ${tenantId} and c.id = n.id`.execute(tx);
  return changed.map((conversation) => ({
    type: "conversation.updated",
    data: conversation,
    audience: audienceOf(conversation),
    actor: null,
  }));
}
