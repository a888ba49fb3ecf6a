import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import { platformRandom } from "../random.ts";
import { newWebhookSecret, signDelivery } from "./secrets.ts";

test("the vector of Standard Webhooks 1.0.0", async () => {
  const signed = await signDelivery(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], {
    id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
    body: '{"test": 2432232314}',
    now: 1_614_265_330_999,
  });
  expect(signed).toEqual({
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  });
});

test("we sign byte for byte as the official library does, whatever the body is", async () => {
  const text = fc.string({ unit: "binary", maxLength: 300 });
  await fc.assert(
    fc.asyncProperty(text, fc.integer({ min: 0, max: 4_000_000_000 }), async (body, seconds) => {
      const secret = newWebhookSecret(platformRandom);
      const id = "evt_01jd0000000000000000000000";
      const signed = await signDelivery([secret], { id, body, now: seconds * 1000 });
      const expected = new Webhook(secret).sign(id, new Date(seconds * 1000), body);
      expect(signed["webhook-signature"]).toBe(expected);
    }),
    { numRuns: 2000 },
  );
});

test("several secrets sign side by side, the newest first", async () => {
  const secrets = [newWebhookSecret(platformRandom), newWebhookSecret(platformRandom)];
  const one = { id: "evt_1", body: "{}", now: 1_000_000 };
  const [first, second] = await Promise.all(secrets.map((secret) => signDelivery([secret], one)));
  const both = await signDelivery(secrets, one);
  expect(both["webhook-signature"]).toBe(`${first?.["webhook-signature"]} ${second?.["webhook-signature"]}`);
});
