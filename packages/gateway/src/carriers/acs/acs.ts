import * as z from "zod/mini";
import { sha256, toHex } from "../../bytes.ts";
import {
  type Carrier,
  type CarrierAdapter,
  CredentialsRefused,
  GENUINE,
  type HandOver,
  type LookUp,
  type Verdict,
} from "../carrier.ts";
import { checkByAsking, handOver, type NotAccepted, parseJson } from "../http.ts";
import { equalInConstantTime } from "../signature.ts";
import { trimSlash } from "../text.ts";
import { acsRefusal } from "./codes.ts";
import { type EntraAnswer, type EntraApp, entraTokens } from "./entra-token.ts";
import { contentOf, readEvents, validationCode } from "./events.ts";
import { accessKey, signRequest } from "./request-signature.ts";

/*
 * SMS of Azure Communication Services. Sources: Azure/azure-rest-api-specs, communication/data-plane/Sms 2026-01-23;
 * learn.microsoft.com/azure/communication-services
 */

const VERSION = "2026-01-23";
/** Hand-overs with one id are told apart for at least this long, in milliseconds. */
const REPEATABLE_MS = 5 * 60_000;
const ENTRA = "https://login.microsoftonline.com";
const NEVER_MS = Number.MAX_SAFE_INTEGER;
const NOBODYS = "00000000-0000-0000-0000-000000000000";

const Sent = z.object({
  value: z.array(
    z.object({
      messageId: z.nullish(z.string()),
      httpStatusCode: z.number(),
      successful: z.boolean(),
      errorMessage: z.nullish(z.string()),
    }),
  ),
});
const Refused = z.union([
  z.object({ error: z.object({ code: z.nullish(z.string()), message: z.nullish(z.string()) }) }),
  z.object({ title: z.string(), detail: z.nullish(z.string()) }),
]);

/**
 * Credentials: `connectionString` (Keys in the Azure portal), or `endpoint` and `accessKey`, or `endpoint` with `tenantId`,
 * `clientId` and `clientSecret` of an app in Microsoft Entra ID (`authority` for another cloud); `webhookSecret`, any text of
 * 16 characters or more that stands as `?secret=` in the address of the Event Grid subscription, because Event Grid
 * signs nothing.
 */
export const acsCarrier: CarrierAdapter = (credentials, { fetch, now }): Carrier => {
  const { endpoint, proof, webhookSecret } = readCredentials(credentials);
  const tokens = proof.kind === "app" ? entraTokens(proof.app, { fetch, now }) : null;

  async function call(method: string, path: string, body = "", signal: AbortSignal): Promise<Response> {
    const url = `${endpoint}${path}${path.includes("?") ? "&" : "?"}api-version=${VERSION}`;
    const headers =
      proof.kind === "key"
        ? await signRequest(proof.key, { method, url, body, now: now() })
        : { authorization: `Bearer ${await theToken(signal)}` };
    if (method === "GET") return fetch(url, { headers, signal });
    return fetch(url, { method, headers: { ...headers, "content-type": "application/json" }, body, signal });
  }

  /** What Entra says before anything is asked of the resource; null when there is nothing in the way. */
  async function entraRefusal(signal: AbortSignal): Promise<Exclude<EntraAnswer, { kind: "token" }> | null> {
    const answer = (await tokens?.(signal)) ?? { kind: "token" };
    return answer.kind === "token" ? null : answer;
  }

  async function theToken(signal: AbortSignal): Promise<string> {
    const answer = await tokens?.(signal);
    if (answer?.kind === "token") return answer.token;
    throw new Error("there is no token"); // it has ended since it was looked at
  }

  return {
    async send({ from, to, text, reference, firstSentAt }, { signal }): Promise<HandOver> {
      const body = JSON.stringify({
        from,
        smsRecipients: [
          {
            to,
            repeatabilityRequestId: await toUuid(reference),
            repeatabilityFirstSent: new Date(firstSentAt).toUTCString(),
          },
        ],
        message: text,
        smsSendOptions: { enableDeliveryReport: true, tag: reference },
      });
      const inTheWay = await entraRefusal(signal);
      if (inTheWay?.kind === "unreachable") return { kind: "not_taken", retryAfterMs: null };
      if (inTheWay) {
        return { kind: "refused", code: "carrier_credentials", carrierCode: null, message: inTheWay.message };
      }
      return handOver(() => call("POST", "/sms", body, signal), {
        accepted: toOutcome,
        refused: (json, status) => refusal(status, wordsOf(json)),
        throttled: () => "line",
      });
    },

    /** The same id is the same text to Azure: handing over once more is how one finds out. */
    lookUp: async ({ firstSentAt }): Promise<LookUp> =>
      now() - firstSentAt < REPEATABLE_MS ? { kind: "repeatable" } : { kind: "unclear" },
    absentAfterMs: NEVER_MS,

    async verify({ url }): Promise<Verdict> {
      const secret = new URL(url).searchParams.get("secret");
      if (secret === null)
        return { kind: "refused", why: "The address of the Event Grid subscription has no ?secret=." };
      return equalInConstantTime(secret, webhookSecret)
        ? GENUINE
        : { kind: "refused", why: "The secret in the address is not this account's webhookSecret." };
    },

    greet({ body }) {
      const code = validationCode(readEvents(parseJson(body)) ?? []);
      return code === null ? null : Response.json({ validationResponse: code });
    },

    /** Source: CloudEvents 1.0, HTTP 1.1 Web Hooks for Event Delivery §4, which Event Grid follows for CloudEvents. */
    allowDelivery({ headers }) {
      const origin = headers.get("webhook-request-origin");
      if (origin === null) return null;
      const allowed = { "webhook-allowed-origin": origin, "webhook-allowed-rate": "*" };
      return new Response(null, { status: 200, headers: { allow: "OPTIONS, POST", ...allowed } });
    },

    read({ body }) {
      const events = readEvents(parseJson(body));
      return events && contentOf(events);
    },

    // Nothing can be read without an id: with the right key the answer about nobody's text is that there is none.
    async check({ signal }) {
      return (
        (await entraRefusal(signal)) ??
        checkByAsking(() => call("GET", `/deliveryReports/${NOBODYS}`, "", signal), {
          wordsOf,
          proves: ({ ok, status }) => ok || status === 404,
        })
      );
    },

    listHistory: null,

    listNumbers: null,
  };
};

/** What the answer, which can be about many recipients, says about the only one. */
function toOutcome(json: unknown): string | NotAccepted | undefined {
  const item = Sent.safeParse(json).data?.value[0];
  if (!item) return undefined;
  const { httpStatusCode: status, successful, messageId, errorMessage } = item;
  if (successful) return messageId ?? undefined;
  if (status === 429) return { later: "line" };
  return status >= 500 ? undefined : refusal(status, errorMessage ?? undefined);
}

const refusal = (status: number, words: string | undefined): NotAccepted => ({
  code: acsRefusal(status, words ?? ""),
  carrierCode: String(status),
  message: words,
});

function wordsOf(json: unknown): string | undefined {
  const { data } = Refused.safeParse(json);
  if (!data) return undefined;
  return ("error" in data ? data.error.message : (data.detail ?? data.title)) ?? undefined;
}

/** The id by which Azure knows a repetition: the same for the same reference (RFC 9562, version 8). */
async function toUuid(reference: string): Promise<string> {
  const hex = toHex((await sha256(reference)).slice(0, 16));
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** What a request proves itself with. */
type Proof =
  | { readonly kind: "key"; readonly key: Promise<CryptoKey> }
  | { readonly kind: "app"; readonly app: EntraApp };

function readCredentials({ connectionString, endpoint, webhookSecret, ...more }: Record<string, string>) {
  const parts = /^endpoint=(https?:\/\/[^;]+);accesskey=([^;]+);?$/i.exec(connectionString?.trim() ?? "");
  const address = parts?.[1] ?? endpoint;
  const proof = readProof(parts?.[2] ?? more.accessKey, more);
  if (!address || !URL.canParse(address) || proof === null) {
    throw new CredentialsRefused(
      "Azure Communication Services needs connectionString (endpoint=https://…;accesskey=…), or endpoint with accessKey, or endpoint with tenantId, clientId and clientSecret.",
    );
  }
  if (!webhookSecret || webhookSecret.length < 16) {
    throw new CredentialsRefused("Azure Communication Services needs webhookSecret, a text of 16 characters or more.");
  }
  return { endpoint: trimSlash(address), proof, webhookSecret };
}

function readProof(secret: string | undefined, more: Record<string, string>): Proof | null {
  const { tenantId, clientId, clientSecret, authority = ENTRA } = more;
  if (secret !== undefined) {
    const key = accessKey(secret);
    return key && { kind: "key", key };
  }
  if (!tenantId || !clientId || !clientSecret || !URL.canParse(authority)) return null;
  return { kind: "app", app: { authority: trimSlash(authority), tenantId, clientId, clientSecret } };
}
