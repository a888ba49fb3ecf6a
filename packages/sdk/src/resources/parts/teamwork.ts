import type { ConversationId, ConversationWithViewer, Signal, TransferConversation } from "@trunkline/protocol";
import type { Http } from "../../http.ts";
import type { Store } from "../../store/store.ts";
import type { CallOptions, KeyedCallOptions } from "../call-options.ts";
import { pathOf } from "../collection.ts";

/** What is fetched when people first share a conversation. */
export interface TeamworkCalls {
  /**
   * Makes a conversation the caller's that nobody has; whoever has it already gets the same answer again. Of several at
   * once one gets it: for the others it rejects with `already_assigned`, whose message says who has it.
   */
  claim(id: ConversationId, options?: CallOptions): Promise<ConversationWithViewer>;
  /**
   * Goes on from another line: opens the conversation there or gets it, with assignee, tags, records and names, and closes
   * this one; a system line in each says where the other one is. Rejects with `opted_out` when its number has said STOP to
   * either of the two lines.
   */
  transfer(
    id: ConversationId,
    input: TransferConversation,
    options?: KeyedCallOptions,
  ): Promise<ConversationWithViewer>;
  /**
   * Tells others who see the conversation that the user is typing there (`conversation.typing`), or has stopped. It
   * expires by itself after 6 seconds: say it again every 3 seconds while it goes on.
   */
  setTyping(id: ConversationId, isTyping: boolean, options?: CallOptions): Promise<void>;
  /** The same for having it open (`conversation.viewing`): it expires after 60 seconds, so say it again every 30. */
  setViewing(id: ConversationId, isViewing: boolean, options?: CallOptions): Promise<void>;
}

const PATH = "v1/conversations";

export function teamworkCalls(http: Http, store: Store): TeamworkCalls {
  const signal =
    (below: string) =>
    (id: ConversationId, isOn: boolean, options?: CallOptions): Promise<void> => {
      const body: Signal = { state: isOn ? "started" : "stopped" };
      return http.call({ method: "POST", path: pathOf(PATH, id, below), body, isRepeatable: true }, options);
    };
  return {
    setTyping: signal("/typing"),
    setViewing: signal("/viewing"),
    transfer: async (id, body, options) =>
      store.conversations.take(
        await http.call({ method: "POST", path: pathOf(PATH, id, "/transfer"), body, isKeyed: true }, options),
      ),
    claim: async (id, options) =>
      store.conversations.take(
        await http.call({ method: "POST", path: pathOf(PATH, id, "/claim"), isRepeatable: true }, options),
      ),
  };
}
