import type { SqlEngine } from "../../src/store/engine.ts";

/**
 * Leases and settles rows of a table like the gateway's queue, in batches with two transactions each, until none are left.
 *
 * @returns rows a second
 */
export async function drainBareWork(engine: SqlEngine, rows: number, batch: number): Promise<number> {
  const connection = await engine.connect();
  await connection.exec(`drop table if exists bare_work;
    create table bare_work (id bigint generated always as identity primary key, due_at timestamptz not null default now(),
      leased_until timestamptz, payload jsonb not null);
    create index on bare_work (due_at, id);
    insert into bare_work (payload) select jsonb_build_object('messageId', n) from generate_series(1, ${rows}) n`);
  const started = performance.now();
  for (let settled = 0; settled < rows; ) {
    const leased = await connection.query<{ id: number }>(
      `update bare_work set leased_until = now() + interval '15 seconds' where id in (
        select id from bare_work where leased_until is null and due_at <= now() order by due_at, id
        limit $1 for update skip locked) returning id, payload`,
      [batch],
    );
    await connection.query("delete from bare_work where id = any($1::bigint[])", [leased.rows.map(({ id }) => id)]);
    settled += leased.rows.length;
  }
  const rate = rows / ((performance.now() - started) / 1000);
  await connection.exec("drop table bare_work");
  connection.release();
  return rate;
}
