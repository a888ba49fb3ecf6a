import type { LineId, Role, TenantId, UserId } from "@trunkline/protocol";
import { CarrierBook } from "./carrier/book.ts";
import type { CarrierEntry } from "./carrier/entries.ts";
import type { HandsetMessage } from "./carrier/message.ts";
import type { SimulatedCarrier } from "./carrier/names.ts";

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
  /** The address that its gateways call their own, where that is another. */
  readonly publicUrl?: string;
  readonly operatorKey: string;
  readonly tenants: readonly SeededTenant[];
}

/** Everything that a world remembers, as it is written to the journal. */
export type WorldEntry =
  | { readonly type: "clock"; readonly offsetMs: number }
  | { readonly type: "deployment"; readonly deployment: Deployment }
  | { readonly type: "handset"; readonly number: string; readonly message: HandsetMessage }
  | CarrierEntry
  /** A value of the simulated Microsoft 365; without one the key is gone. */
  | { readonly type: "microsoft"; readonly map: string; readonly key: string; readonly value?: unknown };

/** What a world knows; made by applying entries, in order, and in no other way. */
export class WorldState {
  offsetMs = 0;
  readonly carriers = new CarrierBook();
  readonly #deployments = new Map<string, Deployment>();
  readonly #handsets = new Map<string, HandsetMessage[]>();
  readonly #microsoft = new Map<string, Map<string, unknown>>();

  apply(entry: WorldEntry): void {
    switch (entry.type) {
      case "clock":
        this.offsetMs = entry.offsetMs;
        break;
      case "deployment":
        this.#deployments.delete(entry.deployment.id); // the one that attached last stands last
        this.#deployments.set(entry.deployment.id, entry.deployment);
        break;
      case "handset":
        push(this.#handsets, entry.number, entry.message);
        break;
      case "microsoft": {
        const map = this.#microsoft.get(entry.map) ?? new Map<string, unknown>();
        this.#microsoft.set(entry.map, map);
        if (entry.value === undefined) map.delete(entry.key);
        else map.set(entry.key, entry.value);
        break;
      }
      default:
        this.carriers.apply(entry);
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

  handset(number: string): readonly HandsetMessage[] {
    return this.#handsets.get(number) ?? [];
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
