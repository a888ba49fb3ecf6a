import * as z from "zod/mini";
import { EVENT_TYPES, type EventType } from "./events.ts";
import type { EventId, TenantId, WebhookId } from "./ids.ts";
import { cursor, id, limit, text, timestamp, timestampInput } from "./schema.ts";

/** How long the secret of before still signs after a rotation, in milliseconds: a day. */
export const FORMER_SECRET_MS = 24 * 60 * 60_000;

/** Characters kept of what a receiver answered. */
export const MAX_ANSWER_KEPT = 1000;

const eventFilter = z
  .string()
  .check(
    z.maxLength(100),
    z.refine(isEventFilter, "must be the name of an event, such as message.created, a kind of them, message.*, or *"),
  );
const eventFilters = z
  .array(eventFilter)
  .check(z.minLength(1, "name at least one event, or *"), z.maxLength(EVENT_TYPES.length));
const url = z
  .url({ protocol: /^https?$/, error: "must be an https address" })
  .check(z.maxLength(2000, "must have at most 2000 characters"));
const description = z.nullable(text({ max: 500 }));

export const CreateWebhook = z.strictObject({ url, events: eventFilters, description: z.optional(description) });
export type CreateWebhook = z.infer<typeof CreateWebhook>;

/** `enabled: true` begins with what happens from then on; a replay brings what happened meanwhile. */
export const UpdateWebhook = z.partial(
  z.strictObject({ url, events: eventFilters, description, enabled: z.boolean() }),
);
export type UpdateWebhook = z.infer<typeof UpdateWebhook>;

/** A range of the event log, by the events' own times; `to` is now when absent. */
export const ReplayWebhook = z.strictObject({ from: timestampInput, to: z.optional(timestampInput) });
export type ReplayWebhook = z.infer<typeof ReplayWebhook>;

/** A replay that was begun. It sends what is still kept of the range. */
export const WebhookReplay = z.object({ from: timestamp, to: timestamp });
export type WebhookReplay = z.infer<typeof WebhookReplay>;

/** `canceled`: the webhook was off when the next try was due. `failed`: ten tries were made, or it answered 410. */
export const DELIVERY_STATUSES = ["pending", "delivered", "failed", "canceled"] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/**
 * Why a try failed: `status` (not 2xx), `timeout` (15 seconds), `connection`, `address_refused`, because the name leads to
 * an address that is not public, or `secret_unreadable`, because the gateway lacks the master key that sealed the secret.
 */
export const DELIVERY_ERRORS = ["status", "timeout", "connection", "address_refused", "secret_unreadable"] as const;
export type DeliveryError = (typeof DELIVERY_ERRORS)[number];

/** One try, and what the receiver answered: `status` is null when it did not; `body` is cut to 1,000 characters. */
export const DeliveryAttempt = z.object({
  at: timestamp,
  durationMs: z.int(),
  status: z.nullable(z.int()),
  body: z.nullable(z.string()),
  error: z.nullable(z.enum(DELIVERY_ERRORS)),
});
export type DeliveryAttempt = z.infer<typeof DeliveryAttempt>;

/** One event on its way to one webhook. Tries of one event, replays included, all have its id. */
export const WebhookDelivery = z.object({
  id: id("whd"),
  eventId: id("evt"),
  eventType: z.string(),
  status: z.enum(DELIVERY_STATUSES),
  isReplay: z.boolean(),
  attempts: z.int(),
  lastAttempt: z.nullable(DeliveryAttempt),
  nextAttemptAt: z.nullable(timestamp),
  createdAt: timestamp,
  updatedAt: timestamp,
});
export type WebhookDelivery = z.infer<typeof WebhookDelivery>;

export const ListDeliveries = z.strictObject({ limit, cursor, status: z.optional(z.enum(DELIVERY_STATUSES)) });
export type ListDeliveries = z.infer<typeof ListDeliveries>;

/** What came of a test. */
export const WebhookTest = z.object({ eventId: id("evt"), delivered: z.boolean(), attempt: DeliveryAttempt });
export type WebhookTest = z.infer<typeof WebhookTest>;

/** What a test sends; it is in no log and on no stream. */
export const WEBHOOK_TEST = "webhook.test";
export interface WebhookTestEvent {
  id: EventId;
  type: typeof WEBHOOK_TEST;
  timestamp: string;
  tenantId: TenantId;
  actor: null;
  data: { webhookId: WebhookId };
}

/** The events that some filters name. */
export function eventsOf(filters: readonly string[]): EventType[] {
  return EVENT_TYPES.filter((type) => filters.some((filter) => isNamed(type, filter)));
}

const isNamed = (type: EventType, filter: string): boolean =>
  filter === "*" || filter === type || (filter.endsWith(".*") && type.startsWith(filter.slice(0, -1)));

function isEventFilter(filter: string): boolean {
  return EVENT_TYPES.some((type) => isNamed(type, filter));
}
