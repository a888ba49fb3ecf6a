import type { RandomBytes } from "@trunkline/gateway";
import type { CarrierAccount, Webhook } from "./entries.ts";
import type { CarrierMessage, HandsetMessage, Step } from "./message.ts";
import type { SimulatedCarrier } from "./names.ts";

/** How one attempt, or the first answer, ended. */
export type WebhookOutcome =
  | { readonly kind: "answered"; readonly status: number }
  | { readonly kind: "unreachable" }
  | { readonly kind: "dropped" };

/** What a webhook says, as the vendor writes it. */
export interface Written {
  readonly body: string;
  /** The address that the customer gave for it; without one it goes to the account's gateway. */
  readonly url?: string | undefined;
}

/** What a dialect may look at while it writes. */
export interface Writing {
  readonly account: CarrierAccount;
  /** What the customer set at the carrier. */
  setting(key: string): unknown;
  readonly random: RandomBytes;
}

/** One attempt to deliver a webhook. */
export interface Attempt {
  readonly webhook: Webhook;
  readonly account: CarrierAccount;
  /** The address as the customer knows it. */
  readonly url: string;
  /** 1 for the first. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What goes out. */
export interface Dressed {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What one vendor says its own way; the rest is the same for all. */
export interface Dialect {
  readonly carrier: SimulatedCarrier;
  /** Names an account, and makes what proves who its customer is. */
  newAccount(random: RandomBytes): Promise<Pick<CarrierAccount, "id" | "secrets">>;
  /** The credentials that a gateway's adapter wants. */
  credentials(account: CarrierAccount, baseUrl: string): Readonly<Record<string, string>>;
  /** @param direction - as the customer sees it */
  newMessageId(random: RandomBytes, media: readonly string[], direction: "in" | "out"): string;
  /** Whether a customer can ask for texts that came in. */
  readonly keepsArrivals: boolean;
  /** What a phone's STOP is about: the number that it was sent to, or all of the account's. */
  readonly optOutsCover: "number" | "account";
  arrival(message: HandsetMessage, writing: Writing): Written;
  /** Null for what the vendor does not tell. */
  receipt(message: CarrierMessage, step: Step, writing: Writing): Written | null;
  /** The part of the account's address behind `/carriers/{carrier}/{accountId}/`. */
  door(kind: Webhook["kind"], account: CarrierAccount): string;
  /** Signs a webhook. */
  dress(attempt: Attempt): Promise<Dressed>;
  /** How long to wait, in milliseconds, until the next attempt after this one; null to give up. */
  waitAfter(outcome: WebhookOutcome, attempt: Pick<Attempt, "number" | "webhook" | "now">): number | null;
  /** What is asked of an address before the first webhook; null when nothing is. */
  readonly handshake: {
    /** The same address has the same code. */
    ask(account: CarrierAccount, url: string, now: number): Promise<Dressed>;
    isAnswered(account: CarrierAccount, url: string, answer: string): Promise<boolean>;
  } | null;
}
