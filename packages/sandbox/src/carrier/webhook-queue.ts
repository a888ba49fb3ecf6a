import type { RandomBytes } from "@trunkline/gateway";
import type { Activity } from "../activity.ts";
import type { WorldClock } from "../clock.ts";
import type { WorldMemory } from "../memory.ts";
import { chance } from "../random.ts";
import type { Deployment } from "../state.ts";
import type { Dialect, Dressed, WebhookOutcome } from "./dialect.ts";
import type { CarrierAccount, Webhook } from "./entries.ts";
import type { SimulatedCarrier } from "./names.ts";

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
  dialects: Readonly<Record<SimulatedCarrier, Dialect>>;
  /** Addresses of a deployment's gateways, the best one first. */
  addressesOf: (deploymentId: string) => readonly string[];
}

/**
 * Sends the carriers' webhooks, signed anew at each attempt, and repeats them as the vendor does on anything but a 2xx.
 * Which webhooks are owed stands in the journal, so a new world goes on where a dead one stopped.
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
    for (const webhook of this.#parts.memory.state.carriers.pending.values()) this.schedule(webhook);
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
    const account = memory.state.carriers.account(webhook.accountId);
    if (!account) throw new Error(`the journal holds a webhook of an account that it does not know: ${webhook.id}`);
    const behaviour = memory.state.carriers.behaviour(account.carrier);
    if (behaviour.down) return this.#wait(webhook, attempt, clock.now() + LOOK_AGAIN_MS);
    if (attempt === 0 && chance(random, behaviour.dropWebhooks)) {
      await memory.record({ type: "webhook_settled", id: webhook.id, outcome: "dropped" });
      return this.#firstOutcome.get(webhook.id)?.({ kind: "dropped" });
    }
    const outcome = await this.#send(webhook, account, attempt);
    const waitMs = this.#parts.dialects[account.carrier].waitAfter(outcome, {
      webhook,
      number: attempt + 1,
      now: clock.now(),
    });
    if (isTaken(outcome)) await memory.record({ type: "webhook_settled", id: webhook.id, outcome: "delivered" });
    else if (waitMs === null) await memory.record({ type: "webhook_settled", id: webhook.id, outcome: "expired" });
    else this.#wait(webhook, attempt + 1, clock.now() + waitMs);
    this.#firstOutcome.get(webhook.id)?.(outcome);
  }

  async #send(webhook: Webhook, account: CarrierAccount, attempt: number): Promise<WebhookOutcome> {
    const { clock, memory, dialects } = this.#parts;
    const { dress, handshake, ...dialect } = dialects[account.carrier];
    const place = this.#placeOf(webhook, account, dialect.door(webhook.kind, account), attempt);
    if (!place) return { kind: "unreachable" };
    const { url } = place;
    const settled = `handshake ${url}`;
    if (handshake && memory.state.carriers.setting(account.id, settled) === undefined) {
      const { outcome, text } = await this.#post(place.address, await handshake.ask(account, url, clock.now()));
      if (!isTaken(outcome)) return outcome;
      if (!(await handshake.isAnswered(account, url, text))) return { kind: "unreachable" };
      await memory.record({ type: "setting", accountId: account.id, key: settled, value: true });
    }
    const dressed = await dress({ webhook, account, url, number: attempt + 1, now: clock.now() });
    return (await this.#post(place.address, dressed)).outcome;
  }

  /** Where a webhook goes, and how its customer calls that place: a gateway behind a proxy has another name for itself. */
  #placeOf({ url }: Webhook, { carrier, target }: CarrierAccount, door: string, attempt: number): Place | null {
    const deployment = target ? this.#parts.memory.state.deployment(target.deploymentId) : undefined;
    const addresses = deployment ? this.#parts.addressesOf(deployment.id) : [];
    const address = addresses[attempt % Math.max(1, addresses.length)]; // one gateway of several may be gone for good
    if (url !== undefined) {
      const named = url.split("#")[0] ?? url;
      const base = ownAddress(named, deployment, addresses);
      if (base === undefined || address === undefined) return { address: named, url: named };
      const moved = address + named.slice(base.length);
      return { address: moved, url: base === deployment?.publicUrl ? named : moved };
    }
    if (!target || address === undefined) return null;
    const path = `/carriers/${carrier}/${target.gatewayAccountId}/${door}`;
    return { address: address + path, url: (deployment?.publicUrl ?? address) + path };
  }

  async #post(address: string, { headers, body }: Dressed): Promise<{ outcome: WebhookOutcome; text: string }> {
    const { clock, fetch } = this.#parts;
    const giveUp = new AbortController();
    const cancel = clock.at(clock.now() + ATTEMPT_TIMEOUT_MS, () => giveUp.abort());
    try {
      const signal = AbortSignal.any([giveUp.signal, this.#stopping.signal]);
      const response = await fetch(new Request(address, { method: "POST", headers, body, redirect: "manual", signal }));
      const text = await response.text(); // also so that the connection can be used again
      return { outcome: { kind: "answered", status: response.status }, text };
    } catch {
      return { outcome: { kind: "unreachable" }, text: "" }; // refused, broken or too slow: to a carrier it is all the same
    } finally {
      cancel();
    }
  }
}

interface Place {
  /** Where it is sent. */
  readonly address: string;
  /** What the customer calls that; vendors sign it. */
  readonly url: string;
}

const isTaken = (outcome: WebhookOutcome): boolean =>
  outcome.kind === "answered" && outcome.status >= 200 && outcome.status < 300;

/** Which of a deployment's addresses a URL begins with. */
const ownAddress = (url: string, deployment: Deployment | undefined, addresses: readonly string[]) =>
  [deployment?.publicUrl, ...addresses, deployment?.address].find(
    (address) => address !== undefined && url.startsWith(`${address}/`),
  );
