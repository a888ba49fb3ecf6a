import type { Migration } from "./migration.ts";

/** How a carrier account fares, and the one that takes a line's texts over. Both are null at first: nothing is rewritten. */
export const carrierHealth: Migration = {
  version: 17,
  name: "carrier-health",
  statements: [
    "alter table carrier_accounts add column health jsonb",
    "alter table lines add column fallback_carrier_account_id text",
    `alter table lines add constraint lines_fallback_account
      foreign key (tenant_id, fallback_carrier_account_id) references carrier_accounts`,
    "create index lines_by_fallback on lines (tenant_id, fallback_carrier_account_id) where fallback_carrier_account_id is not null",
  ],
};
