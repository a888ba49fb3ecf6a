import type { ConversationWithViewer, CrmRecord, OpenConversation, Participant } from "@trunkline/protocol";
import type { NewEvent } from "../events/log.ts";
import { invalid, notFound, Refusal } from "../http/refusal.ts";
import type { Ids } from "../random.ts";
import type { Principal } from "../rights/principal.ts";
import type { Sight } from "../rights/sight.ts";
import { reindexConversations } from "../search/entries.ts";
import type { Tx } from "../store/database.ts";
import { audienceOf, nextUpdate } from "./conversation-row.ts";
import { lockConversation, readConversation, writeConversation } from "./conversation-store.ts";
import { countryOf, readRecipient } from "./numbers.ts";
import { isSameRecord } from "./records.ts";
import { getOrCreateThreads, linkRecords } from "./threads.ts";

export interface Opened {
  readonly conversation: ConversationWithViewer;
  readonly isNew: boolean;
}

/**
 * Opens the thread of a line with a number. One that is there takes up names that it lacks and records that it is not
 * about yet; its metadata stays.
 */
export async function openConversation(
  tx: Tx,
  principal: Principal,
  body: OpenConversation,
  record: (...events: NewEvent[]) => void,
  { ids, now }: { ids: Ids; now: number },
): Promise<Opened> {
  const { tenantId, sight, user, actor } = principal;
  const line = await tx
    .selectFrom("lines")
    .select(["id", "number", "sender_id"])
    .where("tenant_id", "=", tenantId)
    .where("id", "=", body.lineId)
    .executeTakeFirst();
  if (!line || (sight.lineIds !== "all" && !sight.lineIds.has(line.id))) throw notFound();
  const participants = readParticipants(body, countryOf(line.number));
  if (participants.some(({ number }) => number === (line.number ?? line.sender_id))) {
    throw invalid(["participants", 0], "a line cannot text itself", "invalid_number");
  }
  const records = body.records ?? [];
  refuseForeignRecords(sight, records);

  const [thread] = await getOrCreateThreads(
    tx,
    tenantId,
    [
      {
        lineId: line.id,
        participants,
        assigneeId: sight.assignedTo === null ? null : (user?.id ?? null), // or its opener would not see it
        records,
        metadata: body.metadata ?? {},
      },
    ],
    { ids, now },
  );
  if (!thread) throw new Error("a thread was neither found nor made");
  if (!thread.isNew) await takeUp(tx, principal, thread.id, { participants, records }, record, now);
  const conversation = await readConversation(tx, principal, thread.id);
  if (!conversation) throw notFound();
  if (thread.isNew) {
    const { viewer: _, ...shared } = conversation; // personal: never in an event
    record({ type: "conversation.created", data: shared, audience: audienceOf(shared), actor });
  }
  return { conversation, isNew: thread.isNew };
}

function readParticipants({ participants }: OpenConversation, country: string | undefined): Participant[] {
  return participants.map((participant, index) => {
    const { number: input, name } = typeof participant === "string" ? { number: participant } : participant;
    const recipient = readRecipient(input, country);
    if (recipient.kind === "invalid") throw invalid(["participants", index], recipient.reason, "invalid_number");
    return { number: recipient.number, contactId: null, name: name ?? null };
  });
}

/** A session that is limited to records may neither open what is about none of them nor attach others. */
function refuseForeignRecords({ records: limits }: Sight, records: readonly CrmRecord[]): void {
  if (limits === null) return;
  const areOwn = records.every((record) => limits.some((limit) => isSameRecord(limit, record)));
  if (records.length > 0 && areOwn) return;
  throw new Refusal("forbidden", { detail: "This session is limited to records: name one of them, and no other." });
}

/** Adds what a thread that was there lacks. A session that is limited to records changes nothing of it. */
async function takeUp(
  tx: Tx,
  principal: Principal,
  id: Parameters<typeof lockConversation>[2],
  wanted: { participants: readonly Participant[]; records: readonly CrmRecord[] },
  record: (...events: NewEvent[]) => void,
  now: number,
): Promise<void> {
  if (principal.sight.records !== null) return;
  if (wanted.records.length === 0 && wanted.participants.every(({ name }) => name === null)) return;
  const stored = await lockConversation(tx, principal, id);
  if (!stored) return; // not seen: answered as missing
  const { conversation } = stored;
  const added = wanted.records.filter((one) => !conversation.records.some((present) => isSameRecord(present, one)));
  const participants = conversation.participants.map((present) => ({
    ...present,
    name: present.name ?? wanted.participants.find(({ number }) => number === present.number)?.name ?? null,
  }));
  const isNamed = participants.some(({ name }, index) => name !== conversation.participants[index]?.name);
  if (added.length === 0 && !isNamed) return;
  const changed = {
    ...conversation,
    participants,
    records: [...conversation.records, ...added],
    updatedAt: nextUpdate(conversation.updatedAt, now),
  };
  await writeConversation(tx, principal.tenantId, changed);
  await linkRecords(tx, principal.tenantId, [{ id, records: added }]);
  if (isNamed) await reindexConversations(tx, principal.tenantId, [changed]);
  record({ type: "conversation.updated", data: changed, audience: audienceOf(changed), actor: principal.actor });
}
