/** What makes a table a tenant's: a forced policy on the tenant of the transaction, and one for the tables' owner. */
export function tenantPolicies(table: string): string[] {
  return [
    `alter table ${table} enable row level security`,
    `alter table ${table} force row level security`,
    `create policy of_tenant on ${table} to trunkline_tenant
      using (tenant_id = nullif(current_setting('app.tenant', true), ''))
      with check (tenant_id = nullif(current_setting('app.tenant', true), ''))`,
    `grant select, insert, update, delete on ${table} to trunkline_tenant`,
    // Deleting a tenant cascades as the owner of the tables, whom forced row-level security would stop.
    `create policy of_owner on ${table} to current_user using (true) with check (true)`,
  ];
}
