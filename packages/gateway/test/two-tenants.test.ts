import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  Broadcast,
  Conversation,
  CreatedSession,
  Filter,
  Group,
  Key,
  Message,
  Problem,
  Template,
  Webhook,
} from "@trunkline/protocol";
import { type Operation, ROUTES, type RouteDefinition } from "@trunkline/protocol/routes";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mediaTools } from "../src/node/media/media-tools.ts";
import { jpeg, uploaded } from "./support/files.ts";
import { connectOrganisation, person, signingEntra } from "./support/signed-tokens.ts";
import { eachStore } from "./support/stores.ts";
import { type Caller, made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

/** One of everything that a tenant can have, by the id's kind. */
interface Belongings {
  ten: string;
  key: string;
  ses: string;
  usr: string;
  grp: string;
  acc: string;
  line: string;
  conv: string;
  msg: string;
  tpl: string;
  bct: string;
  whk: string;
  flt: string;
  med: string;
}

const KINDS = {
  tenants: "ten",
  keys: "key",
  sessions: "ses",
  users: "usr",
  groups: "grp",
  "carrier-accounts": "acc",
  lines: "line",
  conversations: "conv",
  messages: "msg",
  templates: "tpl",
  broadcasts: "bct",
  webhooks: "whk",
  filters: "flt",
  media: "med",
} as const satisfies Record<string, keyof Belongings>;

/** The kind of id in a route's path. */
function kindOf(path: string): keyof Belongings {
  const kind = KINDS[path.split("/")[2] as keyof typeof KINDS];
  if (kind === undefined) throw new Error(`a new kind of id stands in ${path}: name it in KINDS`);
  return kind;
}

/** A body that each route would take if what it is about belonged to the caller. */
const BODIES: Partial<Record<Operation, object>> = {
  updateTenant: { name: "Taken" },
  updateUser: { name: "Taken" },
  updateCarrierAccount: { name: "Taken" },
  updateGroup: { name: "Taken" },
  updateLine: { name: "Taken" },
  updateConversation: { tags: ["taken"] },
  markRead: { throughSequence: 1 },
  sendMessage: { text: "Taken" },
  retryMessage: {},
  checkMessage: {},
  updateTemplate: { name: "Taken" },
  previewTemplate: {},
  updateWebhook: { enabled: false },
  transferConversation: { lineId: `line_${"0".repeat(26)}` },
  signalTyping: { state: "started" },
  signalViewing: { state: "started" },
  updateFilter: { name: "Taken" },
  replayWebhook: { from: "2026-03-03T00:00:00Z" },
};

const routes = Object.entries(ROUTES) as [Operation, RouteDefinition][];

eachStore((store) => {
  let gateway: TestGateway;
  let directory: string;
  let ours: TestTenant;
  let theirs: TestTenant;
  let owned: Belongings;
  let callers: Record<string, Caller>;

  beforeAll(async () => {
    const entra = await signingEntra();
    directory = await mkdtemp(join(tmpdir(), "trunkline-test-"));
    const media = mediaTools({ directory });
    gateway = await testGateway(store, { microsoft: entra.registration, fetch: entra.fetch, media });
    ours = await gateway.newTenant("ours");
    theirs = await gateway.newTenant("theirs");
    const { call, tenant, account, line, users, key } = theirs;
    const opening = { lineId: line.id, participants: ["+14255550123"] };
    const conversation = await made<Conversation>(call("POST", "/v1/conversations", opening));
    const message = await made<Message>(
      call("POST", `/v1/conversations/${conversation.id}/messages`, { text: "Between us" }),
    );
    const template = await made<Template>(call("POST", "/v1/templates", { name: "Ours", text: "Hello" }));
    const broadcast = await made<Broadcast>(
      call("POST", "/v1/broadcasts", { lineId: line.id, text: "Hello", recipients: [{ to: "+14255550124" }] }),
    );
    const webhook = await made<Webhook>(
      call("POST", "/v1/webhooks", { url: "https://crm.example.com/", events: ["*"] }),
    );
    const filter = await made<Filter>(call("POST", "/v1/filters", { name: "Ours", query: { state: "open" } }));
    const group = await made<Group>(call("POST", "/v1/groups", { name: "Sales", members: [users.member.id] }));
    owned = {
      ten: tenant.id,
      key: key.id,
      ses: users.member.session.id,
      usr: users.member.id,
      grp: group.id,
      acc: account.id,
      line: line.id,
      conv: conversation.id,
      msg: message.id,
      tpl: template.id,
      bct: broadcast.id,
      whk: webhook.id,
      flt: filter.id,
      med: (await uploaded(gateway, key.key, jpeg())).id,
    };
    for (const [place, one] of [ours, theirs].entries()) {
      const { tid: tenantId, oid: objectId } = person(place + 1, 1);
      await connectOrganisation(gateway, one, tenantId);
      await made(one.call("PATCH", `/v1/users/${one.users.owner.id}`, { microsoft: { tenantId, objectId } }));
    }
    const byEntra = gateway.as(await entra.token(person(1, 1)));
    callers = { key: ours.call, owner: ours.users.owner.call, "owner by Entra": byEntra };
  });
  afterAll(async () => {
    await gateway.stop();
    await rm(directory, { recursive: true });
  });

  test("each id of one tenant, offered with the other's token on every route that takes one, answers 404", async () => {
    let tried = 0;
    for (const [name, { method, path, access, body }] of routes) {
      if (!path.includes("{id}") || access === "operator") continue;
      const given = body && (BODIES[name] ?? expect.fail(`${name} needs a body in BODIES`));
      for (const [who, call] of Object.entries(callers)) {
        if (access === "user" && who === "key") continue;
        if (access === "sessions.write" && who !== "key") continue; // no role holds it
        const address = path.replace("{id}", owned[kindOf(path)]);
        const answered = await call<Problem>(method, address, given);
        const missing = await call<Problem>(method, path.replace("{id}", `${kindOf(path)}_${"0".repeat(26)}`), given);
        expect([answered.status, answered.body.code], `${who}: ${name}`).toEqual([404, "not_found"]);
        expect({ ...answered.body, requestId: "" }, `${who}: ${name}`).toEqual({ ...missing.body, requestId: "" });
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThan(25);
  });

  test("each of them named in a body or a query is not found either", async () => {
    const { call } = ours;
    const mine = { name: "Mine", carrierAccountId: ours.account.id, number: "+12065550191" };
    const conversation = await made<Conversation>(
      call("POST", "/v1/conversations", { lineId: ours.line.id, participants: ["+14255550199"] }),
    );
    const bodies: [string, string, object][] = [
      ["POST", "/v1/lines", { ...mine, carrierAccountId: owned.acc }],
      ["POST", "/v1/lines", { ...mine, assignees: [owned.usr] }],
      ["PATCH", `/v1/lines/${ours.line.id}`, { assignees: [owned.usr] }],
      ["PATCH", `/v1/lines/${ours.line.id}`, { groups: [owned.grp] }],
      ["POST", "/v1/lines", { ...mine, groups: [owned.grp] }],
      ["POST", "/v1/groups", { name: "Mine", members: [owned.usr] }],
      ["POST", "/v1/conversations", { lineId: owned.line, participants: ["+14255550199"] }],
      ["PATCH", `/v1/conversations/${conversation.id}`, { assigneeId: owned.usr }],
      ["POST", "/v1/messages", { from: theirs.line.number, to: "+14255550123", text: "Hello" }],
      ["POST", "/v1/broadcasts", { lineId: owned.line, text: "Hello", recipients: [{ to: "+14255550123" }] }],
      ["POST", "/v1/broadcasts", { lineId: ours.line.id, templateId: owned.tpl, recipients: [{ to: "+14255550123" }] }],
      ["POST", "/v1/messages/check", { from: theirs.line.number, to: "+14255550123" }],
      ["POST", "/v1/messages", { from: ours.line.number, to: "+14255550123", templateId: owned.tpl }],
      ["POST", `/v1/conversations/${conversation.id}/messages`, { templateId: owned.tpl }],
      ["POST", "/v1/sessions", { user: { externalId: "x", name: "X" }, scope: { lineIds: [owned.line] } }],
    ];
    for (const [method, path, body] of bodies) {
      expect((await call(method, path, body)).status, `${method} ${path} ${JSON.stringify(body)}`).toBe(404);
    }
    for (const query of [`lineId=${owned.line}`, `assigneeId=${owned.usr}`]) {
      const { status, body } = await call<{ data?: unknown[] }>("GET", `/v1/conversations?${query}`);
      expect(status === 404 || (status === 200 && body.data?.length === 0), query).toBe(true);
    }
  });

  test("no list of one tenant shows anything of the other", async () => {
    let listed = 0;
    for (const [, { method, path, access }] of routes) {
      if (method !== "GET" || path.includes("{") || access === "operator") continue;
      const call = access === "user" ? ours.users.owner.call : ours.call;
      const answer = JSON.stringify(await made(call("GET", path)));
      for (const id of Object.values(owned)) expect(answer, path).not.toContain(id);
      listed += 1;
    }
    expect(listed).toBeGreaterThan(7);
  });

  test("an external id means the caller's own user", async () => {
    const user = await made<{ id: string }>(ours.call("GET", "/v1/users/ext:member"));
    expect(user.id).toBe(ours.users.member.id);
  });

  test("afterwards everything of the other tenant is as it was", async () => {
    const key = await made<{ data: Key[] }>(theirs.call("GET", "/v1/keys"));
    expect(key.data.map(({ id }) => id)).toEqual([owned.key]);
    const addresses = [`/v1/lines/${owned.line}`, `/v1/carrier-accounts/${owned.acc}`, `/v1/messages/${owned.msg}`];
    for (const path of addresses) expect((await theirs.call("GET", path)).status, path).toBe(200);
    expect(await made(theirs.call("GET", `/v1/lines/${owned.line}`))).toEqual(theirs.line);
    const again: CreatedSession = theirs.users.member.session;
    expect((await gateway.as(again.token)("GET", "/v1/me")).status).toBe(200);
  });

  test("queries from which the tenant's filter was taken still find nothing of others", async () => {
    const tables = await gateway.database.system((tx) =>
      sql<{ name: string }>`select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
        where a.attname = 'tenant_id' and c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
          and c.relname not like 'operator\\_%'`.execute(tx),
    );
    let shared = 0;
    for (const { name } of tables.rows) {
      const seen = await gateway.database.tenant(ours.tenant.id, (tx) =>
        sql<{ tenant_id: string }>`select distinct tenant_id from ${sql.table(name)}`.execute(tx),
      );
      expect(
        seen.rows.filter(({ tenant_id }) => tenant_id !== ours.tenant.id),
        name,
      ).toEqual([]);
      shared += seen.rows.length;
    }
    expect(shared).toBeGreaterThanOrEqual(8);
    const byId = await gateway.database.tenant(ours.tenant.id, (tx) =>
      tx
        .selectFrom("messages")
        .select("text")
        .where("id", "=", owned.msg as Message["id"])
        .execute(),
    );
    expect(byId).toEqual([]);
  });
});
