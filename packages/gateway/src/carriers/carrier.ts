import type { ErrorCode, MessageStatus } from "@trunkline/protocol";

/*
 * What a carrier must offer. An adapter knows one vendor's wire and one account's credentials, and nothing of tenants,
 * lines or the store: it fits on one screen, and one suite runs over all of them.
 */

/** A text to hand over. */
export interface OutgoingText {
  /** Our message id. Goes wherever the vendor has a place for it, so that receipts and look-ups can name it. */
  readonly reference: string;
  readonly from: string;
  readonly to: string;
  readonly text: string;
  /** Before it was first handed over, in milliseconds: the same time whenever it is handed over again. */
  readonly firstSentAt: number;
}

/**
 * How a hand-over ended. The four differ in whether the text may be handed over again: never after `accepted` and
 * `refused`, freely after `not_taken`, and after `unknown` only once a look-up has shown that the carrier lacks it.
 */
export type HandOver =
  | { readonly kind: "accepted"; readonly carrierMessageId: string }
  | {
      readonly kind: "refused";
      readonly code: ErrorCode;
      readonly carrierCode: string | null;
      readonly message: string;
    }
  /** The carrier certainly has not got it: the connection was refused, or it said "later". */
  | {
      readonly kind: "not_taken";
      readonly retryAfterMs: number | null;
      /** Who it said "later" to: the line alone, or all lines of the account; absent when it could not be reached. */
      readonly throttled?: "line" | "account";
    }
  /** Bytes have left and no clear answer came. */
  | { readonly kind: "unknown" };

/** A text that somebody sent to one of the account's numbers. Numbers as the carrier writes them. */
export interface InboundText {
  readonly carrierMessageId: string;
  readonly from: string;
  readonly to: string;
  readonly text: string;
  /** When it was sent by the carrier's clock, in milliseconds; null when it does not say. */
  readonly at: number | null;
}

/** What a carrier reports about a text that we handed over. */
export interface Receipt {
  /** Our message id, when the carrier repeats it. */
  readonly reference: string | null;
  readonly carrierMessageId: string;
  /** Null for a word that the adapter does not know: it is kept, and changes nothing. */
  readonly status: Extract<MessageStatus, "sent" | "delivered" | "undelivered" | "failed"> | null;
  /** The carrier's own word for the status. */
  readonly carrierStatus: string;
  readonly code: ErrorCode | null;
  readonly carrierCode: string | null;
  /** When it happened by the carrier's clock, in milliseconds; null when it does not say. */
  readonly at: number | null;
}

/** What a look-up gave. */
export type LookUp =
  | { readonly kind: "found"; readonly receipt: Receipt }
  /** Texts of the same words between the same numbers, the oldest first: the first that is no other text of ours is it. */
  | { readonly kind: "alike"; readonly receipts: readonly Receipt[] }
  /** The carrier tells repeated hand-overs of one reference apart: handing it over once more takes nothing twice. */
  | { readonly kind: "repeatable" }
  /** The carrier never got it, and can no longer get it from a request that has ended. */
  | { readonly kind: "absent" }
  /** It could not be found out now. */
  | { readonly kind: "unclear" };

export interface CallOptions {
  signal: AbortSignal;
}

/** A webhook as it came, before anything is believed. */
export interface Webhook {
  /** The address as the carrier knows it: proxies in between may have changed what the request says. */
  readonly url: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly headers: Headers;
}

/** Whether a webhook is believed; `why` says what differed, for whoever sets the carrier up, and holds no secret. */
export type Verdict = { readonly kind: "genuine" } | { readonly kind: "refused"; readonly why: string };

export const GENUINE: Verdict = { kind: "genuine" };

/** What a webhook brought: several of each at some carriers, neither for news that are of no use here. */
export interface WebhookContent {
  readonly texts: readonly InboundText[];
  readonly receipts: readonly Receipt[];
}

/** What came of asking a carrier whether it takes the credentials. */
export type CredentialsCheck =
  | { readonly kind: "accepted" }
  /** The carrier's own words. */
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "unreachable" };

/** A part of what the carrier has carried for the account, in both directions; `next` names the page after, null at the end. */
export interface CarrierHistory extends WebhookContent {
  readonly next: string | null;
}

/** A number that the account has at its carrier. */
export interface CarrierNumber {
  /** E.164, or a short code's digits. */
  readonly number: string;
  readonly capabilities: { readonly sms: boolean; readonly mms: boolean; readonly voice: boolean };
}

/** Some of an account's numbers; `next` names the page after, null at the end. */
export interface CarrierNumbers {
  readonly numbers: readonly CarrierNumber[];
  readonly next: string | null;
}

/** One account at one carrier. */
export interface Carrier {
  /** Hands a text over. It never rejects: whatever happens is one of the outcomes. */
  send(text: OutgoingText, options: CallOptions): Promise<HandOver>;
  /** Whether a text has arrived; null when the vendor has no such look-up. It never rejects. */
  lookUp: ((text: OutgoingText, options: CallOptions) => Promise<LookUp>) | null;
  /** How long after the hand-over `absent` is believed, in milliseconds: lists may lag behind what was taken. */
  readonly absentAfterMs: number;
  /** Whether a look-up may answer `alike`, so that other texts of ours have to be told apart. */
  readonly looksUpByWords?: true;
  /** Whether the webhook is from this carrier and fresh at `now`, by its raw bytes. */
  verify(webhook: Webhook, now: number): Promise<Verdict>;
  /** The answer to a genuine webhook that only asks whether somebody is there; null for all others. */
  greet?(webhook: Webhook): Response | null;
  /** The answer to a genuine OPTIONS request, by which some vendors ask whether they may deliver here; null for all others. */
  allowDelivery?(webhook: Webhook): Response | null;
  /** What a genuine webhook says; null for what is none of this carrier's. */
  read(webhook: Webhook): WebhookContent | null;
  /** Whether the carrier takes the credentials; nothing is sent to anybody. It never rejects. */
  check(options: CallOptions): Promise<CredentialsCheck>;
  /**
   * What was carried since a time, in milliseconds, whoever handed it over; null when the vendor cannot list it.
   * @throws CarrierTrouble
   */
  listHistory: ((since: number, page: string | null, options: CallOptions) => Promise<CarrierHistory>) | null;
  /** A page of the account's numbers; null when the vendor cannot list them. @throws CarrierTrouble */
  listNumbers: ((page: string | null, options: CallOptions) => Promise<CarrierNumbers>) | null;
}

/** What an adapter is given, beside the credentials. */
export interface CarrierWorld {
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds since 1970; some vendors sign the time. */
  readonly now: () => number;
  /** Where the account's webhooks come in, without a slash at the end; null when the gateway does not know its own address. */
  readonly webhooks: string | null;
}

export type Credentials = Readonly<Record<string, string>>;

/** Speaks with an account. @throws CredentialsRefused when they are not what the vendor needs */
export type CarrierAdapter = (credentials: Credentials, world: CarrierWorld) => Carrier;

/** The carrier did not answer what it was asked; the message is for whoever asked. */
export class CarrierTrouble extends Error {
  override readonly name = "CarrierTrouble";
}

/** Credentials that cannot work; the message names what is missing, never a value. */
export class CredentialsRefused extends Error {
  override readonly name = "CredentialsRefused";
}
