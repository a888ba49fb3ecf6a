import { beforeEach, expect, test } from "vitest";
import { CredentialsRefused, type OutgoingText } from "../carrier.ts";
import { acsCarrier } from "./acs.ts";

/* Azure Communication Services by a token of Entra ID instead of a key. */

const NOW = Date.parse("2026-03-03T09:00:00Z");
const APP = {
  endpoint: "https://desk.communication.azure.com/",
  tenantId: "tenant-1",
  clientId: "client-1",
  clientSecret: "s3cret",
  webhookSecret: "0123456789abcdef",
};
const TEXT: OutgoingText = {
  reference: "msg_1",
  from: "+12065550100",
  to: "+14255550101",
  text: "Hello",
  firstSentAt: NOW,
};
const { signal } = new AbortController();

let now: number;
let asked: Request[];
let entra: () => Response | Promise<Response>;
let tokens: number;
beforeEach(() => {
  now = NOW;
  asked = [];
  tokens = 0;
  entra = () => Response.json({ access_token: `token-${++tokens}`, expires_in: 3600 });
});

function carrier(credentials: Record<string, string> = APP) {
  return acsCarrier(credentials, {
    fetch: async (input, init) => {
      const request = new Request(input, init);
      asked.push(request);
      if (new URL(request.url).hostname !== "desk.communication.azure.com") return entra();
      if (request.method === "GET") return new Response(null, { status: 404 });
      const item = { to: TEXT.to, messageId: "Outgoing_1", httpStatusCode: 202, successful: true };
      return Response.json({ value: [item] }, { status: 202 });
    },
    now: () => now,
    webhooks: null,
  });
}

test("asks Entra for a token once, and again before it ends", async () => {
  const acs = carrier();
  expect(await acs.send(TEXT, { signal })).toEqual({ kind: "accepted", carrierMessageId: "Outgoing_1" });
  expect(asked.map(({ url }) => url)).toEqual([
    "https://login.microsoftonline.com/tenant-1/oauth2/v2.0/token",
    "https://desk.communication.azure.com/sms?api-version=2026-01-23",
  ]);
  expect(Object.fromEntries(new URLSearchParams(await asked[0]?.text()))).toEqual({
    grant_type: "client_credentials",
    client_id: "client-1",
    client_secret: "s3cret",
    scope: "https://communication.azure.com/.default",
  });
  expect(asked[1]?.headers.get("authorization")).toBe("Bearer token-1");
  expect(await acs.check({ signal })).toEqual({ kind: "accepted" });
  expect(tokens).toBe(1);
  now += 56 * 60_000;
  await acs.send(TEXT, { signal });
  expect(asked.at(-1)?.headers.get("authorization")).toBe("Bearer token-2");
});

test("an app that Entra refuses fails the text with Entra's words; nothing has left", async () => {
  entra = () =>
    Response.json(
      { error: "invalid_client", error_description: "AADSTS7000215: Invalid client secret.\r\nTrace ID: 1" },
      { status: 401 },
    );
  const message = "AADSTS7000215: Invalid client secret.";
  expect(await carrier().send(TEXT, { signal })).toEqual({
    kind: "refused",
    code: "carrier_credentials",
    carrierCode: null,
    message,
  });
  expect(await carrier().check({ signal })).toEqual({ kind: "refused", message });
});

test.each([
  ["is away", () => Promise.reject(new TypeError("fetch failed"))],
  ["is broken", () => new Response("oops", { status: 503 })],
  ["says something else", () => Response.json({ token: "?" })],
])("while Entra %s the text has certainly not been taken", async (_what, answer) => {
  entra = answer;
  expect(await carrier().send(TEXT, { signal })).toEqual({ kind: "not_taken", retryAfterMs: null });
  expect(await carrier().check({ signal })).toEqual({ kind: "unreachable" });
  expect(asked.every(({ url }) => url.startsWith("https://login.microsoftonline.com/"))).toBe(true);
});

test("refuses an app that is not whole, without repeating its secret; another cloud has another authority", async () => {
  for (const name of ["endpoint", "tenantId", "clientId", "clientSecret"] as const) {
    const { [name]: _left, ...rest } = APP;
    expect(() => carrier(rest)).toThrow(CredentialsRefused);
    expect(() => carrier(rest)).not.toThrow(/s3cret/);
  }
  await carrier({ ...APP, authority: "https://login.microsoftonline.us/" }).send(TEXT, { signal });
  expect(asked[0]?.url).toBe("https://login.microsoftonline.us/tenant-1/oauth2/v2.0/token");
});
