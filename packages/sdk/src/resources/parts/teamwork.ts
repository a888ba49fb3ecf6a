import type { ConversationId, ConversationWithViewer } from "@trunkline/protocol";
import type { Http } from "../../http.ts";
import type { Store } from "../../store/store.ts";
import type { CallOptions } from "../call-options.ts";
import { pathOf } from "../collection.ts";

/** What is fetched when people first share a conversation. */
export interface TeamworkCalls {
  /**
   * Makes a conversation the caller's that nobody has; whoever has it already gets the same answer again. Of several at
   * once one gets it: for the others it rejects with `already_assigned`, whose message says who has it.
   */
  claim(id: ConversationId, options?: CallOptions): Promise<ConversationWithViewer>;
}

const PATH = "v1/conversations";

export function teamworkCalls(http: Http, store: Store): TeamworkCalls {
  return {
    claim: async (id, options) =>
      store.conversations.take(
        await http.call({ method: "POST", path: pathOf(PATH, id, "/claim"), isRepeatable: true }, options),
      ),
  };
}
