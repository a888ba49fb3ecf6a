import type { Consent, ConversationId, LineId, Message, MessageId, Unread } from "@trunkline/sdk";
import type { ResolvedContact } from "./contacts.ts";

/** Why another conversation is shown: picked from the list or from what a search has found, opened by its first text, or left for the list. */
export type SelectReason = "list" | "search" | "new-message" | "back";

/** What each event of ours carries in `detail`. All bubble and cross shadow roots, from the outermost element only. */
export interface TrunklineEventDetails {
  /** A person chose a conversation; `conversationId` is null when they went back to the list. */
  "trunkline-select": { conversationId: ConversationId | null; messageId?: MessageId; reason: SelectReason };
  /** The gateway took a text that was written here. */
  "trunkline-sent": { message: Message };
  /** How much is unread has changed, or has become known. */
  "trunkline-unread": Unread;
  /** The first conversations are on show. */
  "trunkline-ready": null;
  /** Where things stand with Microsoft 365 is known, or has changed. */
  "trunkline-consent": { consent: Consent };
  /** Nobody is signed in, or the session ended and could not be renewed. Told once until a session works again. */
  "trunkline-sign-in-needed": { error: unknown };
  /** Something failed that nobody was waiting for, or a text was refused. */
  "trunkline-error": { error: unknown };
  /** Somebody wants to call; `preventDefault()` keeps the `tel:` link from being followed. */
  "trunkline-call": { number: string; contactId?: string };
  /** Somebody wants to see the contact; `preventDefault()` keeps its `url` from being followed. */
  "trunkline-open-contact": {
    contact: ResolvedContact & { readonly number: string };
    conversationId: ConversationId;
    lineId: LineId;
  };
}

export type TrunklineEventName = keyof TrunklineEventDetails;

export type TrunklineEventOf<Name extends TrunklineEventName> = CustomEvent<TrunklineEventDetails[Name]>;

type Events = { [Name in TrunklineEventName]: TrunklineEventOf<Name> };

declare global {
  interface HTMLElementEventMap extends Events {}
}
