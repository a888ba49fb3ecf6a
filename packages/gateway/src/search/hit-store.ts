import type { ConversationId, Message, Participant } from "@trunkline/protocol";
import { type RawBuilder, sql } from "kysely";
import { type MessageRow, toMessage } from "../messaging/message-row.ts";
import { seenBy } from "../messaging/sight-condition.ts";
import type { Principal } from "../rights/principal.ts";
import type { Tx } from "../store/database.ts";
import type { Seed } from "./keys.ts";

/** What is looked up. */
export interface LookUp {
  readonly seed: Seed;
  /** Keys that an entry must have, all of them. */
  readonly every: readonly number[];
  /** Keys of which it must have one; null for no such condition. */
  readonly anyOf: readonly number[] | null;
  /** From this time on; null from the beginning. */
  readonly from: string | null;
}

/** Where a look-up goes on: before a time or, with an id, at that time before that id. */
export interface Place {
  readonly at: string;
  readonly id: string | null;
}

/** An entry by its keys alone: whether it is seen, and is what was searched for, has still to be found out. */
export interface Candidate {
  readonly id: string;
  readonly at: Date;
}

/** The next candidates, the newest first; fewer than `wanted` only when there are no more. Index: search_entries_by_terms. */
export async function lookUp(
  tx: Tx,
  { seed, every, anyOf, from }: LookUp,
  { at, id }: Place,
  wanted: number,
): Promise<Candidate[]> {
  const { rows } = await sql<Candidate>`select id, at from search_hits(${seed}::int, ${[...every]}::int[],
    ${anyOf && [...anyOf]}::int[], ${from}::timestamptz, ${at}::timestamptz, ${id}::text, ${wanted}::int)
    limit ${wanted}`.execute(tx);
  return rows;
}

/** A message with whom its conversation is with. */
export interface FoundMessage {
  readonly id: string;
  readonly message: Message;
  readonly lineId: MessageRow["line_id"];
  readonly participants: Participant[];
}

/** Those of the messages that the principal sees and that fit the conditions on `m` and their conversation `c`. */
export async function readMessages(
  tx: Tx,
  { tenantId, sight }: Principal,
  ids: readonly string[],
  conditions: readonly RawBuilder<boolean>[],
): Promise<FoundMessage[]> {
  const all = [
    sql<boolean>`m.tenant_id = ${tenantId} and m.id = any(${[...ids]}::text[])`,
    seenBy(sight),
    ...conditions,
  ];
  const { rows } = await sql<MessageRow & { participants: Participant[] }>`select m.*, c.participants from messages m
    join conversations c on c.tenant_id = m.tenant_id and c.id = m.conversation_id
    where ${sql.join(all, sql` and `)}`.execute(tx);
  return rows.map((row) => ({
    id: row.id,
    message: toMessage(row),
    lineId: row.line_id,
    participants: row.participants,
  }));
}

/** Up to `limit` of the conversations that the principal sees and that fit the conditions on `c`. */
export async function conversationsThatFit(
  tx: Tx,
  { tenantId, sight }: Principal,
  conditions: readonly RawBuilder<boolean>[],
  limit: number,
): Promise<ConversationId[]> {
  const all = [sql<boolean>`c.tenant_id = ${tenantId}`, seenBy(sight), ...conditions];
  const { rows } = await sql<{ id: ConversationId }>`select c.id from conversations c
    where ${sql.join(all, sql` and `)} limit ${limit}`.execute(tx);
  return rows.map(({ id }) => id);
}
