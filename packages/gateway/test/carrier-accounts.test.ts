import type {
  CarrierAccount,
  CarrierAccountCheck,
  CarrierNumber,
  Conversation,
  Line,
  Message,
  Page,
  Problem,
} from "@trunkline/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { eachStore } from "./support/stores.ts";
import { made, type TestGateway, type TestTenant, testGateway } from "./support/test-gateway.ts";
import { telnyxAccount, twilioWebhook } from "./support/vendor-webhooks.ts";

/* Accounts at real vendors, whose side is written out here: what they are asked, and what they send. */

const PUBLIC = "https://desk.example.com";
const SID = "AC0123456789abcdef0123456789abcdef";
const TOKEN = "twilio-token";
const sid = (last: number) => `SM${String(last).padStart(32, "0")}`;
const ACS_KEY = "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=";
const SECRET = "0123456789abcdef";

eachStore((store) => {
  let gateway: TestGateway;
  let acme: TestTenant;
  let telnyx: Awaited<ReturnType<typeof telnyxAccount>>;
  /** What the vendors were asked, and what they answer to an address. */
  const asked: Request[] = [];
  let answer: (request: Request) => Response | Promise<Response>;

  beforeAll(async () => {
    telnyx = await telnyxAccount();
    gateway = await testGateway(store, {
      publicUrl: PUBLIC,
      fetch: async (input, init) => {
        const request = new Request(input, init);
        asked.push(request.clone());
        return answer(request);
      },
    });
    acme = await gateway.newTenant("Acme");
  });
  afterAll(() => gateway.stop());
  beforeEach(() => {
    asked.length = 0;
    answer = () => Response.json({});
  });

  const open = (carrier: string, credentials: object) =>
    acme.call<CarrierAccount & Problem>("POST", "/v1/carrier-accounts", { carrier, name: carrier, credentials });
  const openTwilio = () => made<CarrierAccount>(open("twilio", { accountSid: SID, authToken: TOKEN }));

  let phone = 100;
  async function addLine(account: CarrierAccount) {
    const number = `+1206555${phone++}0`;
    return made<Line>(acme.call("POST", "/v1/lines", { name: "Desk", carrierAccountId: account.id, number }));
  }
  async function send(line: Line, text: string) {
    const opened = { lineId: line.id, participants: [`+1425555${phone++}0`] };
    const { id } = await made<Conversation>(acme.call("POST", "/v1/conversations", opened));
    return made<Message>(acme.call("POST", `/v1/conversations/${id}/messages`, { text }));
  }
  const messageOf = (id: string) => made<Message>(acme.call("GET", `/v1/messages/${id}`));
  const until = (id: string, status: string) =>
    vi.waitFor(async () => expect((await messageOf(id)).status).toBe(status));
  const texts = async (line: Line) => {
    const { data } = await made<Page<Conversation>>(acme.call("GET", `/v1/conversations?lineId=${line.id}`));
    return data.map(({ lastMessage }) => lastMessage?.text);
  };

  describe("saving", () => {
    test("asks the carrier first: what it refuses is not kept, and its words are passed on", async () => {
      answer = () => Response.json({ code: 20003, message: "Authenticate" }, { status: 401 });
      const { status, body } = await open("twilio", { accountSid: SID, authToken: TOKEN });
      expect([status, body.issues?.[0]]).toEqual([
        422,
        { path: ["credentials"], message: "The carrier refuses them: Authenticate" },
      ]);
      expect(JSON.stringify(body)).not.toContain(TOKEN);
      const { data } = await made<Page<CarrierAccount>>(acme.call("GET", "/v1/carrier-accounts"));
      expect(data.map(({ carrier }) => carrier)).toEqual(["sandbox"]);
    });

    test("keeps credentials that nobody could try, and tells addresses to paste", async () => {
      answer = () => Promise.reject(new TypeError("fetch failed"));
      const account = await openTwilio();
      expect(account).toMatchObject({
        keywordAnswers: "carrier",
        webhooks: {
          messages: `${PUBLIC}/carriers/twilio/${account.id}/messages`,
          status: `${PUBLIC}/carriers/twilio/${account.id}/status`,
        },
      });
      const check = () => made<CarrierAccountCheck>(acme.call("POST", `/v1/carrier-accounts/${account.id}/test`));
      expect(await check()).toEqual({ result: "unreachable", message: null });
      answer = () => Response.json({ message: "Authenticate" }, { status: 401 });
      expect(await check()).toEqual({ result: "refused", message: "Authenticate" });
      answer = () => Response.json({ sid: SID });
      expect(await check()).toEqual({ result: "accepted", message: null });
    });

    test("changed credentials are asked about as well, and those of before stay when they are refused", async () => {
      const account = await openTwilio();
      answer = () => Response.json({ message: "Authenticate" }, { status: 401 });
      const change = { credentials: { accountSid: SID, authToken: "other" } };
      expect((await acme.call("PATCH", `/v1/carrier-accounts/${account.id}`, change)).status).toBe(422);
      answer = () => Response.json({});
      await made(acme.call("POST", `/v1/carrier-accounts/${account.id}/test`));
      expect(asked.at(-1)?.headers.get("authorization")).toBe(`Basic ${btoa(`${SID}:${TOKEN}`)}`);
    });
  });

  test("numbers are listed page by page, each with its line", async () => {
    const account = await openTwilio();
    const line = await addLine(account);
    const number = (phone_number: string) => ({ phone_number, capabilities: { sms: true, mms: false, voice: true } });
    answer = ({ url }) =>
      url.includes("PageToken=2")
        ? Response.json({ incoming_phone_numbers: [number("+12065559999")], next_page_uri: null })
        : Response.json({
            incoming_phone_numbers: [number(line.number ?? "")],
            next_page_uri: `/2010-04-01/Accounts/${SID}/IncomingPhoneNumbers.json?PageToken=2`,
          });
    const path = `/v1/carrier-accounts/${account.id}/numbers`;
    const first = await made<Page<CarrierNumber>>(acme.call("GET", path));
    const capabilities = { sms: true, mms: false, voice: true };
    expect(first.data).toEqual([{ number: line.number, capabilities, lineId: line.id }]);
    const second = await made<Page<CarrierNumber>>(acme.call("GET", `${path}?cursor=${first.nextCursor}`));
    expect(second).toEqual({ data: [{ number: "+12065559999", capabilities, lineId: null }], nextCursor: null });
    const other = `/v1/carrier-accounts/${acme.account.id}/numbers?cursor=${first.nextCursor}`;
    expect((await acme.call<Problem>("GET", other)).body.code).toBe("invalid_cursor");
    answer = () => Response.json({ message: "Maintenance" }, { status: 503 });
    expect(await acme.call<Problem>("GET", path)).toMatchObject({
      status: 503,
      body: { code: "carrier_unavailable", detail: "Maintenance" },
    });
  });

  describe("twilio", () => {
    const call = (account: CarrierAccount, path: string, init: RequestInit) =>
      gateway.fetch(`/carriers/twilio/${account.id}/${path}`, init);

    test("a text leaves, and its callback, signed for the public address, says that it arrived", async () => {
      const account = await openTwilio();
      const line = await addLine(account);
      answer = () => Response.json({ sid: sid(1), status: "queued" }, { status: 201 });
      const { id } = await send(line, "Hello");
      await until(id, "sent");
      const callback = new URLSearchParams(await asked.at(-1)?.text()).get("StatusCallback") ?? "";
      expect(callback).toBe(`${account.webhooks?.status}?reference=${id}`);
      const fields = { AccountSid: SID, MessageSid: sid(1), MessageStatus: "delivered" };
      const { pathname, search } = new URL(callback);
      const path = `${pathname}${search}`.split(`${account.id}/`)[1] ?? "";
      expect((await call(account, path, await twilioWebhook(TOKEN, callback, fields))).status).toBe(204);
      await until(id, "delivered");
    });

    test("a text from a phone arrives once, and one that is not genuine says what differs", async () => {
      const account = await openTwilio();
      const line = await addLine(account);
      const url = account.webhooks?.messages ?? "";
      const text = { AccountSid: SID, From: "+14255550177", To: line.number ?? "", NumMedia: "0" };
      const webhook = await twilioWebhook(TOKEN, url, { ...text, MessageSid: sid(2), Body: "Hi" });
      expect([await call(account, "messages", webhook), await call(account, "messages", webhook)]).toMatchObject([
        { status: 204 },
        { status: 204 },
      ]);
      expect(await texts(line)).toEqual(["Hi"]);
      const forged = await twilioWebhook("guessed", url, { ...text, MessageSid: sid(3), Body: "Forged" });
      const refused = await call(account, "messages", forged);
      expect([refused.status, await refused.json()]).toMatchObject([
        401,
        { code: "signature_invalid", detail: expect.stringContaining(url) },
      ]);
      const foreign = { ...text, AccountSid: SID.replace("0", "f"), MessageSid: sid(4), Body: "Foreign" };
      expect((await call(account, "messages", await twilioWebhook(TOKEN, url, foreign))).status).toBe(422);
      expect(await texts(line)).toEqual(["Hi"]);
    });

    test("an answer that is lost is found again by the text's words, and nothing is handed over twice", async () => {
      const account = await openTwilio();
      const line = await addLine(account);
      const taken: { sid: string; To: string; Body: string }[] = [];
      answer = async (request) => {
        if (request.method === "GET") {
          const messages = taken.map((one) => ({
            sid: one.sid,
            status: "delivered",
            body: one.Body,
            direction: "outbound-api",
            date_created: new Date(gateway.clock.now()).toUTCString(),
          }));
          return Response.json({ messages: messages.reverse() });
        }
        const { To = "", Body = "" } = Object.fromEntries(new URLSearchParams(await request.text()));
        taken.push({ sid: sid(10 + taken.length), To, Body });
        throw new TypeError("fetch failed", { cause: new Error("other side closed") });
      };
      const { id } = await send(line, "Once only");
      await until(id, "unknown");
      gateway.clock.advance(2000);
      await until(id, "delivered");
      expect((await messageOf(id)).carrierMessageId).toBe(sid(10));
      expect(taken).toHaveLength(1);
    });
  });

  describe("telnyx", () => {
    test("texts and receipts come in by one door, and no older than five minutes", async () => {
      const account = await made<CarrierAccount>(open("telnyx", { apiKey: "KEY1", publicKey: telnyx.publicKey }));
      const line = await addLine(account);
      answer = () => Response.json({ data: { id: "tx-1" } });
      const { id } = await send(line, "Hello");
      await until(id, "sent");
      const deliver = async (event: object, at = gateway.clock.now()) => {
        const webhook = await telnyx.webhook(at, { occurred_at: new Date(at).toISOString(), ...event });
        return (await gateway.fetch(`/carriers/telnyx/${account.id}/messages`, webhook)).status;
      };
      const payload = { id: "tx-1", to: [{ phone_number: "+14255550123", status: "delivered" }] };
      const finalized = { event_type: "message.finalized", payload };
      expect(await deliver(finalized, gateway.clock.now() - 301_000)).toBe(401);
      expect((await messageOf(id)).status).toBe("sent");
      expect(await deliver(finalized)).toBe(204);
      await until(id, "delivered");
      const from = { phone_number: "+14255550123" };
      const received = { id: "tx-2", from, to: [{ phone_number: line.number }], text: "Hi there" };
      expect(await deliver({ event_type: "message.received", payload: received })).toBe(204);
      expect(await texts(line)).toContain("Hi there");
      expect(await deliver({ event_type: "message.link_click", payload: {} })).toBe(204);
    });
  });

  describe("acs", () => {
    const openAcs = () => {
      answer = () => new Response(null, { status: 404 });
      const connectionString = `endpoint=https://acme.communication.azure.com;accesskey=${ACS_KEY}`;
      return made<CarrierAccount>(open("acs", { connectionString, webhookSecret: SECRET }));
    };
    const deliver = (account: CarrierAccount, events: object[], secret = SECRET) =>
      gateway.fetch(`/carriers/acs/${account.id}/messages?secret=${secret}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(events),
      });

    test("Event Grid's handshake is answered, behind the right secret alone", async () => {
      const account = await openAcs();
      const eventType = "Microsoft.EventGrid.SubscriptionValidationEvent";
      const asking = [{ eventType, data: { validationCode: "code-1" } }];
      const welcome = await deliver(account, asking);
      expect([welcome.status, await welcome.json()]).toEqual([200, { validationResponse: "code-1" }]);
      const refused = await deliver(account, asking, "guessed");
      expect(refused.status).toBe(401);
      expect(await refused.text()).not.toMatch(/guessed|0123456789abcdef/);
    });

    test("the handshake of CloudEvents is answered, behind the right secret alone, and by no other carrier", async () => {
      const account = await openAcs();
      const ask = (query: string, headers: Record<string, string>, id = account.id, carrier = "acs") =>
        gateway.fetch(`/carriers/${carrier}/${id}/messages${query}`, { method: "OPTIONS", headers });
      const grid = { "webhook-request-origin": "eventgrid.azure.net" };
      const welcome = await ask(`?secret=${SECRET}`, grid);
      expect([welcome.status, welcome.headers.get("webhook-allowed-origin")]).toEqual([200, "eventgrid.azure.net"]);
      expect((await ask("?secret=guessed", grid)).status).toBe(401);
      expect((await ask("", grid)).status).toBe(401);
      expect((await ask(`?secret=${SECRET}`, {})).status).toBe(422);
      expect((await ask(`?secret=${SECRET}`, grid, acme.account.id, "sandbox")).status).toBe(404);
    });

    test("an answer that is lost is asked for by handing over once more, under the same id", async () => {
      const account = await openAcs();
      const line = await addLine(account);
      const ids: string[] = [];
      answer = async (request) => {
        const { smsRecipients } = (await request.json()) as { smsRecipients: { repeatabilityRequestId: string }[] };
        ids.push(JSON.stringify(smsRecipients[0]));
        if (ids.length === 1) throw new TypeError("fetch failed", { cause: new Error("other side closed") });
        const value = [{ to: "", messageId: "Outgoing_1", httpStatusCode: 202, successful: true }];
        return Response.json({ value }, { status: 202 });
      };
      const { id } = await send(line, "Hello");
      await until(id, "unknown");
      gateway.clock.advance(2000);
      await until(id, "sent");
      expect(new Set(ids).size).toBe(1);
      expect(ids).toHaveLength(2);
      const report = { messageId: "Outgoing_1", deliveryStatus: "Delivered", tag: id };
      const text = { messageId: "in-1", from: "14255550199", to: line.number?.slice(1), message: "Hi" };
      const both = [
        { eventType: "Microsoft.Communication.SMSDeliveryReportReceived", data: report },
        { eventType: "Microsoft.Communication.SMSReceived", data: text },
      ];
      expect((await deliver(account, both)).status).toBe(204);
      await until(id, "delivered");
      expect(await texts(line)).toContain("Hi");
    });

    test("numbers cannot be listed, and it says what to do instead", async () => {
      const account = await openAcs();
      const { status, body } = await acme.call<Problem>("GET", `/v1/carrier-accounts/${account.id}/numbers`);
      expect([status, body.detail]).toEqual([409, expect.stringContaining("Add lines with the numbers by hand")]);
    });
  });
});
