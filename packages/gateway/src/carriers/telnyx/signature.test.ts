import { expect, test } from "vitest";
import { telnyxKey, verifyTelnyx } from "./signature.ts";

/* A vector made with a throw-away key. */

const PUBLIC_KEY = "6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=";
const TIME = 1_764_000_000;
const SIGNATURE = "4RWa3uqaQeF6qAmdTvpHtm/UdTvufLYPaEj0FsAmFqVCVtUolz0EoVTC91AlxAz6IigxFAsg1NLQKnhQPYvLBg==";
const BODY =
  '{"data":{"event_type":"message.received","id":"b301ed3f-1490-491f-995f-6e64e69674d4","occurred_at":"2025-11-24T16:00:00.000+00:00","record_type":"event","payload":{"id":"84cca175-9755-4859-b67f-4730d7f58aa3","direction":"inbound","type":"SMS","from":{"phone_number":"+15551230001"},"to":[{"phone_number":"+15559990000","status":"webhook_delivered"}],"text":"héllo 😀","encoding":"UCS-2","parts":1,"media":[]}},"meta":{"attempt":1,"delivered_to":"https://gw.example.com/webhooks/telnyx"}}';

const webhook = (body = BODY, time = String(TIME), signature = SIGNATURE) => ({
  url: "https://gw.example.com/carriers/telnyx/acc_1/messages",
  body: new TextEncoder().encode(body),
  headers: new Headers({ "telnyx-timestamp": time, "telnyx-signature-ed25519": signature }),
});

async function verify(...[of, now = TIME * 1000]: [ReturnType<typeof webhook>, number?]) {
  const key = telnyxKey(PUBLIC_KEY);
  if (key === null) throw new Error("no key");
  return verifyTelnyx(key, of, now);
}

test("what Telnyx signed is believed for five minutes", async () => {
  expect(await verify(webhook())).toEqual({ kind: "genuine" });
  expect(await verify(webhook(), (TIME + 300) * 1000)).toEqual({ kind: "genuine" });
  expect(await verify(webhook(), (TIME + 301) * 1000)).toMatchObject({ why: expect.stringMatching(/five minutes/) });
  expect(await verify(webhook(), (TIME - 301) * 1000)).toMatchObject({ why: expect.stringMatching(/clock/) });
});

test("each part of it changed by one bit is refused", async () => {
  const changed = [
    webhook(BODY.replace("héllo", "hèllo")),
    webhook(`${BODY} `),
    webhook(BODY, String(TIME + 1)),
    webhook(BODY, String(TIME), SIGNATURE.replace("4RW", "4RX")),
  ];
  for (const one of changed) expect(await verify(one)).toMatchObject({ kind: "refused" });
  for (const one of [webhook(BODY, ""), webhook(BODY, "soon"), webhook(BODY, String(TIME), "")]) {
    expect(await verify(one)).toMatchObject({ why: expect.stringMatching(/missing or malformed/) });
  }
});

test("a public key is the base64 of 32 bytes", () => {
  for (const wrong of ["", "***", "AAAA", `${PUBLIC_KEY}AAAA`]) expect(telnyxKey(wrong)).toBeNull();
});
