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

/** What a look-up by our reference gave. */
export type LookUp =
  | { readonly kind: "found"; readonly receipt: Receipt }
  /** The carrier never got it, and can no longer get it from a request that has ended. */
  | { readonly kind: "absent" }
  /** It could not be found out now. */
  | { readonly kind: "unclear" };

export interface CallOptions {
  signal: AbortSignal;
}

/** A webhook as it came, before anything is believed. */
export interface Webhook {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly headers: Headers;
}

/** One account at one carrier. */
export interface Carrier {
  /** Hands a text over. It never rejects: whatever happens is one of the outcomes. */
  send(text: OutgoingText, options: CallOptions): Promise<HandOver>;
  /** Whether a text with our reference has arrived; null when the vendor has no such look-up. It never rejects. */
  lookUp: ((reference: string, options: CallOptions) => Promise<LookUp>) | null;
  /** Whether the webhook is from this carrier and fresh at `now`, by its raw bytes. */
  verify(webhook: Webhook, now: number): Promise<boolean>;
  /** Null for a body that is no text of this carrier. */
  parseInbound(body: Uint8Array<ArrayBuffer>): InboundText | null;
  /** Null for a body that is no receipt of this carrier. */
  parseReceipt(body: Uint8Array<ArrayBuffer>): Receipt | null;
}

export type Credentials = Readonly<Record<string, string>>;

/** Speaks with an account. @throws CredentialsRefused when they are not what the vendor needs */
export type CarrierAdapter = (credentials: Credentials, world: { readonly fetch: typeof globalThis.fetch }) => Carrier;

/** Credentials that cannot work; the message names what is missing, never a value. */
export class CredentialsRefused extends Error {
  override readonly name = "CredentialsRefused";
}
