import {
  type Conversation,
  type ConversationId,
  isId,
  type UpdateConversation,
  type UserId,
} from "@trunkline/protocol";
import type { NewEvent } from "../events/log.ts";
import { invalid, notFound, Refusal } from "../http/refusal.ts";
import type { Principal } from "../rights/principal.ts";
import type { Audience } from "../rights/sight.ts";
import type { Tx } from "../store/database.ts";
import { audienceOf, nextUpdate } from "./conversation-row.ts";
import { lockConversation, writeConversation } from "./conversation-store.ts";
import { linkRecords } from "./threads.ts";

/**
 * Changes what people keep beside a thread: its state, assignee, tags, records and metadata. Lists are replaced whole.
 * @throws Refusal not_found, forbidden, invalid_input
 */
export async function updateConversation(
  tx: Tx,
  principal: Principal,
  id: ConversationId,
  { assigneeId, ...changes }: UpdateConversation,
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
    ...(changes.state ? { snoozedUntil: null } : {}),
    ...(assigneeId === undefined ? {} : { assigneeId: await findAssignee(tx, principal, assigneeId) }),
  };
  if (JSON.stringify(after) === JSON.stringify(before)) return;

  const changed = { ...after, updatedAt: nextUpdate(before.updatedAt, now) };
  await writeConversation(tx, tenantId, changed);
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

async function findAssignee(tx: Tx, { tenantId }: Principal, ref: string | null): Promise<UserId | null> {
  if (ref === null) return null;
  const query = tx.selectFrom("users").select("id").where("tenant_id", "=", tenantId);
  const user = await (isId("usr", ref)
    ? query.where("id", "=", ref)
    : query.where("external_id", "=", ref.slice("ext:".length))
  ).executeTakeFirst();
  if (!user) throw invalid(["assigneeId"], "is not a user of this tenant", "not_found");
  return user.id;
}

function withoutUndefined<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]: Exclude<Fields[Name], undefined>;
  };
}
