import { expect, test } from "vitest";
import { migrate } from "../src/store/migrate.ts";
import { gatherStatistics } from "../src/store/statistics.ts";
import { eachStore } from "./support/stores.ts";

eachStore((store) => {
  test("once a table has grown, the planner knows how many rows a tenant has, and finds one by its key", async () => {
    const engine = await store.open();
    await migrate(engine, { environment: "sandbox", newEpoch: () => "epoch" });
    const ask = async <Row>(sql: string) => {
      const connection = await engine.connect();
      try {
        return (await connection.query<Row>(sql, [])).rows;
      } finally {
        connection.release();
      }
    };
    const known = () => ask("select from pg_stats where tablename = 'events' and attname = 'tenant_id'");
    await gatherStatistics(engine);
    expect(await known()).toEqual([]); // an empty table is not worth it
    await ask(`insert into events (tenant_id, id, type, audience, body, created_at)
      select 'ten_a', 'evt_' || n, 'message.created', '{}', repeat('x', 500), now() from generate_series(1, 2000) n`);
    await gatherStatistics(engine);
    expect(await known()).toHaveLength(1);
    const [tenant] = await ask<{ n_distinct: number }>(
      "select n_distinct from pg_stats where tablename = 'events' and attname = 'tenant_id'",
    );
    expect(tenant).toEqual({ n_distinct: 1 });
    await engine.close();
  });
});
