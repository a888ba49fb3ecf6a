import type { DeliveryStatus, Webhook, WebhookDelivery, WebhookId } from "@trunkline/protocol";
import type { Http } from "../http.ts";
import type { CallOptions } from "./call-options.ts";
import { listOf, pathOf } from "./collection.ts";
import type { FetchedCall } from "./fetched-calls.ts";
import type { Listing, ListOptions } from "./listing.ts";
import type { WebhookCalls } from "./parts/webhooks.ts";

export interface DeliveryFilter extends ListOptions {
  status?: DeliveryStatus | undefined;
}

/** Addresses that a tenant's events are sent to. Whoever receives them checks each with `verifyWebhook` of `@trunkline/sdk/webhooks`. */
export interface WebhooksResource {
  /** Newest first. */
  list(paging?: ListOptions, options?: CallOptions): Listing<Webhook>;
  get: WebhookCalls["getWebhook"];
  /** Keep the `secret` of the answer: it is not shown again. Called twice, it makes two. */
  create: WebhookCalls["createWebhook"];
  /** `enabled: true` begins with what happens from then on; `replay` brings what happened meanwhile. */
  update: WebhookCalls["updateWebhook"];
  delete: WebhookCalls["deleteWebhook"];
  /** For a day the secret of before signs as well, so that receivers can be given the new one at leisure. */
  rotateSecret: WebhookCalls["rotateWebhookSecret"];
  /** Sends an event of the type `webhook.test` and resolves with what was answered, also when that is no success. */
  test: WebhookCalls["testWebhook"];
  /** Sends the events of a range of time once more, under the ids that they have. */
  replay: WebhookCalls["replayWebhook"];
  /** What became of the events of the last seven days, the newest first. */
  deliveries(id: WebhookId, filter?: DeliveryFilter, options?: CallOptions): Listing<WebhookDelivery>;
}

export function webhooksResource(http: Http, call: FetchedCall): WebhooksResource {
  const path = "v1/webhooks";
  return {
    list: (paging, options) => listOf(http, path, paging, options),
    get: call("getWebhook"),
    create: call("createWebhook"),
    update: call("updateWebhook"),
    delete: call("deleteWebhook"),
    rotateSecret: call("rotateWebhookSecret"),
    test: call("testWebhook"),
    replay: call("replayWebhook"),
    deliveries: (id, filter, options) => listOf(http, pathOf(path, id, "/deliveries"), filter, options),
  };
}
