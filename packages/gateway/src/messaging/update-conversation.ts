import type { Conversation, ConversationId, SendAt, TenantId, UpdateConversation, UserId } from "@trunkline/protocol";
import type { NewEvent } from "../events/log.ts";
import { notFound, Refusal } from "../http/refusal.ts";
import type { Principal } from "../rights/principal.ts";
import type { Audience } from "../rights/sight.ts";
import type { Tx } from "../store/database.ts";
import { findColleagues, whoSees } from "../teamwork/assignee.ts";
import { wakeUp } from "../teamwork/snooze-work.ts";
import { enqueueMissing } from "../work/queue.ts";
import { readTime } from "./content.ts";
import { audienceOf, nextUpdate } from "./conversation-row.ts";
import { lockConversation, writeConversation } from "./conversation-store.ts";
import { linkRecords } from "./threads.ts";

/**
 * Changes what people keep beside a thread: its state, assignee, tags, records and metadata. Lists are replaced whole.
 * What is put off is opened by work that is committed with it; wake its lane after the commit.
 * @throws Refusal not_found, forbidden, invalid_input
 */
export async function updateConversation(
  tx: Tx,
  principal: Principal,
  id: ConversationId,
  { assigneeId, snoozedUntil, ...changes }: UpdateConversation,
  record: (...events: NewEvent[]) => void,
  now: number,
): Promise<void> {
  const { tenantId, sight, actor } = principal;
  const stored = await lockConversation(tx, principal, id);
  if (!stored) throw notFound();
  if (changes.records && sight.records !== null) {
    throw new Refusal("forbidden", { detail: "This session is limited to records and cannot change them." });
  }
  const before = stored.conversation;
  const after: Conversation = {
    ...before,
    ...withoutUndefined(changes),
    ...(changes.tags ? { tags: [...new Set(changes.tags)] } : {}),
    ...(changes.state ? { snoozedUntil: snoozedUntil ? readWakeUp(snoozedUntil, now) : null } : {}),
    ...(assigneeId === undefined ? {} : { assigneeId: await findAssignee(tx, before, tenantId, assigneeId) }),
  };
  if (JSON.stringify(after) === JSON.stringify(before)) return;

  const changed = { ...after, updatedAt: nextUpdate(before.updatedAt, now) };
  await writeConversation(tx, tenantId, changed);
  await enqueueMissing(tx, tenantId, wakeUp(changed), now);
  if (changes.records) {
    await tx
      .deleteFrom("conversation_records")
      .where("tenant_id", "=", tenantId)
      .where("conversation_id", "=", id)
      .execute();
    await linkRecords(tx, tenantId, [{ id, records: changed.records }]);
  }
  const audience = audienceOf(changed);
  if (assigneeId !== undefined || changes.records) {
    // Whoever saw it and sees it no longer must let go of it.
    const leftOut: Audience = { ...audienceOf(before), except: audience };
    record({ type: "conversation.removed", data: { id, lineId: before.lineId }, audience: leftOut, actor });
  }
  record({ type: "conversation.updated", data: changed, audience, actor });
}

async function findAssignee(
  tx: Tx,
  { lineId }: Conversation,
  tenantId: TenantId,
  ref: string | null,
): Promise<UserId | null> {
  if (ref === null) return null;
  const colleagues = await findColleagues(tx, tenantId, [ref]);
  const assignee = whoSees(colleagues.get(ref), lineId, ["assigneeId"]);
  if (assignee instanceof Refusal) throw assignee;
  return assignee.id;
}

function readWakeUp(snoozedUntil: SendAt, now: number): string {
  const at = readTime("snoozedUntil", snoozedUntil, now);
  if (at instanceof Refusal) throw at;
  return new Date(at).toISOString();
}

function withoutUndefined<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]: Exclude<Fields[Name], undefined>;
  };
}
