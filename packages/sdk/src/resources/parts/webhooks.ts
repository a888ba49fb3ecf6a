import type {
  CreateWebhook,
  ReplayWebhook,
  UpdateWebhook,
  Webhook,
  WebhookId,
  WebhookReplay,
  WebhookTest,
  WebhookWithSecret,
} from "@trunkline/protocol";
import type { Http } from "../../http.ts";
import type { CallOptions } from "../call-options.ts";
import { pathOf } from "../collection.ts";

/** What is fetched when a webhook is first looked at or written. */
export interface WebhookCalls {
  getWebhook(id: WebhookId, options?: CallOptions): Promise<Webhook>;
  createWebhook(input: CreateWebhook, options?: CallOptions): Promise<WebhookWithSecret>;
  updateWebhook(id: WebhookId, changes: UpdateWebhook, options?: CallOptions): Promise<Webhook>;
  deleteWebhook(id: WebhookId, options?: CallOptions): Promise<void>;
  rotateWebhookSecret(id: WebhookId, options?: CallOptions): Promise<WebhookWithSecret>;
  testWebhook(id: WebhookId, options?: CallOptions): Promise<WebhookTest>;
  replayWebhook(id: WebhookId, range: ReplayWebhook, options?: CallOptions): Promise<WebhookReplay>;
}

const PATH = "v1/webhooks";

export function webhookCalls(http: Http): WebhookCalls {
  const below = (id: WebhookId, name: string) => ({ method: "POST", path: pathOf(PATH, id, name) }) as const;
  return {
    getWebhook: (id, options) => http.call({ method: "GET", path: pathOf(PATH, id) }, options),
    createWebhook: (body, options) => http.call({ method: "POST", path: PATH, body }, options),
    updateWebhook: (id, body, options) => http.call({ method: "PATCH", path: pathOf(PATH, id), body }, options),
    deleteWebhook: (id, options) => http.call({ method: "DELETE", path: pathOf(PATH, id) }, options),
    rotateWebhookSecret: (id, options) => http.call(below(id, "/rotate-secret"), options),
    testWebhook: (id, options) => http.call(below(id, "/test"), options),
    replayWebhook: (id, body, options) => http.call({ ...below(id, "/replay"), body }, options),
  };
}
