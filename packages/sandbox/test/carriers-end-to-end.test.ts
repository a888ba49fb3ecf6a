import type { Message } from "@trunkline/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createSandbox, type Sandbox } from "../src/node/index.ts";

/* The same for every carrier: the real gateway with its adapter, and the vendor's simulated API and webhooks. */

const CARRIERS = ["sandbox", "twilio", "telnyx", "acs"] as const;

describe.each(CARRIERS)("%s", (name) => {
  let sandbox: Sandbox;
  let line: { id: string; number: string };
  /** What the carrier had taken before the test. */
  let before: number;
  let phones = 0;
  /** A phone that nobody has texted yet. */
  const newPhone = () => `+1425555${String(100 + phones++).padStart(4, "0")}`;

  beforeAll(async () => {
    sandbox = await createSandbox({ now: "2026-11-02T09:00:00Z", carriers: name === "sandbox" ? [] : [name] });
    const seeded = sandbox.lines.find((one) => one.carrier === name);
    if (!seeded) throw new Error(`no line is on ${name}`);
    line = seeded;
  });
  afterAll(() => sandbox.close());
  beforeEach(async () => {
    before = carrier().accepted.length;
    await carrier().configure({});
  });

  async function call<Body>(method: string, path: string, body?: object): Promise<{ status: number; body: Body }> {
    const response = await sandbox.fetch(sandbox.url + path, {
      method,
      headers: { authorization: `Bearer ${sandbox.tenants[0]?.apiKey}`, "content-type": "application/json" },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { status: response.status, body: await response.json() };
  }
  const carrier = () => sandbox.carrier(name);
  const accepted = () =>
    carrier()
      .accepted.slice(before)
      .map(({ text }) => text);
  const send = async (text: string, to = newPhone()) =>
    (await call<Message>("POST", "/v1/messages", { from: line.number, to, text })).body;
  const messageOf = async ({ id }: Pick<Message, "id">) => (await call<Message>("GET", `/v1/messages/${id}`)).body;

  test("texts, long ones and emoji go out and are delivered; what a phone writes comes in", async () => {
    const phone = newPhone();
    const long = "Grüße, and a line that goes on and on. ".repeat(9);
    const texts = ["Hello", long, "👋🏽 see you “there” €5"];
    const sent: Message[] = [];
    for (const text of texts) sent.push(await send(text, phone));
    await sandbox.clock.advance("PT15S");
    expect(accepted()).toEqual(texts);
    const received = sandbox.handset(phone).messages();
    expect(received.map(({ text, from }) => [text, from])).toEqual(texts.map((text) => [text, line.number]));
    for (const message of sent) expect((await messageOf(message)).status).toBe("delivered");

    const { webhook } = await sandbox.handset(phone).text(line.number, "Danke 👍 & bye");
    expect(webhook).toMatchObject({ kind: "answered", status: expect.toSatisfy((code) => code < 300) });
    const { body } = await call<{ data: { lineId: string; lastMessage: { text: string; direction: string } }[] }>(
      "GET",
      "/v1/conversations?limit=1",
    );
    expect(body.data[0]).toMatchObject({
      lineId: line.id,
      lastMessage: { text: "Danke 👍 & bye", direction: "inbound" },
    });
  });

  test("receipts that come late, twice, the wrong way round or never leave the right word in the end", async () => {
    for (const receipts of ["late", "twice", "reordered"] as const) {
      await carrier().configure({ receipts });
      const message = await send(`With receipts ${receipts}`);
      await sandbox.clock.advance("PT30S");
      expect([receipts, (await messageOf(message)).status]).toEqual([receipts, "delivered"]);
    }
    await carrier().configure({ receipts: "none" });
    const message = await send("Without receipts");
    await sandbox.clock.advance("PT30S");
    expect((await messageOf(message)).status).toBe("sent");
  });

  test("what cannot be delivered says why, in our code and in the carrier's", async () => {
    await carrier().configure({ receipts: "undelivered", errorCode: "unreachable" });
    const message = await send("Are you there?");
    await sandbox.clock.advance("PT15S");
    const { status, failure } = await messageOf(message);
    expect(status).toBe("undelivered");
    expect(failure).toMatchObject({ code: "unreachable", carrierCode: expect.any(String) });
  });

  test("who said STOP is texted no more, by the gateway and by a carrier that blocks", async () => {
    const phone = newPhone();
    await carrier().configure({ blocksOptOuts: true });
    await sandbox.handset(phone).text(line.number, "STOP");
    await sandbox.clock.advance("PT15S");
    const refused = await call<{ code: string }>("POST", "/v1/messages", {
      from: line.number,
      to: phone,
      text: "Sale",
    });
    expect([refused.status, refused.body.code]).toEqual([422, "opted_out"]);
    expect(accepted()).not.toContain("Sale");
  });

  test("a carrier that is too busy or away gets the texts later, in their order, each once", async () => {
    await carrier().configure({ perSecond: 1 });
    const texts = Array.from({ length: 5 }, (_, index) => `Text ${index}`);
    const phone = newPhone();
    for (const text of texts) await send(text, phone);
    for (let second = 0; second < 20; second++) await sandbox.clock.advance("PT1S");
    expect(accepted()).toEqual(texts);
    await carrier().configure({ down: true });
    const late = await send("While it was away", phone);
    await sandbox.clock.advance("PT5S");
    expect(accepted()).toEqual(texts);
    await carrier().configure({});
    for (let minute = 0; minute < 10; minute++) await sandbox.clock.advance("PT1M");
    if (name === "telnyx") {
      // Its 5xx may hide a text that was taken, and it has no way to ask: what is in doubt is not handed over again.
      expect(accepted()).toEqual(texts);
      expect((await messageOf(late)).status).toBe("unknown");
    } else {
      expect(accepted()).toEqual([...texts, "While it was away"]);
      expect((await messageOf(late)).status).toBe("delivered");
    }
  });

  test("an answer that is lost after the text was taken texts nobody twice, and comes to light", async () => {
    await carrier().configure({ dropAnswers: 0.5 });
    const sent: Message[] = [];
    const texts = Array.from({ length: 20 }, (_, index) => `Number ${index}`);
    for (const text of texts) sent.push(await send(text));
    for (let minute = 0; minute < 12; minute++) await sandbox.clock.advance("PT1M");
    expect(accepted().toSorted()).toEqual(texts.toSorted());
    const statuses = await Promise.all(sent.map(async (message) => (await messageOf(message)).status));
    expect(new Set(statuses)).toEqual(new Set(["delivered"]));
  });
});
