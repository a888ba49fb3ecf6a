import type { ConversationId, LineId, MessageId } from "@trunkline/sdk";

/** What `<trunkline-inbox>` opens. */
export type OpenTarget =
  | { readonly conversationId: ConversationId }
  /** The conversation that a message is in, at that message. */
  | { readonly messageId: MessageId }
  /** The newest conversation with a number; a new one where there is none. Read as in the line's country without `+`. */
  | { readonly lineId?: LineId; readonly to: string; readonly draft?: string }
  /** The newest conversation about a record of the host, `source:type:externalId`; a new one about it where there is none. */
  | { readonly record: string };

/** How it opens it. */
export interface OpenOptions {
  /** Moves the focus to where one writes; not on touch screens, where a keyboard would come with it. @default true */
  readonly focus?: boolean | undefined;
}
