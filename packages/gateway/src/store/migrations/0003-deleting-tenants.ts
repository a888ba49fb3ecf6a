import type { Migration } from "./migration.ts";

/** Tenants that nobody can reach any more and whose rows go by and by. Adding a column without a default rewrites nothing. */
export const deletingTenants: Migration = {
  version: 3,
  name: "deleting-tenants",
  statements: [
    "alter table tenants add column deleting_at timestamptz(3)",
    "create index tenants_deleting on tenants (tenant_id) where deleting_at is not null",
  ],
};
