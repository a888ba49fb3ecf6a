import type { CarrierAccountId } from "@trunkline/protocol";
import type { CarrierBehaviour } from "./behaviour.ts";
import type { CarrierMessage, HandsetMessage } from "./message.ts";
import type { SimulatedCarrier } from "./names.ts";

/** A customer's account at a carrier. */
export interface CarrierAccount {
  /** The carrier's own name for it: `sba_…` at the plain one, `AC…` at Twilio. */
  readonly id: string;
  readonly carrier: SimulatedCarrier;
  /** What proves who somebody is, by the names that the carrier's dialect gives. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly numbers: readonly string[];
  /** The gateway's account that it belongs to; null until the customer has said so. */
  readonly target: {
    readonly deploymentId: string;
    /** The gateway's name for the account, `acc_…`; it stands in the address of webhooks. */
    readonly gatewayAccountId: CarrierAccountId;
    /** The carrier's address as the gateway was told it. */
    readonly baseUrl: string;
  } | null;
}

/** An account as worlds wrote it that knew the plain carrier alone. */
type FormerAccount = Pick<CarrierAccount, "id" | "numbers" | "target"> & {
  readonly apiKey: string;
  readonly webhookSecret: string;
};

/** A webhook that a carrier owes to a customer. */
export interface Webhook {
  readonly id: string;
  /** The carrier's account. */
  readonly accountId: string;
  readonly kind: "messages" | "status";
  /** The address that the customer gave for it. Without one it goes to the account's gateway. */
  readonly url?: string;
  /** What it says; every attempt says the same. */
  readonly body: string;
  /** Milliseconds since 1970. */
  readonly dueAt: number;
}

/** What the carriers remember, as it is written to the journal. */
export type CarrierEntry =
  | { readonly type: "account"; readonly account: CarrierAccount | FormerAccount }
  | { readonly type: "carrier"; readonly carrier: SimulatedCarrier; readonly behaviour: CarrierBehaviour }
  | { readonly type: "accepted"; readonly message: CarrierMessage }
  /** A text came in for an account's number, at a carrier that can be asked for it later. */
  | { readonly type: "arrived"; readonly accountId: string; readonly message: HandsetMessage }
  /** The carrier takes no texts from this line to this phone any more, or again. */
  | {
      readonly type: "block";
      readonly line: string;
      readonly handset: string;
      readonly isBlocked: boolean;
      /** Milliseconds since 1970. */
      readonly at?: number;
      /** What the phone's owner wrote. */
      readonly word?: string;
    }
  /** Something that a customer set at the carrier; without a value it is gone. */
  | { readonly type: "setting"; readonly accountId: string; readonly key: string; readonly value?: unknown }
  | { readonly type: "webhook"; readonly webhook: Webhook }
  | { readonly type: "webhook_settled"; readonly id: string; readonly outcome: "delivered" | "dropped" | "expired" };

/** An account as it is written today. */
export function presentAccount(account: CarrierAccount | FormerAccount): CarrierAccount {
  if ("carrier" in account) return account;
  const { apiKey, webhookSecret, ...same } = account;
  return { ...same, carrier: "sandbox", secrets: { apiKey, webhookSecret } };
}
