import { createHash, createHmac } from "node:crypto";
import { SmsClient, type SmsClientOptions } from "@azure/communication-sms";
import { afterAll, expect, test } from "vitest";
import { carrierContract, readContract } from "../../../scripts/lib/carrier-contract.ts";
import type { CarrierAccount } from "../src/carrier/entries.ts";
import { acsDialect } from "../src/carriers/acs/acs.ts";
import { isSigned } from "../src/carriers/acs/request-signature.ts";
import { BEGINNING, fixedWorld, LINE, PHONE, START } from "./fixed-world.ts";
import { listeningCarrier } from "./listening-carrier.ts";

const KEY = Buffer.alloc(32, 9).toString("base64");
const ACCOUNT: CarrierAccount = {
  id: "sandbox-1",
  carrier: "acs",
  secrets: { accessKey: KEY, webhookSecret: "0123456789abcdef" },
  numbers: [LINE, "+12065550101"],
  target: {
    deploymentId: "dep_1",
    gatewayAccountId: "acc_00000000000000000000000004",
    baseUrl: "http://world.test",
  },
};
const ENTRIES = [{ type: "account", account: ACCOUNT } as const, ...BEGINNING.slice(1)];
const DOOR = `http://gateway.test/carriers/acs/${ACCOUNT.target?.gatewayAccountId}/messages?secret=0123456789abcdef`;
const contract = carrierContract("acs-sms.openapi.json");

/** What a gateway that speaks Event Grid answers. */
async function greeting(request: Request): Promise<Response> {
  const [event] = (await request.json()) as { data: { validationCode?: string } }[];
  const validationResponse = event?.data.validationCode;
  return validationResponse ? Response.json({ validationResponse }) : new Response(null, { status: 200 });
}

/** Signs as a client does, by Node's own means. */
function signed(method: string, url: string, body: string, key = KEY): Record<string, string> {
  const { host, pathname, search } = new URL(url);
  const hash = createHash("sha256").update(body).digest("base64");
  const date = new Date(START).toUTCString();
  const text = `${method}\n${pathname}${search}\n${date};${host};${hash}`;
  const signature = createHmac("sha256", Buffer.from(key, "base64")).update(text).digest("base64");
  const authorization = `HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=${signature}`;
  return { "x-ms-date": date, "x-ms-content-sha256": hash, authorization };
}

async function acsWorld(answer: (request: Request) => Response | Promise<Response> = greeting) {
  const fixed = await fixedWorld({ entries: ENTRIES, answer });
  const api = (method: string, path: string, content?: object, key?: string) => {
    const at = `${path}${path.includes("?") ? "" : "?api-version=2026-01-23"}`;
    const body = content === undefined ? "" : JSON.stringify(content);
    const headers = signed(method, `http://world.test${at}`, body, key);
    return fixed.call(method, at, content === undefined ? undefined : body, headers);
  };
  const send = (fields: object = {}, recipient: object = {}) =>
    api("POST", "/sms", {
      from: LINE,
      smsRecipients: [{ to: PHONE, ...recipient }],
      message: "Hello",
      smsSendOptions: { enableDeliveryReport: true, tag: "msg_1" },
      ...fields,
    });
  const behave = (behaviour: object) => fixed.call("PUT", "/world/carriers/acs", behaviour);
  const text = (words: string) => fixed.call("POST", `/world/handsets/${PHONE}/messages`, { to: LINE, text: words });
  const events = () => fixed.webhooks.flatMap(({ body }) => JSON.parse(body));
  return { ...fixed, api, send, behave, text, events };
}

test("every answer and every event has the shape that Azure publishes", async () => {
  const { api, send, text, world, events } = await acsWorld();
  const wrong: string[] = [];
  const check = (operation: string, { status, body }: { status: number; body: unknown }) => {
    wrong.push(...contract.misfits(operation, status, body));
    return body as { value: { messageId: string }[] };
  };
  const [item] = check("POST /sms", await send({}, { repeatabilityRequestId: "a" })).value;
  check("POST /sms", await send({}, { to: "+1555" }));
  check("POST /sms", await send({ smsRecipients: [] }));
  check("POST /sms", await api("POST", "/sms", {}, Buffer.alloc(32).toString("base64")));
  for (const action of ["add", "check", "remove"]) {
    const operation = `POST /sms/optouts:${action}`;
    check(operation, await api("POST", `/sms/optouts:${action}`, { from: LINE, recipients: [{ to: PHONE }] }));
    check(operation, await api("POST", `/sms/optouts:${action}`, { from: LINE, recipients: [] }));
  }
  const report = "GET /deliveryReports/{outgoingMessageId}";
  check(report, await api("GET", `/deliveryReports/${item?.messageId}`));
  await text("Hi");
  await world.advance(2000);
  check(report, await api("GET", `/deliveryReports/${item?.messageId}`));
  const told = events();
  expect(told.map(({ eventType }) => eventType)).toEqual([
    "Microsoft.EventGrid.SubscriptionValidationEvent",
    "Microsoft.Communication.SMSReceived",
    "Microsoft.Communication.SMSDeliveryReportReceived",
  ]);
  const data = ["SubscriptionValidationEventData", "AcsSmsReceivedEventData", "AcsSmsDeliveryReportReceivedEventData"];
  for (const [index, event] of told.entries()) {
    wrong.push(...contract.misfitsOf("EventGridEvent", event), ...contract.misfitsOf(data[index]!, event.data));
  }
  expect(wrong).toEqual([]);
});

test("a signed request is believed as the vendor's vectors are, and not with one letter changed", async () => {
  const vectors = readContract<{
    acs_request: {
      access_key_base64: string;
      method: string;
      path_and_query: string;
      raw_body: string;
      header: Record<string, string>;
    };
  }>("signature-vectors.json");
  if (vectors === null) return;
  const { access_key_base64: key, method, path_and_query: path, raw_body: body, header } = vectors.acs_request;
  const request = { method, url: new URL(`https://${header.host}${path}`), headers: new Headers(header), body };
  expect(await isSigned(request, key)).toBe(true);
  const changed = [
    { ...request, method: "PUT" },
    { ...request, url: new URL(`https://${header.host}${path}&a=b`) },
    { ...request, url: new URL(`https://other.example${path}`) },
    { ...request, body: `${body} ` },
    { ...request, headers: new Headers({ ...header, "x-ms-date": "Mon, 24 Nov 2025 16:00:01 GMT" }) },
    { ...request, headers: new Headers({ ...header, authorization: "Bearer x" }) },
  ];
  for (const other of changed) expect(await isSigned(other, key)).toBe(false);
  expect(await isSigned(request, KEY.replace("C", "D"))).toBe(false);
});

test("the first webhook waits for the address to answer the handshake, once", async () => {
  let understands = false;
  const { text, world, webhooks } = await acsWorld((request) =>
    understands ? greeting(request) : new Response("fine", { status: 200 }),
  );
  expect((await text("Hello")).body.webhook).toEqual({ kind: "unreachable" });
  understands = true;
  await world.advance(60_000);
  await text("again");
  expect(webhooks.map(({ headers }) => headers.get("aeg-event-type"))).toEqual([
    "SubscriptionValidation",
    "SubscriptionValidation",
    "Notification",
    "Notification",
  ]);
  expect(new Set(webhooks.map(({ url }) => url))).toEqual(new Set([DOOR]));
});

test("a text goes its way with one report that bears its tag, for those who asked for one", async () => {
  const { send, api, text, world, events } = await acsWorld();
  const { status, body } = await send();
  const { messageId } = body.value[0];
  expect({ status, item: body.value[0] }).toMatchObject({ status: 202, item: { successful: true, to: PHONE } });
  await send({ smsSendOptions: undefined });
  expect((await api("GET", `/deliveryReports/${messageId}`)).status).toBe(404);
  await world.advance(2000);
  await text("Is 9 free? 😀");
  const report = { messageId, from: LINE, to: PHONE, deliveryStatus: "Delivered", tag: "msg_1" };
  expect((await api("GET", `/deliveryReports/${messageId}`)).body).toMatchObject(report);
  expect(events().slice(1)).toMatchObject([
    { subject: `/phonenumber/${LINE.slice(1)}`, data: report },
    { data: { from: PHONE.slice(1), to: LINE.slice(1), message: "Is 9 free? 😀", segmentCount: 1 } },
  ]);
});

test("the same repeatabilityRequestId is the same text, and another text under it is refused", async () => {
  const { send, behave, world } = await acsWorld();
  const repeatable = { repeatabilityRequestId: "7f9a0f2e-0000-4000-8000-000000000001" };
  await behave({ dropAnswers: 1 });
  await send({}, repeatable);
  await behave({});
  const [again, once] = await Promise.all([send({}, repeatable), send({}, repeatable)]);
  expect(again.body).toEqual(once.body);
  expect(again.body.value[0]).toMatchObject({ httpStatusCode: 202, repeatabilityResult: "accepted", successful: true });
  const other = await send({ message: "Another" }, repeatable);
  expect(other.body.value[0]).toMatchObject({ repeatabilityResult: "rejected", successful: false });
  expect(world.accepted("acs")).toHaveLength(1);
});

test.each([
  [{ from: "+12065550199" }, {}, 404],
  [{}, { to: "+1555" }, 400],
  [{}, { to: "14255550123" }, 400],
])("%o %o is refused for its recipient with %i, and not taken", async (fields, recipient, code) => {
  const { send, world } = await acsWorld();
  const { status, body } = await send(fields, recipient);
  expect(status).toBe(202);
  expect(body.value).toMatchObject([{ httpStatusCode: code, successful: false, errorMessage: expect.any(String) }]);
  expect(world.accepted("acs")).toEqual([]);
});

test.each([
  ["no recipients", { smsRecipients: [] }],
  ["a text that is too long", { message: "x".repeat(2049) }],
  ["no text", { message: undefined }],
])("a request with %s is refused as a whole, with what is wrong", async (_, fields) => {
  const { send } = await acsWorld();
  expect(await send(fields)).toMatchObject({ status: 400, body: { status: 400, errors: expect.any(Object) } });
});

test("a request without a version, and one that is not signed, are refused", async () => {
  const { api, call } = await acsWorld();
  expect(await api("POST", "/sms?x=y", {})).toMatchObject({ status: 400 });
  expect(await call("POST", "/sms?api-version=2026-01-23", {})).toMatchObject({
    status: 401,
    body: { error: { code: "Denied" } },
  });
});

test("bad days are told in Azure's words", async () => {
  const { send, behave, text, api, world, events } = await acsWorld();
  await behave({ perSecond: 1 });
  await send();
  const limited = await send();
  expect([limited.status, limited.response.headers.get("retry-after")]).toEqual([429, "1"]);
  await behave({ down: true });
  expect((await send()).status).toBe(503);
  await behave({ errorCode: "landline" });
  await world.advance(5000);
  await send();
  await world.advance(2000);
  expect(events().at(-1).data).toMatchObject({
    deliveryStatus: "Failed",
    deliveryStatusDetails: expect.stringMatching(/landline/),
  });
  await behave({});
  await text("STOP");
  expect((await send()).body.value[0]).toMatchObject({ successful: true });
  await world.advance(2000);
  expect(events().at(-1).data.deliveryStatusDetails).toMatch(/opted out/);
  const isOptedOut = async () => {
    const request = { from: LINE, recipients: [{ to: PHONE }] };
    return (await api("POST", "/sms/optouts:check", request)).body.value[0].isOptedOut;
  };
  expect(await isOptedOut()).toBe(true);
  await api("POST", "/sms/optouts:remove", { from: LINE, recipients: [{ to: PHONE }] });
  expect(await isOptedOut()).toBe(false);
});

test.each([
  [503, 5],
  [404, 1],
])("after an answer of %i Event Grid makes %i attempts in ten minutes", async (status, attempts) => {
  const { text, webhooks, world } = await acsWorld(async (request) =>
    request.headers.get("aeg-event-type") === "Notification" ? new Response(null, { status }) : greeting(request),
  );
  await text("Hello");
  await world.advance(600_000);
  expect(webhooks.slice(1)).toHaveLength(attempts);
  expect(new Set(webhooks.slice(1).map(({ body }) => body)).size).toBe(1);
});

const listening = await listeningCarrier("acs");
afterAll(() => listening.close());

test("Azure's own client sends and is told about each recipient", async () => {
  const { url, account, world } = listening;
  const { connectionString } = acsDialect.credentials(account, url);
  const options: SmsClientOptions = {
    additionalPolicies: [
      {
        position: "perCall",
        policy: {
          name: "http on this machine",
          sendRequest(request, next) {
            request.allowInsecureConnection = true;
            return next(request);
          },
        },
      },
    ],
  };
  const client = new SmsClient(String(connectionString), options);
  const results = await client.send(
    { from: LINE, to: [PHONE, "+1555"], message: "Hello" },
    { enableDeliveryReport: true, tag: "one" },
  );
  expect(results).toMatchObject([
    { to: PHONE, httpStatusCode: 202, successful: true, repeatabilityResult: "accepted" },
    { to: "+1555", httpStatusCode: 400, successful: false },
  ]);
  expect(world.accepted("acs")).toMatchObject([{ to: PHONE, text: "Hello" }]);
  const stranger = new SmsClient(String(connectionString).replace(/accesskey=.*/, `accesskey=${KEY}`), options);
  await expect(stranger.send({ from: LINE, to: [PHONE], message: "Hello" })).rejects.toMatchObject({ statusCode: 401 });
});
