import { type MicrosoftPermission, PERMISSION_NAMES } from "./facts.ts";
import { FEATURE_PERMISSIONS } from "./features.ts";
import { MICROSOFT_FEATURES, type MicrosoftFeature } from "./names.ts";

/** Whether Trunkline ever asks for a permission, and if not, why. */
export type PermissionVerdict =
  | { readonly kind: "asked"; readonly features: readonly MicrosoftFeature[] }
  | { readonly kind: "replaced"; readonly by: readonly MicrosoftPermission[]; readonly why: string }
  | { readonly kind: "never"; readonly why: string };

interface NotAsked {
  readonly by: readonly MicrosoftPermission[];
  readonly why: string;
}

/** What others ask for and Trunkline does not; `by` serves instead. */
const NOT_ASKED: Partial<Record<MicrosoftPermission, NotAsked>> = {
  email: {
    by: ["User.Read"],
    why: "The address is read with the rest of the profile; people are never told apart by it.",
  },
  "User.ReadWrite.All": { by: ["User.Read.All"], why: "Trunkline changes nobody's account." },
  "Group.ReadWrite.All": {
    by: ["ChannelSettings.Read.Group", "TeamMember.Read.Group", "TeamsTab.Create.Group"],
    why: "Consent for one team is enough; this one would open every group of the organisation.",
  },
  "TeamsActivity.Send": {
    by: ["TeamsActivity.Send.User", "TeamsActivity.Send.Group"],
    why: "The app tells only those who have installed it.",
  },
  "Calendars.Read": { by: ["Calendars.ReadBasic"], why: "Time and title are enough; no invitation is read." },
  "Chat.Read": { by: ["Chat.ReadBasic"], why: "A chat is only needed to find its meeting; no message is read." },
  "Domain.Read.All": {
    by: [],
    why: "Whoever sets up a domain writes it, which includes reading; nothing else reads domains.",
  },
  "Azure/user_impersonation": { by: [], why: "Texting needs nothing of the customer's Azure subscriptions." },
};

/** The verdict on a permission of the catalogue. */
export function verdictOn(name: MicrosoftPermission): PermissionVerdict {
  const features = MICROSOFT_FEATURES.filter((feature) =>
    FEATURE_PERMISSIONS[feature].some((permission) => permission.name === name),
  );
  const { by, why } = NOT_ASKED[name] ?? { by: [], why: "No feature needs it." };
  if (features.length > 0) return { kind: "asked", features };
  return by.length > 0 ? { kind: "replaced", by, why } : { kind: "never", why };
}

/** Every permission of the catalogue with its verdict, in the catalogue's order. */
export function permissionVerdicts(): Array<{ name: MicrosoftPermission; verdict: PermissionVerdict }> {
  return PERMISSION_NAMES.map((name) => ({ name, verdict: verdictOn(name) }));
}
