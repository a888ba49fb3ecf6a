import {
  type AnyEvent,
  type CarrierAccount,
  type Conversation,
  type CreatedSession,
  DEFAULT_MICROSOFT,
  type Line,
  type Me,
  type Page,
  type Problem,
  Tenant,
  type User,
} from "@trunkline/protocol";
import { ROUTES } from "@trunkline/protocol/routes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { VERSION } from "../src/version.ts";
import { eachStore } from "./support/stores.ts";
import {
  type Caller,
  CREDENTIALS,
  made,
  type TestGateway,
  type TestTenant,
  testGateway,
} from "./support/test-gateway.ts";

eachStore((store) => {
  let gateway: TestGateway;
  let acme: TestTenant;

  beforeAll(async () => {
    gateway = await testGateway(store);
    acme = await gateway.newTenant("acme");
  });
  afterAll(() => gateway.stop());

  /** Events that `work` caused. */
  async function eventsOf(tenant: TestTenant, work: () => Promise<unknown>): Promise<AnyEvent[]> {
    const read = (after: string) =>
      made<{ data: AnyEvent[]; cursor: string }>(tenant.call("GET", `/v1/events?limit=200${after}`));
    let { cursor } = await read("");
    for (let page = await read(`&after=${cursor}`); page.cursor !== cursor; page = await read(`&after=${cursor}`)) {
      cursor = page.cursor;
    }
    await work();
    return (await read(`&after=${cursor}`)).data;
  }
  const kinds = (events: AnyEvent[]) => events.map(({ type }) => type);
  const id = <Item extends { id: string }>(item: Item) => item.id;

  test("me tells who asks and what they may do", async () => {
    const asUser = await made<Me>(acme.users.member.call("GET", "/v1/me"));
    expect(ROUTES.getMe.answer.body.safeParse(asUser).success).toBe(true);
    expect(asUser).toMatchObject({
      role: "member",
      user: { id: acme.users.member.id },
      tenant: { id: acme.tenant.id },
      gatewayVersion: VERSION,
    });
    const asKey = await made<Me>(acme.call("GET", "/v1/me"));
    expect(asKey).toMatchObject({ role: null, user: null, tenant: { id: acme.tenant.id } });
    expect(asKey.sees).toEqual({ lineIds: null, records: null, assignedOnly: false });
    expect(asKey.permissions).toContain("sessions.write");
  });

  describe("tenants", () => {
    test("are made with sensible values where none were given, changed in part, and found under both names", async () => {
      const tenant = await made<Tenant>(gateway.operator("POST", "/v1/tenants", { name: "Plain" }));
      expect(Tenant.safeParse(tenant).success).toBe(true);
      expect(tenant).toMatchObject({
        externalId: null,
        features: [],
        timeZone: "UTC",
        allowedOrigins: [],
        appUrl: null,
      });
      const change = { externalId: "plain", timeZone: "Europe/Oslo", allowedOrigins: ["https://crm.test"] };
      const changed = await made<Tenant>(gateway.operator("PATCH", `/v1/tenants/${tenant.id}`, change));
      expect(changed).toMatchObject({ ...change, name: "Plain", id: tenant.id });
      expect(changed.updatedAt > tenant.updatedAt).toBe(true);
      expect(await made(gateway.operator("GET", "/v1/tenants/ext:plain"))).toEqual(changed);
    });

    test("say who is let in by Microsoft: each setting by itself, and no session names a role above its own", async () => {
      expect(acme.tenant.microsoft).toEqual(DEFAULT_MICROSOFT);
      const group = "0f1e2d3c-2222-3333-4444-555555555555";
      const patch = (call: Caller, microsoft: object) => call<Problem>("PATCH", "/v1/tenant", { microsoft });
      const { owner, admin, member } = acme.users;
      await made(patch(owner.call, { provisioning: "create", appRoles: { Boss: "owner" } }));
      const changed = await made<Tenant>(patch(admin.call, { groups: { [group]: "admin" }, role: "viewer" }));
      const wanted = {
        provisioning: "create",
        role: "viewer",
        appRoles: { Boss: "owner" },
        groups: { [group]: "admin" },
      };
      expect(changed.microsoft).toEqual({ ...wanted, suspended: false });
      for (const above of [{ role: "owner" }, { appRoles: { X: "owner" } }, { groups: { [group]: "owner" } }]) {
        const { status, body } = await patch(admin.call, above);
        expect([status, body.code, body.allowedRoles]).toEqual([403, "forbidden", ["owner"]]);
      }
      expect((await patch(member.call, { provisioning: "refuse" })).body.code).toBe("forbidden");
      const wrong = [
        { provisioning: "x" },
        { groups: { staff: "member" } },
        { appRoles: { Boss: "king" } },
        { more: 1 },
      ];
      for (const microsoft of wrong) expect((await patch(owner.call, microsoft)).status).toBe(422);
      const many = Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`role ${index}`, "viewer"]));
      expect((await patch(owner.call, { appRoles: many })).body.issues?.[0]?.message).toBe(
        "must have at most 200 entries",
      );
      const reset = { provisioning: "refuse", role: "member", appRoles: {}, groups: {} };
      const undone = { microsoft: reset };
      expect(await made(gateway.operator("PATCH", `/v1/tenants/${acme.tenant.id}`, undone))).toMatchObject(undone);
    });

    test("two cannot have the same external id", async () => {
      const again = await gateway.operator<Problem>("POST", "/v1/tenants", { name: "Twin", externalId: "acme" });
      expect([again.status, again.body.code, again.body.issues?.[0]?.path]).toEqual([409, "conflict", ["externalId"]]);
      const other = await made<Tenant>(gateway.operator("POST", "/v1/tenants", { name: "Other" }));
      expect((await gateway.operator("PATCH", `/v1/tenants/${other.id}`, { externalId: "acme" })).status).toBe(409);
    });

    test("refuse time zones, origins and addresses that are none", async () => {
      for (const wrong of [
        { timeZone: "Mars/Olympus" },
        { allowedOrigins: ["https://crm.test/path"] },
        { allowedOrigins: ["*"] },
        { appUrl: "javascript:alert(1)" },
      ]) {
        expect((await gateway.operator("POST", "/v1/tenants", { name: "Wrong", ...wrong })).status).toBe(422);
      }
    });

    test("a tenant changes its own name but not what its operator calls it", async () => {
      expect(await made(acme.call("GET", "/v1/tenant"))).toMatchObject({ id: acme.tenant.id });
      expect(await made(acme.users.admin.call("PATCH", "/v1/tenant", { name: "Acme & Sons" }))).toMatchObject({
        name: "Acme & Sons",
      });
      const { status, body } = await acme.call<Problem>("PATCH", "/v1/tenant", { externalId: "bigger" });
      expect([status, body.code]).toEqual([403, "operator_required"]);
    });

    test("deleting one removes every row it had, in every table, and nobody else's", async () => {
      const gone = await gateway.newTenant("gone");
      await made(gone.call("PATCH", `/v1/lines/${gone.line.id}`, { assignees: [gone.users.member.id] }, {}));
      const idempotent = { "idempotency-key": "kept" };
      await made(
        gone.call(
          "POST",
          "/v1/carrier-accounts",
          { carrier: "sandbox", name: "B", credentials: CREDENTIALS },
          idempotent,
        ),
      );
      const looking = await gateway.engine.connect();
      const { rows: tables } = await looking.query<{ name: string }>(
        `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
          where a.attname = 'tenant_id' and c.relkind = 'r' and c.relnamespace = 'public'::regnamespace`,
        [],
      );
      looking.release();
      const count = async (tenantId: string) => {
        const connection = await gateway.engine.connect(); // one that is given back may be in somebody's transaction
        const held: Record<string, number> = {};
        for (const { name } of tables) {
          const { rows } = await connection.query<{ n: number }>(
            `select count(*)::int as n from ${name} where tenant_id = $1`,
            [tenantId],
          );
          if (rows[0]?.n) held[name] = rows[0].n;
        }
        connection.release();
        return held;
      };
      const kept = await count(acme.tenant.id);
      expect(Object.keys(await count(gone.tenant.id))).toEqual(
        expect.arrayContaining([
          "events",
          "idempotency_keys",
          "keys",
          "line_assignees",
          "lines",
          "sessions",
          "tenants",
          "users",
        ]),
      );
      expect((await gateway.operator("DELETE", "/v1/tenants/ext:gone")).status).toBe(204);
      await gateway.gateway.idle();
      expect(await count(gone.tenant.id)).toEqual({});
      expect(await count(acme.tenant.id)).toEqual(kept);
      expect((await gateway.operator("DELETE", "/v1/tenants/ext:gone")).status).toBe(404);
      await expect.poll(async () => (await gone.call("GET", "/v1/me")).status).toBe(401);
      await expect.poll(async () => (await gone.users.owner.call("GET", "/v1/me")).status).toBe(401);
    });
  });

  describe("sessions", () => {
    const mint = (user: object, more: object = {}) =>
      acme.call<CreatedSession>("POST", "/v1/sessions", { user, ...more });

    test("the first makes the user, as a member unless told otherwise; the role counts that once", async () => {
      const first = await made<CreatedSession>(mint({ externalId: "new", name: "New" }));
      expect(first.user).toMatchObject({
        externalId: "new",
        name: "New",
        email: null,
        role: "member",
        suspended: false,
      });
      expect(first.token).toMatch(/^tls_[\w-]{43}$/);
      expect(Date.parse(first.expiresAt) - gateway.clock.now()).toBe(600_000);
      const again = await made<CreatedSession>(mint({ externalId: "new", name: "New" }, { role: "owner" }));
      expect(again.user).toEqual(first.user);
      const owner = await made<CreatedSession>(mint({ externalId: "boss", name: "Boss" }, { role: "owner" }));
      expect(owner.user.role).toBe("owner");
    });

    test("name and e-mail follow the host, and an unchanged user stays as they were", async () => {
      const first = await made<CreatedSession>(mint({ externalId: "renamed", name: "Before", email: "b@x.test" }));
      const events = await eventsOf(acme, () => mint({ externalId: "renamed", name: "Before" }));
      expect(kinds(events)).toEqual([]);
      const after = await eventsOf(acme, () => mint({ externalId: "renamed", name: "After", email: null }));
      expect(after).toMatchObject([
        { type: "user.updated", data: { name: "After", email: null }, actor: { kind: "key", id: acme.key.id } },
      ]);
      const user = await made<User>(acme.call("GET", "/v1/users/ext:renamed"));
      expect(user.updatedAt > first.user.updatedAt).toBe(true);
    });

    test("a Microsoft identity is linked once, never moved, and belongs to one user", async () => {
      const microsoft = { tenantId: crypto.randomUUID(), objectId: crypto.randomUUID() };
      await made(mint({ externalId: "linked", name: "L" }));
      const linked = await made<CreatedSession>(mint({ externalId: "linked", name: "L", microsoft }));
      expect(linked.user.microsoft).toEqual(microsoft);
      const other = { tenantId: crypto.randomUUID(), objectId: crypto.randomUUID() };
      const moved = await made<CreatedSession>(mint({ externalId: "linked", name: "L", microsoft: other }));
      expect(moved.user.microsoft).toEqual(microsoft);
      const taken = await acme.call<Problem>("POST", "/v1/sessions", {
        user: { externalId: "thief", name: "T", microsoft },
      });
      expect([taken.status, taken.body.code]).toEqual([409, "conflict"]);
      expect((await acme.call("GET", "/v1/users/ext:thief")).status).toBe(404);
    });

    test("many at once for somebody new make one user", async () => {
      const sessions = await Promise.all(
        Array.from({ length: 8 }, () => made<CreatedSession>(mint({ externalId: "rush", name: "Rush" }))),
      );
      expect(new Set(sessions.map(({ user }) => user.id)).size).toBe(1);
      expect(new Set(sessions.map(({ token }) => token)).size).toBe(8);
    });

    test("those that ended long ago are cleared when their user gets another", async () => {
      await made(mint({ externalId: "tidy", name: "T" }, { expiresInSeconds: 30 }));
      gateway.clock.advance(30_000 + 60 * 60_000 + 1);
      const last = await made<CreatedSession>(mint({ externalId: "tidy", name: "T" }));
      const rows = await gateway.database.tenant(acme.tenant.id, (tx) =>
        tx.selectFrom("sessions").select("id").where("user_id", "=", last.user.id).execute(),
      );
      expect(rows.map(id)).toEqual([last.id]);
    });
  });

  describe("users", () => {
    test("are found under both names and changed in part; the change is told", async () => {
      await made(acme.call("POST", "/v1/sessions", { user: { externalId: "a@b/c d", name: "Odd" } }));
      const ref = `/v1/users/${encodeURIComponent("ext:a@b/c d")}`;
      const user = await made<User>(acme.call("GET", ref));
      expect(await made(acme.call("GET", `/v1/users/${user.id}`))).toEqual(user);
      const events = await eventsOf(acme, () => made(acme.call("PATCH", ref, { role: "viewer", email: "odd@x.test" })));
      expect(events).toMatchObject([
        { type: "user.updated", data: { id: user.id, role: "viewer", email: "odd@x.test", name: "Odd" } },
      ]);
    });

    test("two changes in the same millisecond still give two versions in order", async () => {
      const path = "/v1/users/ext:viewer";
      const versions: string[] = [];
      for (const name of ["a", "b", "c"])
        versions.push((await made<User>(acme.call("PATCH", path, { name }))).updatedAt);
      expect(new Set(versions).size).toBe(3);
      expect(versions.toSorted()).toEqual(versions);
    });

    test("deleting one ends their sessions, and frees their lines and conversations for others", async () => {
      const session = await made<CreatedSession>(
        acme.call("POST", "/v1/sessions", { user: { externalId: "gone", name: "Gone" } }),
      );
      await made(acme.call("PATCH", `/v1/lines/${acme.line.id}`, { assignees: [session.user.id] }));
      const opening = { lineId: acme.line.id, participants: ["+14255550123"] };
      const theirs = await made<Conversation>(acme.call("POST", "/v1/conversations", opening));
      await made(acme.call("PATCH", `/v1/conversations/${theirs.id}`, { assigneeId: "ext:gone" }));
      const events = await eventsOf(acme, () => made(acme.call("DELETE", "/v1/users/ext:gone")));
      // The revocation is told to that user's own streams alone.
      expect(events).toMatchObject([
        { type: "line.updated", data: { id: acme.line.id, assignees: [] } },
        { type: "conversation.updated", data: { id: theirs.id, assigneeId: null } },
      ]);
      expect(await made(acme.call("GET", `/v1/conversations/${theirs.id}`))).toMatchObject({ assigneeId: null });
      expect((await acme.call("GET", "/v1/users/ext:gone")).status).toBe(404);
      await expect.poll(async () => (await gateway.as(session.token)("GET", "/v1/me")).status).toBe(401);
    });
  });

  describe("carrier accounts", () => {
    test("take what their carrier needs, and never give credentials back", async () => {
      const events = await eventsOf(acme, async () => {
        const body = { carrier: "sandbox", name: "Second", credentials: CREDENTIALS };
        const account = await made<CarrierAccount>(acme.call("POST", "/v1/carrier-accounts", body));
        expect(Object.keys(account).sort()).toEqual([
          "carrier",
          "createdAt",
          "health",
          "id",
          "keywordAnswers",
          "name",
          "updatedAt",
          "webhooks",
        ]);
        const path = `/v1/carrier-accounts/${account.id}`;
        const changed = await made<CarrierAccount>(
          acme.call("PATCH", path, { name: "Renamed", credentials: { ...CREDENTIALS, apiKey: "new" } }),
        );
        expect(changed).toEqual({ ...account, name: "Renamed", updatedAt: changed.updatedAt });
        expect((await acme.call("DELETE", path)).status).toBe(204);
        expect((await acme.call("GET", path)).status).toBe(404);
      });
      expect(kinds(events)).toEqual(["carrier_account.updated", "carrier_account.updated"]);
      expect(JSON.stringify(events)).not.toContain("secret");
    });

    test("refuse credentials that cannot work, without repeating them", async () => {
      for (const credentials of [{}, { ...CREDENTIALS, baseUrl: "not a url" }, { apiKey: "only-this-one" }]) {
        const { status, body } = await acme.call<Problem>("POST", "/v1/carrier-accounts", {
          carrier: "sandbox",
          name: "X",
          credentials,
        });
        expect([status, body.code, body.issues?.[0]?.path[0]]).toEqual([422, "invalid_input", "credentials"]);
        expect(JSON.stringify(body)).not.toContain("only-this-one");
      }
      expect(
        (await acme.call("POST", "/v1/carrier-accounts", { carrier: "pigeon", name: "X", credentials: {} })).status,
      ).toBe(422);
    });

    test("one that a line uses stays", async () => {
      const { status, body } = await acme.call<Problem>("DELETE", `/v1/carrier-accounts/${acme.account.id}`);
      expect([status, body.code]).toEqual([409, "conflict"]);
      expect((await acme.call("GET", `/v1/carrier-accounts/${acme.account.id}`)).status).toBe(200);
    });
  });

  describe("lines", () => {
    const add = (fields: object) =>
      acme.call<Line & Problem>("POST", "/v1/lines", { name: "L", carrierAccountId: acme.account.id, ...fields });

    test("have one canonical number, however it was written, and a kind that follows from it", async () => {
      const long = await made<Line>(add({ number: " +1 (206) 555-0177 " }));
      expect(long).toMatchObject({
        number: "+12065550177",
        senderId: null,
        kind: "long_code",
        carrier: "sandbox",
        sendRate: null,
      });
      expect(await made(add({ number: "+18005550123" }))).toMatchObject({ kind: "toll_free" });
      expect(await made(add({ number: "12345" }))).toMatchObject({ number: "12345", kind: "short_code" });
      expect(await made(add({ senderId: "ACME" }))).toMatchObject({
        number: null,
        senderId: "ACME",
        kind: "alphanumeric",
      });
      const twin = await add({ number: "+1-206-555-0177" });
      expect([twin.status, twin.body.code, twin.body.issues?.[0]?.path]).toEqual([409, "conflict", ["number"]]);
      expect((await add({ senderId: "ACME" })).status).toBe(409);
    });

    test("refuse what is no number, and say why", async () => {
      const wrong: [object, string, string][] = [
        [{ number: "2065550166" }, "number", "invalid_number"],
        [{ number: "+1206555" }, "number", "invalid_number"],
        [{ number: "hello" }, "number", "invalid_number"],
        [{ number: "+12065550166 ext. 5" }, "number", "invalid_number"],
        [{ senderId: "12345678" }, "senderId", "invalid_number"],
        [{}, "number", "invalid_input"],
        [{ number: "+12065550166", senderId: "ACME" }, "senderId", "invalid_input"],
        [{ number: "+12065550166", kind: "short_code" }, "kind", "invalid_input"],
      ];
      for (const [fields, field, code] of wrong) {
        const { status, body } = await add(fields);
        expect([status, body.code, body.issues?.[0]?.path], JSON.stringify(fields)).toEqual([422, code, [field]]);
        expect(body.issues?.[0]?.message).toBeTruthy();
      }
    });

    test("change in part; assignees are replaced as a whole; every step is told", async () => {
      const { member, viewer } = acme.users;
      const line = await made<Line>(
        add({ number: "+12065550165", assignees: [member.id, member.id], capabilities: { mms: true } }),
      );
      expect(line).toMatchObject({ assignees: [member.id], capabilities: { sms: true, mms: true, voice: false } });
      const path = `/v1/lines/${line.id}`;
      const events = await eventsOf(acme, async () => {
        const change = { assignees: [viewer.id], capabilities: { voice: true }, sendRate: 2.5 };
        expect(await made(acme.call("PATCH", path, change))).toMatchObject({
          name: "L",
          assignees: [viewer.id],
          capabilities: { sms: true, mms: true, voice: true },
          sendRate: 2.5,
        });
        expect(await made(acme.call("PATCH", path, { sendRate: null }))).toMatchObject({
          sendRate: null,
          assignees: [viewer.id],
        });
        expect((await acme.call("DELETE", path)).status).toBe(204);
      });
      expect(kinds(events)).toEqual(["line.updated", "line.updated", "line.removed"]);
      expect((await acme.call("GET", path)).status).toBe(404);
    });

    test("an account or assignee that is not there is 404, and nothing is made", async () => {
      const zeros = "0".repeat(26);
      const noAccount = await add({ number: "+12065550164", carrierAccountId: `acc_${zeros}` });
      expect([noAccount.status, noAccount.body.issues?.[0]?.path]).toEqual([404, ["carrierAccountId"]]);
      const noUser = await add({ number: "+12065550164", assignees: [acme.users.member.id, `usr_${zeros}`] });
      expect([noUser.status, noUser.body.issues?.[0]?.path]).toEqual([404, ["assignees", 1]]);
      expect((await acme.call("PATCH", `/v1/lines/${acme.line.id}`, { assignees: [`usr_${zeros}`] })).status).toBe(404);
      const { data } = await made<Page<Line>>(acme.call("GET", "/v1/lines?limit=200"));
      expect(data.map(({ number }) => number)).not.toContain("+12065550164");
    });
  });
});
