import type { AdminRequest, AuditEntry, ConnectLink, Consent, EventPage, Page, Problem } from "@trunkline/protocol";
import type { MicrosoftFeature } from "@trunkline/protocol/permissions";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import {
  AUTHORITY,
  type FakeEntra,
  type FakePerson,
  fakeEntra,
  OTHER_ORGANISATION,
  refused,
  unavailable,
} from "./support/fake-entra.ts";
import { eachStore } from "./support/stores.ts";
import { type Caller, made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

const ADA = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa";
const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

eachStore((store) => {
  let entra: FakeEntra;
  let gateway: TestGateway;
  let tenant: TestTenant;
  let count = 0;
  /** What Graph says of who signed in. */
  let me: () => Response;
  const askedOfGraph: string[] = [];

  beforeAll(async () => {
    entra = fakeEntra();
    gateway = await testGateway(store, {
      microsoft: {
        ...entra.registration,
        credentials: [
          { id: "old", kind: "secret", startsAt: 0, expiresAt: Date.parse("2026-05-01T00:00:00Z") },
          { id: "new", kind: "certificate", startsAt: 0, expiresAt: Date.parse("2028-01-01T00:00:00Z") },
        ],
      },
      publicUrl: "https://gateway.test",
      fetch: async (input) => {
        askedOfGraph.push(String(input));
        return me();
      },
      allowedOrigins: ["https://app.test"],
    });
  });
  afterAll(() => gateway.stop());
  beforeEach(async () => {
    entra.roles.clear();
    entra.renewals.clear();
    me = () => new Response(null, { status: 503 });
    tenant = await gateway.newTenant(`consent ${count++}`);
    await switchOn(["messaging"]);
  });

  const switchOn = (features: MicrosoftFeature[]) =>
    made(gateway.operator("PATCH", `/v1/tenants/${tenant.tenant.id}`, { features }));
  const consentOf = (call: Caller) => made<Consent>(call("GET", "/v1/consent"));
  const connectLink = (call: Caller, body: object = {}) => made<ConnectLink>(call("POST", "/v1/consent/connect", body));
  const page = async (path: string, init?: RequestInit) => {
    const response = await gateway.fetch(path, { redirect: "manual", ...init });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  const press = (path: string, choice: string) =>
    page(path, {
      method: "POST",
      body: new URLSearchParams({ do: choice }).toString(),
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
  const callback = (query: string) => page(`/microsoft/callback?${query}`);
  const formOf = (text: string) => {
    const action = /<form method="post" action="https:\/\/gateway\.test(.*?)"/.exec(text)?.[1];
    if (action === undefined) throw new Error(`no form in ${text}`);
    return action;
  };
  const leadsTo = (text: string) => {
    const url = /http-equiv="refresh" content="0;url=(.*?)"/.exec(text)?.[1];
    if (url === undefined) throw new Error(`leads nowhere: ${text}`);
    return url.replaceAll("&amp;", "&");
  };
  /** Somebody connects, who says that the account is theirs. */
  const connect = async (call: Caller, person: FakePerson, body: object = {}) => {
    const { url } = await connectLink(call, body);
    const asked = await callback(entra.signIn(url, person));
    return press(formOf(asked.text), "connect");
  };
  const eventsOf = async (call: Caller) => {
    const { data } = await made<EventPage>(call("GET", "/v1/events?types=consent.*,credential.*&limit=100"));
    return data.map(({ type, data: body }) => [type, body]);
  };
  /** The owner with a new session: the clock has been moved past the end of the first one. */
  const ownerNow = async (): Promise<Caller> => {
    const { externalId } = tenant.users.owner;
    const session = { user: { externalId, name: "The owner" }, role: "owner" };
    const { token } = await made<{ token: string }>(tenant.call("POST", "/v1/sessions", session));
    return gateway.as(token);
  };
  /** Moves the clock between two rounds, never within one: whatever is then due is done. */
  const pass = async (ms: number) => {
    await gateway.gateway.idle();
    gateway.clock.advance(ms);
    await gateway.gateway.idle();
  };
  const fresh = (() => {
    let next = 0;
    return () => `cccccccc-cccc-4ccc-8ccc-${String(next++).padStart(12, "0")}`;
  })();
  /** Each tenant is of an organisation of its own. */
  const organisation = () => fresh();

  test("an owner connects, says once that the account is theirs, and everything is granted", async () => {
    const { owner } = tenant.users;
    const microsoftTenantId = organisation();
    expect(await consentOf(owner.call)).toMatchObject({ state: "can_grant", tenant: null, connection: null });
    const { url, expiresAt } = await connectLink(owner.call);
    expect(url.startsWith(AUTHORITY)).toBe(true);
    expect(Date.parse(expiresAt)).toBe(gateway.clock.now() + 10 * 60_000);
    expect(entra.asked.at(-1)).toMatchObject({
      tenant: "organizations",
      scopes: ["https://graph.test/User.Read"],
      redirectUri: "https://gateway.test/microsoft/callback",
    });
    const query = entra.signIn(url, { tenantId: microsoftTenantId, objectId: ADA });
    const question = await callback(query);
    expect(question.text).toContain("ada@example.com");
    expect(question.text).toContain("The owner");
    expect(await consentOf(owner.call)).toMatchObject({ tenant: null, connection: null });
    expect((await press(formOf(question.text), "connect")).text).toContain("You are connected");
    expect(await consentOf(owner.call)).toMatchObject({
      state: "granted",
      next: { code: "nothing" },
      tenant: { microsoftTenantId, state: "connected" },
      connection: { account: { objectId: ADA, name: "Ada" }, endsAt: null },
    });
    const user = await made(owner.call("GET", `/v1/users/${owner.id}`));
    expect(user).toMatchObject({ microsoft: { tenantId: microsoftTenantId, objectId: ADA } });
    expect(await eventsOf(owner.call)).toEqual([
      ["consent.changed", { userId: null }],
      ["consent.changed", { userId: owner.id }],
    ]);
    expect(await eventsOf(tenant.users.member.call)).toEqual([["consent.changed", { userId: null }]]);
    const { data: audited } = await made<Page<AuditEntry>>(owner.call("GET", "/v1/audit?action=connectMicrosoft"));
    const byOwner = { actor: { kind: "user", id: owner.id }, by: { kind: "entra", id: owner.id }, requestId: null };
    expect(audited.reverse()).toMatchObject([
      { ...byOwner, object: { kind: "microsoft", id: null }, after: { of: "tenant", tenantId: microsoftTenantId } },
      { ...byOwner, object: { kind: "user", id: owner.id }, before: { microsoft: null } },
      { ...byOwner, object: { kind: "microsoft", id: owner.id }, after: { of: "user", objectId: ADA } },
    ]);
    // Neither the state nor the question serves twice.
    expect((await callback(query)).status).toBe(400);
    expect((await press(formOf(question.text), "connect")).status).toBe(404);
  });

  test("Graph tells a person's name where that was granted, and what it refuses makes the gateway look again", async () => {
    const { owner, admin } = tenant.users;
    const tenantId = organisation();
    me = () => Response.json({ displayName: "Ada Lovelace", userPrincipalName: "ada@northwind.example" });
    const done = await connect(owner.call, { tenantId, objectId: fresh(), standing: "app_admin" });
    expect(done.text).toContain("ada@northwind.example");
    expect(await consentOf(owner.call)).toMatchObject({ connection: { account: { name: "Ada Lovelace" } } });
    expect(askedOfGraph.at(-1)).toBe("https://graph.test/v1.0/me?$select=displayName,userPrincipalName");
    const before = askedOfGraph.length;
    await connect(admin.call, { tenantId, objectId: fresh(), name: "Ben", scopes: ["openid", "profile"] });
    expect(askedOfGraph).toHaveLength(before);
    expect(await consentOf(admin.call)).toMatchObject({ connection: { account: { name: "Ben" } } });
    me = () => Response.json({ error: { code: "Authorization_RequestDenied" } }, { status: 403 });
    entra.roles.set(tenantId, ["User.Read.All"]);
    await switchOn(["messaging", "directory"]);
    await callback(entra.signIn((await connectLink(owner.call)).url, { tenantId, objectId: fresh() }));
    await pass(60_000);
    expect((await consentOf(owner.call)).features).toMatchObject([{ feature: "messaging" }, { state: "granted" }]);
  });

  test("who says no at the question has given nothing, and neither has who is led there by somebody else", async () => {
    const { owner } = tenant.users;
    const { url } = await connectLink(owner.call);
    const question = await callback(entra.signIn(url, { tenantId: organisation(), objectId: ADA }));
    expect((await press(formOf(question.text), "cancel")).text).toContain("Nothing was connected");
    expect(await consentOf(owner.call)).toMatchObject({ tenant: null, connection: null });
  });

  test("a user who is linked connects by tenant and object id without being asked, and with no other account", async () => {
    const { owner, member } = tenant.users;
    const tenantId = organisation();
    const [ada, ben, stranger] = [fresh(), fresh(), fresh()];
    await connect(owner.call, { tenantId, objectId: ada });
    await made(owner.call("PATCH", `/v1/users/${member.id}`, { microsoft: { tenantId, objectId: ben } }));
    const wrong = await connectLink(member.call);
    const answer = await callback(entra.signIn(wrong.url, { tenantId, objectId: stranger }));
    expect(answer.text).toContain("Sign in with the account that you have in this organisation");
    expect(await consentOf(member.call)).toMatchObject({ connection: null, next: { code: "use_work_account" } });
    const right = await connectLink(member.call, { returnTo: "https://app.test/settings?tab=1" });
    expect(entra.asked.at(-1)?.tenant).toBe(tenantId);
    const back = await callback(entra.signIn(right.url, { tenantId, objectId: ben }));
    expect([back.status, back.headers.get("location")]).toEqual([303, "https://app.test/settings?tab=1"]);
    expect(await consentOf(member.call)).toMatchObject({
      state: "granted",
      connection: { account: { objectId: ben } },
    });
  });

  test("one organisation belongs to one tenant, and one account to one user", async () => {
    const { owner, admin } = tenant.users;
    const tenantId = organisation();
    const ada = fresh();
    await connect(owner.call, { tenantId, objectId: ada });
    expect((await connect(admin.call, { tenantId, objectId: ada })).status).toBe(409);
    expect(await consentOf(admin.call)).toMatchObject({ connection: null });
    const theirs = await gateway.newTenant(`other ${count++}`);
    const taken = await connect(theirs.users.owner.call, { tenantId, objectId: fresh() });
    expect(taken.status).toBe(409);
    expect(taken.text).not.toContain(tenant.tenant.name);
    expect(await consentOf(theirs.users.owner.call)).toMatchObject({ tenant: null });
    const elsewhere = await connectLink(admin.call);
    const other = await callback(entra.signIn(elsewhere.url, { tenantId: organisation(), objectId: fresh() }));
    expect(other.text).toContain("Sign in with the account that you have in this organisation");
  });

  test("until the organisation is known only an owner or administrator connects, and may ask", async () => {
    const { member, admin } = tenant.users;
    for (const path of ["/v1/consent/connect", "/v1/consent/admin-requests"]) {
      const { status, body } = await member.call<Problem>("POST", path, {});
      expect([status, body.code, body.allowedRoles]).toEqual([403, "forbidden", ["owner", "admin"]]);
      expect((await admin.call("POST", path, {})).status).toBe(201);
    }
    expect((await tenant.call("POST", "/v1/consent/admin-requests", {})).status).toBe(201);
  });

  test("only what the tenant has is asked for, and nobody is led to an origin that nobody allowed", async () => {
    const { owner } = tenant.users;
    const { body: strange } = await owner.call<Problem>("POST", "/v1/consent/connect", { features: ["mail"] });
    expect(strange.issues?.[0]?.path).toEqual(["features", 0]);
    const { body: away } = await owner.call<Problem>("POST", "/v1/consent/connect", {
      returnTo: "https://app.test.evil.example/",
    });
    expect(away.issues?.[0]?.path).toEqual(["returnTo"]);
  });

  test("who declines is told apart, may try again, and is connected afterwards", async () => {
    const { owner } = tenant.users;
    const { url } = await connectLink(owner.call);
    const state = new URL(url).searchParams.get("state");
    const text = "error=access_denied&error_description=AADSTS65004%3A+The+user+declined.";
    expect((await callback(`${text}&state=${state}`)).text).toContain("You decided not to connect");
    expect(await consentOf(owner.call)).toMatchObject({ state: "declined", next: { code: "grant" }, connection: null });
    await connect(owner.call, { tenantId: organisation(), objectId: fresh() });
    expect((await consentOf(owner.call)).state).toBe("granted");
  });

  test("an administrator must approve: a page waits, and once granted goes on by itself", async () => {
    const { owner, member } = tenant.users;
    const tenantId = organisation();
    const ben = fresh();
    await connect(owner.call, { tenantId, objectId: fresh() });
    await made(owner.call("PATCH", `/v1/users/${member.id}`, { microsoft: { tenantId, objectId: ben } }));
    const { url } = await connectLink(member.call);
    const state = new URL(url).searchParams.get("state");
    const waiting = await callback(`error=access_denied&error_subcode=cancel&state=${state}`);
    expect(waiting.text).toContain("An administrator must approve");
    expect(waiting.text).toContain("data-wait");
    expect(await consentOf(member.call)).toMatchObject({ state: "needs_admin", next: { code: "ask_admin" } });
    const wait = formOf(waiting.text);
    const status = async () => {
      const response = await gateway.fetch(wait, { headers: { accept: "application/json" } });
      return [response.status, await response.json()];
    };
    expect(await status()).toEqual([200, { state: "waiting" }]);
    expect((await press(wait, "")).text).toContain("An administrator must approve"); // nothing goes on before

    const admin = /https:\/\/gateway\.test(\/connect\/[\w-]+)\n/.exec(waiting.text)?.[1] ?? "";
    const asks = await page(admin);
    expect(asks.text).toContain("User.Read");
    expect(asks.text).toContain("Reads the signed-in person&#39;s own name, address and Teams licences.");
    const consentUrl = new URL(leadsTo((await press(admin, "approve")).text));
    expect(consentUrl.pathname).toBe(`/${tenantId}/v2.0/adminconsent`);
    expect(consentUrl.searchParams.get("scope")).toBe("openid profile offline_access https://graph.test/User.Read");
    const back = await callback(`admin_consent=True&tenant=${tenantId}&state=${consentUrl.searchParams.get("state")}`);
    expect(await status()).toEqual([200, { state: "waiting" }]); // the address proves nothing
    const thanks = await callback(entra.signIn(back.headers.get("location") ?? "", { tenantId, objectId: fresh() }));
    expect(thanks.text).toContain("Thank you, it is approved");
    expect(await status()).toEqual([200, { state: "granted" }]);
    expect((await page(admin)).text).toContain("Thank you, it is approved");

    const silent = leadsTo((await press(wait, "")).text);
    expect(entra.asked.at(-1)).toMatchObject({ prompt: "none", tenant: tenantId });
    expect((await callback(entra.signIn(silent, { tenantId, objectId: ben }))).text).toContain("You are connected");
    expect(await consentOf(member.call)).toMatchObject({
      state: "granted",
      connection: { account: { objectId: ben } },
    });
    expect((await status())[0]).toBe(404);
  });

  test.each(["member", "guest"] as const)(
    "a %s does not say whose their organisation is: an administrator does, and they go on by themselves",
    async (standing) => {
      const { owner } = tenant.users;
      const tenantId = organisation();
      const ben = { tenantId, objectId: fresh(), name: "Ben", standing };
      const { url } = await connectLink(owner.call);
      const waiting = await callback(entra.signIn(url, ben));
      expect(waiting.text).toContain("An administrator must approve");
      expect(await consentOf(owner.call)).toMatchObject({
        state: "needs_admin",
        next: { code: "ask_admin" },
        tenant: null,
        connection: null,
      });
      const wait = formOf(waiting.text);
      await press(wait, "agree");
      const admin = /https:\/\/gateway\.test(\/connect\/[\w-]+)\n/.exec(waiting.text)?.[1] ?? "";
      const approve = async () => {
        const state = new URL(leadsTo((await press(admin, "approve")).text)).searchParams.get("state");
        const back = await callback(`admin_consent=True&tenant=${tenantId}&state=${state}`); // anybody can write that
        return back.headers.get("location") ?? "";
      };
      const invented = await callback(entra.signIn(await approve(), ben));
      expect(invented.status).toBe(403);
      expect(invented.text).toContain("Only an administrator can approve this");
      expect(await consentOf(owner.call)).toMatchObject({ tenant: null });
      expect((await page(admin)).text).toContain("asks for your approval");
      await callback(entra.signIn(await approve(), { tenantId, objectId: fresh(), standing: "app_admin" }));
      expect(await consentOf(owner.call)).toMatchObject({ tenant: { microsoftTenantId: tenantId } });
      const silent = leadsTo((await press(wait, "")).text);
      expect((await callback(entra.signIn(silent, ben))).text).toContain("You are connected");
    },
  );

  test("where Entra does not tell who is an administrator, nothing is connected and the page says what to do", async () => {
    const { owner } = tenant.users;
    const nobodyKnows = { tenantId: organisation(), objectId: fresh(), standing: "unknown" } as const;
    const told = await callback(entra.signIn((await connectLink(owner.call)).url, nobodyKnows));
    expect(told.status).toBe(409);
    expect(told.text).toContain("groupMembershipClaims");
    const { url } = await made<AdminRequest>(owner.call("POST", "/v1/consent/admin-requests", {}));
    const { pathname } = new URL(url);
    const state = new URL(leadsTo((await press(pathname, "approve")).text)).searchParams.get("state");
    const back = await callback(`admin_consent=True&state=${state}`);
    const still = await callback(entra.signIn(back.headers.get("location") ?? "", nobodyKnows));
    expect(still.text).toContain("groupMembershipClaims");
    expect(await consentOf(owner.call)).toMatchObject({ tenant: null });
  });

  test("in an organisation that is known, too, nobody but its people's administrator answers for all of them", async () => {
    const { owner, member } = tenant.users;
    const tenantId = organisation();
    await connect(owner.call, { tenantId, objectId: fresh() });
    const { url } = await made<AdminRequest>(member.call("POST", "/v1/consent/admin-requests", {}));
    const { pathname } = new URL(url);
    const state = new URL(leadsTo((await press(pathname, "approve")).text)).searchParams.get("state");
    const back = await callback(`admin_consent=True&tenant=${tenantId}&state=${state}`);
    const ben = { tenantId, objectId: fresh(), standing: "member" } as const;
    expect((await callback(entra.signIn(back.headers.get("location") ?? "", ben))).status).toBe(403);
    expect((await page(pathname)).text).toContain("asks for your approval");
  });

  test("an administrator who connects is led to approve what the app does in its own name, and back to the app", async () => {
    const { owner } = tenant.users;
    const tenantId = organisation();
    const ada = { tenantId, objectId: fresh() };
    await connect(owner.call, ada);
    await switchOn(["messaging", "directory"]);
    expect(await consentOf(owner.call)).toMatchObject({ state: "can_grant", next: { code: "grant", who: "user" } });
    const { url } = await connectLink(owner.call, { returnTo: "https://app.test/done" });
    const { pathname } = new URL(url);
    expect((await page(pathname)).text).toContain("User.Read.All");
    const consentUrl = new URL(leadsTo((await press(pathname, "approve")).text));
    expect(consentUrl.searchParams.get("scope")).toBe("https://graph.test/.default");
    entra.roles.set(tenantId, ["User.Read.All"]);
    const back = await callback(`admin_consent=True&tenant=${tenantId}&state=${consentUrl.searchParams.get("state")}`);
    const thanks = await callback(entra.signIn(back.headers.get("location") ?? "", ada));
    expect(thanks.text).toContain('href="https://app.test/done"');
    expect(await consentOf(owner.call)).toMatchObject({ state: "granted" });
  });

  test("what cannot be asked in silence is asked by a button", async () => {
    const { owner } = tenant.users;
    const tenantId = organisation();
    const { url } = await connectLink(owner.call);
    const state = new URL(url).searchParams.get("state");
    const waiting = await callback(`error=access_denied&error_description=AADSTS90094&state=${state}`);
    const wait = formOf(waiting.text);
    expect(waiting.text).not.toContain("data-wait"); // nobody has said yet whose account it will be
    expect((await press(wait, "agree")).text).toContain("data-wait");
    const admin = /https:\/\/gateway\.test(\/connect\/[\w-]+)\n/.exec(waiting.text)?.[1] ?? "";
    const consentUrl = new URL(leadsTo((await press(admin, "approve")).text));
    expect(consentUrl.pathname).toBe("/organizations/v2.0/adminconsent");
    const hop = await callback(
      `admin_consent=True&tenant=${OTHER_ORGANISATION}&state=${consentUrl.searchParams.get("state")}`,
    );
    expect(await consentOf(owner.call)).toMatchObject({ tenant: null }); // the address proves nothing
    await callback(entra.signIn(hop.headers.get("location") ?? "", { tenantId, objectId: fresh() }));
    expect(await consentOf(owner.call)).toMatchObject({ tenant: { microsoftTenantId: tenantId } });
    const silent = new URL(leadsTo((await press(wait, "")).text)).searchParams.get("state");
    const again = await callback(`error=login_required&state=${silent}`);
    expect(again.text).toContain("Continue");
    expect(again.text).not.toContain("data-wait");
    const asked = leadsTo((await press(wait, "ask")).text);
    expect(entra.asked.at(-1)?.prompt).toBeUndefined();
    expect((await callback(entra.signIn(asked, { tenantId, objectId: fresh() }))).text).toContain("You are connected");
  });

  test("an admin who refuses approves nothing, though the answer says admin_consent=True", async () => {
    const { admin } = tenant.users;
    const { url, text } = await made<AdminRequest>(admin.call("POST", "/v1/consent/admin-requests", {}));
    expect(text).toContain(url);
    const path = new URL(url).pathname;
    const state = new URL(leadsTo((await press(path, "approve")).text)).searchParams.get("state");
    const answer = await callback(
      `admin_consent=True&error=consent_required&error_description=AADSTS65004&state=${state}`,
    );
    expect(answer.text).toContain("You decided not to connect");
    expect((await page(path)).text).toContain("asks for your approval");
    expect(await consentOf(admin.call)).toMatchObject({ tenant: null });
    gateway.clock.advance(7 * DAY_MS);
    expect((await page(path)).status).toBe(404);
  });

  test("what the app itself may is read from its token, hour by hour, and an event tells when it is taken back", async () => {
    const { owner } = tenant.users;
    const tenantId = organisation();
    await connect(owner.call, { tenantId, objectId: fresh(), standing: "app_admin" });
    await switchOn(["messaging", "directory"]);
    expect(await consentOf(owner.call)).toMatchObject({
      state: "needs_admin",
      features: [{ state: "granted" }, { state: "needs_admin", missing: [{ name: "User.Read.All" }] }],
    });
    entra.roles.set(tenantId, ["User.Read.All"]);
    const look = async () => {
      await pass(HOUR_MS);
      return consentOf(await ownerNow());
    };
    expect((await look()).state).toBe("granted");
    const before = (await eventsOf(tenant.call)).length;
    expect((await look()).state).toBe("granted");
    expect(await eventsOf(tenant.call)).toHaveLength(before); // nothing new, no event
    entra.roles.set(tenantId, unavailable());
    expect((await look()).state).toBe("granted"); // nothing is known
    entra.roles.set(tenantId, []);
    expect(await look()).toMatchObject({ state: "revoked", features: [{ state: "granted" }, { state: "revoked" }] });
    entra.roles.set(tenantId, refused(7000112));
    expect(await look()).toMatchObject({ state: "reconnect", next: { code: "enable_app", who: "admin" } });
    expect(await eventsOf(tenant.call)).toHaveLength(before + 2);
  });

  test.each([
    [65001, "revoked", "grant"],
    [50173, "revoked", "sign_in"],
    [700082, "expired", "sign_in"],
    [53003, "reconnect", "meet_policy"],
    [50057, "reconnect", "enable_user"],
  ])("a renewal that Entra refuses with %i is %s, with what to do", async (code, state, next) => {
    const { owner } = tenant.users;
    const tenantId = organisation();
    const objectId = fresh();
    entra.renewals.set(objectId, ["User.Read"]);
    await connect(owner.call, { tenantId, objectId });
    const look = async () => {
      await pass(13 * HOUR_MS);
      return consentOf(await ownerNow());
    };
    expect((await look()).state).toBe("granted");
    expect(entra.renewed.filter((id) => id === objectId)).toHaveLength(1);
    entra.renewals.set(objectId, refused(code));
    expect(await look()).toMatchObject({ state, next: { code: next } });
    entra.renewals.set(objectId, ["User.Read"]);
  });

  test("a credential that ends soon is told once per threshold, to those who may do something about it", async () => {
    const { owner } = tenant.users;
    await connect(owner.call, { tenantId: organisation(), objectId: fresh() });
    const warnings = async (call: Caller) => (await eventsOf(call)).filter(([type]) => type === "credential.expiring");
    // Other tests have moved the clock; what is left of the old secret is told at the latest a day before it ends.
    await pass(Math.max(60_000, Date.parse("2026-04-30T12:00:00Z") - gateway.clock.now()));
    const told = await warnings(tenant.call);
    expect(told).toEqual([
      [
        "credential.expiring",
        { credentialId: "old", kind: "secret", days: 1, expiresAt: "2026-05-01T00:00:00.000Z", replaced: true },
      ],
    ]);
    await pass(60_000);
    expect(await warnings(tenant.call)).toEqual(told);
    const user = { externalId: "reader", name: "The reader" };
    const { token } = await made<{ token: string }>(tenant.call("POST", "/v1/sessions", { user }));
    expect(await warnings(gateway.as(token))).toEqual([]);
  });

  test("disconnecting forgets an account, and the organisation with everybody's", async () => {
    const { owner, member } = tenant.users;
    const tenantId = organisation();
    await connect(owner.call, { tenantId, objectId: fresh() });
    await connect(member.call, { tenantId, objectId: fresh() });
    expect((await member.call("POST", "/v1/consent/disconnect", { of: "tenant" })).status).toBe(403);
    expect((await tenant.call("POST", "/v1/consent/disconnect", { of: "user" })).status).toBe(403);
    expect((await member.call("POST", "/v1/consent/disconnect", { of: "user" })).status).toBe(204);
    expect(await consentOf(member.call)).toMatchObject({ connection: null, tenant: { microsoftTenantId: tenantId } });
    expect((await owner.call("POST", "/v1/consent/disconnect", { of: "tenant" })).status).toBe(204);
    expect(await consentOf(owner.call)).toMatchObject({ connection: null, tenant: null });
    expect((await eventsOf(owner.call)).at(-1)).toEqual(["consent.changed", { userId: null }]);
  });

  test("an organisation that is connected while the tenant suspends Microsoft is suspended from the beginning", async () => {
    const { owner } = tenant.users;
    await owner.call("POST", "/v1/consent/disconnect", { of: "tenant" });
    await owner.call("PATCH", "/v1/tenant", { microsoft: { suspended: true } });
    await connect(owner.call, { tenantId: organisation(), objectId: fresh() });
    expect(await consentOf(owner.call)).toMatchObject({ tenant: { state: "suspended" } });
    await owner.call("PATCH", "/v1/tenant", { microsoft: { suspended: false } });
    expect(await consentOf(owner.call)).toMatchObject({ tenant: { state: "connected" } });
  });

  test("a state is good for ten minutes, and one that nobody made for nothing", async () => {
    const { url } = await connectLink(tenant.users.owner.call);
    const query = entra.signIn(url, { tenantId: organisation(), objectId: fresh() });
    gateway.clock.advance(10 * 60_000);
    expect((await callback(query)).status).toBe(400);
    for (const text of ["", "state=", "state=%00&code=1", `state=${"x".repeat(5000)}&code=1`]) {
      expect((await callback(text)).status, text).toBe(400);
    }
    for (const token of ["x", "%00", "..%2f", "x".repeat(5000)]) {
      expect([400, 404]).toContain((await page(`/connect/${token}`)).status);
    }
  });

  test("the pages run nothing of their own, show names as text, and cannot be framed", async () => {
    const { owner } = tenant.users;
    const { url } = await connectLink(owner.call);
    const person = { tenantId: organisation(), objectId: fresh(), name: `<img src=x onerror="x">` };
    const question = await callback(entra.signIn(url, person));
    expect(question.text).toContain("&lt;img src=x onerror=&quot;x&quot;&gt;");
    expect(question.text).not.toContain("<img");
    const policy = question.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    expect(question.headers.get("cache-control")).toBe("no-store");
    expect(question.headers.get("referrer-policy")).toBe("no-referrer");
    for (const file of ["page.css", "page.js"]) expect((await page(`/microsoft/${file}`)).status).toBe(200);
    const form = await gateway.fetch(formOf(question.text), {
      method: "POST",
      body: "do=connect",
      headers: { "sec-fetch-site": "cross-site" },
    });
    expect(form.status).toBe(403);
  });
});
