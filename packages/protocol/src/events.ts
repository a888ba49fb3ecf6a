import * as z from "zod/mini";
import type { Broadcast } from "./broadcasts.ts";
import type { CarrierAccount } from "./carrier-accounts.ts";
import type { ConsentChange, CredentialExpiry } from "./consent.ts";
import type { Conversation, ReadState } from "./conversations.ts";
import type { ConversationId, EventId, LineId, MessageId, SessionId, TenantId, UserId } from "./ids.ts";
import type { Line } from "./lines.ts";
import type { Mention, Message } from "./messages.ts";
import type { OptIn } from "./opt-ins.ts";
import { cursor, id, limit, timestamp } from "./schema.ts";
import type { ToldSignal } from "./teamwork.ts";
import type { User } from "./users.ts";
import type { Webhook } from "./webhook.ts";

/** Every durable event and what it carries. A client meets names of a newer gateway as unknown events and ignores them. */
export interface EventMap {
  "message.created": Message;
  "message.updated": Message;
  "message.removed": { id: MessageId; conversationId: ConversationId };
  "conversation.created": Conversation;
  "conversation.updated": Conversation;
  "conversation.removed": { id: ConversationId; lineId: LineId };
  /** Only on the streams of the user who read. */
  "conversation.read": ReadState;
  /** Only on the streams of whom it means, as far as they see the conversation. */
  "mention.created": Mention;
  "line.created": Line;
  "line.updated": Line;
  "line.removed": { id: LineId };
  "carrier_account.updated": CarrierAccount;
  "user.updated": User;
  "opt_in.changed": OptIn;
  /** At most once a second for each broadcast while it runs. */
  "broadcast.updated": Broadcast;
  "consent.changed": ConsentChange;
  /** For owners and admins. */
  "credential.expiring": CredentialExpiry;
  "session.revoked": { id: SessionId; userId: UserId };
  /** `disabled` says why. */
  "webhook.disabled": Webhook;
}
export type EventType = keyof EventMap;

/**
 * What is told to streams at the moment at which it happens, and to nobody later: it is not in the log, has no cursor, and
 * may be lost. `expiresAt` says until when it holds unless it is told again.
 */
export interface EphemeralEventMap {
  "conversation.typing": ToldSignal;
  "conversation.viewing": ToldSignal;
}
export type EphemeralEventType = keyof EphemeralEventMap;
export const EPHEMERAL_EVENT_TYPES = [
  "conversation.typing",
  "conversation.viewing",
] as const satisfies readonly EphemeralEventType[];

/** Everything that a stream may bring. */
export interface StreamEventMap extends EventMap, EphemeralEventMap {}
export type StreamEventType = keyof StreamEventMap;

export const EVENT_TYPES = [
  "message.created",
  "message.updated",
  "message.removed",
  "conversation.created",
  "conversation.updated",
  "conversation.removed",
  "conversation.read",
  "mention.created",
  "line.created",
  "line.updated",
  "line.removed",
  "carrier_account.updated",
  "user.updated",
  "opt_in.changed",
  "broadcast.updated",
  "consent.changed",
  "credential.expiring",
  "session.revoked",
  "webhook.disabled",
] as const satisfies readonly EventType[];

/** Who caused an event; `null` for the gateway itself and for carriers. */
export interface Actor {
  kind: "user" | "key" | "operator" | "contact";
  id: string;
}

/** One envelope for streams, pages and webhooks. */
export interface EventEnvelope<Type extends StreamEventType = EventType> {
  id: EventId;
  type: Type;
  timestamp: string;
  tenantId: TenantId;
  actor: Actor | null;
  data: StreamEventMap[Type];
}

/** The envelope of one type, told apart by `type`. */
export type EventOf<Type extends StreamEventType> = { [Name in Type]: EventEnvelope<Name> }[Type];
export type AnyEvent = EventOf<EventType>;

/** The envelope's form for documents; `data` depends on `type`. */
export const EventEnvelopeSchema = z.object({
  id: id("evt"),
  type: z.string(),
  timestamp,
  tenantId: id("ten"),
  actor: z.nullable(z.object({ kind: z.enum(["user", "key", "operator", "contact"]), id: z.string() })),
  data: z.looseObject({}),
});

export const ListEvents = z.strictObject({
  limit,
  after: cursor,
  types: z.optional(z.string().check(z.maxLength(500))),
});
export type ListEvents = z.infer<typeof ListEvents>;

/** A page of the log, oldest first. `cursor` is where to go on, also when `data` is empty. */
export const EventPage = z.object({ data: z.array(EventEnvelopeSchema), cursor: z.string(), hasMore: z.boolean() });
export interface EventPage {
  data: AnyEvent[];
  cursor: string;
  hasMore: boolean;
}
