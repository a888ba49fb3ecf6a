import { expect, test } from "vitest";
import { accessKey, signRequest } from "./request-signature.ts";

test("a request is signed as Azure asks: a vector made with a throw-away key", async () => {
  const key = accessKey("CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=");
  if (key === null) throw new Error("no key");
  const signed = await signRequest(key, {
    method: "POST",
    url: "https://my-resource.communication.azure.com/sms?api-version=2026-01-23",
    body: '{"from":"+15559990000","message":"hello","smsRecipients":[{"to":"+15551230001"}]}',
    now: Date.parse("2025-11-24T16:00:00Z"),
  });
  expect(signed).toEqual({
    "x-ms-date": "Mon, 24 Nov 2025 16:00:00 GMT",
    "x-ms-content-sha256": "G4gZQewaj0CekUCwcCiO+fMXtHdyNEsemXstzoEhBlg=",
    authorization:
      "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=2z+lE1MHsnrnqGIh8KdZkdvRQRkuUQjNlc5hW8smST0=",
  });
});

test("an access key is base64", () => {
  expect(accessKey("")).toBeNull();
  expect(accessKey("%%%")).toBeNull();
});
