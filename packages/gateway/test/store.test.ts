import type { TenantId } from "@trunkline/protocol";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../src/clock.ts";
import { postgresEngine } from "../src/node/postgres.ts";
import { idSource, platformRandom } from "../src/random.ts";
import { type Database, Ending, openDatabase, type Tx } from "../src/store/database.ts";
import { brokenConstraint, type SqlEngine, sqlState } from "../src/store/engine.ts";
import { json } from "../src/store/json.ts";
import { migrate } from "../src/store/migrate.ts";
import { together } from "../src/store/together.ts";
import { eachStore, newPostgresDatabase } from "./support/stores.ts";

const ids = idSource(systemClock(), platformRandom);
const epochs = () => {
  let count = 0;
  return () => `epoch ${++count}`;
};

eachStore(({ name, open }) => {
  let engine: SqlEngine;
  let database: Database;
  const [ours, theirs]: TenantId[] = [ids("tenant"), ids("tenant")];
  if (!ours || !theirs) throw new Error("two tenants");

  beforeAll(async () => {
    engine = await open();
    await migrate(engine, { environment: "sandbox", newEpoch: epochs() });
    database = openDatabase(engine);
    for (const tenantId of [ours, theirs]) {
      await database.tenant(tenantId, async (tx) => {
        await tx.insertInto("tenants").values(tenantRow(tenantId)).execute();
        await tx.insertInto("users").values(userRow(tenantId)).execute();
      });
    }
  });
  afterAll(() => database.close());

  test("a statement that forgets its tenant finds only its own", async () => {
    const seen = await database.tenant(ours, (tx) => tx.selectFrom("users").select("tenant_id").execute());
    expect(seen).toEqual([{ tenant_id: ours }]);
    const changed = await database.tenant(ours, (tx) =>
      tx.updateTable("users").set({ name: "changed" }).executeTakeFirst(),
    );
    expect(changed.numUpdatedRows).toBe(1n);
    const removed = await database.tenant(ours, (tx) =>
      tx.deleteFrom("users").where("tenant_id", "=", theirs).executeTakeFirst(),
    );
    expect(removed.numDeletedRows).toBe(0n);
  });

  test("a row of another tenant cannot be written", async () => {
    const writing = database.tenant(ours, (tx) => tx.insertInto("users").values(userRow(theirs)).execute());
    await expect(writing).rejects.toThrow(/row-level security/);
  });

  test("every table that has a tenant is walled off, for its owner too", async () => {
    const { rows } = await database.system((tx) =>
      sql<{ table: string; walled: boolean }>`
        select c.relname as table, c.relrowsecurity and c.relforcerowsecurity as walled
        from pg_class c join pg_attribute a on a.attrelid = c.oid
        where a.attname = 'tenant_id' and c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
          and c.relname not like 'operator\\_%'`.execute(tx),
    );
    expect(rows.length).toBeGreaterThan(15);
    expect(rows.filter(({ walled }) => !walled)).toEqual([]);
  });

  test("a last statement commits with its result, and takes everything back when it fails", async () => {
    const rename = (to: string) => sql`update users set name = ${to} where tenant_id = ${ours}`;
    const names = () => database.tenant(ours, (tx) => tx.selectFrom("users").select("name").execute());
    expect(await database.tenant(ours, async () => new Ending(rename("by the last"), "done"))).toBe("done");
    const failing = database.tenant(ours, async (tx) => {
      await rename("before the last").execute(tx);
      return new Ending(sql`select 1 / ${0}::int`, "done");
    });
    await expect(failing).rejects.toThrow(/division by zero/);
    expect(await names()).toEqual([{ name: "by the last" }]);
  });

  test("statements that are asked together run in order; the first that fails is told, and nothing of them stays", async () => {
    const rename = (to: string) => sql`update users set name = ${to} where tenant_id = ${ours}`;
    const names = () => database.tenant(ours, (tx) => tx.selectFrom("users").select("name").execute());
    await database.tenant(ours, (tx) => Promise.all([rename("first").execute(tx), rename("second").execute(tx)]));
    expect(await names()).toEqual([{ name: "second" }]);
    const failing = database.tenant(ours, (tx) =>
      Promise.all([rename("third").execute(tx), sql`select 1 / ${0}::int`.execute(tx), rename("fourth").execute(tx)]),
    );
    await expect(failing).rejects.toThrow(/division by zero/);
    expect(await names()).toEqual([{ name: "second" }]);
  });

  test("what runs together has ended, all of it, before its transaction is taken back", async () => {
    const steps: string[] = [];
    const slow = async (tx: Tx) => {
      for (const step of ["one", "two", "three"]) {
        await sql`select ${step}::text`.execute(tx).then(
          () => steps.push(step),
          () => steps.push(`${step} refused`),
        );
      }
    };
    const failing = database.tenant(ours, (tx) => together(slow(tx), sql`select 1 / ${0}::int`.execute(tx)));
    await expect(failing).rejects.toThrow(/division by zero/);
    expect(steps).toEqual(["one", "two refused", "three refused"]);
  });

  test("no tenant set means no rows, and no role is left on the connection", async () => {
    const connection = await engine.connect();
    try {
      await connection.exec("begin; set local role trunkline_tenant");
      expect((await connection.query("select * from users", [])).rows).toEqual([]);
      await connection.exec("rollback");
      const { rows } = await connection.query<{ role: string }>("select current_role::text as role", []);
      expect(rows[0]?.role).not.toBe("trunkline_tenant");
    } finally {
      connection.release();
    }
  });

  test("the system role reads what look-ups need and nothing that tenants wrote", async () => {
    const refused = ["users", "messages", "conversations", "lines", "read_states"];
    for (const table of refused) {
      const reading = database.system((tx) => sql`select * from ${sql.table(table)}`.execute(tx));
      await expect(reading, table).rejects.toThrow(/permission denied/);
    }
    await database.system((tx) => tx.selectFrom("sessions").select(["tenant_id", "hash"]).execute());
    const writing = database.system((tx) => tx.deleteFrom("sessions").execute());
    await expect(writing).rejects.toThrow(/permission denied/);
  });

  test("values come back as they went in, whatever the driver", async () => {
    const { rows } = await database.tenant(ours, (tx) =>
      sql<{ big: number; at: Date; list: string[]; object: object; nested: object; bytes: Uint8Array; none: null }>`
        select ${9_007_199_254_740_991}::int8 as big, ${new Date(1_700_000_000_123)}::timestamptz(3) as at,
          ${["a", 'b"{,}']}::text[] as list, ${json({ a: [1, "2"] })} as object, ${json(["x", { y: null }])} as nested,
          ${Uint8Array.of(0, 255, 7)}::bytea as bytes, ${null}::text as none`.execute(tx),
    );
    const [row] = rows;
    expect(row?.big).toBe(9_007_199_254_740_991);
    expect(row?.at).toEqual(new Date(1_700_000_000_123));
    expect(row?.list).toEqual(["a", 'b"{,}']);
    expect(row?.object).toEqual({ a: [1, "2"] });
    expect(row?.nested).toEqual(["x", { y: null }]);
    expect([...(row?.bytes ?? [])]).toEqual([0, 255, 7]);
    expect(row?.none).toBeNull();
  });

  test("a failed transaction leaves nothing, and its connection serves the next", async () => {
    const failing = database.tenant(ours, async (tx) => {
      await tx.insertInto("users").values(userRow(ours)).execute();
      throw new Error("changed my mind");
    });
    await expect(failing).rejects.toThrow("changed my mind");
    const broken = await database.tenant(ours, (tx) => sql`select 1 / 0`.execute(tx)).catch((error: unknown) => error);
    expect(sqlState(broken)).toBe("22012");
    expect(await countUsers(database, ours)).toBe(1);
  });

  test("a broken constraint is told by its name", async () => {
    const twice = database.tenant(ours, async (tx) => {
      const row = { ...userRow(ours), external_id: "same" };
      await tx.insertInto("users").values(row).execute();
      await tx
        .insertInto("users")
        .values({ ...row, id: ids("user") })
        .execute();
    });
    const error = await twice.catch((reason: unknown) => reason);
    expect(brokenConstraint(error)).toBe("users_external_id");
  });

  test("transactions at once all commit, each on its own", async () => {
    const tenantId = ids("tenant");
    await database.tenant(tenantId, (tx) => tx.insertInto("tenants").values(tenantRow(tenantId)).execute());
    const add = (tx: Tx) => tx.insertInto("users").values(userRow(tenantId)).execute();
    await Promise.all(Array.from({ length: 40 }, () => database.tenant(tenantId, add)));
    expect(await countUsers(database, tenantId)).toBe(40);
  });

  test("migrating again changes nothing and keeps the epoch", async () => {
    const before = await migrate(engine, { environment: "sandbox", newEpoch: () => "another" });
    expect(before).toEqual({ epoch: "epoch 1", environment: "sandbox" });
  });

  test("a store of a sandbox refuses to serve real people, and the other way round", async () => {
    const asProduction = migrate(engine, { environment: "production", newEpoch: () => "x" });
    await expect(asProduction).rejects.toThrow(/made by a sandbox/);
    const other = await open();
    await migrate(other, { environment: "production", newEpoch: () => "x" });
    await expect(migrate(other, { environment: "sandbox", newEpoch: () => "x" })).rejects.toThrow(
      /not made by a sandbox/,
    );
    await other.close();
  });

  test("a schema that this gateway does not know is refused with what to do", async () => {
    const other = await open();
    await migrate(other, { environment: "sandbox", newEpoch: () => "x" });
    await raw(other, "insert into schema_migrations (version, name, checksum) values (9999, 'future', '')");
    await expect(migrate(other, { environment: "sandbox", newEpoch: () => "x" })).rejects.toThrow(
      /Run a newer gateway/,
    );
    await raw(other, "delete from schema_migrations where version = 9999");
    await raw(other, "update schema_migrations set checksum = 'changed' where version = 1");
    await expect(migrate(other, { environment: "sandbox", newEpoch: () => "x" })).rejects.toThrow(
      /differs from this gateway/,
    );
    await other.close();
  });

  test(`another server or database starts another epoch (${name})`, async () => {
    const other = await open();
    await migrate(other, { environment: "sandbox", newEpoch: () => "first" });
    await raw(other, "update store_info set fingerprint = 'the server that this was restored from'");
    const info = await migrate(other, { environment: "sandbox", newEpoch: () => "second" });
    expect(info.epoch).toBe("second");
    await other.close();
  });
});

test("nodes that start at once on an empty PostgreSQL take turns", async () => {
  const url = await newPostgresDatabase();
  const engines = Array.from({ length: 4 }, () => postgresEngine({ url, poolSize: 1 }));
  const newEpoch = epochs();
  const infos = await Promise.all(engines.map((engine) => migrate(engine, { environment: "sandbox", newEpoch })));
  expect(new Set(infos.map(({ epoch }) => epoch)).size).toBe(1);
  await Promise.all(engines.map((engine) => engine.close()));
});

const now = new Date(1_700_000_000_000);
const tenantRow = (tenantId: TenantId) => ({
  tenant_id: tenantId,
  external_id: null,
  name: "A tenant",
  time_zone: "UTC",
  app_url: null,
  created_at: now,
  updated_at: now,
});
const userRow = (tenantId: TenantId) => ({
  tenant_id: tenantId,
  id: ids("user"),
  external_id: null,
  name: "A user",
  email: null,
  microsoft_tenant_id: null,
  microsoft_object_id: null,
  role: "member" as const,
  created_at: now,
  updated_at: now,
});

async function countUsers(database: Database, tenantId: TenantId): Promise<number> {
  const rows = await database.tenant(tenantId, (tx) => tx.selectFrom("users").select("id").execute());
  return rows.length;
}

async function raw(engine: SqlEngine, statement: string): Promise<void> {
  const connection = await engine.connect();
  await connection.exec(statement);
  connection.release();
}
