import type {
  AnyEvent,
  Conversation,
  ConversationId,
  EventMap,
  EventType,
  Me,
  Message,
  MessageStatus,
} from "@trunkline/protocol";
import { waitsUntil } from "@trunkline/protocol/vocabulary";

/*
 * The gateway's side of the protocol's mechanics, in memory: a log with a stream, pages, keys. It lets a test cut lines,
 * hold answers back and refuse calls at will. What a text goes through is tested against the real gateway elsewhere.
 */

export const GATEWAY = "https://gateway.test/";
export const LINE = "line_00000000000000000000000001" as const;
export const USER = "usr_00000000000000000000000001" as const;
const TENANT = "ten_00000000000000000000000001" as const;

export interface SeenCall {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: Record<string, unknown> | null;
}

type Meddle = (call: SeenCall) => Response | undefined | Promise<Response | undefined>;

interface OpenStream {
  readonly after: number;
  write(text: string): void;
  fail(): void;
  end(): void;
}

const encoder = new TextEncoder();

export class FakeGateway {
  readonly calls: SeenCall[] = [];
  readonly log: AnyEvent[] = [];
  readonly streams = new Set<OpenStream>();
  userId: string = USER;
  sees: Me["sees"] = { lineIds: null, records: null, assignedOnly: false };
  /** Looks at every call first and may answer it, delay it, or throw like a network that is away. */
  meddle: Meddle = () => undefined;
  /** Looks at every answer before it leaves. */
  beforeAnswer: (call: SeenCall) => void | Promise<void> = () => undefined;
  readonly #conversations = new Map<ConversationId, Conversation>();
  readonly #messages = new Map<ConversationId, Message[]>();
  readonly #read = new Map<ConversationId, number>();
  readonly #keys = new Map<string, Message>();
  #held: string | null = null;
  #resets = 0;
  #ids = 0;
  #ms = Date.parse("2026-11-02T09:00:00.000Z");

  /** Everything the gateway has of one conversation, as the list that a client must come to. */
  messagesOf(id: ConversationId): readonly Message[] {
    return this.#messages.get(id) ?? [];
  }

  conversations(): Conversation[] {
    return [...this.#conversations.values()].sort((a, b) => (activity(a) < activity(b) ? 1 : -1));
  }

  addConversation(number: string): Conversation {
    const now = this.#now();
    const conversation: Conversation = {
      id: this.#id("conv"),
      lineId: LINE,
      participants: [{ number, contactId: null, name: null }],
      state: "open",
      assigneeId: null,
      tags: [],
      snoozedUntil: null,
      records: [],
      metadata: {},
      lastMessage: null,
      sequence: 0,
      createdAt: now,
      updatedAt: now,
    };
    this.#conversations.set(conversation.id, conversation);
    this.#messages.set(conversation.id, []);
    this.emit("conversation.created", conversation);
    return conversation;
  }

  changeConversation(id: ConversationId, changes: Partial<Conversation>): void {
    const before = this.#conversations.get(id);
    if (!before) throw new Error("no such conversation");
    const after = { ...before, ...changes, updatedAt: this.#now() };
    this.#conversations.set(id, after);
    this.emit("conversation.updated", after);
  }

  addMessage(conversationId: ConversationId, text: string, more: Partial<Message> = {}): Message {
    const now = this.#now();
    const list = this.#messages.get(conversationId) ?? [];
    const message: Message = {
      id: this.#id("msg"),
      clientId: null,
      conversationId,
      sequence: (list.at(-1)?.sequence ?? 0) + 1,
      direction: "inbound",
      kind: "text",
      text,
      media: [],
      from: "+14255550123",
      to: "+12065550100",
      author: { kind: "contact", id: null, name: null },
      status: "received",
      failure: null,
      encoding: "gsm7",
      segments: 1,
      sendAt: null,
      held: null,
      sentAt: null,
      deliveredAt: null,
      retryOf: null,
      broadcastId: null,
      templateId: null,
      carrierMessageId: null,
      carrierStatus: null,
      metadata: {},
      createdAt: now,
      updatedAt: now,
      ...more,
    };
    list.push(message);
    const { id, sequence, direction, kind, status, author, createdAt, updatedAt } = message;
    const waits = waitsUntil(message);
    const lastMessage = {
      id,
      sequence,
      direction,
      kind,
      text,
      status,
      waitsUntil: waits,
      author,
      createdAt,
      updatedAt,
    };
    const before = this.#conversations.get(conversationId);
    if (!before) throw new Error("no such conversation");
    this.#conversations.set(conversationId, { ...before, lastMessage, sequence, updatedAt: now });
    this.emit("message.created", message);
    this.emit("conversation.updated", this.#conversations.get(conversationId) ?? before);
    return message;
  }

  setStatus(message: Message, status: MessageStatus): Message {
    return this.changeMessage(message, { status });
  }

  changeMessage(message: Message, changes: Partial<Message>): Message {
    const list = this.#messages.get(message.conversationId) ?? [];
    const index = list.findIndex(({ id }) => id === message.id);
    const after = { ...message, ...list[index], ...changes, updatedAt: this.#now() };
    list[index] = after;
    const conversation = this.#conversations.get(message.conversationId);
    if (conversation?.lastMessage?.id === message.id) {
      const { status, updatedAt } = after;
      const lastMessage = { ...conversation.lastMessage, status, waitsUntil: waitsUntil(after), updatedAt };
      this.#conversations.set(conversation.id, { ...conversation, lastMessage });
    }
    this.emit("message.updated", after);
    return after;
  }

  emit<Type extends EventType>(type: Type, data: EventMap[Type]): void {
    const event = {
      id: this.#id("evt"),
      type,
      timestamp: this.#now(),
      tenantId: TENANT,
      actor: null,
      data,
    } as AnyEvent;
    this.log.push(event);
    const text = this.#frame(this.log.length, event);
    if (this.#held !== null) this.#held += text;
    else for (const stream of this.streams) stream.write(text);
  }

  /** Cuts every stream as a network does. */
  cut(): void {
    for (const stream of [...this.streams]) stream.fail();
  }

  /** Cuts every stream in the middle of what it is given next. */
  cutWithin(text: string): void {
    for (const stream of [...this.streams]) {
      stream.write(text);
      stream.fail();
    }
  }

  /** Streams are dead without anybody being told. */
  strand(): void {
    this.streams.clear();
  }

  /** What `work` emits leaves in one piece. */
  batch(work: () => void): void {
    this.#held = "";
    work();
    const text = this.#held;
    this.#held = null;
    for (const stream of this.streams) stream.write(text);
  }

  /** Tells every stream to read again, also those that come back later with a cursor of before. */
  reset(): void {
    this.#resets += 1;
    for (const stream of this.streams) stream.write(this.#resetFrame());
  }

  endStreams(reason: string): void {
    for (const stream of [...this.streams]) {
      stream.write(frame("stream.end", null, { reason }));
      stream.end();
    }
  }

  callsTo(method: string, path: string): SeenCall[] {
    return this.calls.filter((call) => call.method === method && call.path === path);
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const text = await request.text();
    const call: SeenCall = {
      method: request.method,
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: !request.headers.get("content-type")?.includes("json")
        ? null
        : (JSON.parse(text) as Record<string, unknown>),
    };
    this.calls.push(call);
    const answer = (await this.meddle(call)) ?? this.#answer(call, request.signal);
    await this.beforeAnswer(call);
    return answer;
  };

  #answer(call: SeenCall, signal: AbortSignal): Response {
    const { method, path, query, body } = call;
    if (path === "/v1/me") {
      return json({ user: { id: this.userId }, tenant: { id: TENANT }, role: "owner", sees: this.sees });
    }
    if (path === "/v1/unread") return json(this.#unread());
    if (path === "/v1/events") return this.#stream(call, signal);
    if (path === "/v1/conversations") return json(this.#pageOfConversations(query));
    const [, id = "", below] = /^\/v1\/conversations\/(conv_\w+)(?:\/(\w+))?$/.exec(path) ?? [];
    const conversation = this.#conversations.get(id as ConversationId);
    if (!conversation) return problem(404, "not_found");
    if (below === undefined) return json(this.#withViewer(conversation));
    if (below === "read") return json(this.#markRead(conversation.id, Number(body?.throughSequence)));
    if (method === "GET") return json(this.#pageOfMessages(conversation.id, query));
    return json(this.#send(conversation.id, call), 202);
  }

  #send(id: ConversationId, { headers, body }: SeenCall): Message {
    const key = headers.get("Idempotency-Key") ?? "";
    const before = this.#keys.get(key);
    if (before) return before;
    const sent = this.addMessage(id, String(body?.text), {
      clientId: body?.clientId === undefined ? null : String(body.clientId),
      direction: "outbound",
      author: { kind: "user", id: this.userId, name: "Ada" },
      status: "queued",
    });
    this.#keys.set(key, sent);
    this.#markRead(id, sent.sequence); // whoever answers has read what they answer to
    return sent;
  }

  #markRead(conversationId: ConversationId, through: number) {
    this.#read.set(conversationId, Math.max(through, this.#read.get(conversationId) ?? 0));
    const viewer = this.#viewerOf(conversationId);
    const state = { conversationId, userId: USER, ...viewer };
    this.emit("conversation.read", state);
    return state;
  }

  #viewerOf(id: ConversationId) {
    const readThroughSequence = this.#read.get(id) ?? 0;
    const unread = this.messagesOf(id).filter(
      ({ direction, sequence }) => direction === "inbound" && sequence > readThroughSequence,
    );
    return { readThroughSequence, unreadCount: unread.length };
  }

  #withViewer(conversation: Conversation) {
    return { ...conversation, viewer: this.#viewerOf(conversation.id) };
  }

  #unread() {
    const counts = this.conversations().map(({ id }) => this.#viewerOf(id).unreadCount);
    const messages = counts.reduce((sum, count) => sum + count, 0);
    return { conversations: counts.filter((count) => count > 0).length, messages, byLine: {} };
  }

  #pageOfConversations(query: URLSearchParams) {
    const limit = Number(query.get("limit") ?? 50);
    const state = query.get("state");
    const all = this.conversations().filter((each) => state === null || each.state === state);
    const cursor = query.get("cursor");
    const rest = cursor === null ? all : all.filter((each) => activity(each) < cursor);
    const data = rest.slice(0, limit);
    const last = data.at(-1);
    const nextCursor = rest.length > limit && last ? activity(last) : null;
    return { data: data.map((each) => this.#withViewer(each)), nextCursor };
  }

  #pageOfMessages(id: ConversationId, query: URLSearchParams) {
    const limit = Number(query.get("limit") ?? 50);
    const before = Number(query.get("beforeSequence") ?? Number.POSITIVE_INFINITY);
    const after = Number(query.get("afterSequence") ?? 0);
    const around = query.get("aroundSequence");
    const all = [...this.messagesOf(id)];
    if (around !== null) {
      const from = Math.max(0, Number(around) - 1 - Math.floor(limit / 2));
      return { data: all.slice(from, from + limit), nextCursor: null };
    }
    const rest = all.filter(({ sequence }) => sequence < before && sequence > after);
    if (query.get("order") !== "asc") rest.reverse();
    return { data: rest.slice(0, limit), nextCursor: rest.length > limit ? "more" : null };
  }

  #stream({ headers, query }: SeenCall, signal: AbortSignal): Response {
    const resume = headers.get("Last-Event-ID") ?? query.get("after");
    const [position, resets] =
      resume === null ? [this.log.length, this.#resets] : resume.slice(1).split(".").map(Number);
    const after = position ?? 0;
    const { readable, stream } = openStream(after, (closed) => this.streams.delete(closed));
    signal.addEventListener("abort", () => stream.fail());
    stream.write(frame("stream.ready", resume ?? this.#cursor(after), { cursor: "", heartbeatMs: 15_000 }));
    if ((resets ?? 0) < this.#resets) stream.write(this.#resetFrame());
    for (const [index, event] of this.log.entries()) {
      if (index >= after) stream.write(this.#frame(index + 1, event));
    }
    stream.write(frame("stream.caught_up", this.#cursor(this.log.length), {}));
    this.streams.add(stream);
    return new Response(readable, { headers: { "Content-Type": "text/event-stream" } });
  }

  #frame(position: number, event: AnyEvent): string {
    return frame(event.type, this.#cursor(position), event);
  }

  #resetFrame(): string {
    return frame("stream.reset", this.#cursor(this.log.length), { reason: "access_changed" });
  }

  #cursor(position: number): string {
    return this.#resets === 0 ? `c${position}` : `c${position}.${this.#resets}`;
  }

  #id<Prefix extends string>(prefix: Prefix): `${Prefix}_${string}` {
    this.#ids += 1;
    return `${prefix}_${String(this.#ids).padStart(26, "0")}`;
  }

  #now(): string {
    this.#ms += 1;
    return new Date(this.#ms).toISOString();
  }
}

function openStream(after: number, onClosed: (stream: OpenStream) => void) {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const readable = new ReadableStream<Uint8Array>({
    start: (started) => {
      controller = started;
    },
    cancel: () => close(() => undefined),
  });
  const close = (how: () => void) => {
    if (!controller) return;
    controller = undefined;
    onClosed(stream);
    how();
  };
  const stream: OpenStream = {
    after,
    write: (text) => controller?.enqueue(encoder.encode(text)),
    fail: () => {
      const open = controller;
      close(() => open?.error(new TypeError("the line was cut")));
    },
    end: () => {
      const open = controller;
      close(() => open?.close());
    },
  };
  return { readable, stream };
}

const activity = ({ lastMessage, createdAt }: Conversation): string => lastMessage?.createdAt ?? createdAt;

const frame = (event: string, id: string | null, data: object): string =>
  `${id === null ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

export function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
}

export function problem(status: number, code: string, headers: Record<string, string> = {}): Response {
  const body = { type: `/problems/${code}`, title: code, status, code, requestId: "req_1" };
  return new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": "application/problem+json", ...headers },
  });
}
