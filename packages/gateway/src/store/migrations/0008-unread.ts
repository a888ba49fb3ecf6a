import type { Migration } from "./migration.ts";
import { tenantPolicies } from "./tenant-table.ts";

/*
 * Counting what somebody has not read, without looking at what they have. What a line has received is counted as it comes
 * in, and what a user has read of it as they read; the difference is unread. Of the conversations that a user has opened
 * at least once, those with something new since are marked `behind`.
 */
export const unread: Migration = {
  version: 8,
  name: "unread",
  statements: [
    // Conversations in which somebody at the other end has written, and how many texts that were.
    `create table line_inbound (
      tenant_id text not null,
      line_id text not null,
      conversations int not null,
      texts int not null,
      primary key (tenant_id, line_id),
      foreign key (tenant_id, line_id) references lines on delete cascade
    )`,
    // The same, as far as a user has a read mark there: conversations with a mark, and texts before the marks.
    `create table read_totals (
      tenant_id text not null,
      user_id text not null,
      line_id text not null,
      conversations int not null,
      texts int not null,
      primary key (tenant_id, user_id, line_id),
      foreign key (tenant_id, user_id) references users on delete cascade,
      foreign key (tenant_id, line_id) references lines on delete cascade
    )`,
    "alter table read_states add column behind boolean not null default false",
    `update read_states r set behind = true from conversations c
      where c.tenant_id = r.tenant_id and c.id = r.conversation_id and c.inbound_count > r.inbound_count`,
    `insert into line_inbound (tenant_id, line_id, conversations, texts)
      select tenant_id, line_id, count(*), sum(inbound_count) from conversations where inbound_count > 0
      group by tenant_id, line_id`,
    `insert into read_totals (tenant_id, user_id, line_id, conversations, texts)
      select r.tenant_id, r.user_id, c.line_id, count(*), sum(r.inbound_count)
      from read_states r join conversations c on c.tenant_id = r.tenant_id and c.id = r.conversation_id
      where c.inbound_count > 0 group by r.tenant_id, r.user_id, c.line_id`,
    "create index read_states_of_conversation on read_states (tenant_id, conversation_id)",
    "create index read_states_behind on read_states (tenant_id, user_id, conversation_id) where behind",
    ...tenantPolicies("line_inbound"),
    ...tenantPolicies("read_totals"),
  ],
};
