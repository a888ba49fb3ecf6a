import type { Migration } from "./migration.ts";
import { tenantPolicies } from "./tenant-table.ts";

/** Files that go with texts; what is in them lies in the blob store. A new table alone: nothing waits. */
export const media: Migration = {
  version: 10,
  name: "media",
  statements: [
    `create table media (
      tenant_id text not null references tenants on delete cascade,
      id text not null,
      created_by text not null,
      message_id text,
      content_type text not null,
      bytes int not null,
      width int,
      height int,
      has_thumbnail boolean not null,
      stored_at timestamptz(3),
      created_at timestamptz(3) not null,
      primary key (tenant_id, id)
    )`,
    "create index media_unused on media (tenant_id, created_at) where message_id is null",
    ...tenantPolicies("media"),
  ],
};
