import type { ConversationId, Message, TemplateId } from "@trunkline/protocol";
import type { TrunklineError } from "../errors.ts";

/** A text that the gateway has not accepted yet. Field names are those of {@link Message}, so that a row reads both alike. */
export interface UnsentMessage {
  readonly id: null;
  readonly clientId: string;
  readonly conversationId: ConversationId;
  readonly sequence: null;
  readonly direction: "outbound";
  readonly kind: "text";
  /** What it will say. Of a template it is the name, as far as this client has read it, until the answer has the words. */
  readonly text: string;
  readonly templateId: TemplateId | null;
  /** When it is to leave; null for at once, and for a local time, which the gateway turns into an instant. */
  readonly sendAt: string | null;
  readonly status: null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: string;
}

/**
 * One row of a thread. `key` never changes while a text goes from `sending` to `accepted`, so a DOM row keyed by it
 * survives. Accepted rows come first, by `sequence`; unsent ones follow in the order in which they were written.
 */
export type MessageRow =
  | { readonly key: string; readonly state: "accepted"; readonly message: Message }
  | {
      readonly key: string;
      readonly state: "sending";
      readonly message: UnsentMessage;
      /** Why the last try did not get through, and when the next one is; null before there was one. */
      readonly delay: { readonly error: TrunklineError; readonly until: string } | null;
    }
  /** Refused, or given up: `messages.resend(key)` tries again, `messages.discard(key)` removes it. */
  | {
      readonly key: string;
      readonly state: "failed";
      readonly message: UnsentMessage;
      readonly error: TrunklineError;
    };
