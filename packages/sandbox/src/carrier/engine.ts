import type { RandomBytes } from "@trunkline/gateway";
import type { Activity } from "../activity.ts";
import type { WorldClock } from "../clock.ts";
import type { EventFeed } from "../event-feed.ts";
import type { WorldMemory } from "../memory.ts";
import { WorldProblem } from "../problem.ts";
import { newId } from "../random.ts";
import type { WorldEntry } from "../state.ts";
import type { WorldEvent } from "../world-events.ts";
import { behaviourOf, type CarrierBehaviour, type CarrierBehaviourInput } from "./behaviour.ts";
import type { Dialect, WebhookOutcome, Writing, Written } from "./dialect.ts";
import type { CarrierAccount, Webhook } from "./entries.ts";
import { type CarrierMessage, type HandsetMessage, planReceipts } from "./message.ts";
import type { SimulatedCarrier } from "./names.ts";
import { blockOf } from "./opt-out-words.ts";
import { WebhookQueue } from "./webhook-queue.ts";

/** How long a phone's owner waits for the gateway's answer before being told that the carrier keeps trying. */
const PATIENCE_MS = 10_000;

export interface CarrierEngineParts {
  clock: WorldClock;
  random: RandomBytes;
  fetch: (request: Request) => Promise<Response>;
  memory: WorldMemory;
  feed: EventFeed<WorldEvent>;
  activity: Activity;
  dialects: Readonly<Record<SimulatedCarrier, Dialect>>;
  addressesOf: (deploymentId: string) => readonly string[];
}

/** A text that a phone sends. */
export interface HandsetText {
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly media?: readonly string[] | undefined;
}

/** A text that a customer hands over. */
export interface OutgoingText {
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly media?: readonly string[] | undefined;
  /** The customer's own name for it, where the vendor has a place for one. */
  readonly reference?: string | null | undefined;
  /** The address that was given for its receipts. */
  readonly callback?: string | undefined;
  /** What else the carrier was told with it, by the names of its API. */
  readonly extras?: Readonly<Record<string, string>> | undefined;
}

/** All carriers: they carry texts between customers' accounts and handsets, and remember each. What differs is a `Dialect`. */
export class CarrierEngine {
  readonly #parts: CarrierEngineParts;
  readonly #webhooks: WebhookQueue;

  constructor(parts: CarrierEngineParts) {
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

  /** Sets how a carrier behaves from now on; what is left out goes back to its default. */
  async configure(carrier: SimulatedCarrier, input: CarrierBehaviourInput): Promise<void> {
    await this.#parts.memory.record({ type: "carrier", carrier, behaviour: behaviourOf(carrier, input) });
  }

  /** Opens an account whose webhooks go nowhere yet. */
  async openAccount(carrier: SimulatedCarrier, numbers: readonly string[]): Promise<CarrierAccount> {
    const { dialects, memory, random } = this.#parts;
    const account = { ...(await dialects[carrier].newAccount(random)), carrier, numbers, target: null };
    await memory.record({ type: "account", account });
    return account;
  }

  /** The credentials that a gateway's adapter wants for an account. */
  credentials(account: CarrierAccount, baseUrl: string): Record<string, string> {
    return { ...this.#parts.dialects[account.carrier].credentials(account, baseUrl) };
  }

  /** Says where an account's webhooks go. */
  async setTarget(account: CarrierAccount, target: NonNullable<CarrierAccount["target"]>): Promise<void> {
    await this.#parts.memory.record({ type: "account", account: { ...account, target } });
  }

  /**
   * Takes a text from an account; it was judged before. Resolves when it is in the journal.
   *
   * @param behaviour - what decides about its receipts
   */
  async take(
    account: CarrierAccount,
    { from, to, text, media = [], reference = null, callback, extras }: OutgoingText,
    behaviour: CarrierBehaviour = this.#parts.memory.state.carriers.behaviour(account.carrier),
  ): Promise<CarrierMessage> {
    const { clock, dialects, memory, random } = this.#parts;
    const dialect = dialects[account.carrier];
    const at = clock.now();
    const plan = planReceipts(behaviour, at);
    const message: CarrierMessage = {
      id: dialect.newMessageId(random, media, "out"),
      accountId: account.id,
      reference,
      from,
      to,
      text,
      media,
      at,
      steps: plan.steps,
      ...(callback === undefined ? {} : { callback }),
      ...(extras === undefined ? {} : { extras }),
    };
    const writing = this.#writing(account);
    const receipts = plan.receipts.flatMap(({ dueAt, step }) => {
      const written = dialect.receipt(message, step, writing);
      return written ? [this.#webhook(account.id, "status", dueAt, written)] : [];
    });
    const arrival = plan.reaches ? this.#arrival(message) : { entries: [], webhooks: [] };
    await memory.record(
      { type: "accepted", message },
      ...arrival.entries,
      ...receipts.map((webhook): WorldEntry => ({ type: "webhook", webhook })),
    );
    for (const entry of arrival.entries) if (entry.type === "handset") this.#show(entry);
    for (const webhook of [...receipts, ...arrival.webhooks]) this.#webhooks.schedule(webhook);
    return message;
  }

  /** A phone texts a line. Resolves when the gateway has answered the webhook, or when the carrier goes on trying. */
  async carry({
    from,
    to,
    text,
    media = [],
  }: HandsetText): Promise<{ message: HandsetMessage; webhook: WebhookOutcome }> {
    const { clock, dialects, memory, random } = this.#parts;
    const account = memory.state.carriers.accountWith(({ numbers }) => numbers.includes(to));
    if (!account) {
      throw new WorldProblem(404, "not_found", "No line has that number", [
        { path: ["to"], message: "not the number of a line; GET /world lists the lines" },
      ]);
    }
    const at = clock.now();
    const message: HandsetMessage = {
      id: dialects[account.carrier].newMessageId(random, media, "in"),
      direction: "sent",
      from,
      to,
      text,
      media,
      at: new Date(at).toISOString(),
    };
    const { entries, webhook } = this.#inbound(account, message, at);
    const entry = { type: "handset", number: from, message } as const;
    await memory.record(entry, ...this.#blocking(account, message), ...entries);
    this.#show(entry);
    const outcome = this.#webhooks.firstOutcome(webhook, PATIENCE_MS);
    this.#webhooks.schedule(webhook);
    return { message, webhook: await outcome };
  }

  /** What a text from a phone changes at a carrier that keeps opt-outs. */
  #blocking({ carrier, numbers }: CarrierAccount, { from, to, text, at }: HandsetMessage): WorldEntry[] {
    const { dialects, memory } = this.#parts;
    const isBlocked = memory.state.carriers.behaviour(carrier).blocksOptOuts ? blockOf(text) : null;
    if (isBlocked === null) return [];
    const facts = { type: "block", handset: from, isBlocked, at: Date.parse(at), word: text.trim() } as const;
    const lines = dialects[carrier].optOutsCover === "account" ? numbers : [to];
    return lines.map((line) => ({ ...facts, line }));
  }

  /** Where a text ends: at another account's line, or on a handset. */
  #arrival({ id, from, to, text, media, at }: CarrierMessage): Arrival {
    const { dialects, memory, random } = this.#parts;
    const message = { direction: "received", from, to, text, media, at: new Date(at).toISOString() } as const;
    const line = memory.state.carriers.accountWith(({ numbers }) => numbers.includes(to));
    if (!line) return { entries: [{ type: "handset", number: to, message: { id, ...message } }], webhooks: [] };
    const there = dialects[line.carrier].newMessageId(random, media, "in");
    const { entries, webhook } = this.#inbound(line, { id: there, ...message }, at);
    return { entries, webhooks: [webhook] };
  }

  /** A text for a customer's line. */
  #inbound(account: CarrierAccount, message: HandsetMessage, dueAt: number) {
    const { arrival, keepsArrivals } = this.#parts.dialects[account.carrier];
    const webhook = this.#webhook(account.id, "messages", dueAt, arrival(message, this.#writing(account)));
    const entries: WorldEntry[] = [{ type: "webhook", webhook }];
    if (keepsArrivals) entries.unshift({ type: "arrived", accountId: account.id, message });
    return { entries, webhook };
  }

  #writing(account: CarrierAccount): Writing {
    const { memory, random } = this.#parts;
    return { account, random, setting: (key) => memory.state.carriers.setting(account.id, key) };
  }

  #webhook(accountId: string, kind: Webhook["kind"], dueAt: number, { body, url }: Written): Webhook {
    return {
      id: newId("sbw", this.#parts.random),
      accountId,
      kind,
      dueAt,
      body,
      ...(url === undefined ? {} : { url }),
    };
  }

  #show({ number, message }: { number: string; message: HandsetMessage }): void {
    this.#parts.feed.emit({ type: "handset.message", data: { number, message } });
  }
}

interface Arrival {
  readonly entries: readonly WorldEntry[];
  readonly webhooks: readonly Webhook[];
}
