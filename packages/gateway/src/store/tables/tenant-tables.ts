import type {
  AuditEntry,
  GroupId,
  KeyId,
  KeyScope,
  Role,
  SessionId,
  SessionScope,
  TenantId,
  UpdateMicrosoftSettings,
  UpdateSendingSettings,
  UpdateTeamworkSettings,
  UpdateTenantLimits,
  UserId,
} from "@trunkline/protocol";
import type { ColumnType, Generated } from "kysely";
import type { Json } from "./json-column.ts";

interface OperatorKeysTable {
  id: KeyId;
  name: string;
  hash: Uint8Array;
  hint: string;
  created_at: Date;
  last_used_at: Date | null;
}

interface TenantsTable {
  tenant_id: TenantId;
  external_id: string | null;
  name: string;
  features: Generated<string[]>;
  time_zone: string;
  allowed_origins: Generated<string[]>;
  app_url: string | null;
  /** What differs from `DEFAULT_SENDING`. */
  sending: ColumnType<UpdateSendingSettings, UpdateSendingSettings | undefined, UpdateSendingSettings>;
  teamwork: ColumnType<UpdateTeamworkSettings, UpdateTeamworkSettings | undefined, UpdateTeamworkSettings>;
  limits: ColumnType<UpdateTenantLimits, UpdateTenantLimits | undefined, UpdateTenantLimits>;
  /** What differs from `DEFAULT_MICROSOFT`. */
  microsoft: ColumnType<UpdateMicrosoftSettings, UpdateMicrosoftSettings | undefined, UpdateMicrosoftSettings>;
  /** Since when it is being deleted. */
  deleting_at: Generated<Date | null>;
  created_at: Date;
  updated_at: Date;
}

interface KeysTable {
  tenant_id: TenantId;
  id: KeyId;
  name: string;
  scopes: KeyScope[];
  hash: Uint8Array;
  hint: string;
  created_at: Date;
  last_used_at: Date | null;
}

interface UsersTable {
  tenant_id: TenantId;
  id: UserId;
  external_id: string | null;
  name: string;
  email: string | null;
  microsoft_tenant_id: string | null;
  microsoft_object_id: string | null;
  role: Role;
  suspended: Generated<boolean>;
  created_at: Date;
  updated_at: Date;
}

interface SessionsTable {
  tenant_id: TenantId;
  id: SessionId;
  user_id: UserId;
  hash: Uint8Array;
  role: Role | null;
  scope: Json<SessionScope>;
  expires_at: Date;
  created_at: Date;
}

interface UserGroupsTable {
  tenant_id: TenantId;
  id: GroupId;
  name: string;
  external_id: string | null;
  created_at: Date;
  updated_at: Date;
}

interface UserGroupMembersTable {
  tenant_id: TenantId;
  group_id: GroupId;
  user_id: UserId;
}

interface AuditEntriesTable {
  tenant_id: TenantId;
  id: AuditEntry["id"];
  at: Date;
  actor_kind: AuditEntry["actor"]["kind"];
  actor_id: string;
  by_kind: AuditEntry["by"]["kind"];
  by_id: string;
  /** Null for a sign-in at Microsoft. */
  request_id: string | null;
  action: string;
  object_kind: string;
  object_id: string | null;
  before: Json<NonNullable<AuditEntry["before"]>> | null;
  after: Json<NonNullable<AuditEntry["after"]>> | null;
  secrets: string[];
}

/** Tenants, who acts in them, and what they changed. */
export interface TenantTables {
  operator_keys: OperatorKeysTable;
  tenants: TenantsTable;
  keys: KeysTable;
  users: UsersTable;
  sessions: SessionsTable;
  user_groups: UserGroupsTable;
  user_group_members: UserGroupMembersTable;
  audit_entries: AuditEntriesTable;
}
