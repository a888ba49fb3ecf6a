import type {
  ConversationId,
  ConversationWithViewer,
  OpenConversation,
  ReadState,
  UpdateConversation,
  User,
} from "@trunkline/protocol";
import type { Http } from "../http.ts";
import type { ConversationFilter } from "../store/conversation-filter.ts";
import { ConversationList } from "../store/conversation-list.ts";
import type { Live, LiveItem } from "../store/live.ts";
import { ConversationItem } from "../store/live-items.ts";
import { readConversation } from "../store/merge.ts";
import type { Store } from "../store/store.ts";
import type { CallOptions, KeyedCallOptions } from "./call-options.ts";
import { listOf, pathOf } from "./collection.ts";
import type { FetchedCall } from "./fetched-calls.ts";
import type { Listing, ListOptions } from "./listing.ts";
import type { TeamworkCalls } from "./parts/teamwork.ts";

export interface ConversationsResource extends TeamworkCalls {
  /** Newest activity first. */
  list(filter?: ConversationFilter & ListOptions, options?: CallOptions): Listing<ConversationWithViewer>;
  get(id: ConversationId, options?: CallOptions): Promise<ConversationWithViewer>;
  /** Opens the conversation of a line with a number, or gets the one that is there. */
  open(input: OpenConversation, options?: KeyedCallOptions): Promise<ConversationWithViewer>;
  update(id: ConversationId, changes: UpdateConversation, options?: CallOptions): Promise<ConversationWithViewer>;
  /** Marks everything up to a message as read; never moves back. What is live shows it at once. */
  markRead(id: ConversationId, throughSequence: number, options?: CallOptions): Promise<ReadState>;
  /** The conversations that match, newest activity first, kept up to date; one enters and leaves as its fields change. */
  live(filter?: ConversationFilter): Live<ConversationWithViewer>;
  /** One conversation, kept up to date. */
  live(id: ConversationId): LiveItem<ConversationWithViewer>;
}

const PATH = "v1/conversations";

export function conversationsResource(http: Http, store: Store, call: FetchedCall): ConversationsResource {
  type Answer = ConversationWithViewer;
  const table = store.conversations;
  const take = (answer: Answer) => table.take(answer);
  const get = async (id: ConversationId, options?: CallOptions) =>
    take(await http.call<Answer>({ method: "GET", path: pathOf(PATH, id) }, options));

  function live(filter?: ConversationFilter): Live<Answer>;
  function live(id: ConversationId): LiveItem<Answer>;
  function live(which: ConversationFilter | ConversationId = {}): Live<Answer> | LiveItem<Answer> {
    if (typeof which === "string") {
      return new ConversationItem({ ...store.view, id: which, table, fetch: (id, signal) => get(id, { signal }) });
    }
    return new ConversationList({
      ...store.view,
      filter: { ...which },
      table,
      fetchPage: (query, signal) => http.call({ method: "GET", path: PATH, query }, { signal }),
      findUser: async (ref, signal) =>
        (await http.call<User>({ method: "GET", path: pathOf("v1/users", ref) }, { signal })).id,
    });
  }

  return {
    live,
    get,
    claim: call("claim"),
    transfer: call("transfer"),
    setTyping: call("setTyping"),
    setViewing: call("setViewing"),
    list: (filter, options) => listOf<Answer>(http, PATH, filter, options, readConversation),
    open: async (body, options) => take(await http.call({ method: "POST", path: PATH, body, isKeyed: true }, options)),
    update: async (id, body, options) =>
      take(await http.call({ method: "PATCH", path: pathOf(PATH, id), body }, options)),
    async markRead(id, throughSequence, options) {
      table.read({ conversationId: id, readThroughSequence: throughSequence });
      try {
        const path = pathOf(PATH, id, "/read");
        const answer = await http.call<ReadState>({ method: "POST", path, body: { throughSequence } }, options);
        table.read(answer);
        return answer;
      } catch (error) {
        table.reread(id);
        throw error;
      }
    },
  };
}
