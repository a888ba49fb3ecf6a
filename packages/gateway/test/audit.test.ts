import type { AuditEntry, CarrierAccount, Key, Page, Problem, Webhook } from "@trunkline/protocol";
import { type Operation, ROUTES, type RouteDefinition } from "@trunkline/protocol/routes";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCsv } from "../src/http/csv.ts";
import { plainCarrier } from "./support/plain-carrier.ts";
import { eachStore } from "./support/stores.ts";
import {
  type Answered,
  CREDENTIALS,
  made,
  type TestGateway,
  type TestTenant,
  testGateway,
} from "./support/test-gateway.ts";

/** Routes that change something, and those that give everything away as a file. */
type Audited = {
  [Name in Operation]: (typeof ROUTES)[Name] extends { method: "GET" }
    ? (typeof ROUTES)[Name] extends { files: readonly string[] }
      ? Name
      : never
    : Name;
}[Operation];

interface World {
  gateway: TestGateway;
  acme: TestTenant;
}
type Change = (world: World) => Promise<Answered>;

const ASKS = "asks and changes nothing";
const TOLD = "a conversation tells by its own events, system lines and authors who did what";
const SHORT_LIVED = "gone in seconds, and in no store";

const make = async <Body extends { id: string }>(making: Promise<Answered<Body>>) => (await making).body.id;
let names = 0;
const fresh = (word: string) => `${word} ${names++}`;
const account = ({ acme }: World) =>
  make<CarrierAccount>(
    acme.call("POST", "/v1/carrier-accounts", { carrier: "sandbox", name: "Spare", credentials: CREDENTIALS }),
  );
const line = ({ acme }: World) =>
  acme.call<{ id: string }>("POST", "/v1/lines", {
    name: "New",
    carrierAccountId: acme.account.id,
    number: `+12065551${100 + names++}`,
  });
const template = ({ acme }: World) =>
  acme.call<{ id: string }>("POST", "/v1/templates", { name: fresh("Hello"), text: "Hello" });
const webhook = ({ acme }: World) =>
  acme.call<Webhook>("POST", "/v1/webhooks", { url: "https://crm.example.com/", events: ["*"] });
const group = ({ acme }: World) => acme.call<{ id: string }>("POST", "/v1/groups", { name: "Sales" });
const key = ({ acme }: World) => acme.call<Key>("POST", "/v1/keys", { name: "spare", scopes: ["lines.read"] });
const session = ({ acme }: World, externalId = fresh("person")) =>
  acme.call<{ id: string; user: { id: string } }>("POST", "/v1/sessions", { user: { externalId, name: "P" } });

/**
 * Every route that changes something, with a call of it that does, or the reason why it writes no entry. A new route fails
 * to compile here until somebody says which.
 */
const CALLS: Record<Audited, Change | string> = {
  createTenant: ({ gateway }) => gateway.operator("POST", "/v1/tenants", { name: "Beta", externalId: fresh("beta") }),
  updateTenant: ({ gateway, acme }) =>
    gateway.operator("PATCH", `/v1/tenants/${acme.tenant.id}`, { name: fresh("Acme"), limits: { textsPerDay: 7 } }),
  deleteTenant: "the log goes with its tenant; the gateway's own log tells of it",
  exportTenant: ({ gateway, acme }) => gateway.operator("POST", `/v1/tenants/${acme.tenant.id}/export`),
  updateOwnTenant: ({ acme }) => acme.users.owner.call("PATCH", "/v1/tenant", { name: fresh("Acme") }),
  uploadMedia: "a file belongs to who uploaded it until a text carries it, and the text tells the rest",
  createKey: key,
  deleteKey: async (world) => world.acme.call("DELETE", `/v1/keys/${await make(key(world))}`),
  rotateKey: async (world) => world.acme.call("POST", `/v1/keys/${await make(key(world))}/rotate`),
  createSession: (world) => session(world), // of somebody new: a session itself is no change of anything
  deleteSession: async (world) => world.acme.call("DELETE", `/v1/sessions/${await make(session(world))}`),
  deleteUserSessions: async (world) =>
    world.acme.call("DELETE", `/v1/users/${(await session(world)).body.user.id}/sessions`),
  updateUser: ({ acme }) => acme.users.admin.call("PATCH", `/v1/users/${acme.users.member.id}`, { name: fresh("M") }),
  upsertUsers: ({ acme }) =>
    acme.call("POST", "/v1/users/bulk", { users: [{ externalId: fresh("person"), name: "P" }] }),
  deleteUser: async (world) => world.acme.call("DELETE", `/v1/users/${(await session(world)).body.user.id}`),
  createGroup: group,
  updateGroup: async (world) =>
    world.acme.call("PATCH", `/v1/groups/${await make(group(world))}`, { members: [world.acme.users.member.id] }),
  deleteGroup: async (world) => world.acme.call("DELETE", `/v1/groups/${await make(group(world))}`),
  createCarrierAccount: ({ acme }) =>
    acme.call("POST", "/v1/carrier-accounts", { carrier: "sandbox", name: "B", credentials: CREDENTIALS }),
  updateCarrierAccount: ({ acme }) =>
    acme.call("PATCH", `/v1/carrier-accounts/${acme.account.id}`, { credentials: CREDENTIALS }),
  deleteCarrierAccount: async (world) => world.acme.call("DELETE", `/v1/carrier-accounts/${await account(world)}`),
  testCarrierAccount: ASKS,
  createLine: line,
  updateLine: ({ acme }) => acme.call("PATCH", `/v1/lines/${acme.line.id}`, { name: fresh("Desk") }),
  deleteLine: async (world) => world.acme.call("DELETE", `/v1/lines/${await make(line(world))}`),
  openConversation: TOLD,
  updateConversation: TOLD,
  claimConversation: TOLD,
  transferConversation: TOLD,
  signalTyping: SHORT_LIVED,
  signalViewing: SHORT_LIVED,
  markRead: "personal to the reader",
  sendMessage: TOLD,
  sendMessageTo: TOLD,
  retryMessage: TOLD,
  cancelMessage: TOLD,
  checkMessage: ASKS,
  checkMessageTo: ASKS,
  search: ASKS,
  createFilter: "a filter is how somebody likes to look at a list",
  updateFilter: "a filter is how somebody likes to look at a list",
  deleteFilter: "a filter is how somebody likes to look at a list",
  createTemplate: template,
  updateTemplate: async (world) =>
    world.acme.call("PATCH", `/v1/templates/${await make(template(world))}`, { text: "Good day" }),
  deleteTemplate: async (world) => world.acme.call("DELETE", `/v1/templates/${await make(template(world))}`),
  previewTemplate: ASKS,
  createBroadcast: "a broadcast's texts have an author each, and its events tell who paused it",
  pauseBroadcast: "a broadcast's texts have an author each, and its events tell who paused it",
  resumeBroadcast: "a broadcast's texts have an author each, and its events tell who paused it",
  cancelBroadcast: "a broadcast's texts have an author each, and its events tell who paused it",
  putOptIn: ({ acme }) =>
    acme.call("PUT", "/v1/opt-ins", {
      number: "+14255550177",
      state: "opted_out",
      evidence: { method: "staff", note: "By phone" },
    }),
  lookUpOptIns: ASKS,
  importOptIns: ({ acme }) =>
    acme.call("POST", "/v1/opt-ins/import", {
      entries: [{ number: "+14255550178", state: "opted_out", evidence: { method: "staff", note: "By phone" } }],
    }),
  exportOptIns: ({ acme }) => acme.call("GET", "/v1/opt-ins/export"),
  connectMicrosoft: ASKS,
  requestAdmin: ASKS,
  disconnectMicrosoft: async ({ gateway, acme }) => {
    const { id } = acme.tenant;
    const now = new Date(gateway.clock.now());
    await gateway.database.tenant(id, (tx) =>
      sql`insert into microsoft_tenants (tenant_id, microsoft_tenant_id, granted, held, connected_at, checked_at, updated_at)
        values (${id}, ${crypto.randomUUID()}, '{"delegated":[],"application":[]}', '{"delegated":[],"application":[]}',
          ${now}, ${now}, ${now})`.execute(tx),
    );
    return acme.users.owner.call("POST", "/v1/consent/disconnect", { of: "tenant" });
  },
  createWebhook: webhook,
  updateWebhook: async (world) =>
    world.acme.call("PATCH", `/v1/webhooks/${await make(webhook(world))}`, { enabled: false }),
  deleteWebhook: async (world) => world.acme.call("DELETE", `/v1/webhooks/${await make(webhook(world))}`),
  rotateWebhookSecret: async (world) =>
    world.acme.call("POST", `/v1/webhooks/${await make(webhook(world))}/rotate-secret`),
  testWebhook: ASKS,
  replayWebhook: async (world) =>
    world.acme.call("POST", `/v1/webhooks/${await make(webhook(world))}/replay`, { from: "2020-01-01T00:00:00Z" }),
  exportAudit: ({ acme }) => acme.call("POST", "/v1/audit/export", { format: "ndjson" }),
};

eachStore((store) => {
  let gateway: TestGateway;
  let acme: TestTenant;

  beforeAll(async () => {
    gateway = await testGateway(store, { fetch: plainCarrier().fetch });
    acme = await gateway.newTenant("acme");
  });
  afterAll(() => gateway.stop());

  const entries = async (query = "", tenant = acme) =>
    (await made<Page<AuditEntry>>(tenant.call("GET", `/v1/audit?limit=200${query}`))).data;

  test("every route that changes something writes who did it, or is known not to", async () => {
    for (const [name, call] of Object.entries(CALLS)) {
      if (typeof call === "string") continue;
      const answer = await call({ gateway, acme });
      expect(answer.status, `${name}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
      const requestId = answer.headers.get("request-id");
      const { rows } = await gateway.engine.connect().then(async (connection) => {
        const found = await connection.query<{ action: string }>(
          "select action from audit_entries where request_id = $1",
          [requestId],
        );
        connection.release();
        return found;
      });
      expect(rows, name).toEqual([{ action: name }]);
    }
    const routes = Object.entries(ROUTES) as [string, RouteDefinition][];
    const changing = routes.filter(([, { method, files }]) => method !== "GET" || files).map(([name]) => name);
    expect(Object.keys(CALLS).sort()).toEqual(changing.sort());
  });

  test("an entry tells who, with what, when, what, and both sides of what changed", async () => {
    const { admin, member } = acme.users;
    const before = await made<{ name: string }>(acme.call("GET", `/v1/users/${member.id}`));
    const { headers } = await admin.call("PATCH", `/v1/users/${member.id}`, { role: "viewer", name: before.name });
    expect((await entries()).at(0)).toEqual({
      id: expect.stringMatching(/^aud_/),
      timestamp: new Date(gateway.clock.now()).toISOString(),
      actor: { kind: "user", id: admin.id },
      by: { kind: "session", id: admin.session.id },
      requestId: headers.get("request-id"),
      action: "updateUser",
      object: { kind: "user", id: member.id },
      before: { role: "member" },
      after: { role: "viewer" },
      secrets: [],
    });
    await admin.call("PATCH", `/v1/users/${member.id}`, { role: "viewer" });
    expect((await entries()).at(0)?.requestId).toBe(headers.get("request-id")); // nothing changed, nothing is said
    await made(admin.call("PATCH", `/v1/users/${member.id}`, { role: "member" }));
  });

  test("what is refused or undone leaves no entry, and a repetition only that of the first", async () => {
    const count = async () => (await entries()).length;
    const had = await count();
    expect((await acme.users.member.call("PATCH", `/v1/lines/${acme.line.id}`, { name: "Mine" })).status).toBe(403);
    const taken = { name: "Twice", carrierAccountId: acme.account.id, number: acme.line.number };
    expect((await acme.call("POST", "/v1/lines", taken)).status).toBe(409);
    expect(await count()).toBe(had);
    const repeated = { "idempotency-key": fresh("once") };
    for (let time = 0; time < 2; time++) await made(acme.call("POST", "/v1/groups", { name: "Once" }, repeated));
    expect(await count()).toBe(had + 1);
  });

  test("no secret stands in the log", async () => {
    const written = await made<{ key: string }>(acme.call("POST", "/v1/keys", { name: "secret" }));
    const hook = await made<{ secret: string }>(webhook({ gateway, acme }));
    await made(acme.call("PATCH", `/v1/carrier-accounts/${acme.account.id}`, { credentials: CREDENTIALS }));
    const text = await made<string>(acme.call("POST", "/v1/audit/export", { format: "ndjson" }));
    for (const secret of [written.key, hook.secret, CREDENTIALS.apiKey, CREDENTIALS.webhookSecret]) {
      expect(text).not.toContain(secret);
    }
    expect((await entries(`&objectId=${acme.account.id}`)).at(0)).toMatchObject({ secrets: ["credentials"] });
  });

  test("it is filtered by actor, action, object and time, and paged", async () => {
    const ofOwner = await entries(`&actorId=${acme.users.owner.id}`);
    expect(ofOwner.length).toBeGreaterThan(0);
    expect(new Set(ofOwner.map(({ actor }) => actor.id))).toEqual(new Set([acme.users.owner.id]));
    expect(new Set((await entries("&action=createLine")).map(({ action }) => action))).toEqual(new Set(["createLine"]));
    gateway.clock.advance(60_000);
    const from = new Date(gateway.clock.now()).toISOString();
    await made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { name: fresh("Later") }));
    expect((await entries(`&from=${from}`)).map(({ action }) => action)).toEqual(["updateLine"]);
    expect((await entries(`&to=${from}`)).some(({ timestamp }) => timestamp >= from)).toBe(false);
    const all = (await entries()).map(({ id }) => id);
    const paged: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const next: string = cursor === "" ? "" : `&cursor=${cursor}`;
      const page: Page<AuditEntry> = await made(acme.call("GET", `/v1/audit?limit=7${next}`));
      paged.push(...page.data.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(paged.slice(0, all.length)).toEqual(all);
  });

  test("as a table no cell is a formula, and as lines every entry is one", async () => {
    await made(acme.call("PATCH", "/v1/tenant", { name: "=1+1" }));
    const { headers, body } = await acme.call<string>("POST", "/v1/audit/export", { action: "updateOwnTenant" });
    expect(headers.get("content-disposition")).toBe('attachment; filename="audit.csv"');
    const [head, ...rows] = readCsv(body);
    const cells = rows.map((row) => Object.fromEntries(row.cells.map((cell, at) => [head?.cells[at] ?? "", cell])));
    expect(cells[0]).toMatchObject({ action: "updateOwnTenant", after: '{"name":"=1+1"}', objectId: acme.tenant.id });
    for (const row of body.split("\r\n")) expect(row).not.toMatch(/(^|,)"?[=+@]/);
    const lines = await made<string>(acme.call("POST", "/v1/audit/export", { format: "ndjson" }));
    const exported = lines
      .trim()
      .split("\n")
      .map((text) => (JSON.parse(text) as AuditEntry).id);
    expect(exported.slice(0, 200)).toEqual((await entries()).map(({ id }) => id));
  });

  test("only who may reads it, and nobody another tenant's", async () => {
    const other = await gateway.newTenant("other");
    for (const role of ["member", "viewer"] as const) {
      const { status, body } = await acme.users[role].call<Problem>("GET", "/v1/audit");
      expect([status, body.allowedRoles]).toEqual([403, ["owner", "admin"]]);
    }
    const theirs = await made<string>(other.users.owner.call("POST", "/v1/audit/export", { format: "ndjson" }));
    expect(theirs).toContain(other.line.id);
    expect(theirs).not.toContain(acme.tenant.id);
  });

  test("nobody of a tenant changes or removes an entry, nor adds one to another's", async () => {
    const attempts = [
      sql`update audit_entries set action = 'x'`,
      sql`delete from audit_entries`,
      sql`truncate audit_entries`,
    ];
    for (const attempt of attempts) {
      await expect(gateway.database.tenant(acme.tenant.id, (tx) => attempt.execute(tx))).rejects.toMatchObject({
        code: "42501",
      });
    }
    const forged = sql`insert into audit_entries (tenant_id, id, at, actor_kind, actor_id, by_kind, by_id, request_id,
        action, object_kind, secrets)
      values (${acme.tenant.id}, 'aud_x', now(), 'key', 'x', 'key', 'x', 'x', 'x', 'x', '{}')`;
    const stranger = await gateway.newTenant("stranger");
    await expect(gateway.database.tenant(stranger.tenant.id, (tx) => forged.execute(tx))).rejects.toMatchObject({
      code: "42501",
    });
  });

  test("an entry is kept as long as the operator says, which its tenant cannot shorten", async () => {
    const old = await gateway.newTenant("old");
    const shorten = await old.users.owner.call<Problem>("PATCH", "/v1/tenant", { limits: { auditDays: 30 } });
    expect([shorten.status, shorten.body.code]).toEqual([403, "operator_required"]);
    await made(gateway.operator("PATCH", `/v1/tenants/${old.tenant.id}`, { limits: { auditDays: 30 } }));
    const had = (await entries("", old)).length;
    gateway.clock.advance(29 * 24 * 60 * 60_000);
    await gateway.gateway.idle();
    await made(old.call("PATCH", `/v1/lines/${old.line.id}`, { name: "Young" }));
    expect(await entries("", old)).toHaveLength(had + 1);
    gateway.clock.advance(2 * 24 * 60 * 60_000);
    await expect.poll(async () => (await entries("", old)).map(({ action }) => action)).toEqual(["updateLine"]);
  });
});
