/* The words of the catalogue, apart from its tables, which not everybody needs. */

/** How a permission is held: for a signed-in person, by the app itself, or by the app in one team, chat or for one person. */
export type PermissionKind = "delegated" | "application" | "rsc";
export const PERMISSION_KINDS = ["delegated", "application", "rsc"] as const satisfies PermissionKind[];

/** What a tenant can use of Microsoft 365. */
export const MICROSOFT_FEATURES = [
  "messaging",
  "contact_sync",
  "directory",
  "presence_read",
  "presence_write",
  "channel_inbox",
  "activity_notifications",
  "call_log",
  "meetings",
  "meeting_notes",
  "mail",
  "dataverse_sync",
  "teams_admin_numbers",
  "direct_routing_domain",
] as const;
export type MicrosoftFeature = (typeof MICROSOFT_FEATURES)[number];

/** Whether a word names a feature of the catalogue. */
export function isMicrosoftFeature(word: string): word is MicrosoftFeature {
  return MICROSOFT_FEATURES.some((feature) => feature === word);
}
