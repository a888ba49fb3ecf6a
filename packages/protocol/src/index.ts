/* The words of the wire. Routes and phone numbers have entries of their own, because they weigh more. */

export type { AuditEntry, ExportAudit, ListAudit } from "./audit.ts";
export {
  BROADCAST_STATES,
  Broadcast,
  BroadcastCounts,
  BroadcastRecipient,
  type BroadcastState,
  CreateBroadcast,
  ListBroadcasts,
  ListRecipients,
  MAX_RECIPIENTS,
  RECIPIENT_STATES,
  type RecipientState,
} from "./broadcasts.ts";
export {
  CARRIERS,
  type Carrier,
  CarrierAccount,
  CarrierAccountCheck,
  CarrierNumber,
  CreateCarrierAccount,
  UpdateCarrierAccount,
} from "./carrier-accounts.ts";
export {
  AdminRequest,
  CONSENT_DOERS,
  CONSENT_STATES,
  ConnectLink,
  ConnectMicrosoft,
  Consent,
  type ConsentChange,
  type ConsentState,
  ConsentStep,
  type CredentialExpiry,
  DisconnectMicrosoft,
  FeatureConsent,
  MicrosoftConnection,
  MicrosoftTenant,
  RequestAdmin,
} from "./consent.ts";
export {
  CONVERSATION_STATES,
  Conversation,
  type ConversationState,
  ConversationWithViewer,
  ListConversations,
  MarkRead,
  OpenConversation,
  Participant,
  ReadState,
  Unread,
  UpdateConversation,
  Viewer,
} from "./conversations.ts";
export { ERROR_CODES, type ErrorCode, type ErrorFact, isErrorCode } from "./error-codes.ts";
export {
  type Actor,
  type AnyEvent,
  EPHEMERAL_EVENT_TYPES,
  type EphemeralEventMap,
  type EphemeralEventType,
  EVENT_TYPES,
  type EventEnvelope,
  EventEnvelopeSchema,
  type EventMap,
  type EventOf,
  EventPage,
  type EventType,
  ListEvents,
  type StreamEventMap,
  type StreamEventType,
} from "./events.ts";
export { ConversationQuery, CreateFilter, Filter, UpdateFilter } from "./filters.ts";
export { CreateGroup, Group, UpdateGroup } from "./groups.ts";
export { HEADERS, MAX_IDEMPOTENCY_KEY } from "./headers.ts";
export {
  type BroadcastId,
  type CarrierAccountId,
  type ConversationId,
  type EventId,
  type FilterId,
  type GroupId,
  ID_PREFIXES,
  type Id,
  type IdKind,
  type IdPrefix,
  idPattern,
  isId,
  type KeyId,
  type LineId,
  type MediaId,
  type MessageId,
  type SessionId,
  type TemplateId,
  type TenantId,
  type UserId,
  type UserRef,
  type WebhookDeliveryId,
  type WebhookId,
} from "./ids.ts";
export { CreatedKey, CreateKey, Key } from "./keys.ts";
export { CreateLine, LINE_KINDS, Line, LineCapabilities, type LineKind, UpdateLine } from "./lines.ts";
export { Me } from "./me.ts";
export { MAX_MEDIA_BYTES, MAX_UPLOAD_BYTES, MEDIA_TYPES, Media, type MediaType } from "./media.ts";
export { isFinalStatus, MESSAGE_STATUSES, type MessageStatus, mergeStatus, waitsUntil } from "./message-status.ts";
export {
  Author,
  CheckMessage,
  CheckMessageTo,
  DIRECTIONS,
  Failure,
  Held,
  ListMessages,
  MAX_MENTIONS,
  MAX_TEXT_LENGTH,
  MESSAGE_KINDS,
  MediaItem,
  Mention,
  Message,
  MessageCheck,
  MessagePreview,
  SendMessage,
  SendMessageTo,
} from "./messages.ts";
export { DEFAULT_MICROSOFT, MicrosoftSettings, PROVISIONING, UpdateMicrosoftSettings } from "./microsoft-settings.ts";
export { type CanonicalNumber, callingCode, displayNumber, isE164, isSenderId, isShortCode } from "./numbers.ts";
export {
  Evidence,
  ExportOptIns,
  GIVEN_METHODS,
  ImportOptIns,
  ListOptIns,
  LookUpOptIns,
  MAX_HISTORY,
  MAX_IMPORTED,
  OPT_IN_METHODS,
  OPT_IN_STATES,
  OptIn,
  OptInEntry,
  OptInImport,
  OptInLookUp,
  type OptInMethod,
  type OptInState,
  PutOptIn,
} from "./opt-ins.ts";
export { Issue, PROBLEM_PATH, Problem } from "./problem.ts";
export { CrmRecord, CrmRecordRef, parseRecordRef } from "./records.ts";
export {
  type KeyScope,
  narrowRole,
  PERMISSIONS,
  type Permission,
  ROLE_PERMISSIONS,
  ROLES,
  type Role,
  rolesWith,
  seesAllLines,
} from "./roles.ts";
export type { Page } from "./schema.ts";
export {
  ConversationHit,
  MessageHit,
  ParticipantMatch,
  SEARCHED,
  Search,
  type Searched,
  SearchResult,
  TextRange,
} from "./search.ts";
export { DEFAULT_VARIABLE, type SegmentBounds, segmentBounds, type VariableBounds } from "./segment-bounds.ts";
export {
  MAX_WHOLE_CLUSTER,
  type OffendingCharacter,
  PART_SIZES,
  replaceLookAlikes,
  type SegmentEncoding,
  type SegmentPart,
  type Segments,
  segments,
} from "./segments.ts";
export {
  DEFAULT_SENDING,
  type LineQuietHours,
  QuietHours,
  SendAt,
  SendingSettings,
  TenantLimits,
  UpdateSendingSettings,
  UpdateTenantLimits,
  WEEKDAYS,
  type Weekday,
  Wording,
} from "./sending.ts";
export { CreatedSession, CreateSession, SessionScope } from "./sessions.ts";
export {
  HEARTBEAT_MS,
  STREAM_CAUGHT_UP,
  STREAM_END,
  STREAM_READY,
  STREAM_RESET,
  type StreamCaughtUp,
  type StreamEnd,
  type StreamReady,
  type StreamReset,
  type StreamResetReason,
} from "./stream.ts";
export {
  DEFAULT_TEAMWORK,
  SIGNAL_MS,
  Signal,
  TeamworkSettings,
  ToldSignal,
  TransferConversation,
  UpdateTeamworkSettings,
} from "./teamwork.ts";
export {
  escapeTemplate,
  parseTemplate,
  type RenderedTemplate,
  renderTemplate,
  type TemplatePiece,
  templateVariables,
} from "./template.ts";
export {
  CreateTemplate,
  ListTemplates,
  PreviewTemplate,
  Template,
  TemplatePreview,
  TemplateVariable,
  UpdateTemplate,
} from "./templates.ts";
export { CreateTenant, Tenant, UpdateTenant } from "./tenants.ts";
export { isStorableText, toStorableText } from "./text.ts";
export { MicrosoftIdentity, RoleName, SessionUser, UpdateUser, User } from "./users.ts";
export type { UpsertedUser, UpsertedUsers, UpsertUser, UpsertUsers } from "./users-bulk.ts";
export { WEBHOOK_DISABLED_REASONS, Webhook, type WebhookDisabledReason, WebhookWithSecret } from "./webhook.ts";
export {
  CreateWebhook,
  DELIVERY_ERRORS,
  DELIVERY_STATUSES,
  DeliveryAttempt,
  type DeliveryError,
  type DeliveryStatus,
  eventsOf,
  FORMER_SECRET_MS,
  ListDeliveries,
  MAX_ANSWER_KEPT,
  ReplayWebhook,
  UpdateWebhook,
  WEBHOOK_TEST,
  WebhookDelivery,
  WebhookReplay,
  WebhookTest,
  type WebhookTestEvent,
} from "./webhooks.ts";
