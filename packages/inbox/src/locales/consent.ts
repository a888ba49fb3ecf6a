import type { Phrase } from "./en.ts";
import type { Localizer, Values } from "./localizer.ts";

/** Words about Microsoft 365, in English. Apart from `en`: the inbox never says them. */
export const consent = {
  "consent.label": "Microsoft 365",
  "consent.loading": "Looking up what Microsoft 365 allows",

  "state.granted": "Microsoft 365 is connected",
  "state.can_grant": "Connect to Microsoft 365",
  "state.can_grant-more": {
    one: "{count} feature waits for your consent",
    other: "{count} features wait for your consent",
  },
  "state.declined": "You declined what Microsoft asked for",
  "state.rsc_stale": "The app has to be updated in Teams",
  "state.needs_admin": "An administrator has to approve",
  "state.needs_admin-more": {
    one: "{count} feature waits for an administrator",
    other: "{count} features wait for an administrator",
  },
  "state.revoked": "Access to Microsoft 365 was taken back",
  "state.expired": "Your connection to Microsoft 365 has ended",
  "state.reconnect": "Microsoft 365 needs your attention",
  "state.suspended": "Microsoft 365 is paused for your organisation",
  "state.suspended-text": "Somebody with the role owner or admin paused it here, and can take it up again.",
  "state.not-set-up": "Microsoft 365 is not set up here",
  "state.not-set-up-text": "Whoever runs the messaging service has to register it with Microsoft first.",
  "state.nothing": "Nothing of Microsoft 365 is used here",
  "state.nothing-text": "Features appear here once your organisation has switched them on.",

  "feature.granted": "Works",
  "feature.paused": "Paused",
  "feature.user": "Waits for you",
  "feature.admin": "Waits for an administrator",
  "feature.team_owner": "Waits for the team's owner",
  "feature.operator": "Waits for whoever runs the messaging service",
  "feature.nobody": "Waits for Microsoft",
  "feature.asks": { one: "Asks for {count} permission", other: "Asks for {count} permissions" },
  "feature.by-admin": "An administrator must approve it.",

  "name.messaging": "Sign-in with Microsoft",
  "name.contact_sync": "Your Outlook contacts",
  "name.directory": "Colleagues and their numbers",
  "name.presence_read": "Who is free or busy",
  "name.presence_write": "Busy while you are with a customer",
  "name.channel_inbox": "Inbox in a Teams channel",
  "name.activity_notifications": "Notifications in Teams",
  "name.call_log": "Phone calls beside the texts",
  "name.meetings": "Your meetings",
  "name.meeting_notes": "Transcripts and recordings",
  "name.mail": "Mail in your name",
  "name.dataverse_sync": "Dynamics records",
  "name.teams_admin_numbers": "Phone numbers of Teams",
  "name.direct_routing_domain": "Domain of the telephone gateway",

  "action.connect": "Connect",
  "action.reconnect": "Reconnect",
  "action.here": "Continue in this window",
  "action.cancel": "Cancel",
  "action.link": "Get a link for your administrator",
  "action.copy-link": "Copy link",
  "action.copy-text": "Copy message",
  "action.copied": "Copied",
  "action.again": "Check again",
  "action.disconnect": "Disconnect",
  "action.disconnect-tenant": "Disconnect the organisation",
  "action.keep": "Keep it",

  "waiting.title": "Finish in the window of Microsoft",
  "waiting.text": "This page goes on by itself.",
  "admin.link": "Link for your administrator",
  "admin.until": "It works until {when}. This page goes on by itself once they have approved.",
  "account.connected": "{account}, connected on {day}",
  "leave.user": "Disconnect your Microsoft account?",
  "leave.user-text": "What works in your name stops. You can connect again at any time.",
  "leave.tenant": "Disconnect the whole organisation?",
  "leave.tenant-text": "Nobody here can sign in with Microsoft any more, and all that uses Microsoft 365 stops.",

  "trouble.popup_blocked": "Your browser blocked the window. Allow it for this page, or continue here.",
  "trouble.popup_closed": "The window was closed before Microsoft had answered.",
  "trouble.timeout": "Microsoft did not answer in time. Try again.",
  "trouble.other": "That did not work. Try again. ({code})",
} as const satisfies Record<string, Phrase>;

export type ConsentKey = keyof typeof consent;

export function say(words: Localizer, key: ConsentKey, values?: Values): string {
  return words.fill(consent[key], values);
}

/** Whether there is such a phrase, for words that a newer gateway may send. */
export function canSay(key: string): key is ConsentKey {
  return Object.hasOwn(consent, key);
}
