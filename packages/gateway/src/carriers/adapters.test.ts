import { afterEach, describe, expect, test } from "vitest";
import { carrierContract } from "../../../../scripts/lib/carrier-contract.ts";
import { acsCarrier } from "./acs/acs.ts";
import type { Carrier, CarrierAdapter, Credentials, OutgoingText } from "./carrier.ts";
import { telnyxCarrier } from "./telnyx/telnyx.ts";
import { twilioCarrier } from "./twilio/twilio.ts";

/* How each adapter asks, and how it takes what it is answered. That the vendors' wires are these is held by contracts. */

const SID = "AC0123456789abcdef0123456789abcdef";
const MESSAGE = "SM0123456789abcdef0123456789abcdef";
const SERVICE = "MG0123456789abcdef0123456789abcdef";
const KEY = "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=";
const PUBLIC_KEY = "6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=";
const NOW = Date.parse("2026-03-03T09:00:00Z");
const WEBHOOKS = "https://gw.example.com/carriers/any/acc_1";
const TEXT: OutgoingText = {
  reference: "msg_1",
  from: "+12065550100",
  to: "+14255550101",
  text: "Grüße & more",
  firstSentAt: NOW - 1000,
};
const signal = new AbortController().signal;

const VENDORS = {
  twilio: { adapter: twilioCarrier, credentials: { accountSid: SID, authToken: "token" } },
  telnyx: { adapter: telnyxCarrier, credentials: { apiKey: "KEY1", publicKey: PUBLIC_KEY } },
  acs: {
    adapter: acsCarrier,
    credentials: {
      connectionString: `endpoint=https://desk.communication.azure.com/;accesskey=${KEY}`,
      webhookSecret: "0123456789abcdef",
    },
  },
} as const satisfies Record<string, { adapter: CarrierAdapter; credentials: Credentials }>;

/** Every request that is made here is held to the vendor's own file. */
const CONTRACTS = {
  twilio: carrierContract("twilio.openapi.json"),
  telnyx: carrierContract("telnyx.openapi.json"),
  acs: carrierContract("acs-sms.openapi.json"),
};

const faults: string[] = [];
afterEach(() => expect(faults.splice(0)).toEqual([]));

/** A carrier that is answered what `answer` says, and the requests that it made. */
function open(vendor: keyof typeof VENDORS, answer: () => Response | Promise<Response>, more: Credentials = {}) {
  const asked: Request[] = [];
  const { adapter, credentials } = VENDORS[vendor];
  const carrier: Carrier = adapter(
    { ...credentials, ...more },
    {
      fetch: async (input, init) => {
        const request = new Request(input, init);
        faults.push(...(await CONTRACTS[vendor].misfitsOfRequest(request)));
        asked.push(request);
        return answer();
      },
      now: () => NOW,
      webhooks: WEBHOOKS,
    },
  );
  return { carrier, asked };
}

const formBody = async (request: Request | undefined) =>
  Object.fromEntries(new URLSearchParams((await request?.text()) ?? ""));

const acsItem = (item: object) => Response.json({ value: [{ to: TEXT.to, ...item }] }, { status: 202 });

const ACCEPTED = {
  twilio: () => Response.json({ sid: MESSAGE, status: "queued" }, { status: 201 }),
  telnyx: () => Response.json({ data: { id: "40385f64", to: [{ status: "queued" }] } }),
  acs: () => acsItem({ messageId: "Outgoing_1", httpStatusCode: 202, successful: true }),
};
describe.each(["twilio", "telnyx", "acs"] as const)("%s", (vendor) => {
  test("makes no request but those that its vendor describes", async () => {
    const { carrier } = open(vendor, ACCEPTED[vendor]);
    await carrier.send(TEXT, { signal });
    await carrier.check({ signal });
    await carrier.lookUp?.(TEXT, { signal });
    const ignored = () => undefined; // the answer is none of a list's
    await carrier.listNumbers?.(null, { signal }).catch(ignored);
    await carrier.listHistory?.(NOW - 60_000, null, { signal }).catch(ignored);
  });
});

describe("twilio", () => {
  test("asks as Twilio's API is written, with an address that brings our reference back", async () => {
    const { carrier, asked } = open("twilio", ACCEPTED.twilio);
    await carrier.send(TEXT, { signal });
    expect(asked[0]?.url).toBe(`https://api.twilio.com/2010-04-01/Accounts/${SID}/Messages.json`);
    expect(asked[0]?.headers.get("authorization")).toBe(`Basic ${btoa(`${SID}:token`)}`);
    expect(await formBody(asked[0])).toEqual({
      From: TEXT.from,
      To: TEXT.to,
      Body: TEXT.text,
      StatusCallback: `${WEBHOOKS}/status?reference=msg_1`,
    });
  });

  test("calls with an API key and through a messaging service where it is given them", async () => {
    const more = { apiKeySid: "SK1", apiKeySecret: "hidden", messagingServiceSid: SERVICE };
    const { carrier, asked } = open("twilio", ACCEPTED.twilio, more);
    await carrier.send(TEXT, { signal });
    expect(asked[0]?.headers.get("authorization")).toBe(`Basic ${btoa("SK1:hidden")}`);
    expect(await formBody(asked[0])).toMatchObject({ MessagingServiceSid: SERVICE, From: TEXT.from });
  });

  test("rests a line whose queue is full, and fails a text that can never leave", async () => {
    const full = open("twilio", () => Response.json({ code: 21611 }, { status: 400 })).carrier;
    expect(await full.send(TEXT, { signal })).toMatchObject({ kind: "not_taken", throttled: "line" });
    const strange = open("twilio", () => Response.json({ code: 99_999, message: "New" }, { status: 400 })).carrier;
    expect(await strange.send(TEXT, { signal })).toEqual({
      kind: "refused",
      code: "carrier_refused",
      carrierCode: "99999",
      message: "New",
    });
  });

  test("looks a text in doubt up by its words, among those that are new enough, the oldest first", async () => {
    const one = (sid: string, date: string, more = {}) => ({
      sid,
      status: "delivered",
      body: TEXT.text,
      direction: "outbound-api",
      date_created: date,
      ...more,
    });
    const listed = [
      one("SM3", "Tue, 03 Mar 2026 09:00:02 +0000"),
      one("SM2", "Tue, 03 Mar 2026 08:59:59 +0000", { status: "queued" }),
      one("SM1", "Tue, 03 Mar 2026 08:50:00 +0000"),
      one("SM0", "Tue, 03 Mar 2026 09:00:00 +0000", { body: "Other" }),
      one("SM9", "Tue, 03 Mar 2026 09:00:00 +0000", { direction: "inbound" }),
    ];
    const { carrier, asked } = open("twilio", () => Response.json({ messages: listed }));
    const found = await carrier.lookUp?.(TEXT, { signal });
    expect(found).toMatchObject({
      kind: "alike",
      receipts: [
        { carrierMessageId: "SM2", status: "sent" },
        { carrierMessageId: "SM3", status: "delivered" },
      ],
    });
    const { searchParams } = new URL(asked[0]?.url ?? "");
    expect(Object.fromEntries(searchParams)).toEqual({ To: TEXT.to, From: TEXT.from, PageSize: "100" });
    const away = open("twilio", () => new Response(null, { status: 500 })).carrier;
    expect(await away.lookUp?.(TEXT, { signal })).toEqual({ kind: "unclear" });
  });

  test("reads texts and receipts of its own account alone", () => {
    const { carrier } = open("twilio", () => Response.json({}));
    const read = (fields: Record<string, string>, query = "") =>
      carrier.read({
        url: `${WEBHOOKS}/status${query}`,
        headers: new Headers(),
        body: new TextEncoder().encode(
          new URLSearchParams({ AccountSid: SID, MessageSid: MESSAGE, ...fields }).toString(),
        ),
      });
    expect(read({ From: "+1", To: "+2", Body: "", SmsStatus: "received" })).toEqual({
      texts: [{ carrierMessageId: MESSAGE, from: "+1", to: "+2", text: "", at: null }],
      receipts: [],
    });
    expect(read({ MessageStatus: "undelivered", ErrorCode: "30034" }, "?reference=msg_1")).toMatchObject({
      receipts: [
        { reference: "msg_1", status: "undelivered", code: "line_unregistered", carrierCode: "30034", at: null },
      ],
    });
    expect(read({ MessageStatus: "teleported" })).toMatchObject({
      receipts: [{ status: null, carrierStatus: "teleported", reference: null }],
    });
    expect(read({ AccountSid: "ACother", MessageStatus: "sent" })).toBeNull();
  });

  test("lists numbers page by page, and says why it cannot", async () => {
    const number = { phone_number: TEXT.from, capabilities: { sms: true, mms: true, voice: false } };
    const next_page_uri = `/2010-04-01/Accounts/${SID}/IncomingPhoneNumbers.json?Page=1`;
    const { carrier, asked } = open("twilio", () => Response.json({ incoming_phone_numbers: [number], next_page_uri }));
    const first = await carrier.listNumbers?.(null, { signal });
    expect(first).toEqual({
      numbers: [{ number: TEXT.from, capabilities: number.capabilities }],
      next: next_page_uri,
    });
    await carrier.listNumbers?.(first?.next ?? null, { signal });
    expect(asked[1]?.url).toBe(`https://api.twilio.com${next_page_uri}`);
    const closed = open("twilio", () =>
      Response.json({ code: 20003, message: "Authenticate" }, { status: 401 }),
    ).carrier;
    await expect(closed.listNumbers?.(null, { signal })).rejects.toThrow("Authenticate");
  });
});

describe("telnyx", () => {
  const event = (type: string, payload: object) => ({
    url: `${WEBHOOKS}/messages?reference=msg_1`,
    headers: new Headers(),
    body: new TextEncoder().encode(
      JSON.stringify({ data: { event_type: type, occurred_at: "2026-03-03T09:00:00Z", payload } }),
    ),
  });

  test("asks as Telnyx's API is written", async () => {
    const { carrier, asked } = open("telnyx", ACCEPTED.telnyx);
    await carrier.send(TEXT, { signal });
    expect(asked[0]?.url).toBe("https://api.telnyx.com/v2/messages");
    expect(asked[0]?.headers.get("authorization")).toBe("Bearer KEY1");
    expect(await asked[0]?.json()).toEqual({
      from: TEXT.from,
      to: TEXT.to,
      text: TEXT.text,
      webhook_url: `${WEBHOOKS}/status?reference=msg_1`,
    });
  });

  test("has no look-up, so that nothing of it is called absent", () => {
    const { carrier } = open("telnyx", ACCEPTED.telnyx);
    expect(carrier.lookUp).toBeNull();
    expect(carrier.absentAfterMs).toBeGreaterThan(365 * 24 * 3_600_000);
  });

  test("reads texts, receipts, and news that are of no use here", () => {
    const { carrier } = open("telnyx", ACCEPTED.telnyx);
    const to = [{ phone_number: TEXT.from, status: "webhook_delivered" }];
    expect(
      carrier.read(event("message.received", { id: "in-1", from: { phone_number: TEXT.to }, to, text: "Hi" })),
    ).toEqual({
      texts: [{ carrierMessageId: "in-1", from: TEXT.to, to: TEXT.from, text: "Hi", at: NOW }],
      receipts: [],
    });
    const failed = {
      id: "out-1",
      to: [{ phone_number: TEXT.to, status: "delivery_failed" }],
      errors: [{ code: "40010" }],
    };
    expect(carrier.read(event("message.finalized", failed))).toMatchObject({
      receipts: [
        { reference: "msg_1", status: "undelivered", code: "line_unregistered", carrierCode: "40010", at: NOW },
      ],
    });
    const silent = { id: "out-1", to: [{ phone_number: TEXT.to, status: "delivery_unconfirmed" }] };
    expect(carrier.read(event("message.finalized", silent))).toMatchObject({
      receipts: [{ status: "sent", code: null }],
    });
    expect(carrier.read(event("message.link_click", {}))).toEqual({ texts: [], receipts: [] });
  });
});

describe("acs", () => {
  test("asks with one id for one text, however often it is handed over", async () => {
    const { carrier, asked } = open("acs", ACCEPTED.acs);
    await carrier.send(TEXT, { signal });
    await carrier.send(TEXT, { signal });
    await carrier.send({ ...TEXT, reference: "msg_2" }, { signal });
    expect(asked[0]?.url).toBe("https://desk.communication.azure.com/sms?api-version=2026-01-23");
    const bodies = await Promise.all(asked.map((request) => request.json()));
    expect(bodies[0]).toEqual({
      from: TEXT.from,
      message: TEXT.text,
      smsRecipients: [
        {
          to: TEXT.to,
          repeatabilityRequestId: expect.stringMatching(
            /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
          ),
          repeatabilityFirstSent: "Tue, 03 Mar 2026 08:59:59 GMT",
        },
      ],
      smsSendOptions: { enableDeliveryReport: true, tag: "msg_1" },
    });
    expect(bodies[1]).toEqual(bodies[0]);
    expect(bodies[2].smsRecipients[0].repeatabilityRequestId).not.toBe(
      bodies[0].smsRecipients[0].repeatabilityRequestId,
    );
    expect(await carrier.lookUp?.(TEXT, { signal })).toEqual({ kind: "repeatable" });
    expect(await carrier.lookUp?.({ ...TEXT, firstSentAt: NOW - 300_000 }, { signal })).toEqual({ kind: "unclear" });
  });

  test("takes one recipient's part of the answer for the whole", async () => {
    const send = (item: object) => open("acs", () => acsItem(item)).carrier.send(TEXT, { signal });
    expect(await send({ httpStatusCode: 500, successful: false })).toEqual({ kind: "unknown" });
    expect(await send({ httpStatusCode: 429, successful: false })).toMatchObject({ kind: "not_taken" });
    expect(await send({ httpStatusCode: 404, successful: false })).toMatchObject({ code: "invalid_sender" });
  });

  const events = (list: object) => ({
    url: `${WEBHOOKS}/messages?secret=0123456789abcdef`,
    headers: new Headers(),
    body: new TextEncoder().encode(JSON.stringify(list)),
  });

  test("answers the handshake of Event Grid behind the right secret alone", async () => {
    const { carrier } = open("acs", ACCEPTED.acs);
    const asking = events([
      { eventType: "Microsoft.EventGrid.SubscriptionValidationEvent", data: { validationCode: "abc" } },
    ]);
    expect(await carrier.verify(asking, NOW)).toEqual({ kind: "genuine" });
    expect(await carrier.verify({ ...asking, url: `${WEBHOOKS}/messages` }, NOW)).toMatchObject({ kind: "refused" });
    expect(await carrier.verify({ ...asking, url: asking.url.replace("cdef", "cdee") }, NOW)).toMatchObject({
      kind: "refused",
    });
    expect(await carrier.greet?.(asking)?.json()).toEqual({ validationResponse: "abc" });
    expect(carrier.greet?.(events([]))).toBeNull();
  });

  test("reads many events at once, in both spellings, with and without the plus", () => {
    const { carrier } = open("acs", ACCEPTED.acs);
    const read = carrier.read(
      events([
        {
          eventType: "Microsoft.Communication.SMSReceived",
          data: { MessageId: "in-1", From: "14255550101", To: "12065550100", Message: "Hi" },
        },
        {
          type: "Microsoft.Communication.SMSDeliveryReportReceived",
          data: { messageId: "out-1", from: "1", to: "2", deliveryStatus: "Delivered", tag: "msg_1" },
        },
        {
          eventType: "Microsoft.Communication.SMSDeliveryReportReceived",
          data: {
            messageId: "out-2",
            deliveryStatus: "Failed",
            deliveryStatusDetails: "ErrorCode: 5002. ErrorMessage: Message Delivery Timeout",
          },
        },
        {
          eventType: "Microsoft.Communication.SMSDeliveryReportReceived",
          data: { messageId: "out-3", deliveryStatus: "Failed", deliveryStatusDetails: "Recipient has opted-out" },
        },
        { eventType: "Microsoft.Communication.CallStarted", data: {} },
      ]),
    );
    expect(read?.texts).toEqual([
      { carrierMessageId: "in-1", from: "+14255550101", to: "+12065550100", text: "Hi", at: null },
    ]);
    expect(read?.receipts).toMatchObject([
      { carrierMessageId: "out-1", status: "delivered", reference: "msg_1" },
      { carrierMessageId: "out-2", status: "sent", carrierCode: "5002", code: null },
      { carrierMessageId: "out-3", status: "failed", code: "opted_out" },
    ]);
  });
});
