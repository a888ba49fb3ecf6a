import { expect, test } from "vitest";
import { verifyTwilio } from "./signature.ts";

/* Vectors made with throw-away keys by Twilio's own library. */

const TOKEN = "0123456789abcdef0123456789abcdef";
const SID = `SM${TOKEN}`;
const FORM = {
  url: "https://gw.example.com/webhooks/twilio/inbound?tenant=acme",
  params: {
    ToCountry: "US",
    SmsMessageSid: SID,
    NumMedia: "1",
    FromCity: "",
    Body: "héllo & = + 你好😀",
    MediaUrl0: "https://api.twilio.com/2010-04-01/Accounts/ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx/Messages/MMx/Media/MEx",
    MediaContentType0: "image/jpeg",
    From: "+15551230001",
    To: "+15559990000",
    MessageSid: SID,
    AccountSid: "ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    ApiVersion: "2010-04-01",
  },
  signature: "X6wBTbwoWRaDZarnZ31Iy1AZ5m0=",
};
const JSON_BODY = {
  url: "https://gw.example.com/webhooks/twilio/json?bodySHA256=93a23971a914e5eacbf0a8d25154cda309c3c1c72fbb9914d47c60f3cb681588",
  body: '{"hello":"world"}',
  signature: "IpKlZYm/OAi0GPcL4pEqgXVwIME=",
};

const form = (params: Record<string, string> = FORM.params, url = FORM.url, signature = FORM.signature) => ({
  url,
  body: new TextEncoder().encode(new URLSearchParams(params).toString()),
  headers: new Headers({
    "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
    "x-twilio-signature": signature,
  }),
});
const json = (body = JSON_BODY.body, url = JSON_BODY.url, signature = JSON_BODY.signature) => ({
  url,
  body: new TextEncoder().encode(body),
  headers: new Headers({ "content-type": "application/json", "x-twilio-signature": signature }),
});

test("what Twilio signed is believed, as a form and as JSON", async () => {
  expect(await verifyTwilio(TOKEN, form())).toEqual({ kind: "genuine" });
  expect(await verifyTwilio(TOKEN, json())).toEqual({ kind: "genuine" });
});

test("each part of it changed by one bit is refused, and the reason names the address without its query", async () => {
  const changed = [
    form({ ...FORM.params, Body: "héllo & = + 你好😁" }),
    form({ ...FORM.params, More: "" }),
    form(FORM.params, FORM.url.replace("acme", "acmf")),
    form(FORM.params, FORM.url, FORM.signature.replace("X6", "X7")),
    json(`${JSON_BODY.body} `),
    json(JSON_BODY.body, JSON_BODY.url.replace("json", "jsoo")),
    json(JSON_BODY.body, JSON_BODY.url, JSON_BODY.signature.replace("Ip", "Iq")),
  ];
  for (const webhook of changed) {
    const verdict = await verifyTwilio(TOKEN, webhook);
    expect(verdict).toMatchObject({ kind: "refused", why: expect.stringMatching(/gw\.example\.com|bodySHA256/) });
    expect(JSON.stringify(verdict)).not.toMatch(/acme|tenant=|0123456789abcdef/);
  }
  expect(await verifyTwilio(TOKEN.replace("0", "1"), form())).toMatchObject({ kind: "refused" });
  expect(await verifyTwilio(TOKEN, { ...form(), headers: new Headers() })).toMatchObject({
    why: "The header X-Twilio-Signature is missing.",
  });
});

test("a signature over the address with the scheme's own port is believed as well", async () => {
  const key = await crypto.subtle.importKey(
    "raw",
    new TextEncoder().encode(TOKEN),
    { name: "HMAC", hash: "SHA-1" },
    false,
    ["sign"],
  );
  const sign = async (text: string) =>
    btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(text)))));
  const withPort = await sign("https://gw.example.com:443/xAb");
  expect(await verifyTwilio(TOKEN, form({ A: "b" }, "https://gw.example.com/x", withPort))).toEqual({
    kind: "genuine",
  });
  const otherPort = await sign("https://gw.example.com:8443/xAb");
  expect(await verifyTwilio(TOKEN, form({ A: "b" }, "https://gw.example.com/x", otherPort))).toMatchObject({
    kind: "refused",
  });
});
