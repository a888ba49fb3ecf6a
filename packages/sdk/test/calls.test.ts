import { beforeAll, expect, test } from "vitest";
import pkg from "../package.json" with { type: "json" };
import { apiKeyAuth, createTrunkline, isTrunklineError, sessionAuth, TrunklineError } from "../src/index.ts";
import { outcomeOf, startClient } from "./client.ts";
import { GATEWAY, json, problem } from "./fake-gateway.ts";
import { settle } from "./test-clock.ts";

// What is fetched when it is first called is there before the clock is moved.
beforeAll(() => import("../src/resources/parts/calls.ts"));

const away = () => {
  throw new TypeError("fetch failed");
};

test("every request says which client asks, and with whose token", async () => {
  const { gateway, trunkline } = startClient();
  await trunkline.me.get();
  expect(gateway.calls[0]?.headers.get("Trunkline-Client")).toBe(`sdk/${pkg.version}`);
  expect(gateway.calls[0]?.headers.get("Authorization")).toBe("Bearer tls_1");
});

test("reading is tried again, with a pause that doubles", async () => {
  const { gateway, clock, trunkline } = startClient();
  gateway.meddle = away;
  const outcome = outcomeOf(trunkline.me.get());
  await clock.advance(0);
  expect(gateway.calls).toHaveLength(1);
  await clock.advance(225); // 300 ms, of which half is chance
  expect(gateway.calls).toHaveLength(2);
  await clock.advance(450);
  expect(gateway.calls).toHaveLength(3);
  gateway.meddle = () => undefined;
  await clock.advance(900);
  expect(outcome.value).toMatchObject({ role: "owner" });
});

test("after four tries a call rejects with what went wrong", async () => {
  const { gateway, clock, trunkline } = startClient();
  gateway.meddle = away;
  const outcome = outcomeOf(trunkline.me.get());
  await clock.advance(10_000);
  expect(gateway.calls).toHaveLength(4);
  expect(outcome.error).toMatchObject({ code: "network_error", retryable: true, status: null });
});

test("a POST without a key is tried once, whatever happens", async () => {
  const { gateway, clock, trunkline } = startClient();
  gateway.meddle = () => problem(503, "unavailable");
  const session = outcomeOf(trunkline.sessions.create({ user: { externalId: "1", name: "Ada" } }));
  const change = outcomeOf(trunkline.lines.update("line_1", { name: "Sales" }));
  const removal = outcomeOf(trunkline.lines.delete("line_1"));
  await clock.advance(60_000);
  expect(gateway.calls).toHaveLength(3);
  for (const { error } of [session, change, removal]) expect(error).toMatchObject({ code: "unavailable", status: 503 });
});

test("a POST that carries a key is tried again under the same key", async () => {
  const { gateway, clock, trunkline } = startClient();
  let tries = 0;
  gateway.meddle = () => {
    tries += 1;
    return tries < 3 ? problem(503, "unavailable") : json({ id: "line_1" }, 201);
  };
  const outcome = outcomeOf(trunkline.lines.create({ name: "Sales", carrierAccountId: "acc_1" }));
  await clock.advance(5_000);
  expect(outcome.value).toEqual({ id: "line_1" });
  const keys = gateway.calls.map(({ headers }) => headers.get("Idempotency-Key"));
  expect(keys).toHaveLength(3);
  expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  expect(new Set(keys).size).toBe(1);
});

test("what asks, or says how a thing shall be, is tried again without a key", async () => {
  const { gateway, clock, trunkline } = startClient();
  gateway.meddle = () => problem(503, "unavailable");
  outcomeOf(trunkline.messages.check("conv_1"));
  outcomeOf(trunkline.messages.cancel("msg_1"));
  outcomeOf(trunkline.templates.preview("tpl_1"));
  outcomeOf(trunkline.broadcasts.pause("bct_1"));
  outcomeOf(trunkline.optIns.lookup({ numbers: ["+14255550123"] }));
  const evidence = { method: "staff", note: "Asked" } as const;
  outcomeOf(trunkline.optIns.set({ number: "+14255550123", state: "opted_out", evidence }));
  await clock.advance(10_000);
  expect(gateway.calls).toHaveLength(6 * 4);
  expect(gateway.calls.map(({ headers }) => headers.get("Idempotency-Key"))).toEqual(gateway.calls.map(() => null));
});

test("two calls have two keys, and the caller's own key is used as it is", async () => {
  const { gateway, trunkline } = startClient();
  gateway.meddle = () => json({}, 201);
  const line = { name: "Sales", carrierAccountId: "acc_1" } as const;
  await trunkline.lines.create(line);
  await trunkline.lines.create(line);
  await trunkline.lines.create(line, { idempotencyKey: "job-7" });
  const [first, second, third] = gateway.calls.map(({ headers }) => headers.get("Idempotency-Key"));
  expect(first).not.toBe(second);
  expect(third).toBe("job-7");
});

test("refusals are not tried again", async () => {
  const { gateway, clock, trunkline } = startClient();
  gateway.meddle = () => problem(422, "invalid_input");
  const outcome = outcomeOf(trunkline.me.get());
  await clock.advance(60_000);
  expect(gateway.calls).toHaveLength(1);
  expect(outcome.error).toMatchObject({
    code: "invalid_input",
    status: 422,
    requestId: "req_1",
    retryable: false,
    docsUrl: "https://gateway.test/problems/invalid_input",
  });
});

test("Retry-After is kept to", async () => {
  const { gateway, clock, trunkline } = startClient();
  gateway.meddle = () =>
    gateway.calls.length === 1 ? problem(429, "rate_limited", { "Retry-After": "7" }) : undefined;
  const outcome = outcomeOf(trunkline.me.get());
  await clock.advance(6_999);
  expect(gateway.calls).toHaveLength(1);
  await clock.advance(1);
  expect(outcome.value).toBeDefined();
});

test("a Retry-After beyond the call's time is told at once", async () => {
  const { gateway, clock, trunkline } = startClient();
  gateway.meddle = () => problem(429, "rate_limited", { "Retry-After": "3600" });
  const outcome = outcomeOf(trunkline.me.get());
  await clock.advance(0);
  expect(outcome.error).toMatchObject({ code: "rate_limited", retryable: true, retryAfterMs: 3_600_000 });
});

test("a gateway that never answers, over a fetch that heeds no signal, costs the total time and no more", async () => {
  const { clock, trunkline } = startClient({ fetch: () => new Promise(() => undefined) });
  const read = outcomeOf(trunkline.me.get());
  const write = outcomeOf(trunkline.tenant.update({ name: "Acme" }, { timeoutMs: 4_000 }));
  await clock.advance(4_000);
  expect(write.error).toMatchObject({ code: "timeout", retryable: true });
  expect(read.error).toBeUndefined();
  await clock.advance(26_000);
  expect(read.error).toMatchObject({ code: "timeout" });
  expect(clock.pending).toBe(0);
});

test("an aborted call rejects at once, also while it waits to try again", async () => {
  const { gateway, clock, trunkline } = startClient();
  gateway.meddle = away;
  const controller = new AbortController();
  const outcome = outcomeOf(trunkline.me.get({ signal: controller.signal }));
  await clock.advance(100);
  controller.abort();
  await settle();
  expect(outcome.error).toMatchObject({ code: "aborted" });
  const early = trunkline.me.get({ signal: AbortSignal.abort() });
  await expect(early).rejects.toMatchObject({ code: "aborted" });
  expect(clock.pending).toBe(0);
});

test("close() ends what is under way and refuses what comes after", async () => {
  const { clock, trunkline } = startClient({ fetch: () => new Promise(() => undefined) });
  const before = outcomeOf(trunkline.me.get());
  const sending = outcomeOf(trunkline.messages.send("conv_1", { text: "Hi" }));
  await trunkline.close();
  await trunkline.close();
  await settle();
  expect(before.error).toMatchObject({ code: "closed" });
  expect(sending.error).toMatchObject({ code: "closed" });
  await expect(trunkline.me.get()).rejects.toMatchObject({ code: "closed" });
  await expect(trunkline.messages.send("conv_1", { text: "Hi" })).rejects.toMatchObject({ code: "closed" });
  expect(clock.pending).toBe(0);
});

test("an answer that is no JSON is told as such", async () => {
  const { gateway, trunkline } = startClient();
  gateway.meddle = () => new Response("<html>", { headers: { "Content-Type": "text/html" } });
  await expect(trunkline.me.get()).rejects.toMatchObject({ code: "network_error", retryable: false });
});

test("lists are read page by page, as far as somebody walks", async () => {
  const { gateway, trunkline } = startClient();
  const pages: Record<string, unknown> = {
    first: { data: [{ id: "line_1" }, { id: "line_2" }], nextCursor: "next" },
    next: { data: [{ id: "line_3" }], nextCursor: null },
  };
  gateway.meddle = ({ query }) => json(pages[query.get("cursor") ?? "first"]);
  const list = trunkline.lines.list({ limit: 2 });
  const ids: string[] = [];
  for await (const { id } of list) ids.push(id);
  expect(ids).toEqual(["line_1", "line_2", "line_3"]);
  expect(gateway.calls).toHaveLength(2);
  for await (const _ of list) break;
  expect(gateway.calls).toHaveLength(3);
  expect((await list.page()).nextCursor).toBe("next");
});

test("a status that this version does not know reads unknown; fields that it does not know stay", async () => {
  const { gateway, trunkline } = startClient();
  gateway.meddle = () => json({ id: "msg_1", status: "teleported", author: {}, hue: 7 });
  await expect(trunkline.messages.get("msg_1")).resolves.toMatchObject({ status: "unknown", hue: 7 });
});

test("an id goes into the path as one part", async () => {
  const { gateway, trunkline } = startClient();
  gateway.meddle = () => json({});
  await trunkline.users.get("ext:a/b?c");
  expect(gateway.calls[0]?.path).toBe("/v1/users/ext%3Aa%2Fb%3Fc");
});

test("an operator key names the tenant that it acts for", async () => {
  const { gateway, trunkline } = startClient({ auth: apiKeyAuth("tlo_1").forTenant("ext:acme") });
  await trunkline.me.get();
  expect(gateway.calls[0]?.headers.get("Trunkline-Tenant")).toBe("ext:acme");
});

test("options that cannot work are refused when the client is created", () => {
  const auth = sessionAuth("/session");
  const refused = expect.objectContaining({ code: "invalid_options" });
  expect(() => createTrunkline({ gateway: "not an address", auth })).toThrow(refused);
  expect(() => createTrunkline({ gateway: GATEWAY, auth, timeoutMs: 0 })).toThrow(refused);
  expect(() => createTrunkline({ gateway: GATEWAY, auth, events: { silenceMs: -1 } })).toThrow(refused);
  expect(() => createTrunkline({ gateway: GATEWAY, auth: apiKeyAuth("tlk_1"), platform: { isBrowser: true } })).toThrow(
    refused,
  );
});

test("an error of another copy of this package is known as well", () => {
  const foreign = Object.assign(new Error("gone"), { name: "TrunklineError", code: "not_found" });
  expect(isTrunklineError(foreign)).toBe(true);
  expect(isTrunklineError(new TrunklineError("closed", { message: "closed" }))).toBe(true);
  expect(isTrunklineError(new Error("closed"))).toBe(false);
  expect(isTrunklineError(null)).toBe(false);
});

test("an error says which field is wrong, and how", async () => {
  const { gateway, trunkline } = startClient();
  gateway.meddle = () =>
    json(
      {
        type: "/problems/invalid_input",
        title: "A field has a value that is not accepted",
        status: 422,
        code: "invalid_input",
        issues: [{ path: ["sending", "quietHours"], message: "must be a time of day such as 21:00" }],
      },
      422,
    );
  await expect(trunkline.tenant.update({ name: "Alder Bay" })).rejects.toMatchObject({
    code: "invalid_input",
    message: "A field has a value that is not accepted: `sending.quietHours` must be a time of day such as 21:00",
  });
});
