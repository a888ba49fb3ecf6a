import type { CheckMessage, ConversationId, Message, MessageCheck, MessageId, SendMessage } from "@trunkline/protocol";
import type { Http } from "../http.ts";
import type { Live } from "../store/live.ts";
import { readMessage } from "../store/merge.ts";
import { MessageList } from "../store/message-list.ts";
import type { MessageRow } from "../store/message-rows.ts";
import type { MessageContent, MessageRange, SendTarget } from "../store/message-targets.ts";
import type { Store } from "../store/store.ts";
import type { CallOptions, KeyedCallOptions } from "./call-options.ts";
import { listOf, pathOf } from "./collection.ts";
import type { Listing } from "./listing.ts";

export interface LiveMessagesOptions {
  /** Opens the list around the message with this sequence instead of at the end. */
  around?: number | undefined;
}

export interface MessagesResource {
  list(conversationId: ConversationId, range?: MessageRange, options?: CallOptions): Listing<Message>;
  get(id: MessageId, options?: CallOptions): Promise<Message>;
  /**
   * Sends a text. Resolves when the gateway has accepted it; that it was delivered is told by events.
   *
   * Into a conversation, live lists show it at once. In browsers it then goes through the outbox: it is tried until the
   * gateway answers, over a reload too, and taken once. On servers nothing queues: the promise settles within `timeoutMs`.
   *
   * With `sendAt`, or when it is quiet where the recipient is, the message is `scheduled`; `held` says why it waits.
   */
  send(target: ConversationId | SendTarget, content: MessageContent, options?: KeyedCallOptions): Promise<Message>;
  /**
   * Whether a text could leave, why not, or when it would; what it costs, when there are words. Asks and changes nothing.
   * With `canSend: false` the first of the `reasons` is the `code` with which `send` rejects.
   */
  check(target: ConversationId | SendTarget, content?: CheckMessage, options?: CallOptions): Promise<MessageCheck>;
  /**
   * Takes a text back that has not begun to leave; of one that was taken back before it gives the same answer. Rejects
   * with `conflict` when it has begun.
   */
  cancel(id: MessageId, options?: CallOptions): Promise<Message>;
  /** Sends a text again, at once, that failed, was not delivered or was canceled; the new one names it in `retryOf`. */
  retry(id: MessageId, options?: KeyedCallOptions): Promise<Message>;
  /** A conversation's messages, oldest first, kept up to date, with what is being sent behind them. */
  live(conversationId: ConversationId, options?: LiveMessagesOptions): Live<MessageRow>;
  /** Tries a failed row again under its old key, so that the gateway still takes it once. */
  resend(key: string): Promise<Message>;
  /** Removes a failed row. */
  discard(key: string): void;
}

const PATH = "v1/messages";
const pathIn = (conversationId: ConversationId, below = "/messages") =>
  pathOf("v1/conversations", conversationId, below);

/** Hands a text to the gateway, once per key. */
export function postMessage(http: Http) {
  return (target: ConversationId | SendTarget, body: SendMessage, options: KeyedCallOptions): Promise<Message> => {
    const call =
      typeof target === "string" ? { path: pathIn(target), body } : { path: PATH, body: { ...target, ...body } };
    return http.call<Message>({ method: "POST", isKeyed: true, ...call }, options);
  };
}

export function messagesResource(http: Http, store: Store): MessagesResource {
  const { outbox } = store;
  const list: MessagesResource["list"] = (conversationId, range, options) =>
    listOf<Message>(http, pathIn(conversationId), range, options, readMessage);
  const take = (message: Message) => {
    store.takeMessage(message);
    return readMessage(message);
  };
  return {
    list,
    get: async (id, options) => take(await http.call({ method: "GET", path: pathOf(PATH, id) }, options)),
    send: async (target, content, options = {}) => readMessage(await outbox.send(target, content, options)),
    retry: async (id, options) =>
      take(await http.call({ method: "POST", path: pathOf(PATH, id, "/retry"), body: {}, isKeyed: true }, options)),
    check: (target, content, options) => {
      const call =
        typeof target === "string"
          ? { path: pathIn(target, "/check"), body: { ...content } }
          : { path: `${PATH}/check`, body: { ...target, ...content } };
      return http.call({ method: "POST", isRepeatable: true, ...call }, options);
    },
    cancel: async (id, options) =>
      take(await http.call({ method: "POST", path: pathOf(PATH, id, "/cancel"), isRepeatable: true }, options)),
    live: (conversationId, { around } = {}): Live<MessageRow> =>
      new MessageList({
        ...store.view,
        conversationId,
        around,
        outbox,
        async fetchPage(range, signal) {
          const page = await list(conversationId, range, { signal }).page();
          for (const message of page.data) store.conversations.message(message);
          return page;
        },
        onMessage: (listener) => store.messages.add(listener),
      }),
    resend: (key) => outbox.resend(key),
    discard: (key) => outbox.discard(key),
  };
}
