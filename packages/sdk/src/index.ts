/* The Trunkline client: everything public, by subject. */

/* The words of the wire that a caller meets. */
export type {
  AdminRequest,
  AnyEvent,
  Author,
  Broadcast,
  BroadcastCounts,
  BroadcastId,
  BroadcastRecipient,
  BroadcastState,
  CarrierAccount,
  CarrierAccountId,
  ConnectLink,
  Consent,
  ConsentState,
  ConsentStep,
  ConversationHit,
  ConversationId,
  ConversationState,
  ConversationWithViewer as Conversation,
  CreateBroadcast,
  CreatedSession,
  CreateTemplate,
  CreateWebhook,
  DeliveryStatus,
  ErrorCode,
  EventEnvelope,
  EventMap,
  EventOf,
  EventType,
  Evidence,
  Failure,
  FeatureConsent,
  Held,
  Issue,
  Key,
  KeyId,
  Line,
  LineId,
  Me,
  Message,
  MessageCheck,
  MessageHit,
  MessageId,
  MessagePreview,
  MessageStatus,
  OptIn,
  OptInEntry,
  OptInImport,
  OptInState,
  Page,
  Participant,
  ParticipantMatch,
  PutOptIn,
  QuietHours,
  ReadState,
  RecipientState,
  Search,
  SearchResult,
  SendAt,
  SendingSettings,
  SessionId,
  Template,
  TemplateId,
  TemplatePreview,
  Tenant,
  TenantId,
  TextRange,
  Unread,
  User,
  UserId,
  UserRef,
  Webhook,
  WebhookDelivery,
  WebhookId,
  WebhookTest,
  WebhookWithSecret,
} from "@trunkline/protocol";
export type { MicrosoftFeature, PermissionPlan, PlannedPermission } from "@trunkline/protocol/permissions";
export { type ApiKeyAuth, apiKeyAuth } from "./auth/api-key-auth.ts";
export type { SessionToken, TokenReason, TokenRequest, TrunklineAuth } from "./auth/auth.ts";
export { sessionAuth } from "./auth/session-auth.ts";
export { createTrunkline, type Trunkline } from "./client.ts";
export { isTrunklineError, TrunklineError, type TrunklineErrorCode, type TrunklineErrorFacts } from "./errors.ts";
export type { Connection, ConnectionView } from "./events/connection.ts";
export type { EventStreamOptions, TrunklineOptions } from "./options.ts";
export type { Clock, Platform } from "./platform.ts";
export type {
  CarrierAccountsResource,
  KeysResource,
  SessionsResource,
  TenantResource,
  TenantsResource,
} from "./resources/administration.ts";
export type { AuditFilter, AuditResource } from "./resources/audit.ts";
export type { BroadcastFilter, BroadcastsResource, RecipientFilter } from "./resources/broadcasts.ts";
export type { CallOptions, KeyedCallOptions } from "./resources/call-options.ts";
export type { ConsentResource } from "./resources/consent.ts";
export type { ConversationsResource } from "./resources/conversations.ts";
export type { EventRange, EventsResource } from "./resources/events.ts";
export type { FiltersResource } from "./resources/filters.ts";
export type { GroupsResource } from "./resources/groups.ts";
export type { Listing, ListOptions } from "./resources/listing.ts";
export type { MediaResource } from "./resources/media.ts";
export type { LiveMessagesOptions, MessagesResource } from "./resources/messages.ts";
export type { OptInFilter, OptInsResource } from "./resources/opt-ins.ts";
export type { ConnectOptions } from "./resources/parts/consent.ts";
export type { LinesResource, UsersResource } from "./resources/people-and-lines.ts";
export type { TemplateFilter, TemplatesResource } from "./resources/templates.ts";
export type { MeResource, UnreadResource } from "./resources/viewer.ts";
export type { DeliveryFilter, WebhooksResource } from "./resources/webhooks.ts";
export type { ConversationFilter } from "./store/conversation-filter.ts";
export type { Drafts } from "./store/drafts.ts";
export type { Live, LiveItem, LiveItemSnapshot, LiveSnapshot, Observable } from "./store/live.ts";
export type { MessageRow, UnsentMessage } from "./store/message-rows.ts";
export type { MessageContent, MessageRange, SendTarget } from "./store/message-targets.ts";
export type { UnsentRow, UnsentTexts } from "./store/unsent-text.ts";
