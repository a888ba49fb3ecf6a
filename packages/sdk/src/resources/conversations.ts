import type {
  ConversationId,
  ConversationState,
  ConversationWithViewer,
  LineId,
  OpenConversation,
  ReadState,
  UpdateConversation,
  UserRef,
} from "@trunkline/protocol";
import type { Live, LiveItem } from "../store/live.ts";
import type { CallOptions, KeyedCallOptions } from "./call-options.ts";
import type { Listing, ListOptions } from "./listing.ts";

/** Which conversations; all given conditions must hold. */
export interface ConversationFilter {
  lineId?: LineId | undefined;
  state?: ConversationState | undefined;
  assigneeId?: UserRef | undefined;
  /** Those with something that the asking user has not read; only with a session. */
  unread?: boolean | undefined;
  tag?: string | undefined;
  /** A record of the host's CRM: `source:type:externalId`. */
  record?: string | undefined;
  /** Changed after this time, ISO 8601. */
  updatedAfter?: string | undefined;
}

export interface ConversationsResource {
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
