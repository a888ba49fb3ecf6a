import type { ConversationId, LineCapabilities, LineId, Message, TenantId, UserId } from "@trunkline/protocol";
import { sql } from "kysely";
import type { EventLog, NewEvent } from "../events/log.ts";
import { notFound } from "../http/refusal.ts";
import { Reply } from "../http/reply.ts";
import type { Ids } from "../random.ts";
import { sees } from "../rights/sight.ts";
import type { Tx } from "../store/database.ts";
import { enqueuing, type NewWork } from "../work/queue.ts";
import {
  audienceOf,
  type ConversationRow,
  conversationUpdate,
  type StoredConversation,
  toStored,
  WITHOUT_LAST_MESSAGE,
} from "./conversation-row.ts";
import { decideSend, toRefusal } from "./decide-send.ts";
import type { MessageRow } from "./message-row.ts";
import { messageInsertion, type StoredMessage } from "./message-row.ts";
import { SEND_KIND, type SendPayload } from "./outbound-kind.ts";
import { placeMessage } from "./place-message.ts";
import { type ReadMark, readMarkUpsert, toReadState } from "./read-marks.ts";
import type { Place } from "./send-places.ts";
import type { SendRequest } from "./send-request.ts";

export type SendOutcome =
  | { readonly kind: "accepted"; readonly reply: Reply<Message> }
  | { readonly kind: "refused"; readonly error: unknown };

interface Context {
  ids: Ids;
  now: number;
}

/** A conversation that is locked for this transaction, with the line that its texts leave from. */
interface Locked extends StoredConversation {
  readonly line: {
    readonly number: string | null;
    readonly senderId: string | null;
    readonly capabilities: LineCapabilities;
    readonly carrierAccountId: MessageRow["carrier_account_id"];
  };
  /** Made in this transaction, and not yet told to anybody. */
  readonly isNew: boolean;
}

/** Texts of one tenant that are accepted together: gathered against locked conversations, written at once. */
export class SendBatch {
  readonly #tenantId: TenantId;
  readonly #context: Context;
  readonly #conversations: Map<ConversationId, Locked>;
  readonly #touched = new Set<ConversationId>();
  readonly #messages: StoredMessage[] = [];
  readonly #events: NewEvent[] = [];
  readonly #work: NewWork<SendPayload>[] = [];
  readonly #marks = new Map<string, ReadMark>();

  private constructor(tenantId: TenantId, conversations: Map<ConversationId, Locked>, context: Context) {
    this.#tenantId = tenantId;
    this.#conversations = conversations;
    this.#context = context;
  }

  /** Locks the conversations of `places`, in the order of their ids. */
  static async open(
    tx: Tx,
    tenantId: TenantId,
    places: readonly (Place | Error)[],
    context: Context,
  ): Promise<SendBatch> {
    const isNew = new Map<ConversationId, boolean>();
    for (const place of places) if (!(place instanceof Error)) isNew.set(place.conversationId, place.isNew);
    if (isNew.size === 0) return new SendBatch(tenantId, new Map(), context);
    const { rows } = await sql<LockedRow>`
      select ${WITHOUT_LAST_MESSAGE}, l.number as line_number, l.sender_id as line_sender_id, l.capabilities as line_capabilities,
        l.carrier_account_id as line_carrier_account_id
      from conversations c
      join lines l on l.tenant_id = c.tenant_id and l.id = c.line_id
      where c.tenant_id = ${tenantId} and c.id = any(${[...isNew.keys()]}::text[])
      order by c.id for update of c`.execute(tx);
    const locked = rows.map((row): [ConversationId, Locked] => [
      row.id,
      { ...toStored(row), line: toLine(row), isNew: isNew.get(row.id) ?? false },
    ]);
    return new SendBatch(tenantId, new Map(locked), context);
  }

  /** Lines that have something to send now. */
  get lineIds(): ReadonlySet<LineId> {
    return new Set(this.#messages.map(({ lineId }) => lineId));
  }

  /** Decides about one text and gives it its place. */
  add({ principal, origin }: SendRequest, place: Place | Error): SendOutcome {
    if (place instanceof Error) return { kind: "refused", error: place };
    const locked = this.#conversations.get(place.conversationId);
    const [participant] = locked?.conversation.participants ?? [];
    if (!locked || !participant || !sees(principal.sight, audienceOf(locked.conversation))) {
      return { kind: "refused", error: notFound() };
    }
    if (place.refusal) return { kind: "refused", error: place.refusal };
    const decision = decideSend({ line: locked.line, recipient: participant.number });
    if (decision.kind === "refuse") return { kind: "refused", error: toRefusal(decision) };

    const { ids, now } = this.#context;
    const { stored, into } = placeMessage(
      locked,
      {
        id: ids("message"),
        direction: "outbound",
        text: place.content.text,
        from: decision.from,
        to: decision.to,
        author: principal.author,
        status: "queued",
        clientId: place.content.clientId ?? null,
        retryOf: place.retryOf,
        carrierMessageId: null,
        carrierAccountId: locked.line.carrierAccountId,
        metadata: place.content.metadata ?? {},
        broadcastId: origin.broadcastId,
        purpose: origin.purpose,
      },
      now,
    );
    this.#conversations.set(place.conversationId, { ...locked, ...into, isNew: false });
    this.#touched.add(place.conversationId);
    this.#messages.push(stored);
    this.#recordStored(stored, into, locked.isNew, principal);
    if (principal.user) this.#markRead(principal.user.id, stored);
    const { message } = stored;
    this.#work.push({
      id: message.id,
      kind: SEND_KIND,
      lane: stored.lineId,
      serial: message.conversationId,
      priority: origin.priority,
      dueAt: new Date(now),
      payload: { messageId: message.id },
    });
    return { kind: "accepted", reply: new Reply<Message>(JSON.stringify(message)) };
  }

  /** Writes all that was added, and the work that follows from it, with one statement. */
  async write(tx: Tx, log: EventLog): Promise<void> {
    if (this.#messages.length === 0) return;
    const tenantId = this.#tenantId;
    const marks = [...this.#marks.values()];
    const events = [...this.#events, ...marks.map((mark) => this.#readEvent(mark))];
    const touched = [...this.#touched].flatMap((id) => this.#conversations.get(id) ?? []);
    const marking =
      marks.length > 0 ? sql`marked as (${readMarkUpsert(tenantId, marks, this.#context.now)} returning 1),` : sql``;
    await sql`with changed as (${conversationUpdate(tenantId, touched)} returning 1), ${marking}
      stored as (${messageInsertion(tenantId, this.#messages)} returning 1),
      queued as (${enqueuing(tenantId, this.#work, this.#context.now)} returning 1)
      ${log.insertion(tenantId, events)}`.execute(tx);
  }

  #recordStored(
    { message }: StoredMessage,
    { conversation }: StoredConversation,
    isNew: boolean,
    { actor }: SendRequest["principal"],
  ): void {
    const audience = audienceOf(conversation);
    const created: NewEvent = { type: "message.created", data: message, audience, actor };
    if (isNew) this.#events.push({ type: "conversation.created", data: conversation, audience, actor }, created);
    else this.#events.push(created, { type: "conversation.updated", data: conversation, audience, actor });
  }

  #markRead(userId: UserId, { message, inboundCount }: StoredMessage): void {
    const { conversationId, sequence } = message;
    const mark: ReadMark = { userId, conversationId, throughSequence: sequence, inboundCount };
    this.#marks.set(`${userId} ${conversationId}`, mark);
  }

  #readEvent(mark: ReadMark): NewEvent {
    const data = toReadState(mark, mark.inboundCount); // the conversation is locked: nothing came in since
    return {
      type: "conversation.read",
      data,
      audience: { userId: mark.userId },
      actor: { kind: "user", id: mark.userId },
    };
  }
}

interface LockedRow extends ConversationRow {
  line_number: string | null;
  line_sender_id: string | null;
  line_capabilities: LineCapabilities;
  line_carrier_account_id: NonNullable<MessageRow["carrier_account_id"]>;
}

function toLine(row: LockedRow): Locked["line"] {
  return {
    number: row.line_number,
    senderId: row.line_sender_id,
    capabilities: row.line_capabilities,
    carrierAccountId: row.line_carrier_account_id,
  };
}
