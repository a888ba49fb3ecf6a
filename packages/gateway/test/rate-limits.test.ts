import { HEADERS, type Problem } from "@trunkline/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { plainCarrier, webhook } from "./support/plain-carrier.ts";
import { PGLITE } from "./support/stores.ts";
import {
  type Answered,
  type Caller,
  made,
  type TestGateway,
  type TestTenant,
  testGateway,
} from "./support/test-gateway.ts";

let world: TestGateway;
let tenants = 0;
beforeAll(async () => {
  world = await testGateway(PGLITE, { fetch: plainCarrier().fetch });
});
afterAll(() => world.stop());

/** A tenant that may make `requestsPerSecond` calls. */
async function limited(requestsPerSecond: number): Promise<TestTenant> {
  const tenant = await world.newTenant(`limited ${tenants++}`);
  await made(world.operator("PATCH", `/v1/tenants/${tenant.tenant.id}`, { limits: { requestsPerSecond } }));
  world.clock.advance(60_000); // what making the tenant took has come back
  return tenant;
}

const me = (call: Caller) => call<Problem>("GET", "/v1/me");
/** Calls until one is refused. */
async function exhaust(call: Caller): Promise<{ granted: number; refused: Answered<Problem> }> {
  for (let granted = 0; ; granted += 1) {
    const answer = await me(call);
    if (answer.status !== 200) return { granted, refused: answer };
  }
}

test("every answer says what may be asked and what is left, also one that refuses for another reason", async () => {
  const acme = await limited(100);
  const first = await me(acme.call);
  expect(first.headers.get(HEADERS.rateLimitPolicy)).toBe('"tenant";q=1000;w=10, "key";q=500;w=10');
  expect(first.headers.get(HEADERS.rateLimit)).toBe('"key";r=499;t=1');
  const missing = await acme.call("GET", "/v1/lines/line_00000000000000000000000000");
  expect(missing.status).toBe(404);
  expect(missing.headers.get(HEADERS.rateLimit)).toBe('"key";r=498;t=1');
  const person = await me(acme.users.member.call);
  expect(person.headers.get(HEADERS.rateLimitPolicy)).toBe('"tenant";q=1000;w=10, "user";q=100;w=10');
  expect(person.headers.get(HEADERS.rateLimit)).toBe('"user";r=99;t=1');
  expect((await me(world.as(null))).headers.has(HEADERS.rateLimit)).toBe(false);
});

test("a tenant whose operator has set nothing has the gateway's own limit", async () => {
  const acme = await world.newTenant("unlimited");
  const { headers } = await me(acme.call);
  expect(headers.get(HEADERS.rateLimitPolicy)).toBe('"tenant";q=10000;w=10, "key";q=5000;w=10');
});

test("a call too many is answered 429 and says when to come back, and then it is served", async () => {
  const acme = await limited(4);
  const { granted, refused } = await exhaust(acme.call);
  expect(granted).toBe(20); // ten seconds of the key's half
  expect(refused.status).toBe(429);
  expect(refused.body).toMatchObject({ code: "rate_limited", status: 429 });
  expect(refused.headers.get(HEADERS.retryAfter)).toBe("1");
  expect(refused.headers.get(HEADERS.rateLimit)).toBe('"key";r=0;t=1');
  world.clock.advance(1000);
  expect((await exhaust(acme.call)).granted).toBe(2);
});

test("a refused call does nothing and takes nothing", async () => {
  const acme = await limited(2);
  await exhaust(acme.call);
  const body = { name: "Too many", carrierAccountId: acme.account.id, number: "+12065550777" };
  for (let n = 0; n < 50; n++) expect((await acme.call("POST", "/v1/lines", body)).status).toBe(429);
  world.clock.advance(1000);
  expect((await exhaust(acme.call)).granted).toBe(1);
  world.clock.advance(10_000);
  const lines = await made<{ data: { name: string }[] }>(acme.call("GET", "/v1/lines"));
  expect(lines.data.map(({ name }) => name)).toEqual(["Front desk"]);
});

test("a key that runs wild leaves its tenant's people room, and other tenants everything", async () => {
  const [acme, other] = [await limited(4), await limited(4)];
  await exhaust(acme.call);
  expect((await me(acme.users.member.call)).status).toBe(200);
  const second = await exhaust(acme.users.owner.call);
  expect(second.granted).toBe(19); // what the tenant has left
  expect(second.refused.headers.get(HEADERS.rateLimit)).toBe('"tenant";r=0;t=1');
  expect((await exhaust(other.call)).granted).toBe(20);
});

test("a user's sessions count together", async () => {
  const acme = await limited(100);
  const again = await made<{ token: string }>(
    acme.call("POST", "/v1/sessions", { user: { externalId: "member", name: "The member" } }),
  );
  await exhaust(acme.users.member.call);
  expect((await me(world.as(again.token))).status).toBe(429);
  expect((await me(acme.users.admin.call)).status).toBe(200);
});

test("a changed limit holds at once", async () => {
  const acme = await limited(1);
  const { granted } = await exhaust(acme.call);
  expect(granted).toBe(5);
  await made(world.operator("PATCH", `/v1/tenants/${acme.tenant.id}`, { limits: { requestsPerSecond: 1000 } }));
  world.clock.advance(1000);
  expect((await exhaust(acme.call)).granted).toBeGreaterThan(400);
});

test("an operator who acts for a tenant uses up that tenant's calls and nobody else's", async () => {
  const [acme, other] = [await limited(1), await limited(1)];
  const actFor = (tenant: TestTenant) => (method: string, path: string) =>
    world.operator<Problem>(method, path, undefined, { [HEADERS.tenant]: tenant.tenant.id });
  const lines = async (tenant: TestTenant) => (await actFor(tenant)("GET", "/v1/lines")).status;
  for (let n = 0; n < 10; n++) expect(await lines(acme)).toBe(200);
  expect(await lines(acme)).toBe(429);
  expect((await me(acme.call)).status).toBe(429);
  expect(await lines(other)).toBe(200);
  expect((await world.operator("GET", `/v1/tenants/${acme.tenant.id}`)).status).toBe(200); // so that it can be mended
});

test("a carrier's webhooks are taken however many calls its tenant makes, and cost it none", async () => {
  const acme = await limited(1);
  await exhaust(acme.call);
  for (let n = 0; n < 30; n++) {
    const text = { id: `in_${n}`, from: "+14255550101", to: acme.line.number, text: "Hello", media: [], at: null };
    expect((await webhook(world, acme, "messages", text)).status).toBe(204);
  }
  world.clock.advance(2000); // one call of the key's comes back
  const next = await me(acme.call);
  expect(next.status).toBe(200);
  expect(next.headers.get(HEADERS.rateLimit)).toBe('"key";r=0;t=2');
});

test("a stream costs one call, whatever it tells and however long", async () => {
  const acme = await limited(2);
  const { call, session } = acme.users.owner;
  const before = await me(call);
  const end = new AbortController();
  const stream = await world.fetch("/v1/events", {
    headers: { authorization: `Bearer ${session.token}`, accept: "text/event-stream" },
    signal: end.signal,
  });
  expect(stream.status).toBe(200);
  expect(stream.headers.get(HEADERS.rateLimit)).toBe('"tenant";r=18;t=1');
  const text = { id: "in_1", from: "+14255550101", to: acme.line.number, text: "Hello", media: [], at: null };
  await webhook(world, acme, "messages", text);
  await world.gateway.idle();
  expect(before.headers.get(HEADERS.rateLimit)).toBe('"tenant";r=19;t=1');
  expect((await me(call)).headers.get(HEADERS.rateLimit)).toBe('"tenant";r=17;t=1');
  end.abort();
  await stream.body?.cancel();
});
