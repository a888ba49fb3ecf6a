import type { Migration } from "./migration.ts";
import { tenantPolicies } from "./tenant-table.ts";

/**
 * Working together on conversations. Columns with a constant default, or none, rewrite nothing; the two indexes lock
 * `conversations` against writing while they are built, about a second for a million of them.
 */
export const teamwork: Migration = {
  version: 7,
  name: "teamwork",
  statements: [
    // Only what differs from the defaults.
    "alter table tenants add column teamwork jsonb not null default '{}'",
    // Who is meant by a note; where a conversation went or came from: { direction, conversationId, lineId }.
    "alter table messages add column mentions text[], add column transfer jsonb",
    // For lists of what is somebody's own. What is nobody's pays nothing for it.
    `create index conversations_of_assignee on conversations (tenant_id, assignee_id, last_activity_at desc, id desc)
      where assignee_id is not null`,
    // For closing what nothing has happened in.
    "create index conversations_open_by_age on conversations (tenant_id, updated_at) where state = 'open'",

    // A filter that is shared has no owner, so that it outlives whoever made it. `query` is what a list is asked with.
    `create table conversation_filters (
      tenant_id text not null references tenants on delete cascade,
      id text not null,
      name text not null,
      owner_id text,
      created_by text,
      query jsonb not null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      primary key (tenant_id, id),
      foreign key (tenant_id, owner_id) references users on delete cascade
    )`,
    "create index conversation_filters_of_owner on conversation_filters (tenant_id, owner_id)",
    ...tenantPolicies("conversation_filters"),
  ],
};
