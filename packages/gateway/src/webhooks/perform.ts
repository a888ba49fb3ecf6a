import type { TenantId, WebhookId } from "@trunkline/protocol";
import { rest } from "../clock.ts";
import { SealBroken, type Sealer } from "../seal/seal.ts";
import { type Attempted, type AttemptParts, attemptDelivery } from "./attempt.ts";
import type { HookPage } from "./read-log.ts";
import { openSecret } from "./secrets.ts";

/** Where a task's events go, as the store has it. */
export interface Receiver {
  readonly tenantId: TenantId;
  readonly webhookId: WebhookId;
  readonly url: string;
  /** Sealed; the newest first. */
  readonly secrets: readonly Uint8Array[];
}

export type WebhookTask =
  | { readonly what: "batch"; readonly receiver: Receiver; readonly page: HookPage }
  | { readonly what: "retry"; readonly receiver: Receiver; readonly eventId: string; readonly body: string }
  | { readonly what: "wait" };

export type WebhookOutcome =
  /** In the page's order; fewer than its events when the gateway stops. */
  | { readonly what: "batch"; readonly page: HookPage; readonly attempted: readonly Attempted[] }
  /** Null when the gateway stopped first. */
  | { readonly what: "retry"; readonly attempted: Attempted | null }
  | { readonly what: "wait" };

export interface PerformParts extends AttemptParts {
  sealer: Sealer;
  /** Begins nothing more once aborted. */
  stopping: AbortSignal;
  /** Cuts off what is under way. */
  cut: AbortSignal;
}

/** Tries that are under way for one batch at once. */
const AT_ONCE = 8;
/** Wait for the transaction that holds newer events back, in milliseconds of real time. */
const HELD_MS = 20;

/** Does what a turn has decided, outside of any transaction. */
export async function perform(parts: PerformParts, task: WebhookTask, signal: AbortSignal): Promise<WebhookOutcome> {
  if (task.what === "wait") {
    await rest(parts.clock, HELD_MS, AbortSignal.any([signal, parts.stopping]));
    return task;
  }
  const { receiver } = task;
  const secrets = await openAll(parts, receiver);
  const ending = AbortSignal.any([signal, parts.cut]);
  const attempt = async (eventId: string, body: string): Promise<Attempted | null> => {
    if (parts.stopping.aborted || ending.aborted) return null;
    if (secrets === null) return unsigned(parts.clock.now());
    try {
      return await attemptDelivery(parts, { url: receiver.url, secrets, eventId, body }, ending);
    } catch (error) {
      if (ending.aborted) return null; // nobody knows whether it arrived, so it is sent again
      throw error;
    }
  };
  if (task.what === "retry") return { what: "retry", attempted: await attempt(task.eventId, task.body) };
  const { events } = task.page;
  const results: (Attempted | null)[] = [];
  let next = 0;
  const run = async (): Promise<void> => {
    for (let index = next++; index < events.length; index = next++) {
      const event = events[index];
      if (event) results[index] = await attempt(event.id, event.body);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, run));
  const attempted: Attempted[] = [];
  for (const result of results) {
    if (!result) break;
    attempted.push(result);
  }
  return { what: "batch", page: task.page, attempted };
}

/** Null when they were sealed under a master key that this gateway has not been given. */
async function openAll({ sealer }: PerformParts, receiver: Receiver): Promise<string[] | null> {
  const { tenantId, webhookId } = receiver;
  try {
    return await Promise.all(receiver.secrets.map((sealed) => openSecret(sealer, tenantId, webhookId, sealed)));
  } catch (error) {
    if (error instanceof SealBroken) return null;
    throw error;
  }
}

/** A try that could not be made, because nothing can be signed. */
function unsigned(now: number): Attempted {
  const at = new Date(now).toISOString();
  return {
    attempt: { at, durationMs: 0, status: null, body: null, error: "secret_unreadable" },
    isDelivered: false,
    isGone: false,
    retryAfterMs: null,
  };
}
