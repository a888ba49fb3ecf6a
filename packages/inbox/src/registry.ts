import { TrunklineComposer } from "./elements/composer/composer.ts";
import { TrunklineConversationList } from "./elements/conversation-list/conversation-list.ts";
import { TrunklineInbox } from "./elements/inbox/inbox.ts";
import { TrunklineProvider } from "./elements/provider/provider.ts";
import { TrunklineThread } from "./elements/thread/thread.ts";
import { TrunklineUnread } from "./elements/unread/unread.ts";
import { type ElementClass, PREFIX, register } from "./shared/register.ts";

// Outer elements before inner ones, so that on upgrade each finds the one around it ready to answer.
const CLASSES: readonly ElementClass[] = [
  TrunklineProvider,
  TrunklineInbox,
  TrunklineConversationList,
  TrunklineThread,
  TrunklineComposer,
  TrunklineUnread,
];

/**
 * Registers every element of the inbox under another prefix, for a page that already has elements of another version:
 * `defineAs("acme")` gives `<acme-inbox>`, `<acme-thread>` and so on.
 *
 * Names that are taken are left alone, with one warning that names both versions.
 *
 * @param prefix - lower-case letters, digits and hyphens, beginning with a letter
 */
export function defineAs(prefix: string): void {
  register(prefix, CLASSES);
}

/** Resolves when the elements are registered, so that a page can show itself without a flash of unknown elements. */
export async function whenReady(prefix: string = PREFIX): Promise<void> {
  await Promise.all(CLASSES.map(({ suffix }) => customElements.whenDefined(`${prefix}-${suffix}`)));
}
