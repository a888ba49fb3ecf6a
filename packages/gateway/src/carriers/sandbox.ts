import type { ErrorCode } from "@trunkline/protocol";
import * as z from "zod/mini";
import { joinBytes } from "../bytes.ts";
import {
  type Carrier,
  type CarrierAdapter,
  CredentialsRefused,
  GENUINE,
  type HandOver,
  type LookUp,
  type Receipt,
  type Verdict,
} from "./carrier.ts";
import { askForList, checkByAsking, handOver, parseJson, readJson } from "./http.ts";
import { equalInConstantTime, hmacSha256Hex } from "./signature.ts";
import { timeOf, trimSlash } from "./text.ts";

/*
 * The plain simulated carrier of `@trunkline/sandbox`. Its wire is the least that a carrier needs: one call to send, one
 * to look up, two signed webhooks.
 */

/** Signatures older or newer than this are refused, in milliseconds. */
const TOLERANCE_MS = 5 * 60_000;
/** A request that has ended can reach the carrier no later than this, in milliseconds. */
const ABSENT_AFTER_MS = 10_000;

const FAILURES: ReadonlyMap<string, ErrorCode> = new Map([
  ["auth", "carrier_credentials"],
  ["invalid_number", "invalid_number"],
  ["invalid_sender", "invalid_sender"],
  ["opted_out", "opted_out"],
  ["landline", "landline"],
  ["blocked_as_spam", "blocked_as_spam"],
  ["unreachable", "unreachable"],
]);

const Accepted = z.object({ id: z.string().check(z.minLength(1)) });
const Refused = z.object({ code: z.string(), message: z.optional(z.string()) });
const Throttled = z.object({ scope: z.enum(["line", "account"]) });
const Inbound = z.object({
  id: z.string().check(z.minLength(1)),
  from: z.string(),
  to: z.string(),
  text: z.string(),
  at: z.nullish(z.string()),
});
const Status = z.object({
  id: z.string().check(z.minLength(1)),
  reference: z.nullish(z.string()),
  status: z.string(),
  errorCode: z.nullish(z.string()),
  at: z.nullish(z.string()),
});
const Listed = z.object({ data: z.array(Status) });
const Numbers = z.object({ data: z.array(z.object({ number: z.string() })) });

/** Credentials: `baseUrl`, `apiKey`, `webhookSecret`. */
export const sandboxCarrier: CarrierAdapter = (credentials, { fetch }): Carrier => {
  const { baseUrl, apiKey, webhookSecret } = credentials;
  if (!baseUrl || !URL.canParse(baseUrl) || !apiKey || !webhookSecret) {
    throw new CredentialsRefused("The carrier `sandbox` needs the credentials baseUrl, apiKey and webhookSecret.");
  }
  const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" };
  const address = (path: string) => `${trimSlash(baseUrl)}${path}`;

  return {
    send({ from, to, text, reference }, { signal }): Promise<HandOver> {
      const body = JSON.stringify({ from, to, text, reference });
      return handOver(() => fetch(address("/messages"), { method: "POST", headers, body, signal }), {
        accepted: (json) => Accepted.safeParse(json).data?.id,
        refused: (json) => {
          const { code, message } = Refused.safeParse(json).data ?? {};
          return { code: FAILURES.get(code ?? "") ?? "carrier_refused", carrierCode: code ?? null, message };
        },
        throttled: (json) => Throttled.safeParse(json).data?.scope ?? "line",
      });
    },

    absentAfterMs: ABSENT_AFTER_MS,

    async lookUp({ reference }, { signal }): Promise<LookUp> {
      try {
        const answer = await fetch(address(`/messages?reference=${encodeURIComponent(reference)}`), {
          headers,
          signal,
        });
        if (!answer.ok) return { kind: "unclear" };
        const { data: listed } = Listed.safeParse(await readJson(answer));
        if (!listed) return { kind: "unclear" };
        const text = listed.data.find((one) => one.reference === reference);
        return text ? { kind: "found", receipt: toReceipt(text) } : { kind: "absent" };
      } catch {
        return { kind: "unclear" }; // the carrier is away; that says nothing about the text
      }
    },

    async verify({ body, headers: received }, now): Promise<Verdict> {
      const match = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(received.get("sandbox-signature") ?? "");
      const [, time = "", signature = ""] = match ?? [];
      if (!match) return { kind: "refused", why: "The header sandbox-signature is missing or malformed." };
      if (Math.abs(now - Number(time) * 1000) > TOLERANCE_MS)
        return { kind: "refused", why: "It was signed too long ago." };
      const signed = joinBytes([new TextEncoder().encode(`${time}.`), body]);
      return equalInConstantTime(await hmacSha256Hex(webhookSecret, signed), signature)
        ? GENUINE
        : { kind: "refused", why: "The signature belongs to another secret or another body." };
    },

    read({ body }) {
      const json = parseJson(body);
      const { data: text } = Inbound.safeParse(json);
      if (text) {
        const { id, from, to } = text;
        return { texts: [{ carrierMessageId: id, from, to, text: text.text, at: timeOf(text.at) }], receipts: [] };
      }
      const { data: status } = Status.safeParse(json);
      return status ? { texts: [], receipts: [toReceipt(status)] } : null;
    },

    check: ({ signal }) => checkByAsking(() => fetch(address("/numbers"), { headers, signal })),

    listHistory: null,

    async listNumbers(_page, { signal }) {
      const trouble = "The carrier did not list its numbers.";
      const { data } = await askForList(() => fetch(address("/numbers"), { headers, signal }), {
        schema: Numbers,
        trouble,
      });
      const capabilities = { sms: true, mms: true, voice: false };
      return { numbers: data.map(({ number }) => ({ number, capabilities })), next: null };
    },
  };
};

function toReceipt({ id, reference, status, errorCode, at }: z.infer<typeof Status>): Receipt {
  const failed = status === "failed" || status === "undelivered";
  return {
    reference: reference ?? null,
    carrierMessageId: id,
    status: toStatus(status),
    carrierStatus: status,
    code: failed ? (FAILURES.get(errorCode ?? "") ?? "carrier_refused") : null,
    carrierCode: errorCode ?? null,
    at: timeOf(at),
  };
}

function toStatus(word: string): Receipt["status"] {
  switch (word) {
    case "accepted": // what a look-up says of a text that has not left yet
    case "sent":
      return "sent";
    case "delivered":
    case "undelivered":
    case "failed":
      return word;
    default:
      return null;
  }
}
