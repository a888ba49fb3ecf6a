import type { Migration } from "./migration.ts";
import { tenantPolicies } from "./tenant-table.ts";

/** Groups of users, and the lines that they see. New tables alone: nothing waits. */
export const groups: Migration = {
  version: 11,
  name: "groups",
  statements: [
    `create table user_groups (
      tenant_id text not null references tenants on delete cascade,
      id text not null,
      name text not null,
      external_id text,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      primary key (tenant_id, id),
      constraint user_groups_external_id unique (tenant_id, external_id)
    )`,
    `create table user_group_members (
      tenant_id text not null,
      group_id text not null,
      user_id text not null,
      primary key (tenant_id, group_id, user_id),
      foreign key (tenant_id, group_id) references user_groups on delete cascade,
      constraint user_group_members_user foreign key (tenant_id, user_id) references users on delete cascade
    )`,
    "create index user_group_members_by_user on user_group_members (tenant_id, user_id, group_id)",
    `create table line_groups (
      tenant_id text not null,
      line_id text not null,
      group_id text not null,
      primary key (tenant_id, line_id, group_id),
      foreign key (tenant_id, line_id) references lines on delete cascade,
      constraint line_groups_group foreign key (tenant_id, group_id) references user_groups on delete cascade
    )`,
    "create index line_groups_by_group on line_groups (tenant_id, group_id, line_id)",
    ...tenantPolicies("user_groups"),
    ...tenantPolicies("user_group_members"),
    ...tenantPolicies("line_groups"),
  ],
};
