import { expect, test, vi } from "vitest";
import { apiKeyAuth, sessionAuth, type TokenRequest } from "../src/index.ts";
import { outcomeOf, startClient, watch, watchNow } from "./client.ts";
import { FakeGateway, json, LINE, problem } from "./fake-gateway.ts";
import { settle } from "./test-clock.ts";

/** A source that gives tls_1, tls_2, …, each good for as long as told. */
function numbered(lifeMs: number, now: () => number) {
  let count = 0;
  return vi.fn(async (_: TokenRequest) => {
    count += 1;
    return { token: `tls_${count}`, expiresAt: new Date(now() + lifeMs).toISOString() };
  });
}

const tokenOf = (headers: Headers | undefined) => headers?.get("Authorization")?.slice("Bearer ".length);

test("calls at one time ask for one token", async () => {
  const source = vi.fn(async () => "tls_1");
  const { gateway, trunkline } = startClient({ auth: sessionAuth(source) });
  await Promise.all(Array.from({ length: 10 }, () => trunkline.me.get()));
  expect(source).toHaveBeenCalledTimes(1);
  expect(gateway.calls).toHaveLength(10);
});

test("a token is renewed before it ends, while the old one still serves", async () => {
  const { gateway, clock, trunkline } = startClient();
  const source = numbered(600_000, () => clock.now());
  const other = startClient({ auth: sessionAuth(source), platform: { clock } }, gateway);
  await trunkline.me.get();
  await other.trunkline.unread.get();
  await clock.advance(539_000);
  await other.trunkline.unread.get();
  expect(source).toHaveBeenCalledTimes(1);
  await clock.advance(2_000);
  await other.trunkline.unread.get(); // 59 s are left: this one asks for the next
  await settle();
  expect(source).toHaveBeenCalledTimes(2);
  expect(source.mock.calls[1]?.[0].reason).toBe("expiring");
  await other.trunkline.unread.get();
  expect(tokenOf(gateway.calls.at(-1)?.headers)).toBe("tls_2");
});

test("a page whose clock is a day ahead does not ask for a token with every call", async () => {
  const { clock } = startClient();
  const source = numbered(-86_400_000, () => clock.now());
  const { trunkline } = startClient({ auth: sessionAuth(source), platform: { clock } });
  for (let calls = 0; calls < 5; calls += 1) await trunkline.unread.get();
  expect(source).toHaveBeenCalledTimes(1);
});

test("a token that the gateway calls expired is replaced and the call sent again, a POST without a key too", async () => {
  const { clock } = startClient();
  const source = numbered(600_000, () => clock.now());
  const { gateway, trunkline } = startClient({ auth: sessionAuth(source), platform: { clock } });
  gateway.meddle = ({ headers, path }) => {
    if (tokenOf(headers) === "tls_1") return problem(401, "token_expired");
    return path === "/v1/sessions" ? json({ id: "ses_1" }, 201) : undefined;
  };
  await expect(trunkline.sessions.create({ user: { externalId: "1", name: "Ada" } })).resolves.toEqual({ id: "ses_1" });
  expect(source.mock.calls.map(([{ reason }]) => reason)).toEqual(["start", "expired"]);
  expect(gateway.calls.map(({ body }) => body)).toEqual(Array(2).fill({ user: { externalId: "1", name: "Ada" } }));
});

test.each([
  ["throws", async () => Promise.reject(new Error("the session route is down"))],
  ["gives the same expired token", async () => "tls_old"],
  ["never answers", () => new Promise<string>(() => undefined)],
  ["gives nothing", async () => ""],
])(
  "a source that %s is asked at most five times in the first minute and once a minute after; one error is told",
  async (_, give) => {
    const { clock } = startClient();
    const asked: number[] = [];
    const source = vi.fn(() => {
      asked.push(clock.now());
      return give();
    });
    const { gateway, trunkline, errors } = startClient({ auth: sessionAuth(source), platform: { clock } });
    gateway.meddle = () => problem(401, "token_expired");
    const start = clock.now();
    trunkline.events.on("message.created", () => undefined);
    for (let second = 0; second < 300; second += 1) {
      trunkline.me.get({ timeoutMs: 5_000 }).catch(() => undefined); // a busy page
      await clock.advance(1_000);
    }
    const within = (from: number, to: number) => asked.filter((at) => at >= start + from && at < start + to).length;
    expect(within(0, 60_000)).toBeLessThanOrEqual(5);
    expect(within(0, 60_000)).toBeGreaterThan(1);
    for (let minute = 1; minute < 5; minute += 1) {
      expect(within(minute * 60_000, (minute + 1) * 60_000)).toBeLessThanOrEqual(1);
    }
    expect(errors).toHaveLength(1);
  },
);

test("a call whose token does not come rejects, and names the source", async () => {
  const { clock, trunkline } = startClient({ auth: sessionAuth(() => new Promise(() => undefined)) });
  const outcome = outcomeOf(trunkline.tenant.update({ name: "Acme" }));
  await clock.advance(15_000);
  expect(outcome.error).toMatchObject({
    code: "token_refused",
    message: expect.stringContaining("source of session tokens"),
  });
});

test("401 from the host's session route means that nobody is signed in: nothing is tried again by itself", async () => {
  const gateway = new FakeGateway();
  gateway.meddle = ({ path }) => (path === "/session" ? problem(401, "whatever") : undefined);
  const { clock, trunkline } = startClient({ auth: sessionAuth("https://crm.test/session") }, gateway);
  trunkline.events.on("message.created", () => undefined);
  await clock.advance(600_000);
  expect(trunkline.connection.getSnapshot()).toMatchObject({ state: "stopped", error: { code: "signed_out" } });
  expect(gateway.callsTo("POST", "/session")).toHaveLength(1);
  expect(gateway.calls[0]?.headers.get("Trunkline-Session")).toBe("1");

  gateway.meddle = ({ path }) => (path === "/session" ? json({ token: "tls_1" }, 201) : undefined);
  trunkline.connection.retry();
  await clock.advance(1_000);
  expect(trunkline.connection.getSnapshot()).toMatchObject({ state: "live" });
});

test("after hours without a network the page is live three seconds after it is back, with a new token", async () => {
  const page = new EventTarget();
  const { clock } = startClient();
  let isAway = false;
  const source = vi.fn(async () => {
    if (isAway) throw new TypeError("fetch failed");
    return `tls_${source.mock.calls.length}`;
  });
  const auth = sessionAuth(source);
  const { gateway, trunkline } = startClient({ auth, platform: { clock, wakeUps: [page] } });
  trunkline.events.on("message.created", () => undefined);
  await clock.advance(20_000);
  isAway = true;
  gateway.meddle = ({ headers }) => {
    if (isAway) throw new TypeError("fetch failed");
    return tokenOf(headers) === "tls_1" ? problem(401, "token_expired") : undefined;
  };
  gateway.cut();
  await clock.advance(600_000);
  const outcome = outcomeOf(trunkline.me.get()); // finds out that the token has ended …
  isAway = false;
  gateway.meddle = ({ headers }) => (tokenOf(headers) === "tls_1" ? problem(401, "token_expired") : undefined);
  page.dispatchEvent(new Event("online"));
  await clock.advance(3_000);
  expect(trunkline.connection.getSnapshot().state).toBe("live");
  expect(outcome.value).toBeDefined();
});

test("Try now asks the source now", async () => {
  const source = vi.fn(async () => Promise.reject(new Error("down")));
  const { clock, trunkline } = startClient({ auth: sessionAuth(source) });
  trunkline.events.on("message.created", () => undefined);
  await clock.advance(100_000);
  const before = source.mock.calls.length;
  trunkline.connection.retry();
  await clock.advance(0);
  expect(source).toHaveBeenCalledTimes(before + 1);
});

test("a key that is refused stops the stream for good", async () => {
  const { gateway, clock, trunkline } = startClient({ auth: apiKeyAuth("tlk_1") });
  gateway.meddle = () => problem(401, "token_refused");
  trunkline.events.on("message.created", () => undefined);
  await clock.advance(600_000);
  expect(trunkline.connection.getSnapshot()).toMatchObject({ state: "stopped", error: { code: "token_refused" } });
  expect(gateway.calls).toHaveLength(1);
});

test("a token of somebody else clears what is held before it is used", async () => {
  const { clock } = startClient();
  const { gateway, trunkline } = startClient({
    auth: sessionAuth(numbered(600_000, () => clock.now())),
    platform: { clock },
  });
  const conversation = gateway.addConversation("+14255550123");
  gateway.addMessage(conversation.id, "for Ada's eyes");
  await trunkline.me.get();
  const thread = trunkline.messages.live(conversation.id);
  await watchNow(thread);
  expect(thread.getSnapshot().data).toHaveLength(1);

  gateway.userId = "usr_00000000000000000000000002";
  const whoIsShown: unknown[] = [];
  gateway.meddle = ({ headers, path }) => {
    if (tokenOf(headers) === "tls_1") return problem(401, "token_expired");
    if (path.startsWith("/v1/conversations")) {
      whoIsShown.push(thread.getSnapshot().data.length);
      return problem(404, "not_found");
    }
    return undefined;
  };
  await clock.advance(20_000);
  gateway.endStreams("token_expired");
  await clock.advance(5_000);
  expect(thread.getSnapshot()).toMatchObject({ data: [], status: "error", error: { code: "not_found" } });
  expect(whoIsShown.every((shown) => shown === 0)).toBe(true);
});

test("a token that sees something else has everything read again, and nothing is hidden meanwhile", async () => {
  const { clock } = startClient();
  const auth = sessionAuth(numbered(600_000, () => clock.now()));
  const { gateway, trunkline } = startClient({ auth, platform: { clock } });
  const { id } = gateway.addConversation("+14255550123");
  gateway.addMessage(id, "one");
  await trunkline.me.get();
  const thread = trunkline.messages.live(id);
  const seen = await watchNow(thread);
  gateway.sees = { lineIds: [LINE], records: null, assignedOnly: true };
  gateway.meddle = ({ headers }) => (tokenOf(headers) === "tls_1" ? problem(401, "token_expired") : undefined);
  const { emit } = gateway;
  gateway.emit = () => undefined;
  gateway.addMessage(id, "two, which the old token did not see");
  gateway.emit = emit;
  await trunkline.unread.get();
  await clock.advance(1_000);
  expect(thread.getSnapshot().data).toHaveLength(2);
  for (const { data } of seen) expect(data.length).toBeGreaterThan(0);
  expect(gateway.callsTo("GET", "/v1/events").map(({ headers }) => tokenOf(headers))).toEqual(["tls_1", "tls_2"]);
});

test("a stream that ends with its token goes on with the next one, without a gap", async () => {
  const { clock } = startClient();
  const { gateway, trunkline } = startClient({
    auth: sessionAuth(numbered(60_000, () => clock.now())),
    platform: { clock },
  });
  const conversation = gateway.addConversation("+14255550123");
  const texts: string[] = [];
  trunkline.events.on("message.created", ({ data }) => texts.push(data.text));
  const states = watch(trunkline.connection);
  await clock.advance(61_000);
  gateway.meddle = ({ headers }) => (tokenOf(headers) === "tls_1" ? problem(401, "token_expired") : undefined);
  gateway.endStreams("token_expired");
  gateway.addMessage(conversation.id, "while it was away");
  await clock.advance(3_000);
  expect(texts).toEqual(["while it was away"]);
  expect(states.at(-1)).toMatchObject({ state: "live" });
});
