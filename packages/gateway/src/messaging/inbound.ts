import type { CarrierAccountId, LineId, MessageId, TenantId } from "@trunkline/protocol";
import { readNumber } from "@trunkline/protocol/phone-number";
import { sql } from "kysely";
import type { InboundText } from "../carriers/carrier.ts";
import type { EventLog, NewEvent } from "../events/log.ts";
import type { Ids } from "../random.ts";
import type { Tx } from "../store/database.ts";
import {
  audienceOf,
  type ConversationRow,
  conversationUpdate,
  toStored,
  WITHOUT_LAST_MESSAGE,
} from "./conversation-row.ts";
import { messageInsertion } from "./message-row.ts";
import { countryOf, readAddress } from "./numbers.ts";
import { placeMessage } from "./place-message.ts";
import { getOrCreateThreads } from "./threads.ts";

export interface InboundParts {
  log: EventLog;
  ids: Ids;
}

export interface Received {
  readonly tenantId: TenantId;
  readonly accountId: CarrierAccountId;
  readonly text: InboundText;
  /** The webhook's body, kept as it came. */
  readonly raw: Uint8Array;
}

/** `no_line`: the number it was sent to is none of this account's lines, so that there is nobody to show it to. */
export type Reception = "stored" | "repeated" | "no_line";

/**
 * Stores a text that a carrier delivered, once for each of the carrier's ids however often and in whatever number of
 * parallel calls it comes: the row in `inbound_texts` lets one win, and the others wait for its commit.
 */
export async function receiveText(
  tx: Tx,
  { tenantId, accountId, text: received, raw }: Received,
  { log, ids }: InboundParts,
  now: number,
): Promise<Reception> {
  const line = await findLine(tx, tenantId, accountId, received.to);
  if (!line) return "no_line";
  const messageId = ids("message");
  const { carrierMessageId } = received;
  if (!(await claim(tx, { tenantId, accountId, carrierMessageId, messageId, raw, now }))) return "repeated";

  const from = readAddress(received.from, countryOf(line.number));
  const [thread] = await getOrCreateThreads(
    tx,
    tenantId,
    [
      {
        lineId: line.id,
        participants: [{ number: from, contactId: null, name: null }],
        assigneeId: null,
        records: [],
        metadata: {},
      },
    ],
    { ids, now },
  );
  const { rows } = await sql<ConversationRow>`select ${WITHOUT_LAST_MESSAGE} from conversations c
    where c.tenant_id = ${tenantId} and c.id = ${thread?.id ?? null} for update of c`.execute(tx);
  const row = rows[0];
  if (!thread || !row) throw new Error("a thread vanished while a text was put into it");

  const { stored, into } = placeMessage(
    toStored(row),
    {
      id: messageId,
      direction: "inbound",
      text: received.text,
      from,
      to: line.number ?? line.senderId,
      author: { kind: "contact", id: null, name: row.participants.find(({ number }) => number === from)?.name ?? null },
      status: "received",
      clientId: null,
      retryOf: null,
      carrierMessageId,
      carrierAccountId: accountId,
      metadata: {},
    },
    now,
  );
  const audience = audienceOf(into.conversation);
  const created: NewEvent = { type: "message.created", data: stored.message, audience, actor: null };
  const events: NewEvent[] = thread.isNew
    ? [{ type: "conversation.created", data: into.conversation, audience, actor: null }, created]
    : [created, { type: "conversation.updated", data: into.conversation, audience, actor: null }];
  await sql`with changed as (${conversationUpdate(tenantId, [into])} returning 1),
    stored as (${messageInsertion(tenantId, [stored])} returning 1)
    ${log.insertion(tenantId, events)}`.execute(tx);
  return "stored";
}

interface InboundLine {
  id: LineId;
  number: string | null;
  senderId: string | null;
}

async function findLine(
  tx: Tx,
  tenantId: TenantId,
  accountId: CarrierAccountId,
  to: string,
): Promise<InboundLine | null> {
  const reading = readNumber(to);
  const number = reading.kind === "invalid" ? to.trim() : reading.number;
  const { rows } = await sql<InboundLine>`
    select id, number, sender_id as "senderId" from lines
    where tenant_id = ${tenantId} and carrier_account_id = ${accountId} and (number = ${number} or sender_id = ${number})
    limit 1`.execute(tx);
  return rows[0] ?? null;
}

interface Claim {
  tenantId: TenantId;
  accountId: CarrierAccountId;
  carrierMessageId: string;
  messageId: MessageId;
  raw: Uint8Array;
  now: number;
}

async function claim(tx: Tx, { tenantId, accountId, carrierMessageId, messageId, raw, now }: Claim): Promise<boolean> {
  const rows = await tx
    .insertInto("inbound_texts")
    .values({
      tenant_id: tenantId,
      carrier_account_id: accountId,
      carrier_message_id: carrierMessageId,
      message_id: messageId,
      raw,
      received_at: new Date(now),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning("message_id")
    .execute();
  return rows.length > 0;
}
