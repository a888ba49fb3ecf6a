import type { Migration } from "./migration.ts";

/** Tables whose rows belong to a tenant; each has a forced policy on the tenant of the transaction. */
const TENANT_TABLES = [
  "tenants",
  "keys",
  "users",
  "sessions",
  "carrier_accounts",
  "lines",
  "line_assignees",
  "conversations",
  "conversation_records",
  "messages",
  "inbound_texts",
  "parked_receipts",
  "read_states",
  "events",
  "event_horizons",
  "idempotency_keys",
  "work",
  "work_lanes",
] as const;

/*
 * The busy tables have no foreign key to `tenants`: every insert would lock that one row, and many at once would make it
 * the busiest in the store. Deleting a tenant clears them by name (`tenants/store.ts`).
 */

/** What the system role reads across tenants: columns for look-ups, never what a tenant wrote or received. */
const SYSTEM_READS = {
  keys: ["tenant_id", "id", "hash", "name", "scopes"],
  sessions: ["tenant_id", "id", "user_id", "hash", "expires_at"],
  carrier_accounts: ["tenant_id", "id", "carrier"],
  events: ["tenant_id", "xid", "n", "created_at"],
  idempotency_keys: ["tenant_id", "created_at"],
  work: ["tenant_id", "id", "kind", "lane", "due_at"],
  work_lanes: ["tenant_id", "kind", "lane", "lease_until", "paused_until"],
} as const;

/** What the operator owns: whole rows of these. */
const OPERATOR_TABLES = ["tenants", "operator_keys", "operator_idempotency_keys"] as const;

export const first: Migration = {
  version: 1,
  name: "first",
  statements: [
    `create table operator_keys (
      id text primary key,
      name text not null,
      hash bytea not null unique,
      hint text not null,
      created_at timestamptz(3) not null,
      last_used_at timestamptz(3)
    )`,
    `create table tenants (
      tenant_id text primary key,
      external_id text unique,
      name text not null,
      features text[] not null default '{}',
      time_zone text not null,
      allowed_origins text[] not null default '{}',
      app_url text,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null
    )`,
    `create table keys (
      tenant_id text not null references tenants on delete cascade,
      id text not null,
      name text not null,
      scopes text[] not null,
      hash bytea not null,
      hint text not null,
      created_at timestamptz(3) not null,
      last_used_at timestamptz(3),
      primary key (tenant_id, id)
    )`,
    "create index keys_by_hash on keys (hash)",
    `create table users (
      tenant_id text not null references tenants on delete cascade,
      id text not null,
      external_id text,
      name text not null,
      email text,
      microsoft_tenant_id text,
      microsoft_object_id text,
      role text not null,
      suspended boolean not null default false,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      primary key (tenant_id, id),
      constraint users_external_id unique (tenant_id, external_id),
      constraint users_microsoft unique (tenant_id, microsoft_tenant_id, microsoft_object_id)
    )`,
    `create table sessions (
      tenant_id text not null,
      id text not null,
      user_id text not null,
      hash bytea not null,
      role text,
      scope jsonb not null default '{}',
      expires_at timestamptz(3) not null,
      created_at timestamptz(3) not null,
      primary key (tenant_id, id),
      foreign key (tenant_id, user_id) references users on delete cascade
    )`,
    "create index sessions_by_hash on sessions (hash)",
    "create index sessions_by_user on sessions (tenant_id, user_id)",
    "create index sessions_by_end on sessions (expires_at)",
    `create table carrier_accounts (
      tenant_id text not null references tenants on delete cascade,
      id text not null,
      carrier text not null,
      name text not null,
      credentials bytea not null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      primary key (tenant_id, id)
    )`,
    "create index carrier_accounts_by_id on carrier_accounts (id)",
    `create table lines (
      tenant_id text not null references tenants on delete cascade,
      id text not null,
      name text not null,
      number text,
      sender_id text,
      kind text not null,
      carrier_account_id text not null,
      capabilities jsonb not null,
      send_rate float8,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      primary key (tenant_id, id),
      constraint lines_carrier_account foreign key (tenant_id, carrier_account_id) references carrier_accounts,
      constraint lines_number unique (tenant_id, number),
      constraint lines_sender_id unique (tenant_id, sender_id),
      constraint lines_sender check (number is not null or sender_id is not null)
    )`,
    `create table line_assignees (
      tenant_id text not null,
      line_id text not null,
      user_id text not null,
      primary key (tenant_id, line_id, user_id),
      foreign key (tenant_id, line_id) references lines on delete cascade,
      constraint line_assignees_user foreign key (tenant_id, user_id) references users on delete cascade
    )`,
    "create index line_assignees_by_user on line_assignees (tenant_id, user_id, line_id)",
    // `participants` is a JSON list of { number, contactId, name }; `participant_key` is what makes a thread one thread.
    `create table conversations (
      tenant_id text not null references tenants on delete cascade,
      id text not null,
      line_id text not null,
      participants jsonb not null,
      participant_key text not null,
      state text not null default 'open',
      assignee_id text,
      tags text[] not null default '{}',
      snoozed_until timestamptz(3),
      records jsonb not null default '[]',
      metadata jsonb not null default '{}',
      sequence int not null default 0,
      inbound_count int not null default 0,
      last_message_id text,
      last_activity_at timestamptz(3) not null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      primary key (tenant_id, id),
      constraint conversations_line foreign key (tenant_id, line_id) references lines,
      constraint conversations_thread unique (tenant_id, line_id, participant_key)
    )`,
    "create index conversations_by_activity on conversations (tenant_id, last_activity_at desc, id desc)",
    "create index conversations_of_line on conversations (tenant_id, line_id, last_activity_at desc, id desc)",
    // The records of `conversations.records` once more, as rows that an index can find.
    `create table conversation_records (
      tenant_id text not null,
      source text not null,
      type text not null,
      external_id text not null,
      conversation_id text not null,
      primary key (tenant_id, source, type, external_id, conversation_id),
      foreign key (tenant_id, conversation_id) references conversations on delete cascade
    )`,
    "create index conversation_records_back on conversation_records (tenant_id, conversation_id)",
    // `inbound_count` counts the inbound messages of the conversation up to and including this one: two of them subtract
    // to a number of unread messages without counting rows.
    `create table messages (
      tenant_id text not null,
      id text not null,
      conversation_id text not null,
      line_id text not null,
      sequence int not null,
      inbound_count int not null,
      direction text not null,
      kind text not null,
      text text not null,
      media jsonb not null default '[]',
      sender text,
      recipient text,
      author jsonb not null,
      status text,
      failure jsonb,
      encoding text,
      segments int,
      send_at timestamptz(3),
      sent_at timestamptz(3),
      delivered_at timestamptz(3),
      retry_of text,
      broadcast_id text,
      carrier_account_id text,
      carrier_message_id text,
      client_id text,
      metadata jsonb not null default '{}',
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      primary key (tenant_id, id),
      constraint messages_place unique (tenant_id, conversation_id, sequence),
      foreign key (tenant_id, conversation_id) references conversations on delete cascade
    )`,
    `create index messages_by_carrier_id on messages (tenant_id, carrier_account_id, carrier_message_id)
      where carrier_message_id is not null`,
    // Which texts a carrier has delivered to us: its webhooks repeat. `raw` is the body as it came.
    `create table inbound_texts (
      tenant_id text not null,
      carrier_account_id text not null,
      carrier_message_id text not null,
      message_id text not null,
      raw bytea not null,
      received_at timestamptz(3) not null,
      primary key (tenant_id, carrier_account_id, carrier_message_id)
    )`,
    // Receipts that came before the carrier's answer told us its id; merged when that answer is stored.
    `create table parked_receipts (
      tenant_id text not null,
      carrier_account_id text not null,
      carrier_message_id text not null,
      receipt jsonb not null,
      received_at timestamptz(3) not null
    )`,
    "create index parked_receipts_by_message on parked_receipts (tenant_id, carrier_account_id, carrier_message_id)",
    `create table read_states (
      tenant_id text not null,
      user_id text not null,
      conversation_id text not null,
      through_sequence int not null,
      inbound_count int not null,
      updated_at timestamptz(3) not null,
      primary key (tenant_id, user_id, conversation_id),
      foreign key (tenant_id, user_id) references users on delete cascade,
      foreign key (tenant_id, conversation_id) references conversations on delete cascade
    )`,
    // The event log. Its order is (xid, n); readers stay below the oldest transaction that is still open, because an id
    // is handed out before its transaction commits. `body` is the envelope as it travels, serialised once. `audience`
    // says who may see it: { lineId?, userId?, assigneeId?, records? }.
    `create table events (
      tenant_id text not null,
      xid xid8 not null default pg_current_xact_id(),
      n bigint generated always as identity,
      id text not null,
      type text not null,
      audience jsonb not null,
      body text not null,
      created_at timestamptz(3) not null,
      primary key (tenant_id, xid, n)
    )`,
    "create index events_by_transaction on events (xid)",
    "create index events_by_age on events (created_at)",
    // Up to where a tenant's log was cleared; an older cursor gets a reset.
    `create table event_horizons (
      tenant_id text primary key,
      xid xid8 not null,
      n bigint not null
    )`,
    `create table idempotency_keys (
      tenant_id text not null,
      principal text not null,
      route text not null,
      key text not null,
      request_hash bytea not null,
      status int,
      answer bytea,
      created_at timestamptz(3) not null,
      primary key (tenant_id, principal, route, key)
    )`,
    "create index idempotency_keys_by_age on idempotency_keys (created_at)",
    // The same for the operator's own routes, which belong to no tenant; `tenant_id` is empty.
    "create table operator_idempotency_keys (like idempotency_keys including all)",
    // Work to do at `due_at`, in order within its lane. `serial` is what must not overtake itself within a lane, such as
    // a conversation. `started_fence` is set while somebody has begun it.
    `create table work (
      tenant_id text not null,
      id text not null,
      kind text not null,
      lane text not null,
      serial text not null,
      priority int not null default 0,
      due_at timestamptz(3) not null,
      attempts int not null default 0,
      payload jsonb not null,
      started_fence bigint,
      created_at timestamptz(3) not null,
      primary key (tenant_id, id)
    )`,
    "create index work_due on work (due_at, tenant_id, kind, lane)",
    "create index work_of_lane on work (tenant_id, kind, lane, priority, due_at, id)",
    // Who drains a lane. The fence grows with every change of hands: what an older holder brings is refused.
    `create table work_lanes (
      tenant_id text not null,
      kind text not null,
      lane text not null,
      holder text,
      fence bigint not null default 0,
      lease_until timestamptz(3),
      paused_until timestamptz(3),
      primary key (tenant_id, kind, lane)
    )`,

    ...TENANT_TABLES.flatMap((table) => [
      `alter table ${table} enable row level security`,
      `alter table ${table} force row level security`,
      `create policy of_tenant on ${table} to trunkline_tenant
        using (tenant_id = nullif(current_setting('app.tenant', true), ''))
        with check (tenant_id = nullif(current_setting('app.tenant', true), ''))`,
      `grant select, insert, update, delete on ${table} to trunkline_tenant`,
    ]),
    ...Object.entries(SYSTEM_READS).flatMap(([table, columns]) => [
      `create policy of_system on ${table} for select to trunkline_system using (true)`,
      `grant select (${columns.join(", ")}) on ${table} to trunkline_system`,
    ]),
    `grant select on store_info to trunkline_tenant, trunkline_system`,
    "create policy of_operator on tenants to trunkline_system using (true) with check (true)",
    ...OPERATOR_TABLES.map((table) => `grant select, insert, update, delete on ${table} to trunkline_system`),
    // Deleting a tenant cascades as the owner of the tables, whom forced row-level security would stop.
    ...TENANT_TABLES.map(
      (table) => `create policy of_owner on ${table} to current_user using (true) with check (true)`,
    ),
  ],
};
