import type { ConversationId, LineId, Message, MessageId, TenantId, UserId } from "@trunkline/protocol";
import { type RawBuilder, sql } from "kysely";
import type { EventLog, NewEvent } from "../events/log.ts";
import { notFound, Refusal } from "../http/refusal.ts";
import { Reply } from "../http/reply.ts";
import { openSendCap, type SendCap } from "../limits/send-cap.ts";
import type { Ids } from "../random.ts";
import { type Audience, sees } from "../rights/sight.ts";
import { entryInsertion, messageEntries } from "../search/entries.ts";
import type { Tx } from "../store/database.ts";
import type { Colleague } from "../teamwork/assignee.ts";
import { enqueuing, type NewWork } from "../work/queue.ts";
import {
  audienceOf,
  type ConversationRow,
  conversationUpdate,
  type StoredConversation,
  toStored,
  WITHOUT_LAST_MESSAGE,
} from "./conversation-row.ts";
import { decideSend, isCapped, toRefusal } from "./decide-send.ts";
import { draftNote } from "./draft-note.ts";
import { messageInsertion, type StoredMessage } from "./message-row.ts";
import { SEND_KIND, type SendPayload } from "./outbound-kind.ts";
import { placeMessage } from "./place-message.ts";
import { markingRead, type ReadMark, toReadState } from "./read-marks.ts";
import { type Place, sentAgain } from "./send-places.ts";
import type { SendRequest } from "./send-request.ts";
import {
  type FactsRow,
  factsReader,
  needsHome,
  readHome,
  SENDER,
  type SendFacts,
  standingOf,
} from "./sending-facts.ts";

export type SendOutcome =
  | { readonly kind: "accepted"; readonly reply: Reply<Message> }
  | { readonly kind: "refused"; readonly error: unknown };

interface Context {
  ids: Ids;
  now: number;
  /** Those whom notes mean, by the names that were given. */
  colleagues: ReadonlyMap<string, Colleague>;
}

/** A conversation that is locked for this transaction, with what decides about texts into it. */
interface Locked extends StoredConversation {
  readonly facts: SendFacts;
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
  readonly #cap: SendCap;
  /** Texts that are sent again here, and as what. */
  readonly #retried = new Map<MessageId, MessageId>();

  private constructor(tenantId: TenantId, conversations: Map<ConversationId, Locked>, cap: SendCap, context: Context) {
    this.#tenantId = tenantId;
    this.#conversations = conversations;
    this.#cap = cap;
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
    const locked = isNew.size > 0 ? await lock(tx, tenantId, isNew) : [];
    const textsPerDay = locked[0]?.[1].facts.textsPerDay ?? null;
    const cap = await openSendCap(tx, tenantId, textsPerDay, context.now);
    return new SendBatch(tenantId, new Map(locked), cap, context);
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
    const { ids, now, colleagues } = this.#context;
    const { text, templateId, sendAt, clientId, metadata, kind } = place.content;
    if (text === null) throw new TypeError("a text without words was to be sent");
    if (kind === "note") {
      const { conversation } = locked;
      const { author } = principal;
      const draft = draftNote({ id: ids("message"), text, content: place.content, conversation, author, colleagues });
      if (draft instanceof Refusal) return { kind: "refused", error: draft };
      return this.#store(locked, placeMessage(locked, draft, now), principal);
    }
    const decision = decideSend({
      ...locked.facts,
      recipient: participant.number,
      lastInboundAt: locked.lastInboundAt,
      purpose: origin.purpose,
      isBroadcast: place.isBroadcast,
      sendAt,
      now,
    });
    if (decision.kind === "refuse") return { kind: "refused", error: toRefusal(decision) };
    const twin = place.retryOf && this.#retried.get(place.retryOf);
    if (twin) return { kind: "refused", error: sentAgain(twin) };
    if (isCapped(origin.purpose) && !this.#cap.take()) return { kind: "refused", error: this.#cap.refusal() };

    const placed = placeMessage(
      locked,
      {
        id: ids("message"),
        direction: "outbound",
        kind,
        text,
        from: decision.from,
        to: decision.to,
        author: principal.author,
        status: decision.dueAt > now ? "scheduled" : "queued",
        clientId,
        retryOf: place.retryOf,
        carrierMessageId: null,
        carrierAccountId: locked.facts.carrierAccountId,
        metadata,
        broadcastId: origin.broadcastId,
        purpose: origin.purpose,
        templateId,
        sendAt: sendAt === null ? null : new Date(sendAt).toISOString(),
        held: decision.held,
      },
      now,
    );
    const { message, lineId } = placed.stored;
    if (place.retryOf) this.#retried.set(place.retryOf, message.id);
    this.#work.push({
      id: message.id,
      kind: SEND_KIND,
      lane: lineId,
      serial: message.conversationId,
      priority: origin.priority,
      dueAt: new Date(decision.dueAt),
      payload: { messageId: message.id },
    });
    const author = locked.facts.assignOnReply ? principal.user : null;
    return this.#store(locked, author ? { ...placed, into: assigned(placed.into, author.id) } : placed, principal);
  }

  /** Takes a message up that has its place: the conversation's next one is placed behind it. */
  #store(
    { facts, isNew }: Locked,
    { stored, into }: ReturnType<typeof placeMessage>,
    principal: SendRequest["principal"],
  ): SendOutcome {
    const { message } = stored;
    this.#conversations.set(message.conversationId, { ...into, facts, isNew: false });
    this.#touched.add(message.conversationId);
    this.#messages.push(stored);
    this.#recordStored(stored, into, isNew, principal);
    if (principal.user) this.#markRead(principal.user.id, stored);
    return { kind: "accepted", reply: new Reply<Message>(JSON.stringify(message)) };
  }

  /** Prepares the one statement that writes all that was added, and the work that follows from it; null for nothing. */
  async writing(tx: Tx, log: EventLog): Promise<RawBuilder<unknown> | null> {
    const tenantId = this.#tenantId;
    const unused = [...this.#conversations.values()].flatMap(({ isNew, conversation }) =>
      isNew ? conversation.id : [],
    );
    await dropThreads(tx, tenantId, unused);
    if (this.#messages.length === 0) return null;
    await this.#cap.write(tx);
    const marks = [...this.#marks.values()];
    const events = [...this.#events, ...marks.map((mark) => this.#readEvent(mark))];
    const touched = [...this.#touched].flatMap((id) => this.#conversations.get(id) ?? []);
    const marking = marks.length > 0 ? sql`${markingRead(tenantId, marks, this.#context.now)},` : sql``;
    return sql`with changed as (${conversationUpdate(tenantId, touched)} returning 1), ${marking}
      stored as (${messageInsertion(tenantId, this.#messages)} returning 1),
      findable as (${entryInsertion(tenantId, messageEntries(tenantId, this.#messages))} returning 1),
      queued as (${enqueuing(tenantId, this.#work, this.#context.now)} returning 1)
      ${log.insertion(tenantId, events)}`;
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
    for (const userId of message.mentions ?? []) {
      const means: Audience = { ...audience, userId };
      this.#events.push({ type: "mention.created", data: { userId, message }, audience: means, actor });
    }
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

/** The conversation as it is when nobody had it before. */
function assigned(stored: StoredConversation, userId: UserId): StoredConversation {
  const { conversation } = stored;
  return conversation.assigneeId === null
    ? { ...stored, conversation: { ...conversation, assigneeId: userId } }
    : stored;
}

/** @param isNew - whether each of the conversations was made in this transaction */
async function lock(
  tx: Tx,
  tenantId: TenantId,
  isNew: ReadonlyMap<ConversationId, boolean>,
): Promise<[ConversationId, Locked][]> {
  const { rows } = await sql<ConversationRow & FactsRow>`
    select ${WITHOUT_LAST_MESSAGE}, ${SENDER}, ${standingOf(tenantId)}
    from conversations c
    join lines l on l.tenant_id = c.tenant_id and l.id = c.line_id
    join tenants t on t.tenant_id = c.tenant_id
    where c.tenant_id = ${tenantId} and c.id = any(${[...isNew.keys()]}::text[])
    order by c.id for update of c`.execute(tx);
  const readFacts = factsReader();
  const locked = rows.map(
    (row): Locked => ({
      ...toStored(row),
      facts: readFacts(row),
      isNew: isNew.get(row.id) ?? false,
    }),
  );
  const home = locked.some((one) => needsHome(one.conversation.participants[0]?.number ?? "", one))
    ? await readHome(tx, tenantId)
    : null;
  return locked.map((one) => [
    one.conversation.id,
    home === null ? one : { ...one, facts: { ...one.facts, home: new Set([...one.facts.home, ...home]) } },
  ]);
}

/** Takes threads back that this transaction made and nothing was put into. */
async function dropThreads(tx: Tx, tenantId: TenantId, ids: readonly ConversationId[]): Promise<void> {
  if (ids.length === 0) return;
  await tx
    .deleteFrom("conversations")
    .where("tenant_id", "=", tenantId)
    .where("id", "in", [...ids])
    .execute();
  await tx
    .deleteFrom("search_entries")
    .where("tenant_id", "=", tenantId)
    .where("id", "in", [...ids])
    .execute();
}
