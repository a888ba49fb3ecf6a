import type { MicrosoftPermission, NamedPermission } from "./facts.ts";
import type { MicrosoftFeature, PermissionKind } from "./names.ts";

/** A permission that a feature needs, and why, in words for people. */
export interface FeaturePermission extends NamedPermission {
  /** What it is used for. */
  readonly reason: string;
  /** What stops working without it. */
  readonly without: string;
}

const need =
  (kind: PermissionKind) =>
  (name: MicrosoftPermission, reason: string, without: string): FeaturePermission => ({ name, kind, reason, without });
const delegated = need("delegated");
const application = need("application");
const rsc = need("rsc");

/** Whatever acts for a person needs to know who that is, and to go on when their browser is closed. */
const SIGNED_IN = [
  delegated("openid", "Signs the person in.", "Nobody can sign in with Microsoft."),
  delegated(
    "profile",
    "Tells which account signed in, by its stable id and name.",
    "An account cannot be told from another.",
  ),
  delegated(
    "offline_access",
    "Keeps the connection after the browser is closed.",
    "People must sign in again every hour.",
  ),
] as const;

const MEETING = delegated(
  "OnlineMeetings.Read",
  "Finds the meeting that a join link belongs to.",
  "A meeting's details cannot be found.",
);

/** The least that each feature needs. */
export const FEATURE_PERMISSIONS: Readonly<Record<MicrosoftFeature, readonly FeaturePermission[]>> = {
  messaging: [
    ...SIGNED_IN,
    delegated(
      "User.Read",
      "Reads the signed-in person's own name, address and Teams licences.",
      "A new person has no name or address, and whether they may call cannot be told.",
    ),
  ],
  contact_sync: [
    ...SIGNED_IN,
    delegated("Contacts.Read", "Shows the person's Outlook contacts by name.", "Texts show numbers instead of names."),
  ],
  directory: [
    application(
      "User.Read.All",
      "Follows colleagues' names, phone numbers and licences as they change.",
      "The directory is empty: smaller permissions show neither phone numbers nor changes.",
    ),
  ],
  presence_read: [
    application("Presence.Read.All", "Shows who is free, busy or away.", "Nobody's status is shown."),
    application("User.ReadBasic.All", "Tells whose status it is.", "A status has no name beside it."),
  ],
  presence_write: [
    application(
      "Presence.ReadWrite.All",
      "Sets a person's status while they are busy with a customer.",
      "Nobody's status changes by itself.",
    ),
  ],
  channel_inbox: [
    rsc(
      "ChannelSettings.Read.Group",
      "Lists the team's channels when a line is given to one.",
      "No channel can be chosen.",
    ),
    rsc("TeamsTab.Create.Group", "Adds the inbox as a tab of the channel.", "Somebody must add the tab by hand."),
    rsc(
      "TeamMember.Read.Group",
      "Knows who belongs to the team, who see its line.",
      "Members of the team do not see its line.",
    ),
    rsc(
      "TeamsActivity.Send.Group",
      "Tells the team's members of a new text.",
      "A team hears of new texts in the inbox alone.",
    ),
  ],
  activity_notifications: [
    rsc(
      "TeamsActivity.Send.User",
      "Tells a person in Teams of a new text.",
      "A person hears of new texts in the inbox alone.",
    ),
  ],
  call_log: [
    application(
      "CallRecord-PstnCalls.Read.All",
      "Shows phone calls beside the texts.",
      "Calls are missing from a conversation.",
    ),
  ],
  meetings: [
    ...SIGNED_IN,
    delegated("Calendars.ReadBasic", "Lists the person's meetings by time and title.", "Planned meetings are missing."),
    delegated(
      "Chat.ReadBasic",
      "Finds meetings that were started at once, by their chat.",
      "Meetings that nobody planned are missing.",
    ),
    MEETING,
  ],
  meeting_notes: [
    ...SIGNED_IN,
    MEETING,
    delegated(
      "OnlineMeetingTranscript.Read.All",
      "Reads what was said in the person's meetings.",
      "There are no transcripts.",
    ),
    delegated(
      "OnlineMeetingRecording.Read.All",
      "Fetches recordings of the person's meetings.",
      "There are no recordings.",
    ),
    delegated(
      "OnlineMeetingArtifact.Read.All",
      "Reads who attended the person's meetings.",
      "There are no attendance reports.",
    ),
  ],
  mail: [
    ...SIGNED_IN,
    delegated("Mail.Send", "Sends mail as the signed-in person, when they ask for it.", "Nothing can be sent by mail."),
  ],
  dataverse_sync: [
    ...SIGNED_IN,
    delegated(
      "Dataverse/user_impersonation",
      "Reads and writes Dynamics records as the signed-in person.",
      "Dynamics records are neither found nor updated.",
    ),
  ],
  teams_admin_numbers: [
    ...SIGNED_IN,
    delegated(
      "TeamsTenantAdmin/user_impersonation",
      "Reads which phone number belongs to whom, as the signed-in Teams admin.",
      "Numbers must be typed by hand.",
    ),
  ],
  direct_routing_domain: [
    ...SIGNED_IN,
    delegated(
      "Domain.ReadWrite.All",
      "Adds and verifies the domain of the telephone gateway, as the signed-in admin.",
      "An admin must add the domain by hand.",
    ),
  ],
};
