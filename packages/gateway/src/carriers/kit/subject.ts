import type { CarrierAdapter, Credentials, OutgoingText, Webhook } from "../carrier.ts";

/** What the kit needs to know of a vendor to try its adapter. Nothing here reaches the network. */
export interface CarrierSubject {
  readonly adapter: CarrierAdapter;
  /** Credentials that work. */
  readonly credentials: Credentials;
  /** Those of another account: what is signed with them, or is about it, is none of the first one's. */
  readonly otherCredentials: Credentials;
  /** Credentials that cannot work; each holds {@link KIT_SECRET} somewhere. */
  readonly unusableCredentials: readonly Credentials[];
  /** How the vendor answers a request that hands a text over. */
  readonly answers: {
    accepted(): Response;
    /** The recipient said STOP. */
    optedOut(): Response;
    /** Too much at once, with `Retry-After: 3`. */
    busy(): Response;
    /** Any answer that proves the credentials. */
    credentialsAccepted(): Response;
    credentialsRefused(): Response;
  };
  /** Webhooks as the vendor makes them at `now`, in milliseconds, signed for an account. */
  readonly webhooks: {
    /** {@link KIT_INBOUND} */
    text(credentials: Credentials, now: number): Webhook | Promise<Webhook>;
    /** {@link KIT_TEXT} was delivered; its reference is where the adapter put it when it was handed over. */
    receipt(credentials: Credentials, now: number): Webhook | Promise<Webhook>;
  };
  /** What proves a webhook: a signature over its bytes, or a secret in its address alone. */
  readonly proof: "signature" | "address";
  /** How old a signature may be, in milliseconds; null when the vendor signs no time. */
  readonly toleranceMs: number | null;
}

/** Stands in credentials that cannot work, so that it is seen where it leaks. */
export const KIT_SECRET = "s3cret-of-the-kit";

/** The time of the kit's clock, in milliseconds. */
export const KIT_NOW = Date.parse("2026-03-03T09:00:00Z");

/** Where the account's webhooks come in. */
export const KIT_WEBHOOKS = "https://gateway.example.com/carriers/any/acc_1";

/** The text that is handed over. */
export const KIT_TEXT: OutgoingText = {
  reference: "msg_1",
  from: "+12065550100",
  to: "+14255550101",
  text: "Grüße & more: 5 €?",
  firstSentAt: KIT_NOW - 1000,
};

/** The text that a phone sends. */
export const KIT_INBOUND = { from: KIT_TEXT.to, to: KIT_TEXT.from, text: "Danke & bye 👋" };

/** One thing that every adapter must do. */
export interface CarrierCheck {
  /** As a statement about the adapter; no two checks have the same. */
  readonly name: string;
  /** @throws CarrierCheckFailed saying what the adapter did instead; whatever else it throws comes from the adapter */
  run(): void | Promise<void>;
}

/** An adapter did not do what every adapter must. */
export class CarrierCheckFailed extends Error {
  override readonly name = "CarrierCheckFailed";
}
