/* The classes of all elements, and everything that is said about them in types. Importing this registers nothing. */

export { TrunklineComposer } from "./elements/composer/composer.ts";
export { TrunklineConversationList } from "./elements/conversation-list/conversation-list.ts";
export { TrunklineInbox } from "./elements/inbox/inbox.ts";
export type { OpenOptions, OpenTarget } from "./elements/inbox/open-target.ts";
export { TrunklineProvider } from "./elements/provider/provider.ts";
export { type RecordContext, TrunklineThread } from "./elements/thread/thread.ts";
export { TrunklineUnread } from "./elements/unread/unread.ts";
export { defineAs, whenReady } from "./registry.ts";
export type { ContactResolver, FoundContact, ResolvedContact } from "./shared/contacts.ts";
export { TrunklineElement } from "./shared/element.ts";
export type { Theme } from "./shared/environment.ts";
export type {
  SelectReason,
  TrunklineEventDetails,
  TrunklineEventName,
  TrunklineEventOf,
} from "./shared/events.ts";
export type { LinkFor, LinkTarget } from "./shared/link-for.ts";
export { VERSION } from "./version.ts";
