import * as z from "zod/mini";
import { id, timestamp } from "./schema.ts";

/** Why a webhook is off: somebody paused it, it failed for five days without one success, or it answered 410. */
export const WEBHOOK_DISABLED_REASONS = ["paused", "failing", "gone"] as const;
export type WebhookDisabledReason = (typeof WEBHOOK_DISABLED_REASONS)[number];

/**
 * Where a tenant's events are sent. `events` holds names (`message.created`), kinds (`message.*`) or `*`. `failingSince` is the
 * first failure after the last success. Until `formerSecretUntil` deliveries are signed by the secret of before as well.
 */
export const Webhook = z.object({
  id: id("whk"),
  url: z.string(),
  events: z.array(z.string()),
  description: z.nullable(z.string()),
  enabled: z.boolean(),
  disabled: z.nullable(z.object({ reason: z.enum(WEBHOOK_DISABLED_REASONS), at: timestamp })),
  failingSince: z.nullable(timestamp),
  formerSecretUntil: z.nullable(timestamp),
  createdAt: timestamp,
  updatedAt: timestamp,
});
export type Webhook = z.infer<typeof Webhook>;

/** The answers that bear the secret, `whsec_…`: when a webhook is created, and when its secret is rotated. */
export const WebhookWithSecret = z.extend(Webhook, { secret: z.string() });
export type WebhookWithSecret = z.infer<typeof WebhookWithSecret>;
