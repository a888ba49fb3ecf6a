import type { Migration } from "./migration.ts";

/** Entries of what no request of the API did: somebody signed in at Microsoft. Nothing is rewritten. */
export const auditOfSignIns: Migration = {
  version: 16,
  name: "audit-of-sign-ins",
  statements: ["alter table audit_entries alter column request_id drop not null"],
};
