import type { RandomBytes } from "@trunkline/gateway";
import type { Activity } from "../activity.ts";
import type { WorldClock } from "../clock.ts";
import type { WorldMemory } from "../memory.ts";
import { chance } from "../random.ts";
import type { Webhook } from "../state.ts";
import { SIGNATURE_HEADER, signWebhook } from "./signature.ts";

/** How one attempt, or the first answer, ended. */
export type WebhookOutcome =
  | { readonly kind: "answered"; readonly status: number }
  | { readonly kind: "unreachable" }
  | { readonly kind: "dropped" };

// Waits between attempts, in milliseconds; the last one repeats.
const BACK_OFF_MS = [200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000, 900_000];
const GIVE_UP_MS = 24 * 3_600_000;
const ATTEMPT_TIMEOUT_MS = 15_000;
const LOOK_AGAIN_MS = 1000;
// More sockets at once would only wait in the gateway's listen queue.
const PARALLEL = 64;

export interface WebhookQueueParts {
  clock: WorldClock;
  random: RandomBytes;
  fetch: (request: Request) => Promise<Response>;
  memory: WorldMemory;
  activity: Activity;
  /** Addresses of a deployment's gateways, the best one first. */
  addressesOf: (deploymentId: string) => readonly string[];
}

/**
 * Sends the carrier's webhooks, signed anew at each attempt, and repeats them with growing waits for a day on anything
 * but a 2xx. Which webhooks are owed stands in the journal, so a new world goes on where a dead one stopped.
 */
export class WebhookQueue {
  readonly #parts: WebhookQueueParts;
  readonly #firstOutcome = new Map<string, (outcome: WebhookOutcome) => void>();
  #running = 0;
  readonly #ready: (() => void)[] = [];
  readonly #stopping = new AbortController();

  constructor(parts: WebhookQueueParts) {
    this.#parts = parts;
  }

  /** Goes on with what the journal says is owed. */
  resume(): void {
    for (const webhook of this.#parts.memory.state.pending.values()) this.schedule(webhook);
  }

  /** Ends the attempts under way; what they were for stays owed. */
  stop(): void {
    this.#stopping.abort();
  }

  /** Sends a recorded webhook when it is due. */
  schedule(webhook: Webhook): void {
    this.#wait(webhook, 0, webhook.dueAt);
  }

  /**
   * Resolves with the first answer that the gateway gives to a webhook, whatever it is; with `unreachable` if there is
   * none in `patienceMs`, or, while the clock stands still, at the first attempt that finds nobody.
   */
  firstOutcome(webhook: Webhook, patienceMs: number): Promise<WebhookOutcome> {
    return new Promise((resolve) => {
      const { clock } = this.#parts;
      const finish = (outcome: WebhookOutcome) => {
        cancel();
        this.#firstOutcome.delete(webhook.id);
        resolve(outcome);
      };
      const cancel = clock.at(clock.now() + patienceMs, () => finish({ kind: "unreachable" }));
      this.#firstOutcome.set(webhook.id, (outcome) => {
        if (outcome.kind !== "unreachable" || clock.isStanding) finish(outcome);
      });
    });
  }

  #wait(webhook: Webhook, attempt: number, dueAt: number): void {
    const { activity, clock } = this.#parts;
    const start = () => void activity.track(this.#inTurn(() => this.#attempt(webhook, attempt)));
    if (dueAt <= clock.now()) start();
    else clock.at(dueAt, start);
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    if (this.#running >= PARALLEL) await new Promise<void>((resolve) => this.#ready.push(resolve));
    this.#running++;
    try {
      await work();
    } finally {
      this.#running--;
      this.#ready.shift()?.();
    }
  }

  async #attempt(webhook: Webhook, attempt: number): Promise<void> {
    const { clock, memory, random } = this.#parts;
    const { behaviour } = memory.state;
    if (behaviour.down) return this.#wait(webhook, attempt, clock.now() + LOOK_AGAIN_MS);
    if (attempt === 0 && chance(random, behaviour.dropWebhooks)) {
      await memory.record({ type: "webhook_settled", id: webhook.id, outcome: "dropped" });
      return this.#firstOutcome.get(webhook.id)?.({ kind: "dropped" });
    }
    const outcome = await this.#send(webhook, attempt);
    if (outcome.kind === "answered" && outcome.status >= 200 && outcome.status < 300) {
      await memory.record({ type: "webhook_settled", id: webhook.id, outcome: "delivered" });
    } else if (clock.now() - webhook.dueAt > GIVE_UP_MS) {
      await memory.record({ type: "webhook_settled", id: webhook.id, outcome: "expired" });
    } else {
      const waitMs = BACK_OFF_MS[Math.min(attempt, BACK_OFF_MS.length - 1)] ?? 0;
      this.#wait(webhook, attempt + 1, clock.now() + waitMs);
    }
    this.#firstOutcome.get(webhook.id)?.(outcome);
  }

  async #send({ accountId, kind, body }: Webhook, attempt: number): Promise<WebhookOutcome> {
    const { clock, fetch, memory, addressesOf } = this.#parts;
    const account = memory.state.account(accountId);
    const addresses = account?.target ? addressesOf(account.target.deploymentId) : [];
    const address = addresses[attempt % Math.max(1, addresses.length)]; // one gateway of several may be gone for good
    if (!account?.target || address === undefined) return { kind: "unreachable" };
    const giveUp = new AbortController();
    const cancel = clock.at(clock.now() + ATTEMPT_TIMEOUT_MS, () => giveUp.abort());
    try {
      const response = await fetch(
        new Request(`${address}/carriers/sandbox/${account.target.gatewayAccountId}/${kind}`, {
          method: "POST",
          headers: {
            "content-type": "application/json",
            [SIGNATURE_HEADER]: await signWebhook(account.webhookSecret, body, clock.now()),
          },
          body,
          redirect: "manual",
          signal: AbortSignal.any([giveUp.signal, this.#stopping.signal]),
        }),
      );
      await response.text(); // read to its end, so that the connection can be used again
      return { kind: "answered", status: response.status };
    } catch {
      return { kind: "unreachable" }; // refused, broken or too slow: to a carrier it is all the same
    } finally {
      cancel();
    }
  }
}
