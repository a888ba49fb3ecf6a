import type { Migration } from "./migration.ts";
import { tenantPolicies } from "./tenant-table.ts";

const TENANT_TABLES = [
  "templates",
  "broadcasts",
  "broadcast_recipients",
  "opt_ins",
  "opt_in_entries",
  "sent_counts",
] as const;

/** Templates, broadcasts, opt-ins, quiet hours and caps. */
export const sending: Migration = {
  version: 2,
  name: "sending",
  statements: [
    // Only what differs from the defaults; `limits` is the operator's.
    "alter table tenants add column sending jsonb not null default '{}', add column limits jsonb not null default '{}'",
    // Null takes the tenant's; the string "none" has none.
    "alter table lines add column quiet_hours jsonb",
    "alter table carrier_accounts add column keyword_answers text not null default 'gateway'",
    "alter table conversations add column last_inbound_at timestamptz(3)",
    // The conversations of a number, whatever the line.
    "create index conversations_by_participants on conversations (tenant_id, participant_key)",
    // `purpose` marks what the gateway says by itself, such as the answer to a STOP; null for all else.
    `alter table messages add column held_code text, add column held_until timestamptz(3), add column template_id text,
      add column purpose text, add column carrier_status text`,

    // A keyword is answered once in five minutes. Few texts have a purpose, so that the index costs the others nothing.
    `create index messages_answers on messages (tenant_id, conversation_id, created_at) where purpose is not null`,

    // `variants` is a JSON list of { locale, text }.
    `create table templates (
      tenant_id text not null references tenants on delete cascade,
      id text not null,
      name text not null,
      text text not null,
      locale text,
      variants jsonb not null default '[]',
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      primary key (tenant_id, id)
    )`,
    "create index templates_by_name on templates (tenant_id, lower(name), id)",

    // The words are kept as they were when the broadcast was made. `next_index` is the first recipient that nothing was
    // decided about, `skipped` how many have a reason instead of a text. `counts` are those that were told last; once
    // `is_settled` nothing more is expected to change them.
    `create table broadcasts (
      tenant_id text not null references tenants on delete cascade,
      id text not null,
      name text,
      line_id text not null,
      text text not null,
      locale text,
      variants jsonb not null default '[]',
      template_id text,
      state text not null,
      author jsonb not null,
      actor jsonb,
      total int not null,
      next_index int not null default 0,
      skipped int not null,
      counts jsonb not null,
      is_settled boolean not null default false,
      told_at timestamptz(3) not null,
      held_code text,
      held_until timestamptz(3),
      send_at timestamptz(3),
      metadata jsonb not null default '{}',
      created_at timestamptz(3) not null,
      started_at timestamptz(3),
      completed_at timestamptz(3),
      updated_at timestamptz(3) not null,
      primary key (tenant_id, id),
      constraint broadcasts_line foreign key (tenant_id, line_id) references lines
    )`,
    "create index broadcasts_of_line on broadcasts (tenant_id, line_id, id desc)",
    "create index broadcasts_running on broadcasts (tenant_id, line_id) where state = 'running'",
    // One row for each recipient of the call. With a text, what became of it is the text's status; without one it waits,
    // or was skipped for the reason in `failure`.
    `create table broadcast_recipients (
      tenant_id text not null,
      broadcast_id text not null,
      index int not null,
      number text not null,
      variables jsonb not null default '{}',
      locale text,
      message_id text,
      failure jsonb,
      primary key (tenant_id, broadcast_id, index),
      foreign key (tenant_id, broadcast_id) references broadcasts on delete cascade
    )`,
    "create index messages_of_broadcast on messages (tenant_id, broadcast_id) where broadcast_id is not null",
    "create index messages_that_retry on messages (tenant_id, retry_of) where retry_of is not null",

    // Where a number stands, folded from its entries. `line_id` is '' for all lines.
    `create table opt_ins (
      tenant_id text not null,
      number text not null,
      line_id text not null,
      state text not null,
      method text,
      needs_review boolean not null default false,
      carrier_blocked boolean not null default false,
      since timestamptz(3),
      updated_at timestamptz(3) not null,
      primary key (tenant_id, number, line_id)
    )`,
    "create index opt_ins_by_change on opt_ins (tenant_id, updated_at desc, number, line_id)",
    "create index opt_ins_to_review on opt_ins (tenant_id, updated_at desc, number, line_id) where needs_review",
    // The ledger: rows are added, never changed.
    `create table opt_in_entries (
      tenant_id text not null,
      id text not null,
      number text not null,
      line_id text not null,
      state text not null,
      method text not null,
      at timestamptz(3) not null,
      by jsonb not null,
      wording text,
      language text,
      message_id text,
      evidence jsonb,
      certain boolean not null default true,
      created_at timestamptz(3) not null,
      primary key (tenant_id, id)
    )`,
    "create index opt_in_entries_of_number on opt_in_entries (tenant_id, number, at, id)",

    // Texts that a tenant sent in each hour, for its cap.
    `create table sent_counts (
      tenant_id text not null,
      hour timestamptz(3) not null,
      texts int not null,
      primary key (tenant_id, hour)
    )`,

    ...TENANT_TABLES.flatMap(tenantPolicies),
  ],
};
