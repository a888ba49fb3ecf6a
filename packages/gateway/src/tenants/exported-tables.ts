import type { Tables } from "../store/tables.ts";

/** How a table is read: its rows in the order of its primary key, without columns that are secrets or mean nothing outside. */
export interface ExportedTable {
  readonly name: keyof Tables;
  /** The primary key after `tenant_id`. */
  readonly key: readonly string[];
  readonly without?: readonly string[];
}

/** Place in a log of this store. */
const PLACE = ["epoch", "xid", "n"] as const;

/** What a tenant has, each table after those that it refers to. */
export const EXPORTED_TABLES: readonly ExportedTable[] = [
  { name: "tenants", key: [], without: ["deleting_at"] },
  { name: "users", key: ["id"] },
  { name: "user_groups", key: ["id"] },
  { name: "user_group_members", key: ["group_id", "user_id"] },
  { name: "keys", key: ["id"], without: ["hash"] },
  { name: "carrier_accounts", key: ["id"], without: ["credentials"] },
  { name: "lines", key: ["id"] },
  { name: "line_assignees", key: ["line_id", "user_id"] },
  { name: "line_groups", key: ["line_id", "group_id"] },
  { name: "conversations", key: ["id"] },
  { name: "messages", key: ["id"] },
  { name: "media", key: ["id"] },
  { name: "read_states", key: ["user_id", "conversation_id"] },
  { name: "conversation_filters", key: ["id"] },
  { name: "templates", key: ["id"] },
  { name: "broadcasts", key: ["id"] },
  { name: "broadcast_recipients", key: ["broadcast_id", "index"] },
  { name: "opt_ins", key: ["number", "line_id"] },
  { name: "opt_in_entries", key: ["id"] },
  { name: "microsoft_tenants", key: [] },
  { name: "microsoft_connections", key: ["user_id"], without: ["tokens"] },
  { name: "webhooks", key: ["id"], without: ["secret", "former_secret", ...PLACE] },
  { name: "webhook_deliveries", key: ["id"], without: PLACE },
  { name: "audit_entries", key: ["id"] },
];
