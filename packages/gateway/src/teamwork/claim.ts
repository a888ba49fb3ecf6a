import type { ConversationId } from "@trunkline/protocol";
import type { NewEvent } from "../events/log.ts";
import { notFound, Refusal } from "../http/refusal.ts";
import { audienceOf, nextUpdate } from "../messaging/conversation-row.ts";
import { lockConversation, writeConversation } from "../messaging/conversation-store.ts";
import type { Principal } from "../rights/principal.ts";
import type { Tx } from "../store/database.ts";

/**
 * Makes a conversation the caller's that nobody has. The row is locked first, so that of any number at once one gets it;
 * whose it is already gets the same answer again.
 *
 * @throws Refusal not_found; forbidden for keys; already_assigned, which says who has it
 */
export async function claimConversation(
  tx: Tx,
  principal: Principal,
  id: ConversationId,
  record: (...events: NewEvent[]) => void,
  now: number,
): Promise<void> {
  const { tenantId, user, actor } = principal;
  const stored = await lockConversation(tx, principal, id);
  if (!stored) throw notFound();
  if (user === null) {
    throw new Refusal("forbidden", { detail: "A key has no conversations of its own: set `assigneeId` instead." });
  }
  const { conversation } = stored;
  if (conversation.assigneeId === user.id) return;
  if (conversation.assigneeId !== null) throw await taken(tx, principal, conversation.assigneeId);
  const changed = {
    ...conversation,
    assigneeId: user.id,
    updatedAt: nextUpdate(conversation.updatedAt, now),
  };
  await writeConversation(tx, tenantId, changed);
  record({ type: "conversation.updated", data: changed, audience: audienceOf(changed), actor });
}

async function taken(tx: Tx, { tenantId }: Principal, id: NonNullable<Principal["user"]>["id"]): Promise<Refusal> {
  const holder = await tx
    .selectFrom("users")
    .select("name")
    .where("tenant_id", "=", tenantId)
    .where("id", "=", id)
    .executeTakeFirst();
  const detail = `${holder?.name ?? "Somebody else"} has this conversation already.`;
  return new Refusal("already_assigned", { detail, issues: [{ path: ["assigneeId"], message: `is ${id}` }] });
}
