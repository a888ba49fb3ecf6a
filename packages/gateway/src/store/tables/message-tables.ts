import type {
  Author,
  BroadcastId,
  CarrierAccountId,
  ConversationId,
  ConversationQuery,
  ConversationState,
  CrmRecord,
  Failure,
  FilterId,
  LineId,
  MediaId,
  MediaItem,
  MediaType,
  Message,
  MessageId,
  MessageStatus,
  Participant,
  Searched,
  TemplateId,
  TenantId,
  UserId,
} from "@trunkline/protocol";
import type { Generated, JSONColumnType } from "kysely";
import type { Json } from "./json-column.ts";

interface ConversationsTable {
  tenant_id: TenantId;
  id: ConversationId;
  line_id: LineId;
  participants: Json<Participant[]>;
  participant_key: string;
  state: Generated<ConversationState>;
  assignee_id: UserId | null;
  tags: Generated<string[]>;
  snoozed_until: Date | null;
  records: Json<CrmRecord[]>;
  metadata: Json<Record<string, string>>;
  sequence: Generated<number>;
  inbound_count: Generated<number>;
  last_message_id: MessageId | null;
  last_activity_at: Date;
  last_inbound_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

interface ConversationRecordsTable {
  tenant_id: TenantId;
  source: string;
  type: string;
  external_id: string;
  conversation_id: ConversationId;
}

interface ConversationFiltersTable {
  tenant_id: TenantId;
  id: FilterId;
  name: string;
  /** Null when it is shared. */
  owner_id: UserId | null;
  created_by: UserId | null;
  query: Json<ConversationQuery>;
  created_at: Date;
  updated_at: Date;
}

interface MessagesTable {
  tenant_id: TenantId;
  id: MessageId;
  conversation_id: ConversationId;
  line_id: LineId;
  sequence: number;
  inbound_count: number;
  direction: Message["direction"];
  kind: Message["kind"];
  text: string;
  media: Json<MediaItem[]>;
  sender: string | null;
  recipient: string | null;
  author: Json<Author>;
  status: MessageStatus | null;
  failure: JSONColumnType<Failure | null, Failure | null, Failure | null>;
  encoding: "gsm7" | "ucs2" | null;
  segments: number | null;
  send_at: Date | null;
  sent_at: Date | null;
  delivered_at: Date | null;
  retry_of: MessageId | null;
  broadcast_id: BroadcastId | null;
  template_id: TemplateId | null;
  held_code: string | null;
  held_until: Date | null;
  /** What the gateway says by itself; null for all else. */
  purpose: MessagePurpose | null;
  carrier_account_id: CarrierAccountId | null;
  carrier_message_id: string | null;
  /** A carrier's word for the status that its adapter does not know. */
  carrier_status: string | null;
  client_id: string | null;
  mentions: UserId[] | null;
  transfer: JSONColumnType<NonNullable<Message["transfer"]> | null, object | null, object | null>;
  metadata: Json<Record<string, string>>;
  created_at: Date;
  updated_at: Date;
}

/** Why the gateway wrote a text by itself. */
export type MessagePurpose = "opt_out_answer" | "opt_in_answer" | "help_answer" | "double_opt_in";

interface MediaTable {
  tenant_id: TenantId;
  id: MediaId;
  /** Who uploaded it: a user, or the key or session of somebody who is none. */
  created_by: string;
  /** The text that carries it; null until one does. */
  message_id: MessageId | null;
  content_type: MediaType;
  bytes: number;
  width: number | null;
  height: number | null;
  has_thumbnail: boolean;
  stored_at: Date | null;
  created_at: Date;
}

interface InboundTextsTable {
  tenant_id: TenantId;
  carrier_account_id: CarrierAccountId;
  carrier_message_id: string;
  message_id: MessageId;
  raw: Uint8Array;
  received_at: Date;
}

interface ParkedReceiptsTable {
  tenant_id: TenantId;
  carrier_account_id: CarrierAccountId;
  carrier_message_id: string;
  receipt: Json<object>;
  received_at: Date;
}

interface ReadStatesTable {
  tenant_id: TenantId;
  user_id: UserId;
  conversation_id: ConversationId;
  through_sequence: number;
  inbound_count: number;
  /** Something came in after it. */
  behind: Generated<boolean>;
  updated_at: Date;
}

interface LineInboundTable {
  tenant_id: TenantId;
  line_id: LineId;
  conversations: number;
  texts: number;
}

interface ReadTotalsTable extends LineInboundTable {
  user_id: UserId;
}

interface SearchEntriesTable {
  tenant_id: TenantId;
  id: MessageId | ConversationId;
  at: Date;
  terms: number[];
}

interface SearchGapsTable {
  tenant_id: TenantId;
  searched: Searched;
  before_id: string | null;
}

/** Conversations and what is in them. */
export interface MessageTables {
  conversations: ConversationsTable;
  conversation_records: ConversationRecordsTable;
  conversation_filters: ConversationFiltersTable;
  messages: MessagesTable;
  media: MediaTable;
  inbound_texts: InboundTextsTable;
  parked_receipts: ParkedReceiptsTable;
  read_states: ReadStatesTable;
  line_inbound: LineInboundTable;
  read_totals: ReadTotalsTable;
  search_entries: SearchEntriesTable;
  search_gaps: SearchGapsTable;
}
