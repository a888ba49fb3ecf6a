import type {
  Actor,
  Author,
  BroadcastCounts,
  BroadcastId,
  BroadcastState,
  Failure,
  LineId,
  MessageId,
  OptInEntry,
  OptInMethod,
  OptInState,
  TemplateId,
  TenantId,
} from "@trunkline/protocol";
import type { Generated, JSONColumnType } from "kysely";
import type { Json } from "./json-column.ts";

interface TemplatesTable {
  tenant_id: TenantId;
  id: TemplateId;
  name: string;
  text: string;
  locale: string | null;
  variants: Json<{ locale: string; text: string }[]>;
  created_at: Date;
  updated_at: Date;
}

interface BroadcastsTable {
  tenant_id: TenantId;
  id: BroadcastId;
  name: string | null;
  line_id: LineId;
  text: string;
  locale: string | null;
  variants: Json<{ locale: string; text: string }[]>;
  template_id: TemplateId | null;
  state: BroadcastState;
  author: Json<Author>;
  actor: JSONColumnType<Actor | null, Actor | null, Actor | null>;
  total: number;
  /** The first recipient that nothing was decided about. */
  next_index: Generated<number>;
  skipped: number;
  /** As they were told last. */
  counts: Json<BroadcastCounts>;
  /** Nothing more is expected to change the counts. */
  is_settled: Generated<boolean>;
  told_at: Date;
  held_code: string | null;
  held_until: Date | null;
  send_at: Date | null;
  metadata: Json<Record<string, string>>;
  created_at: Date;
  started_at: Date | null;
  completed_at: Date | null;
  updated_at: Date;
}

interface BroadcastRecipientsTable {
  tenant_id: TenantId;
  broadcast_id: BroadcastId;
  index: number;
  /** Canonical; as it was given when it is no number. */
  number: string;
  variables: Json<Record<string, string>>;
  locale: string | null;
  message_id: MessageId | null;
  failure: JSONColumnType<Failure | null, Failure | null, Failure | null>;
}

interface OptInsTable {
  tenant_id: TenantId;
  number: string;
  /** Empty for all lines. */
  line_id: LineId | "";
  state: OptInState;
  method: OptInMethod | null;
  needs_review: Generated<boolean>;
  carrier_blocked: Generated<boolean>;
  since: Date | null;
  updated_at: Date;
}

interface OptInEntriesTable {
  tenant_id: TenantId;
  id: string;
  number: string;
  line_id: LineId | "";
  state: OptInState;
  method: OptInMethod;
  at: Date;
  by: Json<OptInEntry["by"]>;
  wording: string | null;
  language: string | null;
  message_id: MessageId | null;
  evidence: JSONColumnType<object | null, object | null, object | null>;
  certain: Generated<boolean>;
  created_at: Date;
}

interface SentCountsTable {
  tenant_id: TenantId;
  hour: Date;
  texts: number;
}

/** What is sent to many, and who may be texted. */
export interface SendingTables {
  templates: TemplatesTable;
  broadcasts: BroadcastsTable;
  broadcast_recipients: BroadcastRecipientsTable;
  opt_ins: OptInsTable;
  opt_in_entries: OptInEntriesTable;
  sent_counts: SentCountsTable;
}
