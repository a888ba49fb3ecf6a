import type { ConversationId, CrmRecord, LineId, Participant, TenantId, UserId } from "@trunkline/protocol";
import { sql } from "kysely";
import type { Ids } from "../random.ts";
import { reindexConversations } from "../search/entries.ts";
import type { Tx } from "../store/database.ts";
import { recordset } from "../store/json.ts";
import { participantKey } from "./numbers.ts";

/** A thread that is wanted: found by its line and participants, or made with all of this. */
export interface WantedThread {
  readonly lineId: LineId;
  readonly participants: readonly Participant[];
  readonly assigneeId: UserId | null;
  readonly records: readonly CrmRecord[];
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Thread {
  readonly id: ConversationId;
  /** Made by this call; nobody else has seen it yet. */
  readonly isNew: boolean;
}

interface Key {
  line_id: LineId;
  participant_key: string;
}

const nameOf = ({ line_id, participant_key }: Key): string => `${line_id} ${participant_key}`;

/**
 * Finds or makes threads, in the order of `wanted`. Two that make the same one at once get the same: the unique key on
 * (line, participants) lets one win, and the other waits for its commit.
 */
export async function getOrCreateThreads(
  tx: Tx,
  tenantId: TenantId,
  wanted: readonly WantedThread[],
  { ids, now }: { ids: Ids; now: number },
): Promise<Thread[]> {
  const byName = new Map<string, { key: Key; thread: WantedThread }>();
  const names = wanted.map((thread) => {
    const key = {
      line_id: thread.lineId,
      participant_key: participantKey(thread.participants.map((one) => one.number)),
    };
    if (!byName.has(nameOf(key))) byName.set(nameOf(key), { key, thread });
    return nameOf(key);
  });
  const found = await findThreads(
    tx,
    tenantId,
    [...byName.values()].map(({ key }) => key),
  );
  const missing = [...byName].filter(([name]) => !found.has(name)).map(([, one]) => one);
  if (missing.length > 0) {
    const made = await createThreads(tx, tenantId, missing, { ids, now });
    for (const [name, id] of made) found.set(name, { id, isNew: true });
    const lost = missing.filter(({ key }) => !made.has(nameOf(key)));
    for (const [name, thread] of await findThreads(
      tx,
      tenantId,
      lost.map(({ key }) => key),
    ))
      found.set(name, thread);
  }
  return names.map((name) => {
    const thread = found.get(name);
    if (!thread) throw new Error("a thread was neither found nor made"); // it was deleted between two statements
    return thread;
  });
}

async function findThreads(tx: Tx, tenantId: TenantId, keys: readonly Key[]): Promise<Map<string, Thread>> {
  if (keys.length === 0) return new Map();
  const { rows } = await sql<Key & { id: ConversationId }>`
    select c.id, c.line_id, c.participant_key
    from ${recordset(keys)} as k (line_id text, participant_key text)
    join conversations c on c.tenant_id = ${tenantId} and c.line_id = k.line_id and c.participant_key = k.participant_key
  `.execute(tx);
  return new Map(rows.map((row) => [nameOf(row), { id: row.id, isNew: false }]));
}

async function createThreads(
  tx: Tx,
  tenantId: TenantId,
  wanted: readonly { key: Key; thread: WantedThread }[],
  { ids, now }: { ids: Ids; now: number },
): Promise<Map<string, ConversationId>> {
  const rows = wanted.map(({ key, thread }) => ({
    ...key,
    id: ids("conversation"),
    participants: thread.participants,
    assignee_id: thread.assigneeId,
    records: thread.records,
    metadata: thread.metadata,
  }));
  const time = new Date(now);
  // Sorted, so that two batches that make the same threads wait for each other and do not lock each other out.
  const { rows: made } = await sql<Key & { id: ConversationId }>`
    insert into conversations (tenant_id, id, line_id, participants, participant_key, assignee_id, records, metadata,
      last_activity_at, created_at, updated_at)
    select ${tenantId}::text, n.id, n.line_id, n.participants, n.participant_key, n.assignee_id, n.records, n.metadata,
      ${time}::timestamptz, ${time}::timestamptz, ${time}::timestamptz
    from ${recordset(rows)} as n (id text, line_id text, participants jsonb, participant_key text,
      assignee_id text, records jsonb, metadata jsonb)
    order by n.line_id, n.participant_key
    on conflict (tenant_id, line_id, participant_key) do nothing
    returning id, line_id, participant_key`.execute(tx);
  const ofMade = new Set(made.map(({ id }) => id));
  await reindexConversations(
    tx,
    tenantId,
    rows
      .filter(({ id }) => ofMade.has(id))
      .map(({ id, line_id, participants }) => ({ id, lineId: line_id, participants, createdAt: time.toISOString() })),
  );
  await linkRecords(
    tx,
    tenantId,
    rows.filter(({ id }) => ofMade.has(id)).map(({ id, records }) => ({ id, records })),
  );
  return new Map(made.map((row) => [nameOf(row), row.id]));
}

/** Writes the records of conversations once more, as rows that an index can find. */
export async function linkRecords(
  tx: Tx,
  tenantId: TenantId,
  links: readonly { id: ConversationId; records: readonly CrmRecord[] }[],
): Promise<void> {
  const rows = links.flatMap(({ id, records }) =>
    records.map(({ source, type, externalId }) => ({ id, source, type, external_id: externalId })),
  );
  if (rows.length === 0) return;
  await sql`insert into conversation_records (tenant_id, source, type, external_id, conversation_id)
    select ${tenantId}::text, r.source, r.type, r.external_id, r.id
    from ${recordset(rows)} as r (id text, source text, type text, external_id text)
    on conflict do nothing`.execute(tx);
}
