import { expect, test } from "vitest";
import { fixedWorld, LINE, PHONE, START } from "./fixed-world.ts";

const messages = `/world/handsets/${PHONE}/messages`;

test("a phone's text goes to the gateway as a webhook and stays on the phone", async () => {
  const { call, webhooks } = await fixedWorld();
  const { status, body } = await call("POST", messages, { to: LINE, text: "Is the 9 o'clock slot free? 🙂" });
  expect(status).toBe(201);
  expect(body).toMatchObject({ direction: "sent", from: PHONE, to: LINE, webhook: { kind: "answered", status: 204 } });
  expect(webhooks).toHaveLength(1);
  expect(JSON.parse(webhooks[0]?.body ?? "")).toEqual({
    id: body.id,
    from: PHONE,
    to: LINE,
    text: "Is the 9 o'clock slot free? 🙂",
    media: [],
    at: new Date(START).toISOString(),
  });
  expect((await call("GET", messages)).body.data).toMatchObject([{ id: body.id, direction: "sent" }]);
});

test("a webhook that is not answered with 2xx is repeated, byte for byte, with growing waits and a new signature", async () => {
  let answers = 0;
  const { call, webhooks, world } = await fixedWorld({
    answer: () => {
      answers++;
      if (answers === 2) throw new TypeError("connection refused");
      return new Response(null, { status: answers < 5 ? 503 : 200 });
    },
  });
  const { status, body } = await call("POST", messages, { to: LINE, text: "Hello" });
  expect(status).toBe(202);
  expect(body.webhook).toEqual({ kind: "answered", status: 503 });
  await world.advance(60_000);
  expect(webhooks.map(({ at }) => at - START)).toEqual([0, 200, 700, 1700, 3700]);
  expect(new Set(webhooks.map(({ body: sent }) => sent)).size).toBe(1);
  expect(new Set(webhooks.map(({ signature }) => signature)).size).toBeGreaterThan(1);
});

test("after a day the carrier gives up", async () => {
  const { call, webhooks, world, journal } = await fixedWorld({ answer: () => new Response(null, { status: 500 }) });
  await call("POST", messages, { to: LINE, text: "Hello" });
  await world.advance(26 * 3_600_000);
  expect(journal.entries.at(-1)).toMatchObject({ type: "webhook_settled", outcome: "expired" });
  const attempts = webhooks.length;
  await world.advance(3_600_000);
  expect(webhooks).toHaveLength(attempts);
});

test("a webhook that is dropped never comes, and the phone's owner is told", async () => {
  const { call, webhooks, world } = await fixedWorld();
  await call("PUT", "/world/carriers/sandbox", { dropWebhooks: 1 });
  const { status, body } = await call("POST", messages, { to: LINE, text: "Hello" });
  expect({ status, webhook: body.webhook }).toEqual({ status: 202, webhook: { kind: "dropped" } });
  await world.advance(3_600_000);
  expect(webhooks).toHaveLength(0);
});

test("a world that is made again from its journal knows everything and sends what it owed", async () => {
  const before = await fixedWorld({ answer: () => new Response(null, { status: 503 }) });
  await before.call("POST", messages, { to: LINE, text: "first" });
  await before.submit({ text: "second" });
  await before.stop();
  const after = await fixedWorld({ entries: before.journal.entries });
  expect((await after.call("GET", messages)).body.data).toMatchObject([{ text: "first" }, { text: "second" }]);
  expect(after.world.accepted("sandbox")).toEqual(before.world.accepted("sandbox"));
  await after.world.advance(2000);
  expect(after.webhooks.map(({ url }) => url.split("/").at(-1))).toEqual(["messages", "status", "status"]);
});

test("a carrier that keeps opt-outs takes nothing for a phone that said STOP, until it says START", async () => {
  const { call, submit, webhooks, journal, world } = await fixedWorld();
  await call("POST", messages, { to: LINE, text: "STOP" });
  expect(await submit()).toMatchObject({ status: 201 }); // it was not told to
  await call("PUT", "/world/carriers/sandbox", { blocksOptOuts: true });
  await call("POST", messages, { to: LINE, text: "please stop by at five" });
  expect(await submit()).toMatchObject({ status: 201 });
  await call("POST", messages, { to: LINE, text: " Stop " });
  expect(await submit()).toMatchObject({ status: 422, body: { code: "opted_out" } });
  expect(await submit({ to: "+14255550124" })).toMatchObject({ status: 201 });
  const again = await fixedWorld({ entries: journal.entries });
  expect(await again.submit()).toMatchObject({ status: 422, body: { code: "opted_out" } });
  await call("POST", messages, { to: LINE, text: "START" });
  expect(await submit()).toMatchObject({ status: 201 });
  expect(world.accepted("sandbox")).toHaveLength(4);
  expect(webhooks.map(({ body }) => JSON.parse(body).text)).toEqual([
    "STOP",
    "please stop by at five",
    " Stop ",
    "START",
  ]);
});

test("phones see their own texts as they come, on a stream of events", async () => {
  const { call, world, submit } = await fixedWorld();
  const frames: string[] = [];
  const response = world.feed.stream({
    clock: world.clock,
    first: { type: "ready", data: {} },
    accepts: (event) => event.type === "handset.message" && event.data.number === PHONE,
  });
  const reading = (async () => {
    for await (const part of response.body!.pipeThrough(new TextDecoderStream())) frames.push(part);
  })();
  await call("POST", "/world/handsets/+14255550124/messages", { to: LINE, text: "somebody else" });
  await call("POST", messages, { to: LINE, text: "out" });
  await submit({ text: "in" });
  await expect.poll(() => frames.join("")).toContain('"in"');
  world.feed.close();
  await reading;
  expect(frames.join("")).not.toContain("somebody else");
  expect(frames.join("")).toMatch(/^event: ready\n.*event: handset\.message\ndata: .*"sent".*"received"/s);
});

test.each([
  ["malformed JSON", "POST", messages, "{", 400, "invalid_json"],
  ["an unknown field", "POST", messages, { to: LINE, text: "x", from: "y" }, 422, "unknown_field"],
  ["a text that is none", "POST", messages, { to: LINE, text: 5 }, 422, "invalid_input"],
  ["nothing to say", "POST", messages, { to: LINE, text: "" }, 422, "invalid_input"],
  ["a line that is none", "POST", messages, { to: "+12065550177", text: "x" }, 404, "not_found"],
  ["a phone that is none", "POST", "/world/handsets/hello/messages", { to: LINE, text: "x" }, 422, "invalid_number"],
  ["a carrier that is none", "PUT", "/world/carriers/pigeon", {}, 404, "not_found"],
  ["a share above 1", "PUT", "/world/carriers/sandbox", { dropAnswers: 2 }, 422, "invalid_input"],
  ["a duration that is none", "POST", "/world/clock", { advance: "15 s" }, 422, "invalid_input"],
  ["a user that is none", "POST", "/world/sessions", { userId: "usr_1" }, 404, "not_found"],
  [
    "a gateway elsewhere",
    "PUT",
    "/world/gateways/gw_1",
    { address: "http://10.0.0.1", operatorKey: "x" },
    422,
    "invalid_input",
  ],
  ["an address with nothing", "GET", "/world/nothing", undefined, 404, "not_found"],
  ["an address outside", "GET", "/elsewhere", undefined, 404, "not_found"],
])("%s is a problem that says so, and changes nothing", async (_, method, path, body, status, code) => {
  const { call, journal } = await fixedWorld();
  const before = journal.entries.length;
  const answer = await call(method, path, body);
  expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
  expect(answer.response.headers.get("content-type")).toBe("application/problem+json");
  expect(journal.entries).toHaveLength(before);
});

test("pages of this machine may drive the world, others may not", async () => {
  const { call } = await fixedWorld();
  const allowed = async (origin: string) =>
    (await call("GET", "/world", undefined, { origin })).response.headers.get("access-control-allow-origin");
  expect(await allowed("http://localhost:5173")).toBe("http://localhost:5173");
  expect(await allowed("http://127.0.0.1:8080")).toBe("http://127.0.0.1:8080");
  expect(await allowed("https://evil.example")).toBeNull();
  expect(await allowed("http://localhost.evil.example")).toBeNull();
});
