import { describe, expect, test } from "vitest";
import { acsCarrier } from "../src/carriers/acs/acs.ts";
import type { Carrier, CarrierAdapter, Credentials, HandOver, Webhook } from "../src/carriers/carrier.ts";
import {
  CarrierCheckFailed,
  type CarrierSubject,
  carrierChecks,
  KIT_INBOUND,
  KIT_NOW,
  KIT_SECRET,
  KIT_TEXT,
  KIT_WEBHOOKS,
} from "../src/carriers/kit/index.ts";
import { sandboxCarrier } from "../src/carriers/sandbox.ts";
import { hmacSha256Hex } from "../src/carriers/signature.ts";
import { telnyxCarrier } from "../src/carriers/telnyx/telnyx.ts";
import { twilioCarrier } from "../src/carriers/twilio/twilio.ts";
import { telnyxAccount, twilioWebhook } from "./support/vendor-webhooks.ts";

/* Our own adapters on the kit that every adapter must pass, and the kit on adapters that are wrong on purpose. */

const [SID, OTHER_SID] = ["AC0123456789abcdef0123456789abcdef", "ACfedcba9876543210fedcba9876543210"];
const MESSAGE = "SM0123456789abcdef0123456789abcdef";
const KEY = "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=";
const later = (body: object | null = null) =>
  body === null
    ? new Response(null, { status: 429, headers: { "retry-after": "3" } })
    : Response.json(body, { status: 429, headers: { "retry-after": "3" } });

const received = (path: string, { headers, body }: RequestInit): Webhook => ({
  url: `${KIT_WEBHOOKS}${path}`,
  headers: new Headers(headers),
  body: new TextEncoder().encode(String(body)),
});

const twilio: CarrierSubject = {
  adapter: twilioCarrier,
  credentials: { accountSid: SID, authToken: "token-of-one" },
  otherCredentials: { accountSid: OTHER_SID, authToken: "token-of-two" },
  unusableCredentials: [{ accountSid: KIT_SECRET, authToken: "token" }, { authToken: KIT_SECRET }],
  answers: {
    accepted: () => Response.json({ sid: MESSAGE, status: "queued" }, { status: 201 }),
    optedOut: () => Response.json({ code: 21610, message: "Unsubscribed", status: 400 }, { status: 400 }),
    busy: () => later({ code: 20429, status: 429 }),
    credentialsAccepted: () => Response.json({ messages: [] }),
    credentialsRefused: () => Response.json({ code: 20003, message: "Authenticate" }, { status: 401 }),
  },
  webhooks: {
    text: async ({ accountSid = "", authToken = "" }) => {
      const { from, to, text } = KIT_INBOUND;
      const fields = {
        AccountSid: accountSid,
        MessageSid: MESSAGE,
        SmsStatus: "received",
        From: from,
        To: to,
        Body: text,
      };
      return received("/messages", await twilioWebhook(authToken, `${KIT_WEBHOOKS}/messages`, fields));
    },
    receipt: async ({ accountSid = "", authToken = "" }) => {
      const fields = { AccountSid: accountSid, MessageSid: MESSAGE, MessageStatus: "delivered" };
      const path = `/status?reference=${KIT_TEXT.reference}`;
      return received(path, await twilioWebhook(authToken, `${KIT_WEBHOOKS}${path}`, fields));
    },
  },
  proof: "signature",
  toleranceMs: null,
};

const telnyxAccounts = new Map(
  (await Promise.all([telnyxAccount(), telnyxAccount()])).map((account) => [account.publicKey, account]),
);
const [firstKey = "", secondKey = ""] = telnyxAccounts.keys();
const telnyxEvent = async (
  { publicKey = "" }: Credentials,
  now: number,
  path: string,
  event_type: string,
  payload: object,
) => {
  const event = { event_type, occurred_at: new Date(now).toISOString(), payload };
  return received(path, (await telnyxAccounts.get(publicKey)?.webhook(now, event)) ?? {});
};
const telnyx: CarrierSubject = {
  adapter: telnyxCarrier,
  credentials: { apiKey: "KEY-OF-ONE", publicKey: firstKey },
  otherCredentials: { apiKey: "KEY-OF-TWO", publicKey: secondKey },
  unusableCredentials: [
    { apiKey: "KEY1", publicKey: KIT_SECRET },
    { publicKey: firstKey, name: KIT_SECRET },
  ],
  answers: {
    accepted: () => Response.json({ data: { id: "40385f64", to: [{ status: "queued" }] } }),
    optedOut: () =>
      Response.json({ errors: [{ code: "40300", title: "Blocked due to STOP message" }] }, { status: 400 }),
    busy: () => later({ errors: [{ code: "10011" }] }),
    credentialsAccepted: () => Response.json({ data: [] }),
    credentialsRefused: () =>
      Response.json({ errors: [{ code: "10009", title: "Authentication failed" }] }, { status: 401 }),
  },
  webhooks: {
    text: (credentials, now) => {
      const { from, to, text } = KIT_INBOUND;
      const payload = { id: "in-1", from: { phone_number: from }, to: [{ phone_number: to }], text };
      return telnyxEvent(credentials, now, "/messages", "message.received", payload);
    },
    receipt: (credentials, now) => {
      const payload = { id: "out-1", to: [{ phone_number: KIT_TEXT.to, status: "delivered" }] };
      const path = `/status?reference=${KIT_TEXT.reference}`;
      return telnyxEvent(credentials, now, path, "message.finalized", payload);
    },
  },
  proof: "signature",
  toleranceMs: 300_000,
};

const acsItem = (item: object) => Response.json({ value: [{ to: KIT_TEXT.to, ...item }] }, { status: 202 });
const acsEvent = ({ webhookSecret = "" }: Credentials, eventType: string, data: object): Webhook =>
  received(`/messages?secret=${webhookSecret}`, { body: JSON.stringify([{ eventType, data }]) });
const acs: CarrierSubject = {
  adapter: acsCarrier,
  credentials: {
    connectionString: `endpoint=https://desk.communication.azure.com/;accesskey=${KEY}`,
    webhookSecret: "0123456789abcdef",
  },
  otherCredentials: {
    connectionString: `endpoint=https://shop.communication.azure.com/;accesskey=${KEY}`,
    webhookSecret: "fedcba9876543210",
  },
  unusableCredentials: [
    { connectionString: KIT_SECRET, webhookSecret: "0123456789abcdef" },
    {
      connectionString: `endpoint=https://desk.communication.azure.com/;accesskey=${KEY}`,
      webhookSecret: KIT_SECRET.slice(0, 15),
    },
  ],
  answers: {
    accepted: () => acsItem({ messageId: "Outgoing_1", httpStatusCode: 202, successful: true }),
    optedOut: () => acsItem({ httpStatusCode: 400, successful: false, errorMessage: "Recipient has opted out" }),
    busy: () => later(),
    credentialsAccepted: () => new Response(null, { status: 404 }),
    credentialsRefused: () => Response.json({ error: { code: "Denied", message: "Denied" } }, { status: 401 }),
  },
  webhooks: {
    text: (credentials) => {
      const { from, to, text } = KIT_INBOUND;
      return acsEvent(credentials, "Microsoft.Communication.SMSReceived", {
        messageId: "in-1",
        from,
        to,
        message: text,
      });
    },
    receipt: (credentials) =>
      acsEvent(credentials, "Microsoft.Communication.SMSDeliveryReportReceived", {
        messageId: "out-1",
        deliveryStatus: "Delivered",
        tag: KIT_TEXT.reference,
      }),
  },
  proof: "address",
  toleranceMs: null,
};

const plainWebhook = async ({ webhookSecret = "" }: Credentials, now: number, payload: object): Promise<Webhook> => {
  const body = JSON.stringify(payload);
  const time = Math.floor(now / 1000);
  const signature = await hmacSha256Hex(webhookSecret, new TextEncoder().encode(`${time}.${body}`));
  return received("/messages", { headers: { "sandbox-signature": `t=${time},v1=${signature}` }, body });
};
const sandbox: CarrierSubject = {
  adapter: sandboxCarrier,
  credentials: { baseUrl: "http://carrier.test", apiKey: "key-of-one", webhookSecret: "secret-of-one" },
  otherCredentials: { baseUrl: "http://carrier.test", apiKey: "key-of-two", webhookSecret: "secret-of-two" },
  unusableCredentials: [{ apiKey: KIT_SECRET }, { baseUrl: KIT_SECRET, apiKey: "key", webhookSecret: "secret" }],
  answers: {
    accepted: () => Response.json({ id: "cm_1" }, { status: 201 }),
    optedOut: () => Response.json({ code: "opted_out", message: "STOP" }, { status: 422 }),
    busy: () => later({ code: "rate_limited", scope: "account" }),
    credentialsAccepted: () => Response.json({ data: [] }),
    credentialsRefused: () => Response.json({ code: "auth" }, { status: 401 }),
  },
  webhooks: {
    text: (credentials, now) => plainWebhook(credentials, now, { id: "in-1", ...KIT_INBOUND }),
    receipt: (credentials, now) =>
      plainWebhook(credentials, now, { id: "cm_1", reference: KIT_TEXT.reference, status: "delivered" }),
  },
  proof: "signature",
  toleranceMs: 300_000,
};

describe.each(Object.entries({ twilio, telnyx, acs, sandbox }))("%s", (_name, subject) => {
  for (const { name, run } of carrierChecks(subject)) test(name, run);
});

/** An adapter of which something is wrong. */
const flawed =
  (change: (right: Carrier, credentials: Credentials) => Partial<Carrier>): CarrierAdapter =>
  (credentials, world) => {
    const right = sandboxCarrier(credentials, world);
    return { ...right, ...change(right, credentials) };
  };
const sending = (wrong: (handOver: HandOver) => HandOver): CarrierAdapter =>
  flawed(({ send }) => ({ send: async (text, options) => wrong(await send(text, options)) }));
const reading = (wrong: Partial<Record<"texts" | "receipts", unknown[]>>): CarrierAdapter =>
  flawed(({ read }) => ({
    read: (webhook) => ({ ...(read(webhook) ?? { texts: [], receipts: [] }), ...wrong }) as never,
  }));

let sequence = 0;
const MUTANTS: Readonly<Record<string, { adapter: CarrierAdapter; fails: RegExp }>> = {
  "gives no id": {
    adapter: sending((one) => (one.kind === "accepted" ? { ...one, carrierMessageId: "" } : one)),
    fails: /gives the carrier's id/,
  },
  "asks otherwise each time": {
    adapter: flawed(({ send }) => ({
      send: (text, options) => send({ ...text, reference: `${sequence++}` }, options),
    })),
    fails: /asks the same|keeps two/,
  },
  "loses the words": {
    adapter: flawed(({ send }) => ({ send: (text, options) => send({ ...text, text: "…" }, options) })),
    fails: /asks the same/,
  },
  "uses one account for all": {
    adapter: (_, world) => sandboxCarrier(sandbox.credentials, world),
    fails: /keeps two accounts apart|refuses credentials|signed by somebody else/,
  },
  "never gives up": {
    adapter: flawed(({ send }) => ({ send: (text) => send(text, { signal: new AbortController().signal }) })),
    fails: /gives a call up/,
  },
  "tries again after STOP": {
    adapter: sending((one) => (one.kind === "refused" ? { kind: "not_taken", retryAfterMs: null } : one)),
    fails: /said STOP/,
  },
  "fails what was only too much": {
    adapter: sending((one) =>
      one.kind === "not_taken" && one.throttled
        ? { kind: "refused", code: "carrier_busy", carrierCode: null, message: "busy" }
        : one,
    ),
    fails: /too busy/,
  },
  "does not wait as long as it is told": {
    adapter: sending((one) => (one.kind === "not_taken" ? { ...one, retryAfterMs: null } : one)),
    fails: /too busy/,
  },
  "doubts what never left": {
    adapter: sending((one) => (one.kind === "not_taken" && !one.throttled ? { kind: "unknown" } : one)),
    fails: /never left/,
  },
  "sends again what may be on its way": {
    adapter: sending((one) => (one.kind === "unknown" ? { kind: "not_taken", retryAfterMs: null } : one)),
    fails: /may have handed over/,
  },
  "throws when the connection breaks": {
    adapter: flawed((_right, { baseUrl = "" }) => ({
      send: async () => {
        throw new TypeError(`${baseUrl} is away`);
      },
    })),
    fails: /hands a text over|asks the same|keeps two|gives a call|STOP|busy|never left|may have handed over/,
  },
  "calls absent what it could not look up": {
    adapter: flawed(() => ({ lookUp: async () => ({ kind: "absent" }) })),
    fails: /calls nothing absent/,
  },
  "accepts any credentials": {
    adapter: flawed(() => ({ check: async () => ({ kind: "accepted" }) })),
    fails: /says whether its carrier takes/,
  },
  "refuses credentials while the carrier is away": {
    adapter: flawed(({ check }) => ({
      check: async (options) => {
        const found = await check(options);
        return found.kind === "unreachable" ? { kind: "refused", message: "no" } : found;
      },
    })),
    fails: /says whether its carrier takes/,
  },
  "repeats a secret": {
    adapter: (credentials, world) => {
      try {
        return sandboxCarrier(credentials, world);
      } catch (error) {
        throw Object.assign(error as Error, { message: `not ${JSON.stringify(credentials)}` });
      }
    },
    fails: /without repeating them/,
  },
  "ends a list that did not come": {
    adapter: flawed(() => ({ listNumbers: async () => ({ numbers: [], next: null }) })),
    fails: /a list did not come/,
  },
  "believes nobody": {
    adapter: flawed(() => ({ verify: async () => ({ kind: "refused", why: "no" }) })),
    fails: /believes what its carrier|older than/,
  },
  "believes everybody": {
    adapter: flawed(() => ({ verify: async () => ({ kind: "genuine" }) })),
    fails: /one bit|not signed|older than/,
  },
  "believes whatever has the header": {
    adapter: flawed(({ verify }) => ({
      verify: async (webhook, now) =>
        webhook.headers.has("sandbox-signature") ? { kind: "genuine" } : verify(webhook, now),
    })),
    fails: /one bit|not signed|older than/,
  },
  "believes what is old": {
    adapter: flawed(({ verify }) => ({ verify: (webhook) => verify(webhook, KIT_NOW) })),
    fails: /older than/,
  },
  "tells the secret": {
    adapter: flawed(({ verify }, { webhookSecret = "" }) => ({
      verify: async (webhook, now) => {
        const verdict = await verify(webhook, now);
        return verdict.kind === "refused" ? { ...verdict, why: `It is not ${webhookSecret}.` } : verdict;
      },
    })),
    fails: /one bit|not signed|older than/,
  },
  "reads no texts": { adapter: reading({ texts: [] }), fails: /somebody has written|none of its carrier's/ },
  "reads no receipts": { adapter: reading({ receipts: [] }), fails: /what became of a text|none of its carrier's/ },
  "forgets our reference": {
    adapter: flawed(({ read }) => ({
      read: (webhook) => {
        const content = read(webhook);
        return content && { ...content, receipts: content.receipts.map((one) => ({ ...one, reference: null })) };
      },
    })),
    fails: /what became of a text/,
  },
  "reads something out of everything": {
    adapter: flawed(({ read }) => ({ read: (webhook) => read(webhook) ?? { texts: [], receipts: [] } })),
    fails: /none of its carrier's/,
  },
};

/** The checks that an adapter does not pass. */
async function failedBy(adapter: CarrierAdapter): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, run } of carrierChecks({ ...sandbox, adapter })) {
    try {
      await run();
    } catch (error) {
      failed.push(name);
      if (!(error instanceof CarrierCheckFailed)) expect(String(error)).toMatch(/is away/); // the adapter's own
    }
  }
  return failed;
}

test.each(Object.entries(MUTANTS))("an adapter that %s does not pass", async (_what, { adapter, fails }) => {
  const failed = await failedBy(adapter);
  expect(failed).not.toEqual([]);
  expect(failed.filter((name) => !fails.test(name))).toEqual([]);
});

test("each check is failed by some wrong adapter, and has a name of its own", async () => {
  const names = carrierChecks(sandbox).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const failed = new Set<string>();
  for (const { adapter } of Object.values(MUTANTS)) for (const name of await failedBy(adapter)) failed.add(name);
  expect(names.filter((name) => !failed.has(name))).toEqual([]);
});
