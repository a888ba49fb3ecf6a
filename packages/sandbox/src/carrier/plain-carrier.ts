import type { RandomBytes } from "@trunkline/gateway";
import type { Activity } from "../activity.ts";
import type { WorldClock } from "../clock.ts";
import type { EventFeed } from "../event-feed.ts";
import type { WorldMemory } from "../memory.ts";
import { WorldProblem } from "../problem.ts";
import { newId } from "../random.ts";
import type { CarrierAccount, HandsetMessage, Webhook, WorldEntry } from "../state.ts";
import type { WorldEvent } from "../world-events.ts";
import { behaviourOf, type CarrierBehaviourInput } from "./behaviour.ts";
import { type CarrierMessage, planReceipts } from "./message.ts";
import { blockOf } from "./opt-out-words.ts";
import type { Submission } from "./submission.ts";
import { type WebhookOutcome, WebhookQueue } from "./webhook-queue.ts";

/** How long a phone's owner waits for the gateway's answer before being told that the carrier keeps trying. */
const PATIENCE_MS = 10_000;

export interface PlainCarrierParts {
  clock: WorldClock;
  random: RandomBytes;
  fetch: (request: Request) => Promise<Response>;
  memory: WorldMemory;
  feed: EventFeed<WorldEvent>;
  activity: Activity;
  addressesOf: (deploymentId: string) => readonly string[];
}

/** A text that a phone sends. */
export interface HandsetText {
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly media?: readonly string[] | undefined;
}

/** The plain carrier `sandbox`: it carries texts between gateways' accounts and handsets, and remembers each. */
export class PlainCarrier {
  readonly #parts: PlainCarrierParts;
  readonly #webhooks: WebhookQueue;

  constructor(parts: PlainCarrierParts) {
    this.#parts = parts;
    this.#webhooks = new WebhookQueue(parts);
  }

  /** Goes on with the webhooks that are owed. */
  resume(): void {
    this.#webhooks.resume();
  }

  /** Ends the attempts under way; what they were for stays owed. */
  stop(): void {
    this.#webhooks.stop();
  }

  /** Sets how the carrier behaves from now on; what is left out goes back to its default. */
  async configure(input: CarrierBehaviourInput): Promise<void> {
    await this.#parts.memory.record({ type: "carrier", carrier: "sandbox", behaviour: behaviourOf(input) });
  }

  /** Opens an account whose webhooks go nowhere yet. */
  async openAccount(numbers: readonly string[]): Promise<CarrierAccount> {
    const { memory, random } = this.#parts;
    const account: CarrierAccount = {
      id: newId("sba", random),
      apiKey: newId("sbk", random),
      webhookSecret: newId("sbs", random),
      numbers,
      target: null,
    };
    await memory.record({ type: "account", account });
    return account;
  }

  /** Says where an account's webhooks go. */
  async setTarget(account: CarrierAccount, target: NonNullable<CarrierAccount["target"]>): Promise<void> {
    await this.#parts.memory.record({ type: "account", account: { ...account, target } });
  }

  /** Takes a text from an account; it was judged before. Resolves when it is in the journal. */
  async take(account: CarrierAccount, submission: Submission): Promise<CarrierMessage> {
    const { clock, memory, random } = this.#parts;
    const at = clock.now();
    const plan = planReceipts(memory.state.behaviour, at);
    const message: CarrierMessage = {
      id: newId("sbx", random),
      accountId: account.id,
      reference: submission.reference ?? null,
      from: submission.from,
      to: submission.to,
      text: submission.text,
      media: submission.media ?? [],
      at,
      steps: plan.steps,
    };
    const receipts = plan.receipts.map(({ dueAt, step }) =>
      this.#webhook(account.id, "status", dueAt, {
        id: message.id,
        reference: message.reference,
        status: step.status,
        errorCode: step.errorCode,
        at: new Date(step.at).toISOString(),
      }),
    );
    const arrival = plan.reaches ? this.#arrival(message) : { entries: [], webhooks: [] };
    const webhooks = [...receipts, ...arrival.webhooks];
    await memory.record(
      { type: "accepted", message },
      ...arrival.entries,
      ...webhooks.map((webhook): WorldEntry => ({ type: "webhook", webhook })),
    );
    for (const entry of arrival.entries) this.#show(entry);
    for (const webhook of webhooks) this.#webhooks.schedule(webhook);
    return message;
  }

  /** A phone texts a line. Resolves when the gateway has answered the webhook, or when the carrier goes on trying. */
  async carry({
    from,
    to,
    text,
    media = [],
  }: HandsetText): Promise<{ message: HandsetMessage; webhook: WebhookOutcome }> {
    const { clock, memory, random } = this.#parts;
    const account = memory.state.accountWith(({ numbers }) => numbers.includes(to));
    if (!account) {
      throw new WorldProblem(404, "not_found", "No line has that number", [
        { path: ["to"], message: "not the number of a line; GET /world lists the lines" },
      ]);
    }
    const at = clock.now();
    const message: HandsetMessage = {
      id: newId("sbx", random),
      direction: "sent",
      from,
      to,
      text,
      media,
      at: new Date(at).toISOString(),
    };
    const webhook = this.#inbound(account.id, message, at);
    const entry = { type: "handset", number: from, message } as const;
    await memory.record(entry, ...this.#blocking(message), { type: "webhook", webhook });
    this.#show(entry);
    const outcome = this.#webhooks.firstOutcome(webhook, PATIENCE_MS);
    this.#webhooks.schedule(webhook);
    return { message, webhook: await outcome };
  }

  /** What a text from a phone changes at a carrier that keeps opt-outs. */
  #blocking({ from, to, text }: HandsetMessage): WorldEntry[] {
    const isBlocked = this.#parts.memory.state.behaviour.blocksOptOuts ? blockOf(text) : null;
    return isBlocked === null ? [] : [{ type: "block", line: to, handset: from, isBlocked }];
  }

  /** Where a text ends: at another account's line, or on a handset. */
  #arrival({ id, from, to, text, media, at }: CarrierMessage) {
    const message: HandsetMessage = {
      id,
      direction: "received",
      from,
      to,
      text,
      media,
      at: new Date(at).toISOString(),
    };
    const line = this.#parts.memory.state.accountWith(({ numbers }) => numbers.includes(to));
    return line
      ? { entries: [], webhooks: [this.#inbound(line.id, message, at)] }
      : { entries: [{ type: "handset", number: to, message } as const], webhooks: [] };
  }

  #inbound(accountId: string, { id, from, to, text, media, at }: HandsetMessage, dueAt: number): Webhook {
    return this.#webhook(accountId, "messages", dueAt, { id, from, to, text, media, at });
  }

  #webhook(accountId: string, kind: Webhook["kind"], dueAt: number, body: object): Webhook {
    return { id: newId("sbw", this.#parts.random), accountId, kind, dueAt, body: JSON.stringify(body) };
  }

  #show({ number, message }: { number: string; message: HandsetMessage }): void {
    this.#parts.feed.emit({ type: "handset.message", data: { number, message } });
  }
}
