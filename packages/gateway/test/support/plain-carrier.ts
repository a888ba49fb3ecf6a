import { hmacSha256Hex } from "../../src/carriers/signature.ts";
import type { ManualClock } from "./manual-clock.ts";
import { CREDENTIALS, type TestGateway, type TestTenant } from "./test-gateway.ts";

/** A text that the carrier was asked to send. */
export interface Submitted {
  id: string;
  reference: string;
  from: string;
  to: string;
  text: string;
}

/** How the carrier answers a hand-over; `lost` takes the text and breaks the connection. */
export type Answer =
  | "accept"
  | "lost"
  | "down"
  | "busy"
  /** Says that the whole account is limited. */
  | "account busy"
  | "error"
  | { refuse: string }
  /** Takes it under this id. */
  | { acceptAs: string }
  /** Sends the caller to another address. */
  | { redirect: number };

/** The plain carrier's HTTP side, in memory. It repeats nothing and never de-duplicates, as real ones do not. */
export interface PlainCarrier {
  readonly fetch: typeof globalThis.fetch;
  /** Every text that it took, in order. */
  readonly taken: Submitted[];
  /** Answers for the next hand-overs, one each; then it accepts. */
  readonly script: Answer[];
  /** Whether look-ups are answered. @default true */
  isLookUpUp: boolean;
  /** Runs when a text has been taken, before the answer is given. */
  beforeAnswer: (text: Submitted) => Promise<void>;
}

export function plainCarrier(): PlainCarrier {
  const taken: Submitted[] = [];
  const script: Answer[] = [];
  const carrier: PlainCarrier = {
    taken,
    script,
    isLookUpUp: true,
    beforeAnswer: async () => undefined,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const url = new URL(request.url);
      if (request.method === "GET" && !carrier.isLookUpUp) throw new TypeError("fetch failed");
      if (request.headers.get("authorization") !== `Bearer ${CREDENTIALS.apiKey}`) {
        return Response.json({ code: "auth" }, { status: 401 });
      }
      if (request.method === "GET") {
        const found = taken.filter(({ reference }) => reference === url.searchParams.get("reference"));
        return Response.json({ data: found.map((one) => ({ ...one, status: "sent", errorCode: null, at: null })) });
      }
      const answer = script.shift() ?? "accept";
      if (answer === "down")
        throw new TypeError("fetch failed", { cause: Object.assign(new Error(), { code: "ECONNREFUSED" }) });
      if (answer === "busy" || answer === "account busy") {
        const scope = answer === "busy" ? "line" : "account";
        return Response.json({ code: "rate_limited", scope }, { status: 429, headers: { "retry-after": "2" } });
      }
      if (answer === "error") return Response.json({ code: "oops" }, { status: 503 });
      if (typeof answer === "object" && "redirect" in answer) {
        // As `fetch` does: it goes there itself unless it is told not to.
        const headers = { location: "http://elsewhere.test/messages" };
        if (request.redirect === "manual") return new Response(null, { status: answer.redirect, headers });
        return carrier.fetch(headers.location, {
          method: "POST",
          headers: request.headers,
          body: await request.text(),
        });
      }
      if (typeof answer === "object" && "refuse" in answer) {
        return Response.json({ code: answer.refuse, message: "no" }, { status: 422 });
      }
      const id = typeof answer === "object" ? answer.acceptAs : `cm_${taken.length + 1}`;
      const text = { ...((await request.json()) as Omit<Submitted, "id">), id };
      taken.push(text);
      await carrier.beforeAnswer(text);
      if (answer === "lost") throw new TypeError("fetch failed", { cause: new Error("other side closed") });
      return Response.json({ id: text.id, status: "accepted" }, { status: 201 });
    },
  };
  return carrier;
}

/** Calls the gateway as the carrier does, with its signature. */
export async function webhook(
  { fetch, clock }: { fetch: TestGateway["fetch"]; clock: Pick<ManualClock, "now"> },
  { account }: Pick<TestTenant, "account">,
  kind: "messages" | "status",
  payload: object | string,
  { secret = CREDENTIALS.webhookSecret, at = clock.now() }: { secret?: string; at?: number } = {},
): Promise<Response> {
  const body = typeof payload === "string" ? payload : JSON.stringify(payload);
  const time = Math.floor(at / 1000);
  const signature = await hmacSha256Hex(secret, new TextEncoder().encode(`${time}.${body}`));
  return fetch(`/carriers/sandbox/${account.id}/${kind}`, {
    method: "POST",
    headers: { "content-type": "application/json", "sandbox-signature": `t=${time},v1=${signature}` },
    body,
  });
}
