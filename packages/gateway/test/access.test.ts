import {
  HEADERS,
  type Key,
  type Me,
  type Page,
  type Problem,
  ROLE_PERMISSIONS,
  ROLES,
  type Role,
} from "@trunkline/protocol";
import { type Operation, ROUTES, type RouteDefinition } from "@trunkline/protocol/routes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eachStore } from "./support/stores.ts";
import { made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

const routes = Object.entries(ROUTES) as [Operation, RouteDefinition][];
/** An id of the right form that nothing has. */
const nobody = (path: string) => path.replace("{id}", `${prefixOf(path)}_${"0".repeat(26)}`);
const PREFIXES = {
  tenants: "ten",
  keys: "key",
  sessions: "ses",
  users: "usr",
  groups: "grp",
  "carrier-accounts": "acc",
  lines: "line",
  conversations: "conv",
  messages: "msg",
  filters: "flt",
  media: "med",
};
const prefixOf = (path: string) => PREFIXES[path.split("/")[2] as keyof typeof PREFIXES];

eachStore((store) => {
  let gateway: TestGateway;
  let acme: TestTenant;

  beforeAll(async () => {
    gateway = await testGateway(store);
    acme = await gateway.newTenant("acme");
  });
  afterAll(() => gateway.stop());

  /** A session of a user of its own. */
  async function sessionOf(
    externalId: string,
    { role, scope, expiresInSeconds = 3600 }: { role?: Role; scope?: object; expiresInSeconds?: number } = {},
  ) {
    const body = {
      user: { externalId, name: externalId },
      ...(role ? { role } : {}),
      ...(scope ? { scope } : {}),
      expiresInSeconds,
    };
    const session = await made<{ id: string; token: string; user: { id: string } }>(
      acme.call("POST", "/v1/sessions", body),
    );
    return { ...session, call: gateway.as(session.token) };
  }

  describe("tokens", () => {
    test("no token, no answer: on every route", async () => {
      for (const [, { method, path }] of routes) {
        const { status, body } = await gateway.as(null)<Problem>(
          method,
          nobody(path),
          method === "GET" ? undefined : {},
        );
        expect([status, body.code], path).toEqual([401, "token_missing"]);
      }
    });

    test("a forged token is refused, whatever it looks like", async () => {
      const real = acme.key.key;
      const forged = [
        `${real.slice(0, -1)}${real.endsWith("A") ? "B" : "A"}`,
        `tlo_${real.slice(4)}`,
        `tls_${real.slice(4)}`,
        real.toUpperCase(),
        "tlk_",
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.",
        "' or 1=1 --",
        "x".repeat(5000),
      ];
      for (const token of forged) {
        const { status, body, headers } = await gateway.as(token)<Problem>("GET", "/v1/me");
        expect([status, body.code, headers.get("www-authenticate")], token).toEqual([401, "token_refused", "Bearer"]);
      }
      for (const authorization of [`Basic ${btoa("a:b")}`, real, `Bearer ${real} ${real}`]) {
        expect((await gateway.as(null)("GET", "/v1/me", undefined, { authorization })).status).toBe(401);
      }
    });

    test("a session ends at its time, and says so", async () => {
      const { call } = await sessionOf("short", { expiresInSeconds: 30 });
      gateway.clock.advance(29_999);
      expect((await call("GET", "/v1/me")).status).toBe(200);
      gateway.clock.advance(1);
      const { status, body } = await call<Problem>("GET", "/v1/me");
      expect([status, body.code]).toEqual([401, "token_expired"]);
      expect(
        (await acme.call("POST", "/v1/sessions", { user: { externalId: "x", name: "X" }, expiresInSeconds: 3601 }))
          .status,
      ).toBe(422);
    });

    test("a revoked session is refused at once, one of them or all of a user's", async () => {
      const one = await sessionOf("leaver");
      const two = await sessionOf("leaver");
      expect((await one.call("GET", "/v1/me")).status).toBe(200);
      expect((await two.call("GET", "/v1/me")).status).toBe(200);
      await made(acme.call("DELETE", `/v1/sessions/${one.id}`));
      await expect.poll(async () => (await one.call("GET", "/v1/me")).status).toBe(401);
      expect((await two.call("GET", "/v1/me")).status).toBe(200);
      await made(acme.call("DELETE", "/v1/users/ext:leaver/sessions"));
      await expect.poll(async () => (await two.call("GET", "/v1/me")).status).toBe(401);
      expect((await acme.call("DELETE", `/v1/sessions/${one.id}`)).status).toBe(404);
    });

    test("a suspended user is out at once, and in again when that ends", async () => {
      const { call } = await sessionOf("suspect");
      await made(acme.call("PATCH", "/v1/users/ext:suspect", { suspended: true }));
      const { status, body } = await call<Problem>("GET", "/v1/me");
      expect([status, body.code]).toEqual([403, "suspended"]);
      const minting = await acme.call<Problem>("POST", "/v1/sessions", { user: { externalId: "suspect", name: "S" } });
      expect([minting.status, minting.body.code]).toEqual([403, "suspended"]);
      await made(acme.call("PATCH", "/v1/users/ext:suspect", { suspended: false }));
      expect((await call("GET", "/v1/me")).status).toBe(200);
    });

    test("a rotated key answers to its new secret only, a revoked one to none", async () => {
      const key = await made<Key & { key: string }>(
        acme.call("POST", "/v1/keys", { name: "k", scopes: ["lines.read"] }),
      );
      expect((await gateway.as(key.key)("GET", "/v1/lines")).status).toBe(200);
      const rotated = await made<Key & { key: string }>(acme.call("POST", `/v1/keys/${key.id}/rotate`));
      expect(rotated).toMatchObject({ id: key.id, scopes: key.scopes, hint: rotated.key.slice(-4) });
      await expect.poll(async () => (await gateway.as(key.key)("GET", "/v1/lines")).status).toBe(401);
      expect((await gateway.as(rotated.key)("GET", "/v1/lines")).status).toBe(200);
      await made(acme.call("DELETE", `/v1/keys/${key.id}`));
      await expect.poll(async () => (await gateway.as(rotated.key)("GET", "/v1/lines")).status).toBe(401);
    });

    test("no list or answer repeats a secret, and the store holds none", async () => {
      const { body } = await acme.call<Page<Key>>("GET", "/v1/keys");
      expect(JSON.stringify(body)).not.toContain(acme.key.key);
      expect(body.data.find(({ id }) => id === acme.key.id)?.hint).toBe(acme.key.key.slice(-4));
      const rows = await gateway.database.tenant(acme.tenant.id, async (tx) => [
        await tx.selectFrom("keys").selectAll().execute(),
        await tx.selectFrom("sessions").selectAll().execute(),
        await tx.selectFrom("carrier_accounts").selectAll().execute(),
      ]);
      const stored = JSON.stringify(rows, (_, value: unknown) =>
        value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value,
      );
      expect(stored).toContain("Sandbox");
      for (const secret of [acme.key.key.slice(4), acme.users.owner.session.token.slice(4), "webhook-secret"]) {
        expect(stored).not.toContain(secret);
      }
    });

    test("a key knows when it was last used, to the minute", async () => {
      const { key, id } = await made<Key & { key: string }>(acme.call("POST", "/v1/keys", { name: "used" }));
      const lastUsed = async () =>
        (await made<Page<Key>>(acme.call("GET", "/v1/keys"))).data.find((one) => one.id === id)?.lastUsedAt;
      expect(await lastUsed()).toBeNull();
      const first = new Date(gateway.clock.now()).toISOString();
      await gateway.as(key)("GET", "/v1/me");
      expect(await lastUsed()).toBe(first);
      gateway.clock.advance(59_000);
      await gateway.as(key)("GET", "/v1/me");
      expect(await lastUsed()).toBe(first);
      gateway.clock.advance(6000);
      await gateway.as(key)("GET", "/v1/me");
      expect(await lastUsed()).toBe(new Date(gateway.clock.now()).toISOString());
    });
  });

  describe("operators", () => {
    test("an operator key names the tenant it acts for, by id or by the operator's own name", async () => {
      const absent = await gateway.operator<Problem>("GET", "/v1/lines");
      expect([absent.status, absent.body.code]).toEqual([400, "tenant_required"]);
      for (const ref of [acme.tenant.id, "ext:acme"]) {
        const { data } = await made<Page<{ id: string }>>(
          gateway.operator("GET", "/v1/lines", undefined, { [HEADERS.tenant]: ref }),
        );
        expect(data.map(({ id }) => id)).toEqual([acme.line.id]);
      }
      for (const ref of ["ext:nobody", `ten_${"0".repeat(26)}`, "ext:", "acme", "'"]) {
        expect((await gateway.operator("GET", "/v1/lines", undefined, { [HEADERS.tenant]: ref })).status, ref).toBe(
          404,
        );
      }
    });

    test("nobody else names a tenant or does an operator's work", async () => {
      for (const call of [acme.call, acme.users.owner.call]) {
        for (const [, { method, path, access }] of routes) {
          if (access !== "operator") continue;
          const { status, body } = await call<Problem>(method, nobody(path), method === "GET" ? undefined : {});
          expect([status, body.code], path).toEqual([403, "operator_required"]);
        }
        const other = await call<Problem>("GET", "/v1/lines", undefined, { [HEADERS.tenant]: "ext:other" });
        expect([other.status, other.body.code]).toEqual([403, "operator_required"]);
        expect((await call("GET", "/v1/lines", undefined, { [HEADERS.tenant]: acme.tenant.id })).status).toBe(200);
      }
    });

    test("an operator key is made once, for a store that has none", async () => {
      expect(await gateway.gateway.firstOperatorKey()).toBeNull();
    });
  });

  describe("rights", () => {
    test("every route answers 403 to a role that lacks its right and says who has it, and never to one that holds it", async () => {
      const beta = await gateway.newTenant("beta");
      let refusals = 0;
      for (const role of ROLES) {
        for (const [, { method, path, access }] of routes) {
          if (access === "operator" || path === "/v1/events") continue;
          const may = access === "member" || access === "user" || ROLE_PERMISSIONS[role].includes(access);
          const { status, body } = await beta.users[role].call<Problem>(
            method,
            nobody(path),
            method === "GET" ? undefined : {},
          );
          expect(status === 403, `${role}: ${method} ${path} -> ${status}`).toBe(!may);
          if (may) continue;
          refusals += 1;
          expect(body.code).toBe("forbidden");
          expect(body.allowedRoles).toEqual(
            ROLES.filter((one) => ROLE_PERMISSIONS[one].some((right) => right === access)),
          );
        }
      }
      expect(refusals).toBeGreaterThan(30);
    });

    test("a key may do what its scopes say and nothing else", async () => {
      for (const scope of ["lines.read", "users.read", "keys.read", "conversations.read"] as const) {
        const { key } = await made<Key & { key: string }>(
          acme.call("POST", "/v1/keys", { name: scope, scopes: [scope] }),
        );
        for (const [, { method, path, access }] of routes) {
          if (access === "operator" || path === "/v1/events") continue;
          const { status } = await gateway.as(key)(method, nobody(path), method === "GET" ? undefined : {});
          expect(status === 403, `${scope}: ${method} ${path} -> ${status}`).toBe(
            access !== scope && access !== "member",
          );
        }
      }
    });

    test("nobody hands on a right they do not hold", async () => {
      const wider = await acme.users.owner.call<Problem>("POST", "/v1/keys", { name: "wider", scopes: ["*"] });
      expect([wider.status, wider.body.code]).toEqual([403, "forbidden"]);
      expect(
        (await acme.users.owner.call("POST", "/v1/keys", { name: "mint", scopes: ["sessions.write"] })).status,
      ).toBe(403);
      const own = await made<Key>(acme.users.owner.call("POST", "/v1/keys", { name: "own" }));
      expect(new Set(own.scopes)).toEqual(new Set(ROLE_PERMISSIONS.owner));
      const maker = await made<Key & { key: string }>(
        acme.call("POST", "/v1/keys", { name: "maker", scopes: ["keys.write", "lines.read"] }),
      );
      const call = gateway.as(maker.key);
      expect((await call("POST", "/v1/keys", { name: "x", scopes: ["users.write"] })).status).toBe(403);
      expect((await call("POST", `/v1/keys/${acme.key.id}/rotate`)).status).toBe(403);
      expect((await call("POST", "/v1/keys", { name: "x", scopes: ["lines.read"] })).status).toBe(201);
    });

    test("a session can only narrow what its user may do", async () => {
      const me = (call: typeof acme.call) => made<Me>(call("GET", "/v1/me"));
      const asOwner = await sessionOf("owner");
      expect(await me(asOwner.call)).toMatchObject({ role: "owner", user: { role: "owner" } });
      const asViewer = await sessionOf("owner", { role: "viewer" });
      expect(await me(asViewer.call)).toMatchObject({ role: "viewer", user: { role: "owner" } });
      expect((await me(asViewer.call)).permissions.toSorted()).toEqual([...ROLE_PERMISSIONS.viewer].sort());
      const asked = await sessionOf("viewer", { role: "owner" });
      expect(await me(asked.call)).toMatchObject({ role: "viewer", user: { role: "viewer" } });
    });

    test("members see the lines assigned to them, a scope narrows that, and a narrowed session administers nothing", async () => {
      const beta = await gateway.newTenant("sight");
      const second = await made<{ id: string }>(
        beta.call("POST", "/v1/lines", { name: "Second", carrierAccountId: beta.account.id, number: "+12065550190" }),
      );
      const seenBy = async (call: typeof beta.call) =>
        (await made<Page<{ id: string }>>(call("GET", "/v1/lines"))).data.map(({ id }) => id).sort();
      const { member, admin, owner } = beta.users;
      expect(await seenBy(member.call)).toEqual([]);
      expect(await seenBy(admin.call)).toEqual([beta.line.id, second.id].sort());
      expect((await member.call("GET", `/v1/lines/${second.id}`)).status).toBe(404);

      await made(admin.call("PATCH", `/v1/lines/${second.id}`, { assignees: [member.id] }));
      expect(await seenBy(member.call)).toEqual([second.id]);
      await made(admin.call("PATCH", `/v1/lines/${second.id}`, { assignees: [] }));
      expect(await seenBy(member.call)).toEqual([]);

      const scope = { lineIds: [second.id] };
      const narrow = await made<{ token: string }>(
        beta.call("POST", "/v1/sessions", { user: { externalId: owner.externalId, name: "Owner" }, scope }),
      );
      const narrowed = gateway.as(narrow.token);
      expect(await seenBy(narrowed)).toEqual([second.id]);
      expect((await narrowed("PATCH", `/v1/lines/${second.id}`, { name: "Mine" })).status).toBe(403);
      expect((await narrowed("POST", "/v1/keys", { name: "k" })).status).toBe(403);
      const foreign = { lineIds: [acme.line.id] };
      expect(
        (await beta.call("POST", "/v1/sessions", { user: { externalId: "x", name: "X" }, scope: foreign })).status,
      ).toBe(404);
    });
  });

  describe("users and their roles", () => {
    test("the last owner stays: a session can neither demote, suspend nor delete them; a key can", async () => {
      const beta = await gateway.newTenant("last-owner");
      const { owner } = beta.users;
      const path = `/v1/users/${owner.id}`;
      for (const [method, body] of [
        ["PATCH", { role: "admin" }],
        ["PATCH", { suspended: true }],
        ["DELETE", undefined],
      ] as const) {
        const { status, body: problem } = await owner.call<Problem>(method, path, body);
        expect([status, problem.code]).toEqual([409, "conflict"]);
        expect(problem.detail).toContain("last owner");
      }
      expect((await owner.call("PATCH", path, { name: "Still the owner" })).status).toBe(200);
      await made(owner.call("PATCH", `/v1/users/${beta.users.admin.id}`, { role: "owner" }));
      await made(owner.call("PATCH", path, { role: "admin" }));
      await made(beta.call("PATCH", `/v1/users/${beta.users.admin.id}`, { role: "member" }));
    });

    test("of two owners who demote each other at once, one stays", async () => {
      const beta = await gateway.newTenant("two-owners");
      const { owner, admin } = beta.users;
      await made(owner.call("PATCH", `/v1/users/${admin.id}`, { role: "owner" }));
      await expect.poll(async () => (await admin.call<Me>("GET", "/v1/me")).body.role).toBe("admin"); // its session stays narrow
      const second = await made<{ token: string }>(
        beta.call("POST", "/v1/sessions", { user: { externalId: "admin", name: "A" } }),
      );
      const outcomes = await Promise.all([
        owner.call("PATCH", `/v1/users/${admin.id}`, { role: "member" }),
        gateway.as(second.token)("PATCH", `/v1/users/${owner.id}`, { role: "member" }),
      ]);
      expect(outcomes.filter(({ status }) => status === 200)).toHaveLength(1);
      const { data } = await made<Page<{ role: Role }>>(beta.call("GET", "/v1/users"));
      expect(data.filter(({ role }) => role === "owner")).toHaveLength(1);
    });

    test("a session touches nobody above its role and lifts nobody above it", async () => {
      const { admin, owner, member } = acme.users;
      const refused = [
        await admin.call<Problem>("PATCH", `/v1/users/${owner.id}`, { name: "x" }),
        await admin.call<Problem>("DELETE", `/v1/users/${owner.id}`),
        await admin.call<Problem>("PATCH", `/v1/users/${member.id}`, { role: "owner" }),
        await admin.call<Problem>("PATCH", `/v1/users/${admin.id}`, { role: "owner" }),
      ];
      for (const { status, body } of refused) expect([status, body.allowedRoles]).toEqual([403, ["owner"]]);
      expect((await admin.call("PATCH", `/v1/users/${member.id}`, { role: "admin" })).status).toBe(200);
      expect((await admin.call("PATCH", `/v1/users/${member.id}`, { role: "member" })).status).toBe(200);
    });
  });
});
