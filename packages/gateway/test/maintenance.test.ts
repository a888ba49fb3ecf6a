import type { TenantId } from "@trunkline/protocol";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SqlEngine } from "../src/store/engine.ts";
import { ERASED_TABLES } from "../src/tenants/erase.ts";
import { eachStore, type StoreKind } from "./support/stores.ts";
import { made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

/** A store that notes how many rows each deletion took. */
function noting(store: StoreKind, deletions: { table: string; rows: number }[]): StoreKind {
  const noted = (engine: SqlEngine): SqlEngine => ({
    ...engine,
    async connect() {
      const connection = await engine.connect();
      return {
        ...connection,
        async query<Row>(text: string, parameters: readonly unknown[]) {
          const result = await connection.query<Row>(text, parameters);
          const table = /^\s*delete from "?(\w+)/.exec(text)?.[1];
          if (table !== undefined) deletions.push({ table, rows: result.affected });
          return result;
        },
      };
    },
  });
  return { ...store, open: async () => noted(await store.open()) };
}

eachStore((store) => {
  const deletions: { table: string; rows: number }[] = [];
  let gateway: TestGateway;
  let acme: TestTenant;

  beforeAll(async () => {
    gateway = await testGateway(noting(store, deletions));
    acme = await gateway.newTenant("acme");
  });
  afterAll(() => gateway.stop());

  const count = async (tenantId: TenantId, table: string): Promise<number> =>
    gateway.database.tenant(tenantId, async (tx) => {
      const { rows } = await sql<{ n: number }>`select count(*)::int as n from ${sql.table(table)}
        where tenant_id = ${tenantId}`.execute(tx);
      return rows[0]?.n ?? 0;
    });
  /** Fills a tenant's event log with `rows` events of a time, as `rows` changes would have. */
  const fill = (tenantId: TenantId, rows: number, at: number) =>
    gateway.database.tenant(tenantId, (tx) =>
      sql`insert into events (tenant_id, id, type, audience, body, created_at)
        select ${tenantId}, 'evt_' || n, 'line.removed', '{}', '{}', ${new Date(at)}::timestamptz
        from generate_series(1, ${rows}::int) n`.execute(tx),
    );

  test("an hour's round clears what is past its time, little by little, and nothing else", async () => {
    const tenantId = acme.tenant.id;
    const receive = (at: number) =>
      gateway.database.tenant(tenantId, (tx) =>
        sql`insert into parked_receipts values (${tenantId}, 'acc_1', 'x', '{}', ${new Date(at)})`.execute(tx),
      );
    const key = { "idempotency-key": "old" };
    const account = {
      carrier: "sandbox",
      name: "Kept",
      credentials: { baseUrl: "http://c.test", apiKey: "k", webhookSecret: "s" },
    };
    await made(acme.call("POST", "/v1/carrier-accounts", account, key));
    const start = gateway.clock.now();
    await receive(start);
    await fill(tenantId, 4500, start);
    const sessions = await count(tenantId, "sessions");
    expect(sessions).toBe(4);

    gateway.clock.advance(DAY - HOUR);
    await gateway.gateway.idle();
    expect(await count(tenantId, "idempotency_keys")).toBe(1);
    expect(await count(tenantId, "sessions")).toBe(sessions);
    gateway.clock.advance(3 * HOUR);
    await gateway.gateway.idle();
    expect(await count(tenantId, "idempotency_keys")).toBe(0);
    expect(await count(tenantId, "sessions")).toBe(0);
    expect(await count(tenantId, "parked_receipts")).toBe(1);
    expect(await count(tenantId, "events")).toBeGreaterThan(4500);

    await receive(gateway.clock.now());
    deletions.length = 0;
    for (let hours = 0; hours < 6 * 24; hours++) {
      gateway.clock.advance(HOUR);
      await gateway.gateway.idle();
    }
    expect(await count(tenantId, "parked_receipts")).toBe(1);
    expect(await count(tenantId, "events")).toBe(0);
    expect(Math.max(...deletions.map(({ rows }) => rows))).toBeLessThanOrEqual(2000);
    const page = await acme.call<{ data: unknown[] }>("GET", "/v1/events");
    expect([page.status, page.body.data]).toEqual([200, []]);
    expect((await acme.call("GET", "/v1/lines")).status).toBe(200);
  });

  test("every table that holds a tenant's rows is erased by name", async () => {
    const connection = await gateway.engine.connect();
    const { rows } = await connection.query<{ name: string }>(
      `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and a.attname = 'tenant_id'`,
      [],
    );
    connection.release();
    const owned = rows.map(({ name }) => name).filter((name) => !/^(tenants|operator_idempotency_keys)$/.test(name));
    expect(owned.sort()).toEqual([...ERASED_TABLES, "audit_entries"].sort()); // which only the system may clear
  });

  test("a tenant is out of reach at once, and its rows go in short transactions", async () => {
    const gone = await gateway.newTenant("gone");
    const { id } = gone.tenant;
    await fill(id, 4500, gateway.clock.now());
    deletions.length = 0;
    const { status } = await gateway.operator("DELETE", "/v1/tenants/ext:gone");
    expect(status).toBe(204);
    // Before anything is erased: the name is free, and nothing opens what was.
    const next = await gateway.operator("POST", "/v1/tenants", { name: "gone", externalId: "gone" });
    expect(next.status).toBe(201);
    for (const method of ["GET", "PATCH", "DELETE"]) {
      expect((await gateway.operator(method, `/v1/tenants/${id}`, method === "PATCH" ? {} : undefined)).status).toBe(
        404,
      );
    }
    const acting = await gateway.operator("GET", "/v1/lines", undefined, { "trunkline-tenant": id });
    expect(acting.status).toBe(404);
    expect((await gone.call("GET", "/v1/lines")).status).toBe(401);
    expect((await gone.users.owner.call("GET", "/v1/lines")).status).toBe(401);
    await gateway.gateway.idle();
    for (const table of ["tenants", "audit_entries", ...ERASED_TABLES]) expect(await count(id, table), table).toBe(0);
    const erased = deletions.filter(({ table }) => table === "events").map(({ rows }) => rows);
    expect(Math.max(...erased)).toBe(2000);
    expect(erased.reduce((sum, rows) => sum + rows, 0)).toBeGreaterThan(4500);
  });

  test("what a crash has left of a deleted tenant goes with the next round", async () => {
    const gone = await gateway.newTenant("crashed");
    const { id } = gone.tenant;
    await gateway.database.tenant(id, (tx) =>
      tx
        .updateTable("tenants")
        .set({ deleting_at: new Date(gateway.clock.now()) })
        .execute(),
    );
    expect(await count(id, "lines")).toBe(1);
    gateway.clock.advance(HOUR);
    await gateway.gateway.idle();
    for (const table of ["tenants", ...ERASED_TABLES]) expect(await count(id, table), table).toBe(0);
    expect(await count(acme.tenant.id, "lines")).toBe(1);
  });
});
