/** A text, or its forms by plural category; `{name}` stands for a value. `count` chooses the form. */
export type Phrase = string | { readonly one: string; readonly other: string };

/** Every word that our elements say, in English. A translation has the same keys. */
export const en = {
  "inbox.label": "Text messages",
  "inbox.title": "Messages",
  "inbox.new": "New message",

  "list.label": "Conversations",
  "list.loading": "Loading conversations",
  "list.line": "Line",
  "list.all-lines": "All lines",
  "list.filter": "Filter",
  "list.all": "All",
  "list.unread": "Unread",
  "list.empty": "No conversations yet",
  "list.empty-hint": "When somebody texts one of your lines, the conversation appears here.",
  "list.empty-unread": "You're all caught up",
  "list.empty-unread-hint": "Nothing is waiting to be read.",
  "list.you": "You: {text}",
  "list.author": "{name}: {text}",
  "list.automatic": "Automatic: {text}",
  "list.goes": "Goes {when}",
  "list.draft": "Draft:",
  "list.opted-out": "Opted out",
  "list.no-messages": "No messages yet",

  "unread.messages": { one: "{count} unread message", other: "{count} unread messages" },
  "unread.badge": { one: "{count} unread conversation", other: "{count} unread conversations" },
  "unread.over": "{count}+",

  "thread.messages": "Messages with {name}",
  "thread.loading": "Loading messages",
  "thread.older": "Loading older messages",
  "thread.empty": "Say hello to {name}",
  "thread.empty-hint": "The first text you write starts the conversation.",
  "thread.new": "New",
  "thread.latest": "Jump to latest",
  "thread.new-messages": { one: "{count} new message", other: "{count} new messages" },
  "thread.back": "Back to conversations",
  "thread.more": "More about this conversation",
  "thread.today": "Today",
  "thread.yesterday": "Yesterday",
  "thread.gone": "This conversation is not available",
  "thread.gone-hint": "It was removed, or you no longer have access to it.",

  "message.picture": "Picture",

  "status.scheduled": "Scheduled",
  "status.queued": "Queued",
  "status.sending": "Sending",
  "status.unknown": "Not confirmed",
  "status.sent": "Sent",
  "status.delivered": "Delivered",
  "status.undelivered": "Not delivered",
  "status.failed": "Not sent",
  "status.canceled": "Canceled",
  "status.received": "Received",

  "composer.label": "Message to {name}",
  "composer.label-alone": "Message",
  "composer.placeholder": "Type a message",
  "composer.send": "Send",
  "composer.read-only": "You can read this, but not write. Ask your administrator.",

  "sign-in.title": "Sign in to see your messages",
  "sign-in.text": "Your session has ended or has not started yet.",
  "sign-in.now": "Sign in",

  "error.title": "Messages can't be loaded",
  "error.text": "The connection to the messaging service failed. Your messages are safe.",
  "error.away": "The messaging service can't be reached",
  "error.away-text": "Your messages appear here as soon as it answers. We keep trying.",
  "error.offline": "You're offline",
  "error.offline-text": "Your messages appear here when the connection is back.",
  "error.forbidden": "You can't see these conversations",
  "error.forbidden-text": "Ask your administrator to give you access.",
  "error.forbidden-roles": "Your role doesn't allow it. Ask somebody who is {roles} for access.",
  "error.setup": "This inbox is not set up yet",
  "error.setup-text": "Ask whoever runs this page to finish its set-up.",
  "error.retry": "Try again",
  "error.details": "Reference {requestId}",
  "error.suspended": "Your account is suspended",
  "error.suspended-text": "Ask your administrator to restore it.",
} as const satisfies Record<string, Phrase>;

export type PhraseKey = keyof typeof en;
export type Phrases = Readonly<Record<PhraseKey, Phrase>>;
