import { HEADERS, type Tenant } from "@trunkline/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PGLITE } from "./support/stores.ts";
import { made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";

const OURS = "https://crm.ours.test";
const THEIRS = "https://crm.theirs.test:8443";
const GATEWAYS = "https://inbox.gateway.test";

let gateway: TestGateway;
let ours: TestTenant;
let theirs: TestTenant;
beforeAll(async () => {
  gateway = await testGateway(PGLITE, { allowedOrigins: [GATEWAYS] });
  ours = await gateway.newTenant("ours");
  theirs = await gateway.newTenant("theirs");
  await made(ours.call("PATCH", "/v1/tenant", { allowedOrigins: [OURS] }));
  await made(theirs.call("PATCH", "/v1/tenant", { allowedOrigins: [THEIRS] }));
});
afterAll(() => gateway.stop());

const allowed = ({ headers }: { headers: Headers }) => headers.get("access-control-allow-origin");
const preflight = (origin: string, method = "POST") =>
  gateway.fetch("/v1/lines", {
    method: "OPTIONS",
    headers: { origin, "access-control-request-method": method, "access-control-request-headers": "authorization" },
  });

test("a preflight is allowed to every origin that the gateway or some tenant allows, and to no other", async () => {
  for (const origin of [OURS, THEIRS, GATEWAYS]) {
    const answer = await preflight(origin);
    expect([answer.status, allowed(answer)]).toEqual([204, origin]);
    expect(answer.headers.get("access-control-allow-headers")).toContain("Authorization");
    expect(answer.headers.get("access-control-allow-headers")).toContain(HEADERS.idempotencyKey);
    expect(answer.headers.get("access-control-allow-methods")).toContain("PATCH");
    expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
    expect(answer.headers.get("vary")).toBe("Origin");
  }
  const near = [
    "https://crm.ours.test.evil.test",
    "http://crm.ours.test",
    `${OURS}:444`,
    "https://ours.test",
    "null",
    "*",
  ];
  for (const origin of near) expect(allowed(await preflight(origin)), origin).toBeNull();
});

test("an answer may be read from its own tenant's origins and the gateway's, not from another tenant's", async () => {
  const from = (origin: string) => ours.call("GET", "/v1/me", undefined, { origin });
  expect(allowed(await from(OURS))).toBe(OURS);
  expect(allowed(await from(GATEWAYS))).toBe(GATEWAYS);
  expect(allowed(await from(THEIRS))).toBeNull();
  expect(allowed(await from("https://evil.test"))).toBeNull();
  const answer = await from(OURS);
  const exposed = answer.headers.get("access-control-expose-headers") ?? "";
  for (const name of [HEADERS.requestId, HEADERS.retryAfter, HEADERS.idempotencyReplayed, "RateLimit"]) {
    expect(exposed).toContain(name);
  }
  expect(answer.headers.get("vary")).toBe("Origin");
  expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
});

test("a page can read why its token no longer works, and problems of its own calls", async () => {
  const stale = await gateway.as("tls_gone")("GET", "/v1/me", undefined, { origin: OURS });
  expect([stale.status, allowed(stale)]).toEqual([401, OURS]);
  const refused = await ours.users.viewer.call("POST", "/v1/lines", {}, { origin: OURS });
  expect([refused.status, allowed(refused)]).toEqual([403, OURS]);
});

test("an event stream bears the same headers", async () => {
  const response = await gateway.fetch("/v1/events", {
    headers: { authorization: `Bearer ${ours.users.owner.session.token}`, accept: "text/event-stream", origin: OURS },
  });
  expect([response.status, allowed(response)]).toEqual([200, OURS]);
  expect(response.headers.get(HEADERS.requestId)).toBeTruthy();
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  await response.body?.cancel();
});

test("a change of the list counts at once", async () => {
  await made<Tenant>(ours.call("PATCH", "/v1/tenant", { allowedOrigins: ["https://new.test"] }));
  await expect.poll(async () => allowed(await preflight("https://new.test"))).toBe("https://new.test");
  expect(allowed(await preflight(OURS))).toBeNull();
});
