import type { Migration } from "./migration.ts";

/** What somebody is in their Microsoft organisation, and where an administrator goes back to. Both have a constant default: nothing is rewritten. */
export const standing: Migration = {
  version: 14,
  name: "standing",
  statements: [
    `alter table microsoft_connections add column standing text not null default 'unknown'
      check (standing in ('admin', 'app_admin', 'member', 'guest', 'unknown'))`,
    "alter table consent_links add column return_to text",
  ],
};
