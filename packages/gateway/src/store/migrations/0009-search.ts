import type { Migration } from "./migration.ts";
import { tenantPolicies } from "./tenant-table.ts";

/** Bits of the milliseconds since 1970 that each span of time leaves out, as in `search/keys.ts`. */
const SPANS = "'{13,16,19,22,25,28,31,34,37,43}'";

/** Search. New tables alone: nothing waits. What was written before is made findable by and by. */
export const search: Migration = {
  version: 9,
  name: "search",
  statements: [
    // One row for each message and conversation, written once: `messages` changes with every receipt, and an index on it
    // would be written anew each time. `terms` are the keys of `search/keys.ts`.
    `create table search_entries (
      tenant_id text not null,
      id text not null,
      at timestamptz(3) not null,
      terms int[] not null,
      primary key (tenant_id, id)
    )`,
    // What is new waits in a list that every search reads: kept short, or searches pay what texts save.
    `create index search_entries_by_terms on search_entries using gin (terms)
      with (fastupdate = on, gin_pending_list_limit = 256)`,
    // What of a tenant is not findable yet: all that is older than `before_id`, in the order of ids; null for all.
    `create table search_gaps (
      tenant_id text not null references tenants on delete cascade,
      searched text not null,
      before_id text,
      primary key (tenant_id, searched)
    )`,
    ...tenantPolicies("search_entries"),
    ...tenantPolicies("search_gaps"),
    "grant select (tenant_id, searched) on search_gaps to trunkline_system",
    "create policy of_system on search_gaps for select to trunkline_system using (true)",
    `insert into search_gaps (tenant_id, searched)
      select t.tenant_id, s.searched from tenants t, (values ('conversations'), ('messages')) s (searched)`,

    // The newest entries of the transaction's tenant that have all of the keys in `every` and, unless it is null, one of
    // those in `any_of`; about `wanted` of them, fewer only when there are no more. It walks back in time by spans
    // that have keys themselves, longer ones where little is found and shorter ones where much is, so that neither a word
    // of every text nor one of a single text makes it read many rows.
    // It runs as the owner, because row-level security would keep the index from being used (operators on arrays are not
    // leakproof). `is not distinct from` cannot be looked up, so that the index on the keys is the only way in.
    `create function search_hits(
      seed int, every int[], any_of int[], from_at timestamptz, to_at timestamptz, before_id text, wanted int
    ) returns table (id text, at timestamptz) language plpgsql stable security definer rows 50 as $$
    declare
      most constant int := 400;
      spans constant int[] := ${SPANS};
      tenant constant text := nullif(current_setting('app.tenant', true), '');
      first constant bigint := greatest(0, ceil(extract(epoch from from_at) * 1000));
      -- Whoever has the same time as the row before it still counts.
      ending bigint := floor(extract(epoch from to_at) * 1000) + (before_id is not null)::int;
      span int := 3;
      -- Where each span was found to hold too much begins: it is not tried again until that is passed.
      crowded bigint[] := array_fill(9223372036854775807, array[cardinality(spans)]);
      begun bigint;
      signature bigint;
      keys int[];
      total int := 0;
      ids text[];
      times timestamptz[];
    begin
      if tenant is null then return; end if;
      while ending > first and total < wanted loop
        begun := ((ending - 1) >> spans[span]) << spans[span];
        signature := (seed + spans[span] * 2654435761 + ((ending - 1) >> spans[span]) * 2246822507) & 4294967295;
        keys := every || (case when signature > 2147483647 then signature - 4294967296 else signature end)::int;
        if any_of is null then
          select array_agg(h.id order by h.at desc, h.id desc), array_agg(h.at order by h.at desc, h.id desc) into ids, times
          from (select e.id, e.at from search_entries e where e.terms @> keys
            and e.tenant_id is not distinct from tenant
            and e.at >= to_timestamp(first / 1000.0) and e.at < to_timestamp(ending / 1000.0)
            and (before_id is null or (e.at, e.id) < (to_at, before_id))
            limit case when span > 1 then most + 1 end) h;
        else
          select array_agg(h.id order by h.at desc, h.id desc), array_agg(h.at order by h.at desc, h.id desc) into ids, times
          from (select e.id, e.at from search_entries e where e.terms @> keys and e.terms && any_of
            and e.tenant_id is not distinct from tenant
            and e.at >= to_timestamp(first / 1000.0) and e.at < to_timestamp(ending / 1000.0)
            and (before_id is null or (e.at, e.id) < (to_at, before_id))
            limit case when span > 1 then most + 1 end) h;
        end if;
        if cardinality(ids) > most and span > 1 then
          crowded[span] := begun;
          span := span - 1;
          continue;
        end if;
        if ids is not null then
          return query select u.id, u.at from unnest(ids, times) u (id, at);
          total := total + cardinality(ids);
        end if;
        ending := begun;
        for step in 1 .. case when ids is null then 2 when cardinality(ids) * 8 < most then 1 else 0 end loop
          exit when span = cardinality(spans) or ending > crowded[span + 1];
          span := span + 1;
        end loop;
      end loop;
    end $$`,
    `do $$ begin
      execute format('alter function search_hits set search_path = pg_catalog, %I, pg_temp', current_schema());
    end $$`,
    ...["enable_seqscan = off", "enable_indexscan = off", "enable_indexonlyscan = off"].map(
      (setting) => `alter function search_hits set ${setting}`,
    ),
    "alter function search_hits set plan_cache_mode = force_generic_plan",
    "revoke all on function search_hits from public",
    "grant execute on function search_hits to trunkline_tenant",
  ],
};
