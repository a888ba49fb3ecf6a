import { PERMISSION_FACTS, PERMISSION_NAMES, PERMISSION_RESOURCES } from "@trunkline/protocol/permissions";
import { GRAPH_APP_ID } from "../directory.ts";

/** Scopes of OpenID Connect; signing in covers them and they name no resource. */
export const SIGN_IN_SCOPES: readonly string[] = ["openid", "profile", "email", "offline_access"];

/**
 * Delegated permissions of Graph that a user may grant without an admin, with what the consent page says of each.
 * Every other one needs an admin. Source: permissions data of microsoftgraph/microsoft-graph-devx-content, with which a
 * test compares it; the sentences are our own.
 */
export const USER_GRANTABLE: Readonly<Record<string, string>> = {
  openid: "Sign you in",
  profile: "See your name and sign-in name",
  email: "See your e-mail address",
  offline_access: "Keep access to what you have given it access to",
  "User.Read": "Sign you in and read your profile",
  "User.ReadBasic.All": "See the names and addresses of people in your organisation",
  "User.ReadWrite": "Read and change your profile",
  "AppCatalog.Read.All": "See the apps in your organisation's catalogue",
  "AppCatalog.Submit": "Hand in apps for your organisation's catalogue",
  "Calendars.Read": "Read your calendars",
  "Calendars.ReadWrite": "Read and change your calendars",
  "Channel.ReadBasic.All": "See the names of your channels",
  "ChannelMessage.Send": "Write in your channels as you",
  "Chat.Read": "Read your chats",
  "Chat.ReadBasic": "See the names and members of your chats",
  "Chat.ReadWrite": "Read your chats and write in them",
  "Chat.ReadWrite.All": "Read all chats that you may see and write in them",
  "ChatMessage.Send": "Write in your chats as you",
  "Contacts.Read": "Read your contacts",
  "Contacts.ReadWrite": "Read and change your contacts",
  "LicenseAssignment.Read.All": "Read which licences are assigned",
  "Mail.Send": "Send mail as you",
  "OnlineMeetingArtifact.Read.All": "Read who took part in your meetings",
  "OnlineMeetings.Read": "Read your online meetings",
  "OnlineMeetings.ReadWrite": "Read your online meetings and make new ones",
  "Presence.Read": "See whether you are available",
  "Presence.Read.All": "See whether people in your organisation are available",
  "Presence.ReadWrite": "See and set whether you are available",
  "ResourceSpecificPermissionGrant.ReadForChat": "See which apps may use the data of a chat",
  "ResourceSpecificPermissionGrant.ReadForTeam": "See which apps may use the data of a team",
  "Team.ReadBasic.All": "See the names of your teams",
  "TeamsActivity.Send": "Send notifications to your activity feed in Teams",
  "TeamsAppInstallation.ReadForChat": "See which apps are installed in your chats",
  "TeamsAppInstallation.ReadForUser": "See which apps you have installed in Teams",
  "TeamsAppInstallation.ReadWriteSelfForUser": "Install and remove itself in Teams for you",
};

/** Whether only an admin can consent to a delegated permission of Graph. */
export function needsAdmin(scope: string): boolean {
  return !Object.hasOwn(USER_GRANTABLE, scope);
}

/** The same of any of Microsoft's services; null for a resource that is none of them. */
export function serviceNeedsAdmin(resource: string, scope: string): boolean | null {
  if (resource === GRAPH_APP_ID) return needsAdmin(scope);
  const facts = PERMISSION_NAMES.map((name) => ({ name, ...PERMISSION_FACTS[name] }));
  if (!facts.some((fact) => PERMISSION_RESOURCES[fact.resource].appId === resource)) return null;
  const known = facts.find(
    (fact) => PERMISSION_RESOURCES[fact.resource].appId === resource && fact.name.endsWith(`/${scope}`),
  );
  return known?.delegated?.adminConsent ?? true;
}

/** A permission as the consent page names it. */
export function describePermission(scope: string): string {
  return USER_GRANTABLE[scope] ?? scope;
}
