import type { ConversationId, ReadState } from "@trunkline/protocol";
import { sql } from "kysely";
import type { NewEvent } from "../events/log.ts";
import { notFound } from "../http/refusal.ts";
import type { UserPrincipal } from "../http/route.ts";
import type { Tx } from "../store/database.ts";
import { markingRead, type ReadMark, toReadState } from "./read-marks.ts";
import { seenBy } from "./sight-condition.ts";

interface Row {
  sequence: number;
  inbound_count: number;
  through_sequence: number | null;
  read_inbound: number | null;
  marked_sequence: number | null;
  marked_inbound: number | null;
}

/**
 * Marks a conversation as read up to a message, at most its last one. A mark never moves back; one that would answers
 * how far the user has read already.
 */
export async function markRead(
  tx: Tx,
  { tenantId, sight, user, actor }: UserPrincipal,
  conversationId: ConversationId,
  throughSequence: number,
  record: (...events: NewEvent[]) => void,
  now: number,
): Promise<ReadState> {
  // First, so that nothing comes in between the reading of the counts and their writing.
  const { rows: locked } = await sql`select from conversations c
    where c.tenant_id = ${tenantId} and c.id = ${conversationId} and ${seenBy(sight)} for no key update of c`.execute(
    tx,
  );
  if (locked.length === 0) throw notFound();
  const { rows } = await sql<Row>`
    select c.sequence, c.inbound_count, r.through_sequence, r.inbound_count as read_inbound,
      m.sequence as marked_sequence, m.inbound_count as marked_inbound
    from conversations c
    left join read_states r on r.tenant_id = c.tenant_id and r.conversation_id = c.id and r.user_id = ${user.id}
    left join messages m on m.tenant_id = c.tenant_id and m.conversation_id = c.id
      and m.sequence = least(${throughSequence}::int, c.sequence)
    where c.tenant_id = ${tenantId} and c.id = ${conversationId}`.execute(tx);
  const [row] = rows;
  if (!row) throw notFound();
  const present: ReadMark = {
    userId: user.id,
    conversationId,
    throughSequence: row.through_sequence ?? 0,
    inboundCount: row.read_inbound ?? 0,
  };
  const wanted: ReadMark = {
    ...present,
    throughSequence: row.marked_sequence ?? 0,
    inboundCount: row.marked_inbound ?? 0,
  };
  if (wanted.throughSequence <= present.throughSequence) return toReadState(present, row.inbound_count);
  await sql`with ${markingRead(tenantId, [wanted], now)} select`.execute(tx);
  const state = toReadState(wanted, row.inbound_count);
  record({ type: "conversation.read", data: state, audience: { userId: user.id }, actor });
  return state;
}
