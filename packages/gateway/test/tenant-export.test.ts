import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EventPage } from "@trunkline/protocol";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mediaTools } from "../src/node/media/media-tools.ts";
import type { ExportLine } from "../src/tenants/export.ts";
import { EXPORTED_TABLES } from "../src/tenants/exported-tables.ts";
import { jpeg, uploaded } from "./support/files.ts";
import { eachStore } from "./support/stores.ts";
import { CREDENTIALS, made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

/** What stays here, and why. */
const UNEXPORTED: Record<string, string> = {
  sessions: "secrets that end within the hour",
  consent_links: "addresses that work once",
  consent_states: "secrets that end within minutes",
  idempotency_keys: "sealed answers, for a day",
  inbound_texts: "bodies of carriers' calls; the texts that they brought are messages",
  parked_receipts: "receipts on their way to a message",
  conversation_records: "written once more from conversations",
  line_inbound: "counted from messages",
  read_totals: "counted from messages",
  sent_counts: "counted from messages",
  search_entries: "made of messages and conversations",
  search_gaps: "made of messages and conversations",
  events: "told by GET /v1/events; each is a change of what is exported",
  event_horizons: "where the log of events begins",
  work: "what the gateway is about to do",
  work_lanes: "what the gateway is about to do",
  operator_idempotency_keys: "of operators, not of a tenant",
};

eachStore((store) => {
  let gateway: TestGateway;
  let acme: TestTenant;
  let other: TestTenant;
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "trunkline-test-"));
    gateway = await testGateway(store, { media: mediaTools({ directory }) });
    acme = await gateway.newTenant("acme");
    other = await gateway.newTenant("other");
  });
  afterAll(async () => {
    await gateway.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const request = () =>
    gateway.fetch("/v1/tenants/ext:acme/export", {
      method: "POST",
      headers: { authorization: `Bearer ${gateway.operatorKey}` },
    });
  const linesOf = (text: string) =>
    text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as ExportLine);
  const columnsOf = async () => {
    const connection = await gateway.engine.connect();
    const { rows } = await connection.query<{ name: string; column: string; type: string }>(
      `select c.relname as name, a.attname as column, format_type(a.atttypid, null) as type
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
          and exists (select from pg_attribute t where t.attrelid = c.oid and t.attname = 'tenant_id')`,
      [],
    );
    connection.release();
    return rows;
  };

  test("every table that holds a tenant's rows is exported, or it is said why not", async () => {
    const tables = new Set((await columnsOf()).map(({ name }) => name));
    expect([...tables].sort()).toEqual([...EXPORTED_TABLES.map(({ name }) => name), ...Object.keys(UNEXPORTED)].sort());
  });

  test("no column of bytes is exported, in which secrets are", async () => {
    const bytes = (await columnsOf()).filter(({ type }) => type === "bytea");
    expect(bytes.length).toBeGreaterThan(4);
    for (const { name, column } of bytes) {
      const exported = EXPORTED_TABLES.find((table) => table.name === name);
      if (exported) expect(exported.without, `${name}.${column}`).toContain(column);
    }
  });

  test("the file holds every row of the tenant, in pages, with files' addresses and without secrets or others' rows", async () => {
    const media = await uploaded(gateway, acme.key.key, jpeg());
    const hook = await made<{ secret: string }>(
      // Nothing here is told by it: a delivery that is kept while the file is read would be in the store and not in the file.
      acme.call("POST", "/v1/webhooks", { url: "https://crm.example.com/", events: ["opt_in.changed"] }),
    );
    const conversation = await made<{ id: string }>(
      acme.call("POST", "/v1/conversations", { lineId: acme.line.id, participants: ["+14255550123"] }),
    );
    await made(
      acme.call("POST", `/v1/conversations/${conversation.id}/messages`, { kind: "note", text: "Süß 🚢 \u2028 note" }),
    );
    await made(acme.call("POST", "/v1/groups", { name: "Sales", members: [acme.users.member.id] }));
    await gateway.database.tenant(acme.tenant.id, (tx) =>
      sql`insert into users (tenant_id, id, name, role, created_at, updated_at)
        select ${acme.tenant.id}, 'usr_' || lpad(n::text, 26, '0'), 'Many ' || n, 'viewer', now(), now()
        from generate_series(1, 450) n`.execute(tx),
    );

    const response = await request();
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/x-ndjson");
    expect(response.headers.get("content-disposition")).toContain(`${acme.tenant.id}.ndjson`);
    const text = await response.text();
    const lines = linesOf(text);
    const rowsOf = (table: string) =>
      lines.flatMap((line) => (line.kind === "row" && line.table === table ? [line.row] : []));

    expect(lines[0]).toMatchObject({ kind: "begin", tenantId: acme.tenant.id });
    expect(lines.filter(({ kind }) => kind !== "row")).toHaveLength(2);
    const end = lines.at(-1);
    if (end?.kind !== "end") throw new Error("the file has no end");
    for (const { name } of EXPORTED_TABLES) {
      const stored = await gateway.database.tenant(acme.tenant.id, (tx) =>
        sql<{
          n: number;
        }>`select count(*)::int as n from ${sql.table(name)} where tenant_id = ${acme.tenant.id}`.execute(tx),
      );
      expect(rowsOf(name).length, name).toBe(stored.rows[0]?.n);
      expect(end.rows[name], name).toBe(stored.rows[0]?.n);
    }
    expect(new Set(rowsOf("users").map(({ id }) => id)).size).toBe(454);
    expect(rowsOf("messages")).toMatchObject([{ text: "Süß 🚢 \u2028 note", conversationId: conversation.id }]);
    expect(rowsOf("tenants")).toMatchObject([{ name: "acme", externalId: "acme" }]);
    expect(rowsOf("user_group_members")).toMatchObject([{ userId: acme.users.member.id }]);
    const [file] = rowsOf("media");
    expect(file).toMatchObject({ id: media.id, contentType: "image/jpeg", expiresAt: expect.any(String) });
    expect((await gateway.fetch(String(file?.url))).status).toBe(200);

    for (const secret of [
      hook.secret,
      acme.key.key,
      acme.users.owner.session.token,
      CREDENTIALS.apiKey,
      CREDENTIALS.webhookSecret,
      other.tenant.id,
      other.users.owner.id,
    ]) {
      expect(text.includes(secret), secret).toBe(false);
    }
  });

  test("events after the file's cursor tell what happened since it was begun", async () => {
    const response = await request();
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const [begin] = linesOf((await reader?.read())?.value ?? "");
    if (begin?.kind !== "begin") throw new Error("the file has no beginning");
    await made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { name: "Renamed meanwhile" }));
    await reader?.cancel(); // whoever stops reading ends the file, and nothing is left open
    const { data } = await made<EventPage>(
      acme.call("GET", `/v1/events?after=${begin.cursor}`, undefined, { accept: "application/json" }),
    );
    expect(data.map(({ type }) => type)).toEqual(["line.updated"]);
  });

  test("a tenant that is deleted while it is exported leaves a file without an end", async () => {
    const gone = await gateway.newTenant("gone");
    const response = await gateway.fetch(`/v1/tenants/${gone.tenant.id}/export`, {
      method: "POST",
      headers: { authorization: `Bearer ${gateway.operatorKey}` },
    });
    const reader = response.body?.getReader();
    await reader?.read();
    expect((await gateway.operator("DELETE", "/v1/tenants/ext:gone")).status).toBe(204);
    await expect(
      (async () => {
        while (!(await reader?.read())?.done);
      })(),
    ).rejects.toThrow("deleted while it was exported");
  });

  test("only an operator takes a tenant's data away", async () => {
    for (const call of [acme.call, acme.users.owner.call, other.call]) {
      expect((await call("POST", "/v1/tenants/ext:acme/export")).status).toBe(403);
    }
    expect((await gateway.operator("POST", "/v1/tenants/ext:nobody/export")).status).toBe(404);
  });
});
