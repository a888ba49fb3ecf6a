import type { ConversationId, MessageId } from "@trunkline/sdk";
import { safeHref } from "./safe-href.ts";

/** What a link leads to: a conversation, or one message in it. */
export interface LinkTarget {
  readonly conversationId: ConversationId;
  readonly messageId?: MessageId;
}

/**
 * The address at which the host application shows a conversation or message; null where it has none. Relative ones are read
 * against the page. Called while something is drawn, so it has to be quick.
 */
export type LinkFor = (target: LinkTarget) => string | URL | null | undefined;

/** The address that the host gives, or null; addresses that run something are none. */
export function hrefOf(linkFor: LinkFor | null, target: LinkTarget): string | null {
  const address = linkFor?.(target);
  return address ? safeHref(String(address), document.baseURI) : null;
}
