import type {
  AuditEntry,
  Conversation,
  ConversationWithViewer,
  Me,
  Message,
  Page,
  Problem,
  User,
} from "@trunkline/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readEvents } from "./support/event-reader.ts";
import {
  APP_ID_URI,
  CLIENT,
  connectOrganisation,
  type Person,
  person,
  type SigningEntra,
  STRANGE_TENANT,
  signingEntra,
} from "./support/signed-tokens.ts";
import { eachStore, PGLITE } from "./support/stores.ts";
import { made, type TestGateway, type TestTenant, type TestUser, testGateway } from "./support/test-gateway.ts";

const OWNER = person(1, 1);
const MEMBER = person(1, 2);
const url = (text: string | Uint8Array) => Buffer.from(text).toString("base64url");
const partsOf = (token: string) => token.split(".") as [string, string, string];

/** Every token that is not what it should be, with the words that say so. */
const WRONG: [string, (entra: SigningEntra) => Promise<string>, RegExp][] = [
  [
    "unsigned",
    async (entra) => `${url('{"alg":"none","kid":"own"}')}.${partsOf(await entra.token(OWNER))[1]}.`,
    /RS256/,
  ],
  ["signed with HS256 by the public key", confused, /RS256/],
  ["said to be signed with RS512", (entra) => withHeader(entra, { alg: "RS512" }), /RS256/],
  ["said to be signed with PS256", (entra) => withHeader(entra, { alg: "PS256" }), /RS256/],
  ["signed by somebody else", (entra) => entra.token(OWNER, { key: entra.other.privateKey }), /signature/],
  ["with another body under the signature", swapped, /signature/],
  ["with a signature cut short", async (entra) => (await entra.token(OWNER)).slice(0, -8), /signature/],
  ["with an invented key id", (entra) => entra.token(OWNER, { header: { kid: "invented" } }), /does not publish/],
  ["without a key id", (entra) => entra.token(OWNER, { header: { kid: undefined } }), /header/],
  [
    "signed with a key of another organisation",
    (entra) => entra.token(OWNER, { header: { kid: "foreign" } }),
    /somebody else/,
  ],
  ["that brings its key", (entra) => entra.token(OWNER, { header: { jwk: { kty: "RSA" } } }), /header/],
  ["that names an address of keys", (entra) => entra.token(OWNER, { header: { jku: "https://evil.test" } }), /header/],
  ["that names a certificate", (entra) => entra.token(OWNER, { header: { x5u: "https://evil.test" } }), /header/],
  ["that brings its certificate", (entra) => entra.token(OWNER, { header: { x5c: ["AA"] } }), /header/],
  [
    "with critical rules of its own",
    (entra) => withHeader(entra, { alg: "RS256", kid: "own", crit: ["exp"] }),
    /header/,
  ],
  ["of another kind", (entra) => entra.token(OWNER, { header: { typ: "dpop+jwt" } }), /header/],
  ["of another issuer", (entra) => entra.token(OWNER, { claims: { iss: "https://evil.test/" } }), /did not issue/],
  [
    "with the issuer of another organisation",
    (entra) => entra.token(OWNER, { claims: { tid: STRANGE_TENANT } }),
    /did not issue/,
  ],
  ["with the issuer of the other version", (entra) => entra.token(OWNER, { claims: { ver: "1.0" } }), /did not issue/],
  [
    "of another cloud",
    (entra) => entra.token(OWNER, { claims: { iss: `https://login.microsoftonline.us/${OWNER.tid}/v2.0` } }),
    /did not issue/,
  ],
  ["of no organisation", (entra) => entra.token(OWNER, { claims: { tid: "common" } }), /not a whole/],
  ["of nobody", (entra) => entra.token(OWNER, { claims: { oid: undefined } }), /not a whole/],
  ["without an end", (entra) => entra.token(OWNER, { claims: { exp: undefined } }), /not a whole/],
  [
    "for Microsoft Graph",
    (entra) => entra.token(OWNER, { claims: { aud: "https://graph.microsoft.com" } }),
    /another application/,
  ],
  ["for several audiences", (entra) => entra.token(OWNER, { claims: { aud: [CLIENT, "x"] } }), /not a whole/],
  ["that has expired", (entra) => entra.token(OWNER, { now: Date.parse("2026-03-03T08:00:00Z") }), /expired/],
  ["of tomorrow", (entra) => entra.token(OWNER, { now: Date.parse("2026-03-04T09:00:00Z") }), /not valid yet/],
  ["to tell who signed in", (entra) => entra.token(OWNER, { claims: { scp: undefined } }), /ID token/],
  ["to tell who signed in, with a scope", (entra) => entra.token(OWNER, { claims: { nonce: "n" } }), /ID token/],
  [
    "of an application",
    (entra) => entra.token(OWNER, { claims: { scp: undefined, roles: ["Texts"] } }),
    /an application/,
  ],
  ["of an application that says so", (entra) => entra.token(OWNER, { claims: { idtyp: "app" } }), /an application/],
  ["for another permission", (entra) => entra.token(OWNER, { claims: { scp: "access_as_user2" } }), /permission/],
  [
    "asked for by another application",
    (entra) => entra.token(OWNER, { claims: { azp: STRANGE_TENANT } }),
    /application/,
  ],
  ["with a claim that stands twice", twice, /not a whole/],
  [
    "of two parts",
    async (entra) =>
      partsOf(await entra.token(OWNER))
        .slice(0, 2)
        .join("."),
    /^$/,
  ],
  ["without measure", (entra) => entra.token(OWNER, { claims: { name: "x".repeat(20_000) } }), /^$/],
];

async function swapped(entra: SigningEntra) {
  const [head, , signature] = partsOf(await entra.token(OWNER));
  return [head, partsOf(await entra.token(MEMBER))[1], signature].join(".");
}

async function sign(entra: SigningEntra, head: object, body: string) {
  const signed = `${url(JSON.stringify(head))}.${url(body)}`;
  const bytes = await crypto.subtle.sign("RSASSA-PKCS1-v1_5", entra.own.privateKey, Buffer.from(signed));
  return `${signed}.${url(new Uint8Array(bytes))}`;
}

const bodyOf = async (entra: SigningEntra) =>
  Buffer.from(partsOf(await entra.token(OWNER))[1], "base64url").toString("utf8");
const withHeader = async (entra: SigningEntra, head: object) => sign(entra, head, await bodyOf(entra));

async function twice(entra: SigningEntra) {
  return sign(entra, { alg: "RS256", kid: "own" }, (await bodyOf(entra)).replace("{", `{"oid":"${MEMBER.oid}",`));
}

async function confused(entra: SigningEntra) {
  const bytes = await crypto.subtle.exportKey("spki", entra.own.publicKey);
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const signed = `${url('{"alg":"HS256","kid":"own"}')}.${partsOf(await entra.token(OWNER))[1]}`;
  return `${signed}.${url(new Uint8Array(await crypto.subtle.sign("HMAC", key, Buffer.from(signed))))}`;
}

eachStore((store) => {
  let entra: SigningEntra;
  let gateway: TestGateway;
  let acme: TestTenant;

  beforeAll(async () => {
    entra = await signingEntra();
    gateway = await testGateway(store, { microsoft: entra.registration, fetch: entra.fetch });
    acme = await gateway.newTenant("acme");
    await connectOrganisation(gateway, acme, OWNER.tid);
    await link(acme, acme.users.owner, OWNER);
    await link(acme, acme.users.member, MEMBER);
  });
  afterAll(() => gateway.stop());
  beforeEach(() => settings({ provisioning: "refuse", role: "member", appRoles: {}, groups: {}, suspended: false }));

  const link = ({ call }: TestTenant, { id }: Pick<TestUser, "id">, { tid, oid }: Person) =>
    made(call("PATCH", `/v1/users/${id}`, { microsoft: { tenantId: tid, objectId: oid } }));
  const settings = (microsoft: object) => made(acme.call("PATCH", "/v1/tenant", { microsoft }));
  const signedIn = async (who: Person, claims: object = {}) =>
    gateway.as(await entra.token(who, { claims, now: gateway.clock.now() }));
  const refused = async (who: Person, claims: object = {}) => {
    const { status, body } = await (await signedIn(who, claims))<Problem>("GET", "/v1/me");
    return [status, body.code] as const;
  };

  describe("tokens", () => {
    test.each(WRONG)("%s: refused, in words, without repeating it", async (_, make, words) => {
      const token = await make(entra);
      const { status, body, headers } = await gateway.as(token)<Problem>("GET", "/v1/me");
      const code = words.source === "expired" ? "token_expired" : "token_refused";
      expect([status, body.code, headers.get("www-authenticate")]).toEqual([401, code, "Bearer"]);
      expect(body.detail ?? "").toMatch(words);
      expect(JSON.stringify(body)).not.toContain(token.slice(0, 40));
      const stream = await gateway.fetch("/v1/events", {
        headers: { authorization: `Bearer ${token}`, accept: "text/event-stream" },
      });
      expect(stream.status).toBe(401);
    });

    test("of both versions open the gateway, and what looks like one of ours does not get through as one", async () => {
      const call = await signedIn(OWNER);
      expect((await made<Me>(call("GET", "/v1/me"))).user?.id).toBe(acme.users.owner.id);
      const v1 = { ver: "1.0", iss: `https://sts.windows.net/${OWNER.tid}/`, appid: CLIENT, aud: APP_ID_URI };
      expect((await made<Me>((await signedIn(OWNER, v1))("GET", "/v1/me"))).user?.id).toBe(acme.users.owner.id);
      expect((await gateway.as(`tls_${await entra.token(OWNER)}`)("GET", "/v1/me")).status).toBe(401);
    });
  });

  describe("a person", () => {
    test("who signs in both ways is one user, with one place in each conversation and one memory of what was sent", async () => {
      const { owner } = acme.users;
      const call = await signedIn(OWNER);
      const [one, two] = [await made<Me>(owner.call("GET", "/v1/me")), await made<Me>(call("GET", "/v1/me"))];
      expect(two).toEqual(one);
      const opening = { lineId: acme.line.id, participants: ["+14255550123"] };
      const { id } = await made<Conversation>(acme.call("POST", "/v1/conversations", opening));
      const path = `/v1/conversations/${id}`;
      const { sequence } = await made<Message>(acme.call("POST", `${path}/messages`, { text: "Hello" }));
      const viewer = async (as: typeof call) => (await made<ConversationWithViewer>(as("GET", path))).viewer;
      expect(await viewer(call)).toEqual(await viewer(owner.call));
      await made(call("POST", `${path}/read`, { throughSequence: sequence }));
      expect(await viewer(owner.call)).toMatchObject({ readThroughSequence: sequence, unreadCount: 0 });
      const once = { "idempotency-key": "one-and-the-same" };
      const sent = await made<Message>(call("POST", `${path}/messages`, { text: "Yes" }, once));
      expect(sent.author).toMatchObject({ kind: "user", id: owner.id });
      expect(await made<Message>(owner.call("POST", `${path}/messages`, { text: "Yes" }, once))).toEqual(sent);
      expect(await made(call("GET", "/v1/unread"))).toEqual(await made(owner.call("GET", "/v1/unread")));
    });

    test("is found by tenant and object id, however the host wrote them, and never by a name or an address", async () => {
      const someone = person(1, 3);
      const host = { externalId: "ada", name: "Ada", email: "ada@contoso.test" };
      const { user } = await made<{ user: User }>(acme.call("POST", "/v1/sessions", { user: host }));
      const claims = { name: "Ada", preferred_username: "ada@contoso.test", email: "ada@contoso.test" };
      expect(await refused(someone, claims)).toEqual([403, "forbidden"]);
      await link(acme, user, { tid: someone.tid.toUpperCase(), oid: someone.oid.toUpperCase() });
      expect((await made<Me>((await signedIn(someone))("GET", "/v1/me"))).user?.id).toBe(user.id);
    });

    test("whom nobody let in is told what an admin must do, and one whose organisation nobody connected, where", async () => {
      const { body } = await (await signedIn(person(1, 4)))<Problem>("GET", "/v1/me");
      expect([body.status, body.code]).toEqual([403, "forbidden"]);
      expect(body.detail).toContain("PATCH /v1/users/{id}");
      const far = await (await signedIn({ tid: STRANGE_TENANT, oid: OWNER.oid }))<Problem>("GET", "/v1/me");
      expect([far.status, far.body.code]).toEqual([403, "tenant_not_connected"]);
      expect(far.body.detail).toContain("POST /v1/consent/connect");
    });

    test("is made a user at first sight where the policy says so: once, however many calls come at a time", async () => {
      await settings({ provisioning: "create", role: "viewer", appRoles: { Admins: "admin" } });
      const someone = person(1, 5);
      const claims = { name: "  Grace Hopper ", roles: ["Admins"] };
      const callers = await Promise.all([1, 2, 3, 4].map((n) => signedIn(someone, { ...claims, uti: String(n) })));
      const seen = await Promise.all(callers.map((call) => made<Me>(call("GET", "/v1/me"))));
      const [first] = seen;
      for (const me of seen) expect(me).toEqual(first);
      expect(first?.user).toMatchObject({ name: "Grace Hopper", email: null, externalId: null, role: "viewer" });
      expect(first?.user?.microsoft).toEqual({ tenantId: someone.tid, objectId: someone.oid });
      expect(first?.role).toBe("admin"); // at this sign-in, by what the token says
      const { data } = await made<Page<User>>(acme.call("GET", "/v1/users"));
      expect(data.filter(({ microsoft }) => microsoft?.objectId === someone.oid)).toHaveLength(1);
      const told = await gateway.database.tenant(acme.tenant.id, (tx) =>
        tx.selectFrom("events").select("body").where("type", "=", "user.updated").execute(),
      );
      expect(told.filter(({ body }) => body.includes(`"id":"${first?.user?.id}","externalId"`))).toHaveLength(1);
      const id = first?.user?.id;
      const { data: audited } = await made<Page<AuditEntry>>(acme.call("GET", `/v1/audit?objectId=${id}`));
      expect(audited).toMatchObject([
        {
          action: "provisionUser",
          actor: { kind: "user", id },
          by: { kind: "entra", id },
          before: null,
          requestId: null,
        },
      ]);
    });

    test("without a usable name is made a user all the same", async () => {
      await settings({ provisioning: "create" });
      const nameOf = async (digit: number, claims: object) =>
        (await made<Me>((await signedIn(person(1, digit), claims))("GET", "/v1/me"))).user?.name;
      expect(await nameOf(6, { name: "\0", preferred_username: "grace@contoso.test" })).toBe("grace@contoso.test");
      expect(await nameOf(7, { name: "x".repeat(500) })).toBe("x".repeat(200));
      expect(await nameOf(8, {})).not.toBe("");
    });
  });

  describe("a role", () => {
    const GROUP = "0f1e2d3c-2222-3333-4444-555555555555";
    const roleOf = async (claims: object) => (await made<Me>((await signedIn(MEMBER, claims))("GET", "/v1/me"))).role;

    test("is that of an app role, else that of a group, else the user's own; of several the highest", async () => {
      expect(await roleOf({ roles: ["owner"], groups: [GROUP] })).toBe("member");
      await settings({ appRoles: { Reader: "viewer", Boss: "admin" }, groups: { [GROUP.toUpperCase()]: "owner" } });
      expect(await roleOf({})).toBe("member");
      expect(await roleOf({ roles: ["Reader"], groups: [GROUP] })).toBe("viewer");
      expect(await roleOf({ roles: ["Reader", "Boss"] })).toBe("admin");
      expect(await roleOf({ roles: ["toString", "__proto__"] })).toBe("member");
      expect(await roleOf({ roles: ["Other"], groups: [GROUP] })).toBe("owner");
    });

    test("is the user's own where the groups are too many to stand in the token", async () => {
      await settings({ groups: { [GROUP]: "owner" } });
      expect(await roleOf({ groups: [GROUP], _claim_names: { groups: "src1" } })).toBe("member");
      expect(await roleOf({ hasgroups: true })).toBe("member");
    });

    test("decides what is seen and done, and stays with the sign-in", async () => {
      await settings({ appRoles: { Reader: "viewer", Boss: "admin" } });
      const line = `/v1/lines/${acme.line.id}`;
      const [boss, reader] = [
        await signedIn(MEMBER, { roles: ["Boss"] }),
        await signedIn(OWNER, { roles: ["Reader"] }),
      ];
      expect((await boss("PATCH", line, { name: "Front desk" })).status).toBe(200);
      expect((await reader("PATCH", line, { name: "Mine" })).status).toBe(403);
      expect((await reader("GET", line)).status).toBe(404); // a viewer sees the lines that are theirs
      expect((await acme.users.member.call("GET", line)).status).toBe(404);
      const me = await made<Me>(boss("GET", "/v1/me"));
      expect([me.role, me.user?.role]).toEqual(["admin", "member"]);
      expect((await boss<Problem>("PATCH", `/v1/users/${me.user?.id}`, { role: "owner" })).body.code).toBe("forbidden");
    });
  });

  describe("who may not act", () => {
    test("is refused: a suspended user, and everybody of an organisation that is suspended", async () => {
      const call = await signedIn(MEMBER);
      expect((await call("GET", "/v1/me")).status).toBe(200);
      await made(acme.call("PATCH", `/v1/users/${acme.users.member.id}`, { suspended: true }));
      expect(await refused(MEMBER)).toEqual([403, "suspended"]);
      expect((await call("GET", "/v1/me")).status).toBe(403);
      await made(acme.call("PATCH", `/v1/users/${acme.users.member.id}`, { suspended: false }));
      expect((await call("GET", "/v1/me")).status).toBe(200);
      await made(acme.users.admin.call("PATCH", "/v1/tenant", { microsoft: { suspended: true } }));
      const { status, body } = await call<Problem>("GET", "/v1/me");
      expect([status, body.code, body.detail]).toEqual([403, "suspended", expect.stringContaining("Microsoft")]);
      expect((await acme.users.member.call("GET", "/v1/me")).status).toBe(200); // a session is no sign-in with Microsoft
      await made(gateway.operator("PATCH", `/v1/tenants/${acme.tenant.id}`, { microsoft: { suspended: false } }));
      expect((await call("GET", "/v1/me")).status).toBe(200);
    });

    test("is nobody in another tenant, whatever they name", async () => {
      const other = await gateway.newTenant("other");
      await connectOrganisation(gateway, other, person(2, 1).tid);
      await link(other, other.users.owner, person(2, 1));
      const call = await signedIn(person(2, 1));
      expect((await made<Me>(call("GET", "/v1/me"))).tenant.id).toBe(other.tenant.id);
      expect((await call<Problem>("GET", `/v1/lines/${acme.line.id}`)).body.code).toBe("not_found");
      const named = await call<Problem>("GET", "/v1/me", undefined, { "trunkline-tenant": acme.tenant.id });
      expect(named.body.code).toBe("operator_required");
      // The same object id in another organisation is another person.
      expect(await refused({ tid: person(2, 1).tid, oid: MEMBER.oid })).toEqual([403, "forbidden"]);
      await made(gateway.operator("DELETE", `/v1/tenants/${other.tenant.id}`));
      expect(await refused(person(2, 1))).toEqual([403, "tenant_not_connected"]);
    });
  });

  describe("an open event stream", () => {
    const open = async (who: Person, claims: object = {}) => {
      const reader = await readEvents(gateway, await entra.token(who, { claims, now: gateway.clock.now() }));
      await reader.until(({ event }) => event === "stream.caught_up");
      return reader;
    };
    const endOf = async (reader: Awaited<ReturnType<typeof open>>) => {
      const { data = "" } = await reader.until(({ event }) => event === "stream.end");
      expect(await reader.next()).toBe(null);
      return (JSON.parse(data) as { reason: string }).reason;
    };

    test("ends when the user is suspended, unlinked or removed", async () => {
      const someone = person(1, 9);
      const body = { user: { externalId: "leaver", name: "Leaver" } };
      const { user } = await made<{ user: User }>(acme.call("POST", "/v1/sessions", body));
      const path = `/v1/users/${user.id}`;
      await link(acme, user, someone);
      let stream = await open(someone);
      await made(acme.call("PATCH", path, { suspended: true }));
      expect(await endOf(stream)).toBe("suspended");
      await made(acme.call("PATCH", path, { suspended: false }));
      stream = await open(someone);
      await made(acme.call("PATCH", path, { microsoft: null }));
      expect(await endOf(stream)).toBe("session_revoked");
      await link(acme, user, someone);
      stream = await open(someone);
      await made(acme.call("DELETE", path));
      expect(await endOf(stream)).toBe("session_revoked");
    });

    test("ends when the organisation is suspended or disconnected, and with the token", async () => {
      let stream = await open(OWNER);
      await settings({ suspended: true });
      expect(await endOf(stream)).toBe("suspended");
      await settings({ suspended: false });
      stream = await open(OWNER);
      await made(acme.users.admin.call("POST", "/v1/consent/disconnect", { of: "tenant" }));
      expect(await endOf(stream)).toBe("session_revoked");
      expect(await refused(OWNER)).toEqual([403, "tenant_not_connected"]);
      await connectOrganisation(gateway, acme, OWNER.tid);
      stream = await open(OWNER);
      gateway.clock.advance(3_600_000);
      expect(await endOf(stream)).toBe("token_expired");
    });

    test("begins anew when the role changes", async () => {
      const stream = await open(MEMBER, { roles: ["Boss"] });
      await settings({ appRoles: { Boss: "admin" } });
      const { data } = await stream.until(({ event }) => event === "stream.reset");
      expect(data).toContain("access_changed");
      await stream.close();
    });
  });
});

test("while Entra does not tell its keys, nobody is refused: they are asked to come back", async () => {
  const entra = await signingEntra();
  const gateway = await testGateway(PGLITE, { microsoft: entra.registration, fetch: entra.fetch });
  const acme = await gateway.newTenant("acme");
  await connectOrganisation(gateway, acme, OWNER.tid);
  const { id } = acme.users.owner;
  await made(acme.call("PATCH", `/v1/users/${id}`, { microsoft: { tenantId: OWNER.tid, objectId: OWNER.oid } }));
  const call = gateway.as(await entra.token(OWNER));
  entra.isDown = true;
  const { status, body, headers } = await call<Problem>("GET", "/v1/me");
  expect([status, body.code, headers.get("retry-after")]).toEqual([503, "microsoft_unavailable", "10"]);
  expect((await acme.users.owner.call("GET", "/v1/me")).status).toBe(200);
  entra.isDown = false;
  gateway.clock.advance(10_000);
  expect((await call("GET", "/v1/me")).status).toBe(200);
  await gateway.stop();
});

test("a gateway without a registration takes no token of Entra, and does not ask for keys", async () => {
  const entra = await signingEntra();
  const gateway = await testGateway(PGLITE);
  const { status, body } = await gateway.as(await entra.token(OWNER))<Problem>("GET", "/v1/me");
  expect([status, body.code]).toEqual([401, "token_refused"]);
  await gateway.stop();
});
