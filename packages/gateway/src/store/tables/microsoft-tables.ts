import type { Actor, TenantId, UserId } from "@trunkline/protocol";
import type { Generated } from "kysely";
import type { Json } from "./json-column.ts";

interface MicrosoftTenantsTable {
  tenant_id: TenantId;
  microsoft_tenant_id: string;
  name: string | null;
  state: Generated<"connected" | "suspended">;
  granted: Json<PermissionNames>;
  held: Json<PermissionNames>;
  /** AADSTS numbers. */
  errors: Generated<number[]>;
  connected_at: Date;
  checked_at: Date;
  updated_at: Date;
}

/** Names of Microsoft's permissions by kind. */
interface PermissionNames {
  delegated: string[];
  application: string[];
}

interface MicrosoftConnectionsTable {
  tenant_id: TenantId;
  user_id: UserId;
  /** Null, as the object id and the date, for somebody who has only tried. */
  microsoft_tenant_id: string | null;
  microsoft_object_id: string | null;
  name: string;
  /** What they are in their organisation. */
  standing: Generated<"admin" | "app_admin" | "member" | "guest" | "unknown">;
  /** Sealed; null when nothing can be renewed. */
  tokens: Uint8Array | null;
  granted: Generated<string[]>;
  held: Generated<string[]>;
  errors: Generated<number[]>;
  ends_at: Date | null;
  connected_at: Date | null;
  /** When its tokens last came from Entra. */
  renewed_at: Date;
  updated_at: Date;
}

interface ConsentLinksTable {
  tenant_id: TenantId;
  id: string;
  token_hash: Uint8Array;
  user_id: UserId | null;
  features: string[];
  /** Whether whoever made it may decide which Microsoft tenant this is. */
  may_map: boolean;
  /** Where the administrator's browser goes at the end. */
  return_to: string | null;
  actor: Json<Actor>;
  granted_at: Date | null;
  expires_at: Date;
  created_at: Date;
}

interface ConsentStatesTable {
  tenant_id: TenantId;
  id: string;
  state_hash: Uint8Array;
  /** `user`, `admin`, `admin_sign_in`: at Microsoft; `confirm`, `wait`: at a page of ours. */
  kind: "user" | "admin" | "admin_sign_in" | "confirm" | "wait";
  user_id: UserId | null;
  link_id: string | null;
  features: string[];
  /** Sealed. */
  secrets: Uint8Array;
  return_to: string | null;
  expires_at: Date;
  created_at: Date;
}

interface CredentialWarningsTable {
  credential_id: string;
  days: number;
  warned_at: Date;
}

/** What is known of tenants' Microsoft 365. */
export interface MicrosoftTables {
  microsoft_tenants: MicrosoftTenantsTable;
  microsoft_connections: MicrosoftConnectionsTable;
  consent_links: ConsentLinksTable;
  consent_states: ConsentStatesTable;
  credential_warnings: CredentialWarningsTable;
}
