import type { Migration } from "./migration.ts";
import { tenantPolicies } from "./tenant-table.ts";

/** Webhooks and what became of each event that they were sent. New tables alone: nothing waits. */
export const webhooks: Migration = {
  version: 6,
  name: "webhooks",
  statements: [
    // (xid, n) is up to where the hook has been given the event log, of the store's epoch that is named. Secrets are sealed.
    `create table webhooks (
      tenant_id text not null references tenants on delete cascade,
      id text not null,
      url text not null,
      events text[] not null,
      description text,
      secret bytea not null,
      former_secret bytea,
      former_secret_until timestamptz(3),
      disabled_reason text,
      disabled_at timestamptz(3),
      failing_since timestamptz(3),
      epoch text not null,
      xid xid8 not null,
      n bigint not null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      primary key (tenant_id, id)
    )`,
    // One event on its way to one hook; (xid, n) is its place in the log, where its body is.
    `create table webhook_deliveries (
      tenant_id text not null,
      id text not null,
      webhook_id text not null,
      event_id text not null,
      event_type text not null,
      xid xid8,
      n bigint,
      status text not null,
      is_replay boolean not null,
      attempts int not null,
      last_attempt jsonb,
      next_attempt_at timestamptz(3),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      primary key (tenant_id, id),
      foreign key (tenant_id, webhook_id) references webhooks on delete cascade
    )`,
    "create index webhook_deliveries_of_webhook on webhook_deliveries (tenant_id, webhook_id, id desc)",
    "create index webhook_deliveries_by_age on webhook_deliveries (tenant_id, created_at)",
    ...tenantPolicies("webhooks"),
    ...tenantPolicies("webhook_deliveries"),
    // Whoever looks for hooks that are behind their tenant's log looks across tenants.
    "grant select (tenant_id, id, disabled_at, xid, n) on webhooks to trunkline_system",
    "create policy of_system on webhooks for select to trunkline_system using (true)",
  ],
};
