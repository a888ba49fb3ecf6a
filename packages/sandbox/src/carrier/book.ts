import { type CarrierBehaviour, defaultBehaviour } from "./behaviour.ts";
import { type CarrierAccount, type CarrierEntry, presentAccount, type Webhook } from "./entries.ts";
import type { CarrierMessage, HandsetMessage } from "./message.ts";
import type { SimulatedCarrier } from "./names.ts";

/** When a phone's owner said STOP, and the word. */
export interface OptOut {
  /** Milliseconds since 1970; 0 where a former world did not write it down. */
  readonly at: number;
  readonly word: string | null;
}

/** What the carriers know; made by applying entries, in order, and in no other way. */
export class CarrierBook {
  readonly pending = new Map<string, Webhook>();
  readonly #accounts = new Map<string, CarrierAccount>();
  readonly #behaviours = new Map<SimulatedCarrier, CarrierBehaviour>();
  readonly #accepted = new Map<string, CarrierMessage[]>();
  readonly #arrived = new Map<string, HandsetMessage[]>();
  readonly #byId = new Map<string, CarrierMessage>();
  readonly #byReference = new Map<string, CarrierMessage[]>();
  readonly #blocked = new Map<string, Map<string, OptOut>>();
  readonly #settings = new Map<string, Map<string, unknown>>();

  apply(entry: CarrierEntry): void {
    switch (entry.type) {
      case "account":
        this.#accounts.set(entry.account.id, presentAccount(entry.account));
        break;
      case "carrier":
        this.#behaviours.set(entry.carrier, entry.behaviour);
        break;
      case "accepted":
        push(this.#accepted, entry.message.accountId, entry.message);
        this.#byId.set(entry.message.id, entry.message);
        if (entry.message.reference !== null) push(this.#byReference, entry.message.reference, entry.message);
        break;
      case "arrived":
        push(this.#arrived, entry.accountId, entry.message);
        break;
      case "block": {
        const handsets = this.#blocked.get(entry.line) ?? new Map<string, OptOut>();
        this.#blocked.set(entry.line, handsets);
        if (entry.isBlocked) handsets.set(entry.handset, { at: entry.at ?? 0, word: entry.word ?? null });
        else handsets.delete(entry.handset);
        break;
      }
      case "setting": {
        const settings = this.#settings.get(entry.accountId) ?? new Map<string, unknown>();
        this.#settings.set(entry.accountId, settings);
        if (entry.value === undefined) settings.delete(entry.key);
        else settings.set(entry.key, entry.value);
        break;
      }
      case "webhook":
        this.pending.set(entry.webhook.id, entry.webhook);
        break;
      case "webhook_settled":
        this.pending.delete(entry.id);
        break;
    }
  }

  behaviour(carrier: SimulatedCarrier): CarrierBehaviour {
    return this.#behaviours.get(carrier) ?? defaultBehaviour(carrier);
  }

  account(id: string): CarrierAccount | undefined {
    return this.#accounts.get(id);
  }

  accountWith(matches: (account: CarrierAccount) => boolean): CarrierAccount | undefined {
    return [...this.#accounts.values()].find(matches);
  }

  accountsAt(carrier: SimulatedCarrier): readonly CarrierAccount[] {
    return [...this.#accounts.values()].filter((account) => account.carrier === carrier);
  }

  /** Every text that a carrier took, in the order of their arrival. */
  acceptedBy(carrier: SimulatedCarrier): readonly CarrierMessage[] {
    return this.accountsAt(carrier)
      .flatMap(({ id }) => this.acceptedFrom(id))
      .sort((a, b) => a.at - b.at); // the sort is stable
  }

  /** Every text that was taken from an account, oldest first. */
  acceptedFrom(accountId: string): readonly CarrierMessage[] {
    return this.#accepted.get(accountId) ?? [];
  }

  /** The texts that came in for an account, oldest first, at a carrier that keeps them. */
  arrivedAt(accountId: string): readonly HandsetMessage[] {
    return this.#arrived.get(accountId) ?? [];
  }

  messageById(id: string): CarrierMessage | undefined {
    return this.#byId.get(id);
  }

  messagesByReference(reference: string): readonly CarrierMessage[] {
    return this.#byReference.get(reference) ?? [];
  }

  /** Whether the phone's owner said STOP to a line whose carrier keeps opt-outs. */
  isBlocked({ carrier }: CarrierAccount, line: string, handset: string): boolean {
    return this.behaviour(carrier).blocksOptOuts && this.blockedBy(line).has(handset);
  }

  /** The phones that said STOP to a line. */
  blockedBy(line: string): ReadonlyMap<string, OptOut> {
    return this.#blocked.get(line) ?? new Map<string, OptOut>();
  }

  /** What a customer set under a key. */
  setting(accountId: string, key: string): unknown {
    return this.#settings.get(accountId)?.get(key);
  }
}

function push<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
