/*
 * What Microsoft publishes about the permissions that the catalogue speaks of. Source of Graph's: microsoftgraph/
 * microsoft-graph-devx-content, permissions/new/{permissions,provisioningInfo}.json, read 2026-08-07. The three
 * `user_impersonation` scopes: ids as several public app registrations show them.
 */

import type { PermissionKind } from "./names.ts";

/** A service of Microsoft's that permissions open, by the id of its own application. */
export const PERMISSION_RESOURCES = {
  graph: { name: "Microsoft Graph", appId: "00000003-0000-0000-c000-000000000000" },
  azure: { name: "Azure Service Management", appId: "797f4846-ba00-4fd7-ba43-dac1f8f63013" },
  dataverse: { name: "Dataverse", appId: "00000007-0000-0000-c000-000000000000" },
  teams_admin: { name: "Skype and Teams Tenant Admin API", appId: "48ac35b8-9aa8-4d74-927d-1f4a14a0b239" },
} as const;
export type PermissionResource = keyof typeof PERMISSION_RESOURCES;

/** The kinds in which a permission exists, each with its GUID. Application permissions always need an admin, RSC never. */
export interface PermissionFact {
  readonly resource: PermissionResource;
  readonly delegated?: { readonly id: string; readonly adminConsent: boolean };
  readonly application?: string;
  readonly rsc?: string;
}

const graph = (kinds: Omit<PermissionFact, "resource">): PermissionFact => ({ resource: "graph", ...kinds });
const impersonation = (resource: PermissionResource, id: string, adminConsent: boolean): PermissionFact => ({
  resource,
  delegated: { id, adminConsent },
});

const FACTS = {
  openid: graph({ delegated: { id: "37f7f235-527c-4136-accd-4a02d197296e", adminConsent: false } }),
  profile: graph({ delegated: { id: "14dad69e-099b-42c9-810b-d002981feec1", adminConsent: false } }),
  email: graph({ delegated: { id: "64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0", adminConsent: false } }),
  offline_access: graph({ delegated: { id: "7427e0e9-2fba-42fe-b0c0-848c9e6a8182", adminConsent: false } }),
  "User.Read": graph({ delegated: { id: "e1fe6dd8-ba31-4d61-89e7-88639da4683d", adminConsent: false } }),
  "User.ReadBasic.All": graph({
    delegated: { id: "b340eb25-3456-403f-be2f-af7a0d370277", adminConsent: false },
    application: "97235f07-e226-4f63-ace3-39588e11d3a1",
  }),
  "User.Read.All": graph({
    delegated: { id: "a154be20-db9c-4678-8ab7-66f6cc099a59", adminConsent: true },
    application: "df021288-bdef-4463-88db-98f22de89214",
  }),
  "User.ReadWrite.All": graph({
    delegated: { id: "204e0828-b5ca-4ad8-b9f3-f32a958e7cc4", adminConsent: true },
    application: "741f803b-c850-494e-b5df-cde7c675a1ca",
  }),
  "Contacts.Read": graph({
    delegated: { id: "ff74d97f-43af-4b68-9f2a-b77ee6968c5d", adminConsent: false },
    application: "089fe4d0-434a-44c5-8827-41ba8a0b17f5",
  }),
  "Presence.Read.All": graph({
    delegated: { id: "9c7a330d-35b3-4aa1-963d-cb2b9f927841", adminConsent: false },
    application: "a70e0c2d-e793-494c-94c4-118fa0a67f42",
  }),
  "Presence.ReadWrite.All": graph({ application: "83cded22-8297-4ff6-a7fa-e97e9545a259" }),
  "ChannelSettings.Read.Group": graph({ rsc: "0a7b3084-8d18-46f5-8aef-b5b829292c6f" }),
  "TeamsTab.Create.Group": graph({ rsc: "c4d7203b-1e46-4c4a-95f9-862779aa39e1" }),
  "TeamMember.Read.Group": graph({ rsc: "b8731755-de22-4604-be08-93e1e5c2d2d6" }),
  "Group.ReadWrite.All": graph({
    delegated: { id: "4e46008b-f24c-477d-8fff-7bb4ec7aafe0", adminConsent: true },
    application: "62a82d76-70ea-41e2-9197-370581804d09",
  }),
  "TeamsActivity.Send": graph({
    delegated: { id: "7ab1d787-bae7-4d5d-8db6-37ea32df9186", adminConsent: false },
    application: "a267235f-af13-44dc-8385-c1dc93023186",
  }),
  "TeamsActivity.Send.User": graph({ rsc: "483c432d-7210-44e7-a362-954c0c5e4108" }),
  "TeamsActivity.Send.Group": graph({ rsc: "d4539c25-0937-4095-b844-b97228dd8655" }),
  "CallRecord-PstnCalls.Read.All": graph({ application: "a2611786-80b3-417e-adaa-707d4261a5f0" }),
  "Calendars.ReadBasic": graph({ delegated: { id: "662d75ba-a364-42ad-adee-f5f880ea4878", adminConsent: true } }),
  "Calendars.Read": graph({
    delegated: { id: "465a38f9-76ea-45b9-9f34-9e8b0d4b0b42", adminConsent: false },
    application: "798ee544-9d2d-430c-a058-570e29e34338",
  }),
  "OnlineMeetings.Read": graph({ delegated: { id: "9be106e1-f4e3-4df5-bdff-e4bc531cbe43", adminConsent: false } }),
  "OnlineMeetingRecording.Read.All": graph({
    delegated: { id: "190c2bb6-1fdd-4fec-9aa2-7d571b5e1fe3", adminConsent: true },
    application: "a4a08342-c95d-476b-b943-97e100569c8d",
  }),
  "OnlineMeetingTranscript.Read.All": graph({
    delegated: { id: "30b87d18-ebb1-45db-97f8-82ccb1f0190c", adminConsent: true },
    application: "a4a80d8d-d283-4bd8-8504-555ec3870630",
  }),
  "OnlineMeetingArtifact.Read.All": graph({
    delegated: { id: "110e5abb-a10c-4b59-8b55-9b4daa4ef743", adminConsent: false },
    application: "df01ed3b-eb61-4eca-9965-6b3d789751b2",
  }),
  "Chat.ReadBasic": graph({ delegated: { id: "9547fcb5-d03f-419d-9948-5928bbf71b0f", adminConsent: false } }),
  "Chat.Read": graph({ delegated: { id: "f501c180-9344-439a-bca0-6cbf209fd270", adminConsent: false } }),
  "Mail.Send": graph({
    delegated: { id: "e383f46e-2787-4529-855e-0e479a3ffac0", adminConsent: false },
    application: "b633e1c5-b582-4048-a93e-9f11b44c7e96",
  }),
  "Domain.Read.All": graph({
    delegated: { id: "2f9ee017-59c1-4f1d-9472-bd5529a7b311", adminConsent: true },
    application: "dbb9058a-0e50-45d7-ae91-66909b5d4664",
  }),
  "Domain.ReadWrite.All": graph({
    delegated: { id: "0b5d694c-a244-4bde-86e6-eb5cd07730fe", adminConsent: true },
    application: "7e05723c-0bb0-42da-be95-ae9f08a6e53c",
  }),
  "Azure/user_impersonation": impersonation("azure", "41094075-9dad-400e-a0bd-54e686782033", false),
  "Dataverse/user_impersonation": impersonation("dataverse", "78ce3f0f-a1ce-49c2-8cde-64b5c0896db4", false),
  "TeamsTenantAdmin/user_impersonation": impersonation("teams_admin", "e60370c1-e451-437e-aa6e-d76df38e5f15", true),
} as const satisfies Record<string, PermissionFact>;

/** A permission's name as Microsoft writes it; what is not Graph's has its service before a slash. */
export type MicrosoftPermission = keyof typeof FACTS;
export const PERMISSION_FACTS: Readonly<Record<MicrosoftPermission, PermissionFact>> = FACTS;
export const PERMISSION_NAMES = Object.keys(FACTS) as readonly MicrosoftPermission[];

/** One permission of one kind. */
export interface NamedPermission {
  readonly name: MicrosoftPermission;
  readonly kind: PermissionKind;
}

/** Whether a permission exists, and of which GUID; null when Microsoft has none of that kind. */
export function permissionId({ name, kind }: NamedPermission): string | null {
  const fact = PERMISSION_FACTS[name];
  return (kind === "delegated" ? fact.delegated?.id : fact[kind]) ?? null;
}

/** Whether an admin must consent, whatever the tenant's policy. */
export function needsAdmin({ name, kind }: NamedPermission): boolean {
  return kind === "application" || (kind === "delegated" && PERMISSION_FACTS[name].delegated?.adminConsent === true);
}

/**
 * What a wider permission includes of the same kind, as far as the calls go that Trunkline makes. A test compares it with
 * the operations that Microsoft lists for each.
 */
export const COVERED: ReadonlyArray<{
  readonly wider: MicrosoftPermission;
  readonly narrower: MicrosoftPermission;
  readonly kinds: readonly PermissionKind[];
}> = [
  { wider: "User.ReadWrite.All", narrower: "User.ReadBasic.All", kinds: ["delegated", "application"] },
  { wider: "User.Read.All", narrower: "User.ReadBasic.All", kinds: ["delegated", "application"] },
  { wider: "Presence.ReadWrite.All", narrower: "Presence.Read.All", kinds: ["application"] },
  { wider: "Domain.ReadWrite.All", narrower: "Domain.Read.All", kinds: ["delegated", "application"] },
  { wider: "Chat.Read", narrower: "Chat.ReadBasic", kinds: ["delegated"] },
  { wider: "Calendars.Read", narrower: "Calendars.ReadBasic", kinds: ["delegated"] },
];

/** Whether who holds `held` may do all that `wanted` allows. */
export function covers(held: NamedPermission, wanted: NamedPermission): boolean {
  if (held.kind !== wanted.kind) return false;
  if (held.name === wanted.name) return true;
  return COVERED.some(
    ({ wider, narrower, kinds }) => wider === held.name && narrower === wanted.name && kinds.includes(held.kind),
  );
}
