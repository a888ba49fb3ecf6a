import type {
  Conversation,
  ConversationId,
  LineId,
  Message,
  MessageId,
  Participant,
  TenantId,
} from "@trunkline/protocol";
import { type RawBuilder, sql } from "kysely";
import type { Tx } from "../store/database.ts";
import { recordset } from "../store/json.ts";
import { addTimeKeys, keyOfConversation, keyOfDirection, keyOfLine, keysOfWords, seedOf } from "./keys.ts";
import { wordsOf } from "./words.ts";

/** What makes a message or a conversation findable. */
export interface Entry {
  readonly id: MessageId | ConversationId;
  /** When it was written or begun, in milliseconds. */
  readonly at: number;
  readonly terms: readonly number[];
}

export type IndexedMessage = Pick<Message, "id" | "conversationId" | "direction" | "text" | "createdAt">;
export type IndexedConversation = Pick<Conversation, "id" | "lineId" | "createdAt"> & {
  readonly participants: readonly Participant[];
};

export function messageEntries(
  tenantId: TenantId,
  messages: readonly { readonly message: IndexedMessage; readonly lineId: LineId }[],
): Entry[] {
  const seed = seedOf(tenantId, "messages");
  return messages.map(({ message: { id, conversationId, direction, text, createdAt }, lineId }) => {
    const at = Date.parse(createdAt);
    const terms = new Set([keyOfLine(seed, lineId), keyOfConversation(seed, conversationId)]);
    terms.add(keyOfDirection(seed, direction));
    addTimeKeys(seed, at, terms);
    keysOfWords(seed, wordsOf(text), terms);
    return { id, at, terms: [...terms] };
  });
}

export function conversationEntries(tenantId: TenantId, conversations: readonly IndexedConversation[]): Entry[] {
  const seed = seedOf(tenantId, "conversations");
  return conversations.map(({ id, lineId, participants, createdAt }) => {
    const at = Date.parse(createdAt);
    const terms = new Set([keyOfLine(seed, lineId), keyOfConversation(seed, id)]);
    addTimeKeys(seed, at, terms);
    for (const text of participants.flatMap(searchedTexts)) keysOfWords(seed, wordsOf(text), terms);
    return { id, at, terms: [...terms] };
  });
}

const searchedTexts = ({ number, name }: Participant): string[] => (name === null ? [number] : [number, name]);

/** Inserts entries with one statement; those that are there stay as they are. */
export function entryInsertion(tenantId: TenantId, entries: readonly Entry[]): RawBuilder<unknown> {
  return sql`${insertion(tenantId, entries)} on conflict (tenant_id, id) do nothing`;
}

/** Makes conversations findable by what they are now. */
export async function reindexConversations(
  tx: Tx,
  tenantId: TenantId,
  conversations: readonly IndexedConversation[],
): Promise<void> {
  const entries = conversationEntries(tenantId, conversations);
  await sql`${insertion(tenantId, entries)} on conflict (tenant_id, id) do update set terms = excluded.terms`.execute(
    tx,
  );
}

function insertion(tenantId: TenantId, entries: readonly Entry[]): RawBuilder<unknown> {
  const rows = entries.map(({ id, at, terms }) => ({
    id,
    at: new Date(at).toISOString(),
    terms: `{${terms.join(",")}}`,
  }));
  return sql`insert into search_entries (tenant_id, id, at, terms)
    select ${tenantId}::text, e.id, e.at, e.terms::int[]
    from ${recordset(rows)} as e (id text, at timestamptz, terms text)`; // lists in json are read element by element
}
