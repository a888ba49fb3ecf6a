import type { Actor, ConversationId, CrmRecord, LineId, OptIn, TenantId, UserId } from "@trunkline/protocol";
import { sql } from "kysely";
import type { NewEvent } from "../events/log.ts";
import type { Audience } from "../rights/sight.ts";
import type { Tx } from "../store/database.ts";
import { json } from "../store/json.ts";

/** A conversation with a number, as far as it says who sees it. */
export interface NumberConversation {
  readonly id: ConversationId;
  readonly number: string;
  readonly lineId: LineId;
  readonly audience: Audience;
}

interface Row {
  id: ConversationId;
  number: string;
  line_id: LineId;
  assignee_id: UserId | null;
  records: CrmRecord[];
}

/** The conversations of numbers, on every line, the latest first. Index: conversations_by_participants. */
export async function conversationsOf(
  tx: Tx,
  tenantId: TenantId,
  numbers: readonly string[],
): Promise<NumberConversation[]> {
  if (numbers.length === 0) return [];
  const { rows } = await sql<Row>`select c.id, n.number, c.line_id, c.assignee_id, c.records
    from jsonb_array_elements_text(${json([...new Set(numbers)])}) as n (number)
    join conversations c on c.tenant_id = ${tenantId} and c.participant_key = n.number
    order by c.last_activity_at desc, c.id desc`.execute(tx);
  return rows.map(({ id, number, line_id: lineId, assignee_id: assigneeId, records }) => {
    const refs = records.map(({ source, type, externalId }) => ({ source, type, externalId }));
    return { id, number, lineId, audience: { lineId, conversation: { assigneeId, records: refs } } };
  });
}

/** Events that tell where numbers stand now, for those who may look them up. */
export async function optInEvents(
  tx: Tx,
  tenantId: TenantId,
  changed: readonly OptIn[],
  actor: Actor | null,
): Promise<NewEvent[]> {
  const conversations = await conversationsOf(
    tx,
    tenantId,
    changed.map(({ number }) => number),
  );
  return changed.map(
    (data): NewEvent => ({ type: "opt_in.changed", data, audience: audienceOf(data, conversations), actor }),
  );
}

/** Who may know where a number stands with a line, or with all lines (null): whoever sees a conversation with it there. */
export function audienceOf(
  { number, lineId }: Pick<OptIn, "number" | "lineId">,
  conversations: readonly NumberConversation[],
): Audience {
  const own = conversations.filter((one) => one.number === number && (lineId === null || one.lineId === lineId));
  const anyOf = own.map(({ audience }) => audience);
  return lineId === null ? { anyOf } : { lineId, anyOf };
}
