/* For servers that receive webhooks: whether a request came from the gateway, and what it says. */

export { isTrunklineError, TrunklineError } from "./errors.ts";
export {
  type ReceivedWebhook,
  type VerifyWebhookOptions,
  verifyWebhook,
  type WebhookEvent,
  type WebhookHeaders,
} from "./webhooks/verify.ts";
