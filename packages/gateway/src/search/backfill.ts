import type { TenantId } from "@trunkline/protocol";
import { sql } from "kysely";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Database, Tx } from "../store/database.ts";
import {
  conversationEntries,
  entryInsertion,
  type IndexedConversation,
  type IndexedMessage,
  messageEntries,
} from "./entries.ts";

/** Rows that one transaction makes findable: an open transaction holds back every reader of the event log. */
const CHUNK = 500;
/** After a failure, in milliseconds. */
const AGAIN_MS = 60_000;

type Gap = "conversations" | "messages";

/** Makes findable what was written before there was a search, the newest first. It may stop anywhere and goes on from there. */
export interface SearchBackfill {
  start(): void;
  /** Resolves when it is not at work. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

export function createSearchBackfill({
  database,
  clock,
  logger,
}: {
  database: Database;
  clock: Clock;
  logger: Logger;
}): SearchBackfill {
  let isStopped = false;
  let running: Promise<void> | undefined;
  let cancel: (() => void) | undefined;

  async function fill(): Promise<void> {
    const gaps = await database.system((tx) =>
      tx.selectFrom("search_gaps").select(["tenant_id", "searched"]).execute(),
    );
    for (const { tenant_id, searched } of gaps) {
      let isDone = false;
      while (!isDone && !isStopped) {
        isDone = await database.tenant(tenant_id, (tx) => fillChunk(tx, tenant_id, searched));
      }
    }
  }

  function start(): void {
    if (isStopped || running !== undefined) return;
    running = fill()
      .catch((error: unknown) => {
        logger.warn({ error }, "what was written earlier could not be made findable; it is tried again");
        if (!isStopped) cancel = clock.at(clock.now() + AGAIN_MS, start);
      })
      .finally(() => {
        running = undefined;
      });
  }

  return {
    start,
    idle: async () => running,
    async stop() {
      isStopped = true;
      cancel?.();
      await running;
    },
  };
}

/** Makes the next rows findable; true when there are no more, or another node is at it. */
async function fillChunk(tx: Tx, tenantId: TenantId, gap: Gap): Promise<boolean> {
  const { rows } = await sql<{ before_id: string | null }>`select before_id from search_gaps
    where tenant_id = ${tenantId} and searched = ${gap} for update skip locked`.execute(tx);
  const [found] = rows;
  if (!found) return true;
  const before = found.before_id === null ? sql`` : sql`and id < ${found.before_id}`;
  const entries =
    gap === "messages" ? await messagesOf(tx, tenantId, before) : await conversationsOf(tx, tenantId, before);
  if (entries.length > 0) await entryInsertion(tenantId, entries).execute(tx);
  const last = entries.at(-1);
  if (entries.length < CHUNK || !last) {
    await sql`delete from search_gaps where tenant_id = ${tenantId} and searched = ${gap}`.execute(tx);
    return true;
  }
  await sql`update search_gaps set before_id = ${last.id} where tenant_id = ${tenantId} and searched = ${gap}`.execute(
    tx,
  );
  return false;
}

async function messagesOf(tx: Tx, tenantId: TenantId, before: ReturnType<typeof sql>) {
  type Row = Omit<IndexedMessage, "createdAt"> & {
    lineId: Parameters<typeof messageEntries>[1][number]["lineId"];
    at: Date;
  };
  const { rows } = await sql<Row>`select id, conversation_id as "conversationId", line_id as "lineId", direction, text,
      created_at as at
    from messages where tenant_id = ${tenantId} ${before} order by id desc limit ${CHUNK}`.execute(tx);
  return messageEntries(
    tenantId,
    rows.map(({ lineId, at, ...message }) => ({ message: { ...message, createdAt: at.toISOString() }, lineId })),
  );
}

async function conversationsOf(tx: Tx, tenantId: TenantId, before: ReturnType<typeof sql>) {
  const { rows } = await sql<Omit<IndexedConversation, "createdAt"> & { at: Date }>`
    select id, line_id as "lineId", participants, created_at as at
    from conversations where tenant_id = ${tenantId} ${before} order by id desc limit ${CHUNK}`.execute(tx);
  return conversationEntries(
    tenantId,
    rows.map(({ at, ...conversation }) => ({ ...conversation, createdAt: at.toISOString() })),
  );
}
