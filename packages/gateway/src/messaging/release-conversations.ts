import type { ConversationId, TenantId, UserId } from "@trunkline/protocol";
import { sql } from "kysely";
import type { NewEvent } from "../events/log.ts";
import type { Principal } from "../rights/principal.ts";
import type { Tx } from "../store/database.ts";
import { nextVersion } from "../store/version-time.ts";
import { audienceOf, type ConversationRow, SELECTED, toConversation, WITH_LAST_MESSAGE } from "./conversation-row.ts";

/** Leaves what was assigned to a user to everybody again, because they go. */
export async function releaseConversations(
  tx: Tx,
  { tenantId, actor }: Pick<Principal, "tenantId" | "actor">,
  userId: UserId,
  record: (...events: NewEvent[]) => void,
  now: number,
): Promise<void> {
  const released = await tx
    .updateTable("conversations")
    .set({ assignee_id: null, updated_at: nextVersion(now) })
    .where("tenant_id", "=", tenantId)
    .where("assignee_id", "=", userId)
    .returning("id")
    .execute();
  if (released.length === 0) return;
  const rows = await readRows(
    tx,
    tenantId,
    released.map(({ id }) => id),
  );
  for (const conversation of rows.map(toConversation)) {
    record({ type: "conversation.updated", data: conversation, audience: audienceOf(conversation), actor });
  }
}

async function readRows(tx: Tx, tenantId: TenantId, ids: readonly ConversationId[]): Promise<ConversationRow[]> {
  const { rows } = await sql<ConversationRow>`select ${SELECTED} from conversations c ${WITH_LAST_MESSAGE}
    where c.tenant_id = ${tenantId} and c.id = any(${ids}::text[]) order by c.id`.execute(tx);
  return rows;
}
