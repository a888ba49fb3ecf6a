import type {
  Actor,
  AuditEntry,
  Author,
  BroadcastCounts,
  BroadcastId,
  BroadcastState,
  CanonicalNumber,
  Carrier,
  CarrierAccount,
  CarrierAccountId,
  ConversationId,
  ConversationQuery,
  ConversationState,
  CrmRecord,
  DeliveryAttempt,
  DeliveryStatus,
  EventId,
  EventType,
  Failure,
  FilterId,
  GroupId,
  KeyId,
  KeyScope,
  LineCapabilities,
  LineId,
  LineKind,
  LineQuietHours,
  MediaId,
  MediaItem,
  MediaType,
  Message,
  MessageId,
  MessageStatus,
  OptInEntry,
  OptInMethod,
  OptInState,
  Participant,
  Role,
  Searched,
  SessionId,
  SessionScope,
  TemplateId,
  TenantId,
  UpdateMicrosoftSettings,
  UpdateSendingSettings,
  UpdateTeamworkSettings,
  UpdateTenantLimits,
  UserId,
  WebhookDeliveryId,
  WebhookDisabledReason,
  WebhookId,
} from "@trunkline/protocol";
import type { ColumnType, Generated, JSONColumnType } from "kysely";
import type { Audience } from "../rights/sight.ts";

/** jsonb: read as the value, written with `json()`. */
type Json<Value extends object> = ColumnType<Value, Value, Value>;

interface OperatorKeysTable {
  id: KeyId;
  name: string;
  hash: Uint8Array;
  hint: string;
  created_at: Date;
  last_used_at: Date | null;
}

interface TenantsTable {
  tenant_id: TenantId;
  external_id: string | null;
  name: string;
  features: Generated<string[]>;
  time_zone: string;
  allowed_origins: Generated<string[]>;
  app_url: string | null;
  /** What differs from `DEFAULT_SENDING`. */
  sending: ColumnType<UpdateSendingSettings, UpdateSendingSettings | undefined, UpdateSendingSettings>;
  teamwork: ColumnType<UpdateTeamworkSettings, UpdateTeamworkSettings | undefined, UpdateTeamworkSettings>;
  limits: ColumnType<UpdateTenantLimits, UpdateTenantLimits | undefined, UpdateTenantLimits>;
  /** What differs from `DEFAULT_MICROSOFT`. */
  microsoft: ColumnType<UpdateMicrosoftSettings, UpdateMicrosoftSettings | undefined, UpdateMicrosoftSettings>;
  /** Since when it is being deleted. */
  deleting_at: Generated<Date | null>;
  created_at: Date;
  updated_at: Date;
}

interface KeysTable {
  tenant_id: TenantId;
  id: KeyId;
  name: string;
  scopes: KeyScope[];
  hash: Uint8Array;
  hint: string;
  created_at: Date;
  last_used_at: Date | null;
}

interface UsersTable {
  tenant_id: TenantId;
  id: UserId;
  external_id: string | null;
  name: string;
  email: string | null;
  microsoft_tenant_id: string | null;
  microsoft_object_id: string | null;
  role: Role;
  suspended: Generated<boolean>;
  created_at: Date;
  updated_at: Date;
}

interface MicrosoftTenantsTable {
  tenant_id: TenantId;
  microsoft_tenant_id: string;
  name: string | null;
  state: Generated<"connected" | "suspended">;
  granted: Json<PermissionNames>;
  held: Json<PermissionNames>;
  /** AADSTS numbers. */
  errors: Generated<number[]>;
  connected_at: Date;
  checked_at: Date;
  updated_at: Date;
}

/** Names of Microsoft's permissions by kind. */
interface PermissionNames {
  delegated: string[];
  application: string[];
}

interface MicrosoftConnectionsTable {
  tenant_id: TenantId;
  user_id: UserId;
  /** Null, as the object id and the date, for somebody who has only tried. */
  microsoft_tenant_id: string | null;
  microsoft_object_id: string | null;
  name: string;
  /** Sealed; null when nothing can be renewed. */
  tokens: Uint8Array | null;
  granted: Generated<string[]>;
  held: Generated<string[]>;
  errors: Generated<number[]>;
  ends_at: Date | null;
  connected_at: Date | null;
  /** When its tokens last came from Entra. */
  renewed_at: Date;
  updated_at: Date;
}

interface ConsentLinksTable {
  tenant_id: TenantId;
  id: string;
  token_hash: Uint8Array;
  user_id: UserId | null;
  features: string[];
  /** Whether whoever made it may decide which Microsoft tenant this is. */
  may_map: boolean;
  actor: Json<Actor>;
  granted_at: Date | null;
  expires_at: Date;
  created_at: Date;
}

interface ConsentStatesTable {
  tenant_id: TenantId;
  id: string;
  state_hash: Uint8Array;
  /** `user`, `admin`, `admin_sign_in`: at Microsoft; `confirm`, `wait`: at a page of ours. */
  kind: "user" | "admin" | "admin_sign_in" | "confirm" | "wait";
  user_id: UserId | null;
  link_id: string | null;
  features: string[];
  /** Sealed. */
  secrets: Uint8Array;
  return_to: string | null;
  expires_at: Date;
  created_at: Date;
}

interface CredentialWarningsTable {
  credential_id: string;
  days: number;
  warned_at: Date;
}

interface SessionsTable {
  tenant_id: TenantId;
  id: SessionId;
  user_id: UserId;
  hash: Uint8Array;
  role: Role | null;
  scope: Json<SessionScope>;
  expires_at: Date;
  created_at: Date;
}

interface CarrierAccountsTable {
  tenant_id: TenantId;
  id: CarrierAccountId;
  carrier: Carrier;
  name: string;
  /** Sealed; see `seal/`. */
  credentials: Uint8Array;
  keyword_answers: Generated<CarrierAccount["keywordAnswers"]>;
  created_at: Date;
  updated_at: Date;
}

interface LinesTable {
  tenant_id: TenantId;
  id: LineId;
  name: string;
  number: CanonicalNumber | null;
  sender_id: string | null;
  kind: LineKind;
  carrier_account_id: CarrierAccountId;
  capabilities: Json<LineCapabilities>;
  send_rate: number | null;
  quiet_hours: ColumnType<LineQuietHours, LineQuietHours | undefined, LineQuietHours>;
  created_at: Date;
  updated_at: Date;
}

interface AuditEntriesTable {
  tenant_id: TenantId;
  id: AuditEntry["id"];
  at: Date;
  actor_kind: AuditEntry["actor"]["kind"];
  actor_id: string;
  by_kind: AuditEntry["by"]["kind"];
  by_id: string;
  request_id: string;
  action: string;
  object_kind: string;
  object_id: string | null;
  before: Json<NonNullable<AuditEntry["before"]>> | null;
  after: Json<NonNullable<AuditEntry["after"]>> | null;
  secrets: string[];
}

interface UserGroupsTable {
  tenant_id: TenantId;
  id: GroupId;
  name: string;
  external_id: string | null;
  created_at: Date;
  updated_at: Date;
}

interface UserGroupMembersTable {
  tenant_id: TenantId;
  group_id: GroupId;
  user_id: UserId;
}

interface LineGroupsTable {
  tenant_id: TenantId;
  line_id: LineId;
  group_id: GroupId;
}

interface LineAssigneesTable {
  tenant_id: TenantId;
  line_id: LineId;
  user_id: UserId;
}

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

interface TemplatesTable {
  tenant_id: TenantId;
  id: TemplateId;
  name: string;
  text: string;
  locale: string | null;
  variants: Json<{ locale: string; text: string }[]>;
  created_at: Date;
  updated_at: Date;
}

interface BroadcastsTable {
  tenant_id: TenantId;
  id: BroadcastId;
  name: string | null;
  line_id: LineId;
  text: string;
  locale: string | null;
  variants: Json<{ locale: string; text: string }[]>;
  template_id: TemplateId | null;
  state: BroadcastState;
  author: Json<Author>;
  actor: JSONColumnType<Actor | null, Actor | null, Actor | null>;
  total: number;
  /** The first recipient that nothing was decided about. */
  next_index: Generated<number>;
  skipped: number;
  /** As they were told last. */
  counts: Json<BroadcastCounts>;
  /** Nothing more is expected to change the counts. */
  is_settled: Generated<boolean>;
  told_at: Date;
  held_code: string | null;
  held_until: Date | null;
  send_at: Date | null;
  metadata: Json<Record<string, string>>;
  created_at: Date;
  started_at: Date | null;
  completed_at: Date | null;
  updated_at: Date;
}

interface BroadcastRecipientsTable {
  tenant_id: TenantId;
  broadcast_id: BroadcastId;
  index: number;
  /** Canonical; as it was given when it is no number. */
  number: string;
  variables: Json<Record<string, string>>;
  locale: string | null;
  message_id: MessageId | null;
  failure: JSONColumnType<Failure | null, Failure | null, Failure | null>;
}

interface OptInsTable {
  tenant_id: TenantId;
  number: string;
  /** Empty for all lines. */
  line_id: LineId | "";
  state: OptInState;
  method: OptInMethod | null;
  needs_review: Generated<boolean>;
  carrier_blocked: Generated<boolean>;
  since: Date | null;
  updated_at: Date;
}

interface OptInEntriesTable {
  tenant_id: TenantId;
  id: string;
  number: string;
  line_id: LineId | "";
  state: OptInState;
  method: OptInMethod;
  at: Date;
  by: Json<OptInEntry["by"]>;
  wording: string | null;
  language: string | null;
  message_id: MessageId | null;
  evidence: JSONColumnType<object | null, object | null, object | null>;
  certain: Generated<boolean>;
  created_at: Date;
}

interface SentCountsTable {
  tenant_id: TenantId;
  hour: Date;
  texts: number;
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

interface EventsTable {
  tenant_id: TenantId;
  /** xid8; read it as text. */
  xid: ColumnType<string, never, never>;
  n: ColumnType<number, never, never>;
  id: EventId;
  type: EventType;
  audience: Json<Audience>;
  body: string;
  created_at: Date;
}

interface EventHorizonsTable {
  tenant_id: TenantId;
  xid: string;
  n: number;
}

interface IdempotencyKeysTable {
  tenant_id: TenantId;
  principal: string;
  route: string;
  key: string;
  request_hash: Uint8Array;
  status: number | null;
  /** Sealed body of the answer. */
  answer: Uint8Array | null;
  created_at: Date;
}

/** Like `idempotency_keys`, for the operator's own routes; `tenant_id` is empty. */
type OperatorIdempotencyKeysTable = Omit<IdempotencyKeysTable, "tenant_id"> & { tenant_id: "" };

interface WorkTable {
  tenant_id: TenantId;
  id: string;
  kind: string;
  lane: string;
  serial: string;
  priority: Generated<number>;
  due_at: Date;
  attempts: Generated<number>;
  payload: Json<object>;
  started_fence: number | null;
  created_at: Date;
}

interface WorkLanesTable {
  tenant_id: TenantId;
  kind: string;
  lane: string;
  holder: string | null;
  fence: Generated<number>;
  lease_until: Date | null;
  paused_until: Date | null;
}

interface WebhooksTable {
  tenant_id: TenantId;
  id: WebhookId;
  url: string;
  events: string[];
  description: string | null;
  secret: Uint8Array;
  former_secret: Uint8Array | null;
  former_secret_until: Date | null;
  disabled_reason: WebhookDisabledReason | null;
  disabled_at: Date | null;
  failing_since: Date | null;
  epoch: string;
  /** xid8; read it as text. */
  xid: string;
  n: number;
  created_at: Date;
  updated_at: Date;
}

interface WebhookDeliveriesTable {
  tenant_id: TenantId;
  id: WebhookDeliveryId;
  webhook_id: WebhookId;
  event_id: EventId;
  event_type: string;
  xid: string | null;
  n: number | null;
  status: DeliveryStatus;
  is_replay: boolean;
  attempts: number;
  last_attempt: JSONColumnType<DeliveryAttempt | null, DeliveryAttempt | null, DeliveryAttempt | null>;
  next_attempt_at: Date | null;
  created_at: Date;
  updated_at: Date;
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

interface StoreInfoTable {
  epoch: string;
  fingerprint: string;
  environment: "production" | "sandbox";
}

/** The tables as the code sees them; the migrations are the truth. */
export interface Tables {
  operator_keys: OperatorKeysTable;
  tenants: TenantsTable;
  keys: KeysTable;
  users: UsersTable;
  sessions: SessionsTable;
  microsoft_tenants: MicrosoftTenantsTable;
  microsoft_connections: MicrosoftConnectionsTable;
  consent_links: ConsentLinksTable;
  consent_states: ConsentStatesTable;
  credential_warnings: CredentialWarningsTable;
  carrier_accounts: CarrierAccountsTable;
  lines: LinesTable;
  line_assignees: LineAssigneesTable;
  line_groups: LineGroupsTable;
  user_groups: UserGroupsTable;
  user_group_members: UserGroupMembersTable;
  conversations: ConversationsTable;
  conversation_records: ConversationRecordsTable;
  conversation_filters: ConversationFiltersTable;
  messages: MessagesTable;
  templates: TemplatesTable;
  broadcasts: BroadcastsTable;
  broadcast_recipients: BroadcastRecipientsTable;
  opt_ins: OptInsTable;
  opt_in_entries: OptInEntriesTable;
  sent_counts: SentCountsTable;
  inbound_texts: InboundTextsTable;
  parked_receipts: ParkedReceiptsTable;
  read_states: ReadStatesTable;
  line_inbound: LineInboundTable;
  read_totals: ReadTotalsTable;
  events: EventsTable;
  event_horizons: EventHorizonsTable;
  idempotency_keys: IdempotencyKeysTable;
  operator_idempotency_keys: OperatorIdempotencyKeysTable;
  audit_entries: AuditEntriesTable;
  work: WorkTable;
  work_lanes: WorkLanesTable;
  webhooks: WebhooksTable;
  webhook_deliveries: WebhookDeliveriesTable;
  search_entries: SearchEntriesTable;
  search_gaps: SearchGapsTable;
  media: MediaTable;
  store_info: StoreInfoTable;
}
