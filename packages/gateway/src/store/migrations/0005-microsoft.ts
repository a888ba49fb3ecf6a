import type { Migration } from "./migration.ts";
import { tenantPolicies } from "./tenant-table.ts";

const TENANT_TABLES = ["microsoft_tenants", "microsoft_connections", "consent_links", "consent_states"] as const;

/** Microsoft 365: which organisation a tenant is connected to, its people's accounts, and what is on its way through a browser. */
export const microsoft: Migration = {
  version: 5,
  name: "microsoft",
  statements: [
    // Who is let in by Microsoft, and as what; only what differs from the defaults.
    "alter table tenants add column microsoft jsonb not null default '{}'",

    // `granted` is what holds for everybody, `held` what ever did: lists of names by kind. `errors` are AADSTS numbers
    // since the last success.
    `create table microsoft_tenants (
      tenant_id text primary key references tenants on delete cascade,
      microsoft_tenant_id text not null,
      name text,
      state text not null default 'connected',
      granted jsonb not null,
      held jsonb not null,
      errors int[] not null default '{}',
      connected_at timestamptz(3) not null,
      checked_at timestamptz(3) not null,
      updated_at timestamptz(3) not null
    )`,
    // A token names its Microsoft tenant: it must lead to one tenant of ours.
    "create unique index microsoft_tenants_by_microsoft on microsoft_tenants (microsoft_tenant_id)",
    "create index microsoft_tenants_by_check on microsoft_tenants (checked_at)",

    // A user's account with its sealed token cache; `granted` and `held` are delegated permissions of this person alone.
    // Without an object id: somebody who tried, and `errors` tells what came of it.
    `create table microsoft_connections (
      tenant_id text not null references tenants on delete cascade,
      user_id text not null,
      microsoft_tenant_id text,
      microsoft_object_id text,
      name text not null,
      tokens bytea,
      granted text[] not null default '{}',
      held text[] not null default '{}',
      errors int[] not null default '{}',
      ends_at timestamptz(3),
      connected_at timestamptz(3),
      renewed_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      primary key (tenant_id, user_id),
      constraint microsoft_connections_user foreign key (tenant_id, user_id) references users on delete cascade
    )`,

    // Pages for an administrator. The token in the address is kept as a hash. `user_id` waits for the answer.
    `create table consent_links (
      tenant_id text not null references tenants on delete cascade,
      id text not null,
      token_hash bytea not null,
      user_id text,
      features text[] not null,
      may_map boolean not null,
      actor jsonb not null,
      granted_at timestamptz(3),
      expires_at timestamptz(3) not null,
      created_at timestamptz(3) not null,
      primary key (tenant_id, id)
    )`,
    "create unique index consent_links_by_token on consent_links (token_hash)",

    // A step of somebody's way to Microsoft and back: a trip of the browser, a confirmation, or the wait for an
    // administrator. Single use, ten minutes, the wait as long as its link. `secrets` is sealed.
    `create table consent_states (
      tenant_id text not null references tenants on delete cascade,
      id text not null,
      state_hash bytea not null,
      kind text not null,
      user_id text,
      link_id text,
      features text[] not null,
      secrets bytea not null,
      return_to text,
      expires_at timestamptz(3) not null,
      created_at timestamptz(3) not null,
      primary key (tenant_id, id)
    )`,
    "create unique index consent_states_by_hash on consent_states (state_hash)",

    // Which warnings about the gateway's own credentials were given; of no tenant.
    `create table credential_warnings (
      credential_id text primary key,
      days int not null,
      warned_at timestamptz(3) not null
    )`,

    ...TENANT_TABLES.flatMap(tenantPolicies),
    "grant select (tenant_id, microsoft_tenant_id, state, checked_at) on microsoft_tenants to trunkline_system",
    "create policy of_system on microsoft_tenants for select to trunkline_system using (true)",
    "grant select (tenant_id, id, token_hash, expires_at) on consent_links to trunkline_system",
    "create policy of_system on consent_links for select to trunkline_system using (true)",
    "grant select (tenant_id, id, state_hash, expires_at) on consent_states to trunkline_system",
    "create policy of_system on consent_states for select to trunkline_system using (true)",
    "grant select, insert, update, delete on credential_warnings to trunkline_system",
  ],
};
