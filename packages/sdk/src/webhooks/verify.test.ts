import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { expect, expectTypeOf, test } from "vitest";
import { type ReceivedWebhook, verifyWebhook, type WebhookEvent } from "../webhooks.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=";
const OTHER = "whsec_AAAQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=";
const NOW = Date.parse("2026-03-03T09:00:00Z");
const ID = "evt_01jd0000000000000000000000";
const EVENT = {
  id: ID,
  type: "line.removed",
  timestamp: "2026-03-03T09:00:00.000Z",
  tenantId: "ten_01jd0000000000000000000000",
  actor: null,
  data: { id: "line_01jd0000000000000000000000" },
};
const BODY = JSON.stringify(EVENT);

function signed(body = BODY, { secret = SECRET, at = NOW } = {}) {
  const time = new Date(at);
  const headers = {
    "webhook-id": ID,
    "webhook-timestamp": String(Math.floor(at / 1000)),
    "webhook-signature": new Webhook(secret).sign(ID, time, body),
  };
  return { headers, body };
}
const check = (received: Request | ReceivedWebhook, secrets: string | string[] = SECRET, options = {}) =>
  verifyWebhook(received, secrets, { now: NOW, ...options });

test("what the official library signs is taken, as a Request, with Headers, with Node's headers, as text or bytes", async () => {
  const { headers, body } = signed();
  const url = "https://crm.example.com/hooks";
  const shouted = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), [value]]));
  for (const received of [
    new Request(url, { method: "POST", headers, body }),
    { headers: new Headers(headers), body },
    { headers, body: new TextEncoder().encode(body) },
    { headers: shouted, body: new TextEncoder().encode(body).buffer },
  ]) {
    expect(await check(received)).toEqual(EVENT);
  }
  expectTypeOf<Extract<WebhookEvent, { type: "message.created" }>["data"]["text"]>().toEqualTypeOf<string>();
});

test("each reason to refuse has a code of its own", async () => {
  const { headers, body } = signed();
  const code = (received: Request | ReceivedWebhook, secrets: string | string[] = SECRET, options = {}) =>
    check(received, secrets, options).then(
      () => "taken",
      (error: { code: string }) => error.code,
    );
  for (const name of Object.keys(headers)) {
    expect(await code({ headers: { ...headers, [name]: undefined }, body })).toBe("webhook_header_missing");
  }
  expect(await code({ headers: { ...headers, "webhook-timestamp": "123.5" }, body })).toBe("webhook_header_missing");
  expect(await code({ headers, body }, SECRET, { now: NOW + 300_000 })).toBe("taken");
  expect(await code({ headers, body }, SECRET, { now: NOW + 301_000 })).toBe("webhook_too_old");
  expect(await code({ headers, body }, SECRET, { now: NOW - 300_000 })).toBe("taken");
  expect(await code({ headers, body }, SECRET, { now: NOW - 301_000 })).toBe("webhook_too_new");
  expect(await code({ headers, body }, SECRET, { now: NOW + 60_000, toleranceSeconds: 59 })).toBe("webhook_too_old");
  expect(await code({ headers, body }, OTHER)).toBe("signature_invalid");
  expect(await code({ headers, body: `${body} ` })).toBe("signature_invalid");
  expect(await code({ headers: { ...headers, "webhook-id": "evt_2" }, body })).toBe("signature_invalid");
  for (const signature of ["v1,", "v1", "v1a,AAAA", "v1,not base64", headers["webhook-signature"].slice(3)]) {
    expect(await code({ headers: { ...headers, "webhook-signature": signature }, body })).toBe("signature_invalid");
  }
  expect(await code({ headers, body: EVENT as unknown as string })).toBe("raw_body_required");
  const read = new Request("https://crm.example.com/", { method: "POST", headers, body });
  await read.text();
  expect(await code(read)).toBe("raw_body_required");
  expect(await code({ headers, body }, SECRET, { seen: new Set([ID]) })).toBe("webhook_repeated");
  expect(await code({ headers, body }, SECRET, { seen: { has: async () => false } })).toBe("taken");
  for (const secret of ["", "whsec_", "whsec_c2hvcnQ=", "whsec_***"]) {
    expect(await code({ headers, body }, secret), secret).toBe("webhook_secret_invalid");
  }
  expect(await code({ headers, body }, [])).toBe("webhook_secret_invalid");
  expect(await code(signed("not json"))).toBe("invalid_json");
  expect(await code(signed("7"))).toBe("invalid_json");
});

test("while a secret is rotated, either signature and either secret will do", async () => {
  const one = signed(BODY, { secret: OTHER });
  const two = signed();
  const both = `${one.headers["webhook-signature"]} v1a,ignored ${two.headers["webhook-signature"]}`;
  const received = { headers: { ...two.headers, "webhook-signature": both }, body: BODY };
  expect(await check(received, SECRET)).toEqual(EVENT);
  expect(await check(received, OTHER)).toEqual(EVENT);
  expect(await check(one, [SECRET, OTHER])).toEqual(EVENT);
});

test("we refuse and take exactly what the official library does, for any change of a body", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary" }), fc.boolean(), async (text, isChanged) => {
      const body = JSON.stringify({ ...EVENT, data: { text } });
      const { headers } = signed(body);
      const arrived = isChanged ? body.replace("line", "lime") : body;
      const taken = await check({ headers, body: arrived }).then(
        () => true,
        () => false,
      );
      expect(taken).toBe(!isChanged);
    }),
    { numRuns: 300 },
  );
});
