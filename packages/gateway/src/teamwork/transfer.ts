import type { Conversation, ConversationId, CrmRecord, LineId, Message, UserId } from "@trunkline/protocol";
import { sql } from "kysely";
import type { EventLog, NewEvent } from "../events/log.ts";
import { invalid, notFound, Refusal } from "../http/refusal.ts";
import {
  audienceOf,
  type ConversationRow,
  conversationUpdate,
  type StoredConversation,
  toStored,
  WITHOUT_LAST_MESSAGE,
} from "../messaging/conversation-row.ts";
import { readConversation, writeConversation } from "../messaging/conversation-store.ts";
import { internalDraft } from "../messaging/internal-draft.ts";
import { messageInsertion, type StoredMessage } from "../messaging/message-row.ts";
import { placeMessage } from "../messaging/place-message.ts";
import { isSameRecord } from "../messaging/records.ts";
import { getOrCreateThreads, linkRecords } from "../messaging/threads.ts";
import { decideOptIn, pairKey, readStandings } from "../opt-ins/standing.ts";
import type { Ids } from "../random.ts";
import type { Principal } from "../rights/principal.ts";
import { sees } from "../rights/sight.ts";
import type { Tx } from "../store/database.ts";
import { findColleagues, whoSees } from "./assignee.ts";

/*
 * A conversation goes on from another line. Threads are what a line and a number have together, so it does not move: the
 * thread there is opened or found, and each of the two says where the other one is. Locks: threads that are made,
 * conversations by id.
 */

export interface TransferParts {
  log: EventLog;
  ids: Ids;
}

/**
 * Hands a conversation over to another line, and closes it here. Assignee, tags, records and names go along.
 *
 * @returns the conversation there
 * @throws Refusal not_found for what is not seen; opted_out, because nobody gets around a STOP by changing the line
 */
export async function transferConversation(
  tx: Tx,
  principal: Principal,
  id: ConversationId,
  lineId: LineId,
  { log, ids }: TransferParts,
  now: number,
): Promise<ConversationId> {
  const { tenantId, sight } = principal;
  const present = await readConversation(tx, principal, id);
  if (!present) throw notFound();
  if (present.lineId === lineId) throw invalid(["lineId"], "is the line on which the conversation is already");
  const names = await readLineNames(tx, principal, [present.lineId, lineId]);
  if (sight.lineIds !== "all" && !sight.lineIds.has(lineId)) throw notFound();
  await refuseOptedOut(tx, principal, present, lineId);
  const { participants, records, metadata } = present;
  const assigneeId = await keepAssignee(tx, principal, present.assigneeId, lineId);
  const wanted = { lineId, participants, assigneeId, records, metadata };
  const [thread] = await getOrCreateThreads(tx, tenantId, [wanted], { ids, now });
  if (!thread) throw new Error("a thread was neither found nor made");

  const locked = await lockBoth(tx, principal, [id, thread.id]);
  const [from, to] = [locked.get(id), locked.get(thread.id)];
  if (!from || !to || !sees(sight, audienceOf(from.conversation))) throw notFound();
  // One that was there may be nobody's business who hands this one over.
  if (!sees(sight, audienceOf(to.conversation))) throw notFound();
  const joined = join(from.conversation, to.conversation, assigneeId);
  await writeConversation(tx, tenantId, joined);
  await linkRecords(tx, tenantId, [{ id: thread.id, records: joined.records }]);
  const line = (text: string, transfer: NonNullable<Message["transfer"]>) =>
    internalDraft({ id: ids("message"), kind: "system", text, author: principal.author, transfer });
  const left = placeMessage(
    { ...from, conversation: { ...from.conversation, state: "closed", snoozedUntil: null } },
    line(`Moved to ${names.get(lineId)}.`, { direction: "to", conversationId: thread.id, lineId }),
    now,
  );
  const arrived = placeMessage(
    { ...to, conversation: { ...joined, state: "open", snoozedUntil: null } },
    line(`Moved here from ${names.get(present.lineId)}.`, {
      direction: "from",
      conversationId: id,
      lineId: present.lineId,
    }),
    now,
  );
  const events = [...eventsOf(left, false, principal), ...eventsOf(arrived, thread.isNew, principal)];
  await sql`with changed as (${conversationUpdate(tenantId, [left.into, arrived.into])} returning 1),
    stored as (${messageInsertion(tenantId, [left.stored, arrived.stored])} returning 1)
    ${log.insertion(tenantId, events)}`.execute(tx);
  return thread.id;
}

async function readLineNames(
  tx: Tx,
  { tenantId }: Principal,
  lineIds: readonly LineId[],
): Promise<Map<LineId, string>> {
  const rows = await tx
    .selectFrom("lines")
    .select(["id", "name"])
    .where("tenant_id", "=", tenantId)
    .where("id", "in", lineIds)
    .execute();
  if (rows.length < lineIds.length) throw notFound();
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** A STOP to either of the two lines holds for both here. */
async function refuseOptedOut(
  tx: Tx,
  { tenantId }: Principal,
  { lineId: from, participants }: Conversation,
  to: LineId,
): Promise<void> {
  const pairs = participants.flatMap(({ number }) => [from, to].map((lineId) => ({ lineId, number })));
  const standings = await readStandings(tx, tenantId, pairs);
  for (const { lineId, number } of pairs) {
    const standing = standings.get(pairKey(lineId, number));
    const refusal = standing && decideOptIn(standing, { optInRequired: false }, { purpose: null });
    if (refusal) throw new Refusal(refusal.code, { detail: refusal.message });
  }
}

/** Whose it was keeps it, as far as they see the other line. */
async function keepAssignee(
  tx: Tx,
  { tenantId }: Principal,
  assigneeId: UserId | null,
  lineId: LineId,
): Promise<UserId | null> {
  if (assigneeId === null) return null;
  const colleagues = await findColleagues(tx, tenantId, [assigneeId]);
  const assignee = whoSees(colleagues.get(assigneeId), lineId, []);
  return assignee instanceof Refusal ? null : assignee.id;
}

async function lockBoth(
  tx: Tx,
  { tenantId }: Principal,
  ids: readonly ConversationId[],
): Promise<Map<ConversationId, StoredConversation>> {
  const { rows } = await sql<ConversationRow>`select ${WITHOUT_LAST_MESSAGE} from conversations c
    where c.tenant_id = ${tenantId} and c.id = any(${ids}::text[]) order by c.id for update of c`.execute(tx);
  return new Map(rows.map((row) => [row.id, toStored(row)]));
}

/** What was known on the one line, added to what is known on the other. */
function join(from: Conversation, to: Conversation, assigneeId: UserId | null): Conversation {
  const isNew = (record: CrmRecord) => !to.records.some((present) => isSameRecord(present, record));
  return {
    ...to,
    participants: to.participants.map((one) => ({
      ...one,
      name: one.name ?? from.participants.find(({ number }) => number === one.number)?.name ?? null,
    })),
    assigneeId: to.assigneeId ?? assigneeId,
    tags: [...new Set([...to.tags, ...from.tags])].slice(0, MAX_TAGS),
    records: [...to.records, ...from.records.filter(isNew)].slice(0, MAX_RECORDS),
  };
}

/** As many as a caller may set. */
const MAX_TAGS = 50;
const MAX_RECORDS = 20;

function eventsOf(
  { stored: { message }, into: { conversation } }: { stored: StoredMessage; into: StoredConversation },
  isNew: boolean,
  { actor }: Principal,
): NewEvent[] {
  const audience = audienceOf(conversation);
  const created: NewEvent = { type: "message.created", data: message, audience, actor };
  return isNew
    ? [{ type: "conversation.created", data: conversation, audience, actor }, created]
    : [created, { type: "conversation.updated", data: conversation, audience, actor }];
}
