/** Scopes of OpenID Connect; signing in covers them and they name no resource. */
export const SIGN_IN_SCOPES: readonly string[] = ["openid", "profile", "email", "offline_access"];

/**
 * Delegated permissions of Graph that a user may grant without an admin, with what the consent page says of each.
 * Every other one needs an admin. Source: permissions data of microsoftgraph/microsoft-graph-devx-content, 2026-08-07;
 * the sentences are our own.
 */
const USER_GRANTABLE: Readonly<Record<string, string>> = {
  openid: "Sign you in",
  profile: "See your name and sign-in name",
  email: "See your e-mail address",
  offline_access: "Keep access to what you have given it access to",
  "User.Read": "Sign you in and read your profile",
  "User.ReadBasic.All": "See the names and addresses of people in your organisation",
  "Contacts.Read": "Read your contacts",
  "TeamsActivity.Send": "Send notifications to your activity feed in Teams",
  "Presence.Read": "See whether you are available",
  "Presence.Read.All": "See whether people in your organisation are available",
  "Presence.ReadWrite": "See and set whether you are available",
  "Calendars.Read": "Read your calendars",
  "Calendars.ReadBasic": "Read the times of your appointments",
  "OnlineMeetings.Read": "Read your online meetings",
  "OnlineMeetingArtifact.Read.All": "Read who took part in your meetings",
  "Chat.Read": "Read your chats",
  "Chat.ReadBasic": "See the names and members of your chats",
  "Mail.Send": "Send mail as you",
  "LicenseAssignment.Read.All": "Read which licences are assigned",
  "Channel.ReadBasic.All": "See the names of your channels",
};

/** Whether only an admin can consent to a delegated permission of Graph. */
export function needsAdmin(scope: string): boolean {
  return !Object.hasOwn(USER_GRANTABLE, scope);
}

/** A permission as the consent page names it. */
export function describePermission(scope: string): string {
  return USER_GRANTABLE[scope] ?? scope;
}
