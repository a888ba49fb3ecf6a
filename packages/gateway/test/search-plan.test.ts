import pg from "pg";
import { expect, test } from "vitest";
import { postgresEngine } from "../src/node/postgres.ts";
import { migrate } from "../src/store/migrate.ts";
import { newPostgresDatabase } from "./support/stores.ts";

/** Plans of the statements inside of functions come as notices of the module that logs slow ones. */
const SHOW_PLANS = `load 'auto_explain'; set auto_explain.log_min_duration = 0; set auto_explain.log_nested_statements = on;
  set auto_explain.log_level = notice`;
const SEARCH = "select id from search_hits(7, '{1}', null, null, now(), null, 51)";

test("a search under row-level security reads by the index on the keys, which a plain query there could not", async () => {
  const url = await newPostgresDatabase();
  await ownedByNobodySpecial(url);

  const client = new pg.Client({ connectionString: url });
  const plans: string[] = [];
  client.on("notice", ({ message }) => plans.push(message ?? ""));
  await client.connect();
  try {
    await client.query(
      `insert into search_entries (tenant_id, id, at, terms)
       select 'ten_a', 'msg_' || n, now() - n * interval '1 minute', array[n % 50, 1000 + n] from generate_series(1, 20000) n`,
    );
    await client.query("analyze search_entries");
    const asTenant = async (sql: string) => {
      await client.query(`${SHOW_PLANS}; begin; set local role trunkline_tenant; set local app.tenant = 'ten_a'`);
      await client.query(sql);
      await client.query("rollback");
    };
    await asTenant(SEARCH);
    const inside = plans.filter((plan) => plan.includes("search_entries"));
    expect(inside.length).toBeGreaterThan(0);
    for (const plan of inside) {
      expect(plan).toContain("Bitmap Index Scan on search_entries_by_terms");
      expect(plan).not.toMatch(/Seq Scan on search_entries|search_entries_pkey/);
    }

    plans.length = 0;
    await asTenant("select id from search_entries where terms @> '{1}' limit 51");
    expect(plans.join("\n")).not.toContain("search_entries_by_terms");
  } finally {
    await client.end();
  }
});

/** The schema belongs to a user to whom row-level security applies, as on most servers that one rents. */
async function ownedByNobodySpecial(url: string): Promise<void> {
  const name = `plain_${new URL(url).pathname.slice(1)}`;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`create role ${name} login createrole`);
  for (const role of ["trunkline_tenant", "trunkline_system"]) {
    await client.query(
      `do $$ begin create role ${role} nologin; exception when duplicate_object or unique_violation then null; end $$`,
    );
    await client.query(`grant ${role} to ${name} with admin option`);
  }
  await client.query(`alter database ${new URL(url).pathname.slice(1)} owner to ${name}`);
  await client.end();
  const own = new URL(url);
  own.username = name;
  const engine = postgresEngine({ url: own.href });
  await migrate(engine, { environment: "sandbox", newEpoch: () => "epoch" });
  await engine.close();
}
