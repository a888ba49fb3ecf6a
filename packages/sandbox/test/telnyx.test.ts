import Telnyx from "telnyx";
import { afterAll, expect, test } from "vitest";
import { carrierContract, readContract } from "../../../scripts/lib/carrier-contract.ts";
import type { CarrierAccount } from "../src/carrier/entries.ts";
import { keyPair, signTelnyx } from "../src/carriers/telnyx/signature.ts";
import { BEGINNING, fixedWorld, LINE, PHONE } from "./fixed-world.ts";
import { listeningCarrier } from "./listening-carrier.ts";

const PROFILE = "00000000-0000-4000-8000-000000000001";
const KEYS = await keyPair(new Uint8Array(32).fill(7));
const ACCOUNT: CarrierAccount = {
  id: "00000000-0000-4000-8000-000000000002",
  carrier: "telnyx",
  secrets: { apiKey: "KEY1", messagingProfileId: PROFILE, ...KEYS },
  numbers: [LINE, "+12065550101"],
  target: {
    deploymentId: "dep_1",
    gatewayAccountId: "acc_00000000000000000000000003",
    baseUrl: "http://world.test/carriers/telnyx/v2",
  },
};
const ENTRIES = [{ type: "account", account: ACCOUNT } as const, ...BEGINNING.slice(1)];
const contract = carrierContract("telnyx.openapi.json");

async function telnyxWorld(answer = () => new Response(null, { status: 204 })) {
  const fixed = await fixedWorld({ entries: ENTRIES, answer });
  const api = (method: string, path: string, body?: object | string, key = "KEY1") =>
    fixed.call(method, `/carriers/telnyx/v2${path}`, body, { authorization: `Bearer ${key}` });
  const send = (fields: object = {}) => api("POST", "/messages", { from: LINE, to: PHONE, text: "Hello", ...fields });
  const behave = (behaviour: object) => fixed.call("PUT", "/world/carriers/telnyx", behaviour);
  const text = (words: string) => fixed.call("POST", `/world/handsets/${PHONE}/messages`, { to: LINE, text: words });
  const events = () => fixed.webhooks.map(({ body }) => JSON.parse(body));
  return { ...fixed, api, send, behave, text, events };
}
const codeOf = ({ status, body }: { status: number; body: { errors: { code: string }[] } }) => [
  status,
  body.errors[0]?.code,
];

test("every answer and every webhook has the shape that Telnyx publishes", async () => {
  const { api, send, text, world, events } = await telnyxWorld();
  const wrong: string[] = [];
  const check = (operation: string, { status, body }: { status: number; body: unknown }) => {
    wrong.push(...contract.misfits(operation, status, body));
    return body as { data: { id: string } };
  };
  const { id } = check("POST /messages", await send()).data;
  check("POST /messages", await send({ media_urls: ["https://media.example.com/a.jpg"] }));
  check("POST /messages", await send({ to: "+1555" }));
  const { body: arrived } = await text("stop");
  await world.advance(2000);
  check("GET /messages/{id}", await api("GET", `/messages/${id}`));
  check("GET /messages/{id}", await api("GET", `/messages/${arrived.id}`));
  check("GET /messages/{id}", await api("GET", `/messages/${PROFILE}`));
  check("GET /messaging_optouts", await api("GET", "/messaging_optouts"));
  check("GET /messaging_profiles", await api("GET", "/messaging_profiles?page[size]=1"));
  check("GET /messaging_profiles", await api("GET", "/messaging_profiles", undefined, "KEY2"));
  const profile = `/messaging_profiles/${PROFILE}`;
  check("GET /messaging_profiles/{id}", await api("GET", profile));
  check("PATCH /messaging_profiles/{id}", await api("PATCH", profile, { webhook_url: "https://x.example/hook" }));
  check("GET /messaging_profiles/{id}/phone_numbers", await api("GET", `${profile}/phone_numbers`));
  check("GET /phone_numbers/messaging", await api("GET", "/phone_numbers/messaging?page[number]=2&page[size]=1"));
  check("GET /phone_numbers/{id}/messaging", await api("GET", `/phone_numbers/${LINE.slice(1)}/messaging`));
  const told = events();
  expect(told).toHaveLength(5);
  for (const { data } of told) {
    wrong.push(
      ...contract.misfitsOf(data.event_type === "message.received" ? "InboundMessage" : "OutboundMessage", data),
    );
  }
  expect(wrong).toEqual([]);
});

test("signatures are those of the vendor's vectors", async () => {
  const vectors = readContract<{
    telnyx: { public_key_base64: string; raw_body: string; header: Record<string, string> };
  }>("signature-vectors.json");
  if (vectors === null) return;
  expect(KEYS.publicKey).toBe(vectors.telnyx.public_key_base64);
  const now = Number(vectors.telnyx.header["telnyx-timestamp"]) * 1000;
  expect(await signTelnyx(KEYS.privateKey, vectors.telnyx.raw_body, now)).toEqual(vectors.telnyx.header);
});

test("a text goes its way, told to the address that came with it, and a phone's text to the profile's or the gateway's", async () => {
  const { send, api, text, world, webhooks, events } = await telnyxWorld();
  const { body } = await send({ webhook_url: "https://sms.example.com/hook?reference=msg_1" });
  expect(body.data).toMatchObject({ direction: "outbound", to: [{ phone_number: PHONE, status: "queued" }], parts: 1 });
  await world.advance(2000);
  await text("Is 9 free? 😀");
  await api("PATCH", `/messaging_profiles/${PROFILE}`, { webhook_url: "https://profile.example/hook" });
  await text("again");
  expect(webhooks.map(({ url }) => url)).toEqual([
    "https://sms.example.com/hook?reference=msg_1",
    "https://sms.example.com/hook?reference=msg_1",
    `http://gateway.test/carriers/telnyx/${ACCOUNT.target?.gatewayAccountId}/messages`,
    "https://profile.example/hook",
  ]);
  expect(events()).toMatchObject([
    { data: { event_type: "message.sent", payload: { id: body.data.id, to: [{ status: "sent" }] } } },
    { data: { event_type: "message.finalized", payload: { id: body.data.id, to: [{ status: "delivered" }] } } },
    { data: { event_type: "message.received", payload: { text: "Is 9 free? 😀", encoding: "UCS-2" } } },
    { data: { event_type: "message.received" }, meta: { attempt: 1, delivered_to: "https://profile.example/hook" } },
  ]);
});

test.each([
  [{ to: undefined }, 422, "10004"],
  [{ to: 7 }, 400, "10015"],
  [{ to: "+1555" }, 400, "40012"],
  [{ from: "+12065550199" }, 400, "40013"],
  [{ from: undefined }, 422, "10004"],
  [{ text: "" }, 422, "10004"],
  [{ text: "x".repeat(1531) }, 400, "40302"],
  [{ text: "😀", encoding: "gsm7" }, 400, "10015"],
  [{ messaging_profile_id: ACCOUNT.id }, 404, "10005"],
  [{ send_at: "2027-01-01T00:00:00Z" }, 400, "10015"],
])("%o is refused with %i and %s, and not taken", async (fields, status, code) => {
  const { send, world } = await telnyxWorld();
  expect(codeOf(await send(fields))).toEqual([status, code]);
  expect(world.accepted("telnyx")).toEqual([]);
});

test("bad days are told in Telnyx's words", async () => {
  const { api, send, behave, text, world, events } = await telnyxWorld();
  expect(codeOf(await api("GET", "/messaging_profiles", undefined, ""))).toEqual([401, "10009"]);
  await behave({ perSecond: 1 });
  await send();
  const limited = await send();
  expect(codeOf(limited)).toEqual([429, "10011"]);
  expect(limited.response.headers.get("x-ratelimit-reset")).toBe("1");
  await behave({ down: true });
  expect((await send()).status).toBe(503);
  await behave({ errorCode: "landline" });
  expect(codeOf(await send())).toEqual([400, "40001"]);
  await behave({ receipts: "undelivered", errorCode: "blocked_as_spam" });
  await world.advance(5000);
  await send();
  await world.advance(2000);
  expect(events().at(-1).data.payload).toMatchObject({
    to: [{ status: "delivery_failed" }],
    errors: [{ code: "40003" }],
  });
  await behave({});
  await text("stop");
  expect(codeOf(await send({ from: ACCOUNT.numbers[1] }))).toEqual([400, "40300"]); // the whole profile's
  expect((await api("GET", "/messaging_optouts")).body.data[0]).toMatchObject({
    from: LINE,
    to: PHONE,
    keyword: "stop",
  });
  await text("unstop");
  expect((await send()).status).toBe(200);
});

test("a webhook is tried three times, with the same event and a new signature", async () => {
  const { text, webhooks, events, world } = await telnyxWorld(() => new Response(null, { status: 500 }));
  await text("Hello");
  await world.advance(60_000);
  expect(events().map(({ meta }) => meta.attempt)).toEqual([1, 2, 3]);
  expect(new Set(events().map(({ data }) => data.id)).size).toBe(1);
  expect(new Set(webhooks.map(({ headers }) => headers.get("telnyx-timestamp"))).size).toBe(3);
});

const listening = await listeningCarrier("telnyx");
afterAll(() => listening.close());

test("Telnyx's own client sends, fetches and lists", async () => {
  const { url, account, world } = listening;
  const client = new Telnyx({ apiKey: account.secrets.apiKey, baseURL: url });
  const { data } = await client.messages.send({ from: LINE, to: PHONE, text: "Hello" });
  await world.advance(2000);
  const fetched = await client.messages.retrieve(String(data?.id));
  expect(fetched.data).toMatchObject({ id: data?.id, text: "Hello", to: [{ status: "delivered" }] });
  const numbers: unknown[] = [];
  for await (const { phone_number } of client.phoneNumbers.messaging.list({ "page[size]": 1 } as object)) {
    numbers.push(phone_number);
  }
  expect(numbers).toEqual(account.numbers);
  const [profile] = (await client.messagingProfiles.list()).data ?? [];
  expect(profile?.id).toBe(account.secrets.messagingProfileId);
  expect((await client.messagingOptouts.list()).data).toEqual([]);
  const refused = client.messages.send({ from: "+12065550199", to: PHONE, text: "Hello" });
  await expect(refused).rejects.toMatchObject({ status: 400 });
});

test("Telnyx's own client believes the webhooks", async () => {
  const { text, webhooks } = await telnyxWorld();
  await text("Hello");
  const client = new Telnyx({ apiKey: "KEY1" });
  // Its check of the time uses this machine's clock, so that the same body is signed anew.
  const body = String(webhooks[0]?.body);
  const headers = await signTelnyx(KEYS.privateKey, body, Date.now());
  const event = await client.webhooks.unwrap(body, { headers, key: KEYS.publicKey });
  expect(event).toMatchObject({ data: { event_type: "message.received" } });
  const changed = client.webhooks.unwrap(body.replace("Hello", "Jello"), { headers, key: KEYS.publicKey });
  await expect(changed).rejects.toThrow();
});
