import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { ACCOUNT, BEGINNING, fixedWorld, LINE, PHONE, START } from "./fixed-world.ts";

test("a text that is taken stands in the ledger, on the phone and in the look-up, with the time of its arrival", async () => {
  const { submit, carrier, call } = await fixedWorld();
  const { status, body } = await submit();
  expect(status).toBe(201);
  expect(body).toEqual({ id: expect.stringMatching(/^sbx_/), status: "accepted" });
  const at = new Date(START).toISOString();
  const ledger = await call("GET", "/world/carriers/sandbox/accepted");
  expect(ledger.body.data).toEqual([{ id: body.id, reference: "msg_1", from: LINE, to: PHONE, text: "Hello", at }]);
  const phone = await call("GET", `/world/handsets/${PHONE}/messages`);
  expect(phone.body.data).toMatchObject([
    { direction: "received", from: LINE, to: PHONE, text: "Hello", media: [], at },
  ]);
  const found = await carrier("GET", "/messages?reference=msg_1");
  expect(found.body.data).toMatchObject([{ id: body.id, reference: "msg_1", status: "accepted", errorCode: null, at }]);
  expect((await carrier("GET", `/messages/${body.id}`)).body).toMatchObject({ id: body.id });
  expect((await carrier("GET", "/messages?reference=msg_2")).body.data).toEqual([]);
});

test("receipts go out signed, in their time, with the reference", async () => {
  const { submit, webhooks, world } = await fixedWorld();
  await submit();
  expect(webhooks).toHaveLength(0);
  await world.advance(2000);
  expect(webhooks.map(({ body }) => JSON.parse(body))).toMatchObject([
    { reference: "msg_1", status: "sent", errorCode: null },
    { reference: "msg_1", status: "delivered", errorCode: null },
  ]);
  for (const { url, signature, body, at } of webhooks) {
    expect(url).toBe(`http://gateway.test/carriers/sandbox/${ACCOUNT.target?.gatewayAccountId}/status`);
    const time = Math.floor(at / 1000);
    const mac = createHmac("sha256", "sbs_1").update(`${time}.${body}`).digest("hex");
    expect(signature).toBe(`t=${time},v1=${mac}`);
  }
});

test("the look-up follows what happens to a text, also when no receipt is sent", async () => {
  const { submit, carrier, call, world, webhooks } = await fixedWorld();
  await call("PUT", "/world/carriers/sandbox", { receipts: "none" });
  await submit();
  const status = async () => (await carrier("GET", "/messages?reference=msg_1")).body.data[0].status;
  expect(await status()).toBe("accepted");
  await world.advance(500);
  expect(await status()).toBe("sent");
  await world.advance(500);
  expect(await status()).toBe("delivered");
  expect(webhooks).toHaveLength(0);
});

test.each([
  ["a sender that is not the account's", { from: "+12065550199" }, "invalid_sender"],
  ["a number that is none", { to: "+1555" }, "invalid_number"],
  ["a number that is not in E.164", { to: "(425) 555-0123" }, "invalid_number"],
  ["an empty text", { text: "" }, "content_rejected"],
  ["a text that is too long", { text: "x".repeat(1601) }, "content_rejected"],
  ["a text that is no string", { text: 7 }, "content_rejected"],
])("%s is refused and not taken", async (_, fields, code) => {
  const { submit, world } = await fixedWorld();
  const { status, body } = await submit(fields);
  expect({ status, code: body.code }).toEqual({ status: 422, code });
  expect(world.accepted("sandbox")).toEqual([]);
});

test("a key that is wrong or missing is refused before anything else", async () => {
  const { carrier } = await fixedWorld();
  expect(await carrier("POST", "/messages", "{", "sbk_2")).toMatchObject({ status: 401, body: { code: "auth" } });
  expect(await carrier("GET", "/numbers", undefined, "")).toMatchObject({ status: 401 });
  expect((await carrier("GET", "/numbers")).body.data).toEqual(ACCOUNT.numbers.map((number) => ({ number })));
});

test("a rate limit takes so many a second, counts again in the next one, and says when", async () => {
  const { submit, call, world } = await fixedWorld();
  await call("PUT", "/world/carriers/sandbox", { perSecond: 2 });
  const answers = [await submit(), await submit(), await submit()];
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 429]);
  expect(answers[2]?.response.headers.get("retry-after")).toBe("1");
  expect(world.accepted("sandbox")).toHaveLength(2);
  await world.advance(1000);
  expect((await submit()).status).toBe(201);
});

test("an answer that is dropped leaves the text taken: the connection breaks, or a 5xx comes", async () => {
  const { submit, call, world } = await fixedWorld();
  await call("PUT", "/world/carriers/sandbox", { dropAnswers: 1 });
  const kinds = new Set<string>();
  for (let count = 0; count < 40; count++) {
    const { response } = await submit();
    kinds.add(response.type === "error" ? "broken" : String(response.status));
  }
  expect(kinds).toEqual(new Set(["broken", "500"]));
  expect(world.accepted("sandbox")).toHaveLength(40);
});

test("a slow carrier lists a text before it answers", async () => {
  const { submit, carrier, call, world } = await fixedWorld();
  await call("PUT", "/world/carriers/sandbox", { latencyMs: 3000 });
  let answered = false;
  const sending = submit().then((answer) => {
    answered = true;
    return answer;
  });
  await expect.poll(async () => (await carrier("GET", "/messages?reference=msg_1")).body.data).toHaveLength(1);
  await world.advance(2999);
  expect(answered).toBe(false);
  await world.advance(1);
  expect((await sending).status).toBe(201);
});

test("a world that ends breaks the connections that wait for it", async () => {
  const { submit, call, stop, world } = await fixedWorld();
  await call("PUT", "/world/carriers/sandbox", { latencyMs: 3000 });
  const sending = submit();
  await expect.poll(() => world.accepted("sandbox")).toHaveLength(1);
  await stop();
  expect((await sending).response.type).toBe("error");
  expect((await submit()).response.type).toBe("error");
});

test("a carrier that is down takes nothing, sends nothing, and makes up for it", async () => {
  const { submit, call, world, webhooks } = await fixedWorld();
  await submit();
  await call("PUT", "/world/carriers/sandbox", { down: true });
  expect((await submit()).status).toBe(503);
  await world.advance(5000);
  expect(webhooks).toHaveLength(0);
  expect(world.accepted("sandbox")).toHaveLength(1);
  await call("PUT", "/world/carriers/sandbox", {});
  await world.advance(1000);
  expect(webhooks).toHaveLength(2);
});

test("a carrier that was told a code refuses with it", async () => {
  const { submit, call } = await fixedWorld();
  await call("PUT", "/world/carriers/sandbox", { errorCode: "opted_out" });
  expect(await submit()).toMatchObject({ status: 422, body: { code: "opted_out" } });
});

test("a text to another line arrives there as that line's webhook", async () => {
  const { submit, webhooks, world } = await fixedWorld();
  await submit({ to: ACCOUNT.numbers[1] });
  await world.advance(0);
  expect(webhooks.map(({ url }) => url)).toEqual([expect.stringMatching(/\/messages$/)]);
  expect(JSON.parse(webhooks[0]?.body ?? "")).toMatchObject({ from: LINE, to: ACCOUNT.numbers[1], text: "Hello" });
});

test("a journal of a world that knew the plain carrier alone is read as it was meant", async () => {
  const { carrier: _, secrets: __, ...same } = ACCOUNT;
  const former = { apiKey: "sbk_1", webhookSecret: "sbs_1", ...same };
  const { submit, webhooks, world } = await fixedWorld({
    entries: [{ type: "account", account: former }, ...BEGINNING.slice(1)],
  });
  expect((await submit()).status).toBe(201);
  await world.advance(2000);
  expect(webhooks.map(({ signature }) => signature !== null)).toEqual([true, true]);
});
