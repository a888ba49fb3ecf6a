import type { CarrierAccountId, LineId, Role, TenantId, UserId } from "@trunkline/protocol";
import { type CarrierBehaviour, DEFAULT_BEHAVIOUR } from "./carrier/behaviour.ts";
import type { CarrierMessage } from "./carrier/message.ts";

/** Names of the carriers that this world simulates. */
export const SIMULATED_CARRIERS = ["sandbox"] as const;
export type SimulatedCarrier = (typeof SIMULATED_CARRIERS)[number];

/** A text as a phone shows it. */
export interface HandsetMessage {
  readonly id: string;
  /** As the phone's owner sees it. */
  readonly direction: "sent" | "received";
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly media: readonly string[];
  /** ISO 8601. */
  readonly at: string;
}

/** A user that the world made at a gateway. */
export interface SeededUser {
  readonly id: UserId;
  readonly externalId: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
}

/** A line that the world made at a gateway. */
export interface SeededLine {
  readonly id: LineId;
  readonly name: string;
  readonly number: string;
  readonly carrier: SimulatedCarrier;
}

/** A customer's account at the plain carrier. */
export interface CarrierAccount {
  /** The carrier's own name for it, `sba_…`. */
  readonly id: string;
  readonly apiKey: string;
  readonly webhookSecret: string;
  readonly numbers: readonly string[];
  /** Where its webhooks go; null until the customer has said so. */
  readonly target: {
    readonly deploymentId: string;
    /** The gateway's name for the account, `acc_…`; it stands in the address of webhooks. */
    readonly gatewayAccountId: CarrierAccountId;
    /** The carrier's address as the gateway was told it. */
    readonly baseUrl: string;
  } | null;
}

/** A tenant that the world made at a gateway. */
export interface SeededTenant {
  readonly tenantId: TenantId;
  readonly externalId: string;
  readonly name: string;
  readonly apiKey: string;
  readonly carrierAccountId: string;
  readonly lines: readonly SeededLine[];
  readonly users: readonly SeededUser[];
}

/** One store with the gateways that serve it. Gateways that share a store share their tenants. */
export interface Deployment {
  readonly id: string;
  /** 0 for the first store that this world met, and so on; its numbers depend on it. */
  readonly index: number;
  /** Address of the gateway that attached last. */
  readonly address: string;
  readonly operatorKey: string;
  readonly tenants: readonly SeededTenant[];
}

/** A webhook that the carrier owes to a gateway. */
export interface Webhook {
  readonly id: string;
  /** The carrier's account, `sba_…`. */
  readonly accountId: string;
  readonly kind: "messages" | "status";
  /** The exact body; every attempt sends the same bytes. */
  readonly body: string;
  /** Milliseconds since 1970. */
  readonly dueAt: number;
}

/** Everything that a world remembers, as it is written to the journal. */
export type WorldEntry =
  | { readonly type: "clock"; readonly offsetMs: number }
  | { readonly type: "deployment"; readonly deployment: Deployment }
  | { readonly type: "account"; readonly account: CarrierAccount }
  | { readonly type: "carrier"; readonly carrier: SimulatedCarrier; readonly behaviour: CarrierBehaviour }
  | { readonly type: "accepted"; readonly message: CarrierMessage }
  | { readonly type: "handset"; readonly number: string; readonly message: HandsetMessage }
  /** The carrier takes no texts from this line to this phone any more, or again. */
  | { readonly type: "block"; readonly line: string; readonly handset: string; readonly isBlocked: boolean }
  | { readonly type: "webhook"; readonly webhook: Webhook }
  | { readonly type: "webhook_settled"; readonly id: string; readonly outcome: "delivered" | "dropped" | "expired" }
  /** A value of the simulated Microsoft 365; without one the key is gone. */
  | { readonly type: "microsoft"; readonly map: string; readonly key: string; readonly value?: unknown };

/** What a world knows; made by applying entries, in order, and in no other way. */
export class WorldState {
  offsetMs = 0;
  behaviour: CarrierBehaviour = DEFAULT_BEHAVIOUR;
  readonly accepted: CarrierMessage[] = [];
  readonly pending = new Map<string, Webhook>();
  readonly #accounts = new Map<string, CarrierAccount>();
  readonly #deployments = new Map<string, Deployment>();
  readonly #handsets = new Map<string, HandsetMessage[]>();
  readonly #blocked = new Set<string>();
  readonly #microsoft = new Map<string, Map<string, unknown>>();
  readonly #byReference = new Map<string, CarrierMessage[]>();
  readonly #byId = new Map<string, CarrierMessage>();

  apply(entry: WorldEntry): void {
    switch (entry.type) {
      case "clock":
        this.offsetMs = entry.offsetMs;
        break;
      case "deployment":
        this.#deployments.delete(entry.deployment.id); // the one that attached last stands last
        this.#deployments.set(entry.deployment.id, entry.deployment);
        break;
      case "account":
        this.#accounts.set(entry.account.id, entry.account);
        break;
      case "carrier":
        this.behaviour = entry.behaviour;
        break;
      case "accepted":
        this.accepted.push(entry.message);
        this.#byId.set(entry.message.id, entry.message);
        if (entry.message.reference !== null) push(this.#byReference, entry.message.reference, entry.message);
        break;
      case "handset":
        push(this.#handsets, entry.number, entry.message);
        break;
      case "block": {
        const pair = `${entry.line} ${entry.handset}`;
        if (entry.isBlocked) this.#blocked.add(pair);
        else this.#blocked.delete(pair);
        break;
      }
      case "webhook":
        this.pending.set(entry.webhook.id, entry.webhook);
        break;
      case "webhook_settled":
        this.pending.delete(entry.id);
        break;
      case "microsoft": {
        const map = this.#microsoft.get(entry.map) ?? new Map<string, unknown>();
        this.#microsoft.set(entry.map, map);
        if (entry.value === undefined) map.delete(entry.key);
        else map.set(entry.key, entry.value);
        break;
      }
    }
  }

  /** A map of the simulated Microsoft 365 by its name. */
  microsoft(map: string): ReadonlyMap<string, unknown> | undefined {
    return this.#microsoft.get(map);
  }

  get deployments(): readonly Deployment[] {
    return [...this.#deployments.values()];
  }

  /** The deployment whose gateway attached last. */
  get current(): Deployment | undefined {
    return this.deployments.at(-1);
  }

  deployment(id: string): Deployment | undefined {
    return this.#deployments.get(id);
  }

  account(id: string): CarrierAccount | undefined {
    return this.#accounts.get(id);
  }

  accountWith(matches: (account: CarrierAccount) => boolean): CarrierAccount | undefined {
    return [...this.#accounts.values()].find(matches);
  }

  handset(number: string): readonly HandsetMessage[] {
    return this.#handsets.get(number) ?? [];
  }

  /** Whether the carrier keeps opt-outs, and the phone's owner said STOP to the line. */
  isBlocked(line: string, handset: string): boolean {
    return this.behaviour.blocksOptOuts && this.#blocked.has(`${line} ${handset}`);
  }

  messageById(id: string): CarrierMessage | undefined {
    return this.#byId.get(id);
  }

  messagesByReference(reference: string): readonly CarrierMessage[] {
    return this.#byReference.get(reference) ?? [];
  }

  /** The first tenant that `matches`, with its deployment. */
  tenantWith(matches: (tenant: SeededTenant) => boolean): { deployment: Deployment; tenant: SeededTenant } | undefined {
    for (const deployment of this.deployments.toReversed()) {
      const tenant = deployment.tenants.find(matches);
      if (tenant) return { deployment, tenant };
    }
    return undefined;
  }
}

function push<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
