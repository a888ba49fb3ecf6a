import type { Migration } from "./migration.ts";

/** Who changed what. A new table alone: nothing waits. */
export const audit: Migration = {
  version: 13,
  name: "audit",
  statements: [
    `create table audit_entries (
      tenant_id text not null references tenants on delete cascade,
      id text not null,
      at timestamptz(3) not null,
      actor_kind text not null,
      actor_id text not null,
      by_kind text not null,
      by_id text not null,
      request_id text not null,
      action text not null,
      object_kind text not null,
      object_id text,
      before jsonb,
      after jsonb,
      secrets text[] not null,
      primary key (tenant_id, id)
    )`,
    "create index audit_entries_by_age on audit_entries (tenant_id, at)",
    "create index audit_entries_of_actor on audit_entries (tenant_id, actor_id, id desc)",
    "create index audit_entries_of_object on audit_entries (tenant_id, object_id, id desc) where object_id is not null",
    "alter table audit_entries enable row level security",
    "alter table audit_entries force row level security",
    // A tenant's transactions add and read, and nothing else: neither the right nor a policy lets them change an entry.
    "grant select, insert on audit_entries to trunkline_tenant",
    `create policy read_by_tenant on audit_entries for select to trunkline_tenant
      using (tenant_id = nullif(current_setting('app.tenant', true), ''))`,
    `create policy added_by_tenant on audit_entries for insert to trunkline_tenant
      with check (tenant_id = nullif(current_setting('app.tenant', true), ''))`,
    // What its time has passed, and what a deleted tenant has left, is cleared by the system; an operator's own work,
    // such as making a tenant, is added by it.
    "grant select (tenant_id, id, at), insert, delete on audit_entries to trunkline_system",
    "create policy found_by_system on audit_entries for select to trunkline_system using (true)",
    "create policy added_by_system on audit_entries for insert to trunkline_system with check (true)",
    "create policy cleared_by_system on audit_entries for delete to trunkline_system using (true)",
    // Deleting a tenant cascades as the owner of the tables, whom forced row-level security would stop.
    "create policy of_owner on audit_entries to current_user using (true) with check (true)",
  ],
};
