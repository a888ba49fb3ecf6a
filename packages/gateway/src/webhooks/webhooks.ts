import type { TenantId } from "@trunkline/protocol";
import { rest } from "../clock.ts";
import type { Handlers } from "../http/route.ts";
import { type AnyWorkKind, type WorkKind, workKind } from "../work/kind.ts";
import { WEBHOOK_KIND, type WebhookPayload } from "./delivery-kind.ts";
import { createDispatcher } from "./dispatcher.ts";
import type { WebhookParts } from "./parts.ts";
import { perform, type WebhookOutcome, type WebhookTask } from "./perform.ts";
import { type WebhookOperation, webhookRoutes } from "./routes.ts";
import { WebhookTurn } from "./webhook-turn.ts";

/** A tenant's events sent to addresses of its choice: the routes for people, and the work that sends them. */
export interface Webhooks {
  readonly routes: Handlers<WebhookOperation>;
  readonly kinds: readonly AnyWorkKind[];
  start(): void;
  /**
   * Begins nothing more. Tries that are under way have three seconds, then they are cut off and made again by whoever comes next.
   *
   * @param worked - settles when the worker has stopped
   */
  stop(worked: Promise<void>): Promise<void>;
  /** Queues what hooks have not been given. */
  look(): Promise<void>;
  /** How often anything was queued since the start, here or by a wake-up. */
  readonly queued: number;
}

/** For one hook at once: a batch of what is new, and tries of what failed before. */
const WINDOW = 9;
const GRACE_MS = 3000;

export function createWebhooks(parts: WebhookParts): Webhooks {
  const { bus, clock } = parts;
  const dispatcher = createDispatcher(parts);
  const stopping = new AbortController();
  const cut = new AbortController();
  const told = new Set<TenantId>();
  const kind: WorkKind<WebhookPayload, WebhookTask, WebhookOutcome> = {
    kind: WEBHOOK_KIND,
    window: WINDOW,
    open: (tx, tenantId, items) =>
      WebhookTurn.open(tx, tenantId, items, { ...parts, noteEvents: (of) => void told.add(of) }),
    perform: (task, signal) => perform({ ...parts, stopping: stopping.signal, cut: cut.signal }, task, signal),
    committed(tenantId) {
      if (told.delete(tenantId)) bus.publish({ topic: "events", tenantId });
    },
  };
  return {
    routes: webhookRoutes(parts),
    kinds: [workKind(kind)],
    start: () => dispatcher.start(),
    async stop(worked) {
      stopping.abort();
      const ended = new AbortController();
      void rest(clock, GRACE_MS, ended.signal).then(() => cut.abort());
      await dispatcher.stop();
      await worked;
      ended.abort();
    },
    look: () => dispatcher.look(),
    get queued() {
      return dispatcher.queued;
    },
  };
}
