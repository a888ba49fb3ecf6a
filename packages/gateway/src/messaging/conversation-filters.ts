import { isId, type ListConversations, parseRecordRef } from "@trunkline/protocol";
import { type RawBuilder, sql } from "kysely";
import { invalid } from "../http/refusal.ts";
import type { Principal } from "../rights/principal.ts";
import { UNREAD_COUNT } from "./conversation-store.ts";
import { participantKey, readRecipient } from "./numbers.ts";

/**
 * The filters of a list as conditions on a conversation `c` and the asking user's read mark `r`.
 * @throws Refusal invalid_input for a filter that cannot be read
 */
export function conditionsOf(
  query: Omit<ListConversations, "assigneeId"> & { assigneeId?: string | undefined },
  { tenantId, user }: Principal,
): RawBuilder<boolean>[] {
  const { lineId, state, assigneeId, unread, tag, participant, record, updatedAfter } = query;
  const conditions: RawBuilder<boolean>[] = [];
  if (lineId !== undefined) conditions.push(sql`c.line_id = ${lineId}`);
  if (state !== undefined) conditions.push(sql`c.state = ${state}`);
  if (assigneeId !== undefined) {
    if (assigneeId === "none") conditions.push(sql`c.assignee_id is null`);
    else if (assigneeId === "me") {
      if (user === null) throw invalid(["assigneeId"], "a key has no conversations of its own: name a user");
      conditions.push(sql`c.assignee_id = ${user.id}`);
    } else if (isId("usr", assigneeId)) conditions.push(sql`c.assignee_id = ${assigneeId}`);
    else if (assigneeId.startsWith("ext:")) {
      conditions.push(sql`c.assignee_id = (select u.id from users u
        where u.tenant_id = ${tenantId} and u.external_id = ${assigneeId.slice("ext:".length)})`);
    } else throw invalid(["assigneeId"], "a user id or ext:<externalId>");
  }
  if (unread !== undefined) {
    if (user === null) throw invalid(["unread"], "only a user has read and unread conversations: ask with a session");
    conditions.push(unread ? sql`${UNREAD_COUNT} > 0` : sql`${UNREAD_COUNT} = 0`);
  }
  if (tag !== undefined) conditions.push(sql`${tag} = any(c.tags)`);
  if (participant !== undefined) {
    const recipient = readRecipient(participant, undefined);
    if (recipient.kind === "invalid") throw invalid(["participant"], recipient.reason, "invalid_number");
    // By line and number, because that is how threads are indexed.
    conditions.push(sql`c.line_id = any(array(select l.id from lines l where l.tenant_id = ${tenantId}))
      and c.participant_key = ${participantKey([recipient.number])}`);
  }
  if (record !== undefined) {
    const ref = parseRecordRef(record);
    if (!ref) throw invalid(["record"], "source:type:externalId");
    conditions.push(sql`exists (select from conversation_records cr where cr.tenant_id = c.tenant_id
      and cr.source = ${ref.source} and cr.type = ${ref.type} and cr.external_id = ${ref.externalId}
      and cr.conversation_id = c.id)`);
  }
  if (updatedAfter !== undefined) conditions.push(sql`c.updated_at > ${updatedAfter}::timestamptz`);
  return conditions;
}
