import twilio from "twilio";
import { afterAll, expect, test } from "vitest";
import { carrierContract, readContract } from "../../../scripts/lib/carrier-contract.ts";
import type { CarrierAccount } from "../src/carrier/entries.ts";
import { signTwilio } from "../src/carriers/twilio/signature.ts";
import { BEGINNING, fixedWorld, LINE, PHONE } from "./fixed-world.ts";
import { listeningCarrier } from "./listening-carrier.ts";

const SID = `AC${"0123456789abcdef".repeat(2)}`;
const TOKEN = "fedcba9876543210".repeat(2);
const ACCOUNT: CarrierAccount = {
  id: SID,
  carrier: "twilio",
  secrets: { authToken: TOKEN, apiKeySid: "SK1", apiKeySecret: "secret", messagingServiceSid: `MG${"1".repeat(32)}` },
  numbers: [LINE, "+12065550101"],
  target: {
    deploymentId: "dep_1",
    gatewayAccountId: "acc_00000000000000000000000002",
    baseUrl: "http://world.test/carriers/twilio",
  },
};
const ROOT = "/2010-04-01/Accounts/{AccountSid}";
const contract = carrierContract("twilio.openapi.json");

async function twilioWorld(account = ACCOUNT) {
  const fixed = await fixedWorld({ entries: [{ type: "account", account }, ...BEGINNING.slice(1)] });
  const api = (method: string, path: string, form?: Record<string, string>, key = `${SID}:${TOKEN}`) =>
    fixed.call(
      method,
      `/carriers/twilio/2010-04-01/Accounts/${SID}${path}`,
      form && new URLSearchParams(form).toString(),
      { authorization: `Basic ${btoa(key)}` },
    );
  const send = (fields: Record<string, string> = {}) =>
    api("POST", "/Messages.json", { From: LINE, To: PHONE, Body: "Hello", ...fields });
  const behave = (behaviour: object) => fixed.call("PUT", "/world/carriers/twilio", behaviour);
  return { ...fixed, api, send, behave };
}

test("every answer has the shape that Twilio publishes", async () => {
  const { api, send, call, world } = await twilioWorld();
  const wrong: string[] = [];
  const check = (operation: string, { status, body }: { status: number; body: unknown }) => {
    wrong.push(...contract.misfits(operation, status, body));
    return body as Record<string, string>;
  };
  const { sid } = check(`POST ${ROOT}/Messages.json`, await send());
  check(`POST ${ROOT}/Messages.json`, await send({ MessagingServiceSid: String(ACCOUNT.secrets.messagingServiceSid) }));
  check(`POST ${ROOT}/Messages.json`, await send({ MediaUrl: "https://media.example.com/a.jpg" }));
  await call("POST", `/world/handsets/${PHONE}/messages`, { to: LINE, text: "Hi" });
  await world.advance(2000);
  const one = `${ROOT}/Messages/{Sid}.json`;
  check(`GET ${ROOT}/Messages.json`, await api("GET", "/Messages.json?PageSize=2"));
  check(`GET ${one}`, await api("GET", `/Messages/${sid}.json`));
  expect(check(`POST ${one}`, await api("POST", `/Messages/${sid}.json`, { Body: "" }))).toMatchObject({ body: "" });
  check(`DELETE ${one}`, await api("DELETE", `/Messages/${sid}.json`));
  expect((await api("GET", `/Messages/${sid}.json`)).body).toMatchObject({ code: 20404, status: 404 });
  const numbers = await api("GET", "/IncomingPhoneNumbers.json");
  check(`GET ${ROOT}/IncomingPhoneNumbers.json`, numbers);
  const number = `/IncomingPhoneNumbers/${numbers.body.incoming_phone_numbers[0].sid}.json`;
  check(`GET ${ROOT}/IncomingPhoneNumbers/{Sid}.json`, await api("GET", number));
  check(`POST ${ROOT}/IncomingPhoneNumbers/{Sid}.json`, await api("POST", number, { SmsUrl: "https://x.example/sms" }));
  expect((await api("GET", ".json")).body).toMatchObject({ sid: SID, status: "active" });
  expect(wrong).toEqual([]);
});

test("signatures are those of the vendor's vectors", async () => {
  const vectors = readContract<{
    twilio_form: { auth_token: string; url: string; params: Record<string, string>; header: Record<string, string> };
    twilio_json: { auth_token: string; url: string; header: Record<string, string> };
  }>("signature-vectors.json");
  if (vectors === null) return;
  const { twilio_form: form, twilio_json: json } = vectors;
  expect(await signTwilio(form.auth_token, form.url, new URLSearchParams(form.params))).toBe(
    form.header["X-Twilio-Signature"],
  );
  expect(await signTwilio(json.auth_token, json.url, null)).toBe(json.header["X-Twilio-Signature"]);
});

test("a text goes its way with signed receipts to the address that came with it", async () => {
  const { send, api, world, webhooks } = await twilioWorld();
  const StatusCallback = "https://sms.example.com/hook?reference=msg_1";
  const { status, body } = await send({ StatusCallback, Body: "Grüße 😀" });
  expect({ status, body }).toMatchObject({ status: 201, body: { status: "queued", direction: "outbound-api" } });
  await world.advance(2000);
  expect(webhooks.map(({ url }) => url)).toEqual([StatusCallback, StatusCallback]);
  for (const { url, headers, body: form } of webhooks) {
    const params = Object.fromEntries(new URLSearchParams(form));
    expect(twilio.validateRequest(TOKEN, String(headers.get("x-twilio-signature")), url, params)).toBe(true);
    expect(params).toMatchObject({ MessageSid: body.sid, AccountSid: SID, From: LINE, To: PHONE });
  }
  expect(webhooks.map(({ body: form }) => new URLSearchParams(form).get("MessageStatus"))).toEqual([
    "sent",
    "delivered",
  ]);
  expect((await api("GET", `/Messages/${body.sid}.json`)).body).toMatchObject({
    status: "delivered",
    error_code: null,
  });
});

test("a phone's text goes to the gateway's door, or where the number's SmsUrl points", async () => {
  const { api, call, webhooks } = await twilioWorld();
  const text = (words: string) => call("POST", `/world/handsets/${PHONE}/messages`, { to: LINE, text: words });
  const { body } = await text("Is 9 free? 😀");
  const [first] = webhooks;
  expect(first?.url).toBe(`http://gateway.test/carriers/twilio/${ACCOUNT.target?.gatewayAccountId}/messages`);
  const params = Object.fromEntries(new URLSearchParams(first?.body));
  expect(params).toMatchObject({ MessageSid: body.id, Body: "Is 9 free? 😀", NumMedia: "0", SmsStatus: "received" });
  const signature = String(first?.headers.get("x-twilio-signature"));
  expect(twilio.validateRequest(TOKEN, signature, String(first?.url), params)).toBe(true);
  expect((await api("GET", `/Messages.json?To=${encodeURIComponent(LINE)}`)).body.messages).toMatchObject([
    { sid: body.id, direction: "inbound", status: "received" },
  ]);
  const { sid } = (await api("GET", "/IncomingPhoneNumbers.json")).body.incoming_phone_numbers[0];
  await api("POST", `/IncomingPhoneNumbers/${sid}.json`, { SmsUrl: "https://other.example/sms?a=b" });
  await text("again");
  expect(webhooks[1]?.url).toBe("https://other.example/sms?a=b");
});

test("a gateway with a public name finds its own name signed, wherever it is reached", async () => {
  const [, deployment] = BEGINNING;
  if (deployment?.type !== "deployment") throw new Error("the fixed world knows a deployment");
  const publicUrl = "https://sms.example.com";
  const { call, webhooks } = await fixedWorld({
    entries: [
      { type: "account", account: ACCOUNT },
      { type: "deployment", deployment: { ...deployment.deployment, publicUrl } },
    ],
  });
  await call("POST", `/world/handsets/${PHONE}/messages`, { to: LINE, text: "Hi" });
  const [{ url, headers, body } = webhooks[0]!] = webhooks;
  expect(new URL(url).origin).toBe("http://gateway.test");
  const named = publicUrl + new URL(url).pathname;
  const params = Object.fromEntries(new URLSearchParams(body));
  expect(twilio.validateRequest(TOKEN, String(headers.get("x-twilio-signature")), named, params)).toBe(true);
});

test.each([
  [{ To: "" }, 400, 21604],
  [{ To: "+1555" }, 400, 21211],
  [{ From: "+12065550199" }, 400, 21606],
  [{ From: "" }, 400, 21603],
  [{ Body: "" }, 400, 21602],
  [{ Body: "x".repeat(1601) }, 400, 21617],
  [{ MediaUrl: "nothing" }, 400, 21620],
  [{ StatusCallback: "nothing" }, 400, 20001],
  [{ MessagingServiceSid: `MG${"2".repeat(32)}` }, 404, 21701],
  [{ From: "+15005550001" }, 400, 21212],
  [{ From: "+15005550008" }, 429, 21611],
  [{ To: "+15005550004" }, 400, 21610],
  [{ To: "+15005550009" }, 400, 21614],
])("%o is refused with %i and %i, and not taken", async (fields, status, code) => {
  const { send, world } = await twilioWorld();
  const more_info = `https://www.twilio.com/docs/errors/${code}`;
  expect((await send(fields)).body).toEqual({ code, message: expect.any(String), more_info, status });
  expect(world.accepted("twilio")).toEqual([]);
});

test("who is not the account's customer is refused, and an API key is taken", async () => {
  const { api, world } = await twilioWorld();
  for (const key of [`${SID}:x`, "SK1:x", "", `:${TOKEN}`]) {
    expect(await api("GET", "/Messages.json", undefined, key)).toMatchObject({ status: 401, body: { code: 20003 } });
  }
  expect((await api("GET", "/Messages.json", undefined, "SK1:secret")).status).toBe(200);
  expect(world.accepted("twilio")).toEqual([]);
});

test("bad days are told in Twilio's words", async () => {
  const { send, behave, call, world, webhooks } = await twilioWorld();
  await behave({ perSecond: 1 });
  expect([(await send()).status, (await send()).body.code]).toEqual([201, 20429]);
  await behave({ down: true });
  expect((await send()).status).toBe(503);
  await behave({ errorCode: "landline" });
  expect((await send()).body.code).toBe(21614);
  await behave({ receipts: "undelivered", errorCode: "blocked_as_spam" });
  await world.advance(5000);
  webhooks.splice(0);
  await send();
  await world.advance(2000);
  const end = new URLSearchParams(webhooks.at(-1)?.body);
  expect([end.get("MessageStatus"), end.get("ErrorCode")]).toEqual(["undelivered", "30007"]);
  await behave({});
  await call("POST", `/world/handsets/${PHONE}/messages`, { to: LINE, text: "stop" });
  expect(await send()).toMatchObject({ status: 400, body: { code: 21610 } });
  await call("POST", `/world/handsets/${PHONE}/messages`, { to: LINE, text: "START" });
  expect((await send()).status).toBe(201);
});

test("a webhook is repeated once where nobody is reached and not after an answer, unless its address asks for it", async () => {
  const answer = () => new Response(null, { status: 500 });
  const entries = [{ type: "account", account: ACCOUNT } as const, ...BEGINNING.slice(1)];
  const { call, webhooks, world } = await fixedWorld({ answer, entries });
  const send = (StatusCallback: string) =>
    call(
      "POST",
      `/carriers/twilio/2010-04-01/Accounts/${SID}/Messages.json`,
      new URLSearchParams({ From: LINE, To: PHONE, Body: "Hello", StatusCallback }).toString(),
      { authorization: `Basic ${btoa(`${SID}:${TOKEN}`)}` },
    );
  await send("https://a.example/");
  await send("https://b.example/#rc=2&rp=5xx");
  await world.advance(60_000);
  expect(webhooks.filter(({ url }) => url === "https://a.example/")).toHaveLength(2); // sent and delivered
  const asked = webhooks.filter(({ url }) => url === "https://b.example/");
  expect(asked).toHaveLength(6);
  expect(new Set(asked.map(({ headers }) => headers.get("i-twilio-idempotency-token"))).size).toBe(2);
});

const listening = await listeningCarrier("twilio");
afterAll(() => listening.close());

test("Twilio's own client sends, fetches, lists page by page, redacts and deletes", async () => {
  const { url, account, world } = listening;
  // The client has no setting for another host: its requests are moved on their way out.
  const httpClient = new twilio.RequestClient();
  const request = httpClient.request.bind(httpClient);
  httpClient.request = (options) => request({ ...options, uri: options.uri.replace("https://api.twilio.com", url) });
  const client = twilio(account.id, account.secrets.authToken, { httpClient });
  const sent: string[] = [];
  for (const body of ["one", "two", "three"]) {
    sent.push((await client.messages.create({ from: LINE, to: PHONE, body })).sid);
    await world.advance(2000);
  }
  const fetched = await client.messages(sent[0]!).fetch();
  expect(fetched).toMatchObject({ sid: sent[0], status: "delivered", body: "one", numSegments: "1" });
  const listed = await client.messages.list({ to: PHONE, pageSize: 2 });
  expect(listed.map(({ sid }) => sid)).toEqual(sent.toReversed());
  expect(await client.messages.list({ dateSentAfter: new Date("2027-01-01") })).toEqual([]);
  expect((await client.messages(sent[1]!).update({ body: "" })).body).toBe("");
  expect(await client.messages(sent[1]!).remove()).toBe(true);
  expect(await client.messages.list()).toHaveLength(2);
  expect((await client.incomingPhoneNumbers.list()).map(({ phoneNumber }) => phoneNumber)).toEqual(account.numbers);
  const refused = client.messages.create({ from: LINE, to: "+15005550004", body: "Hello" });
  await expect(refused).rejects.toMatchObject({ code: 21610, status: 400 });
});
