import type { CarrierAccount } from "../src/carrier/entries.ts";
import { platformTime, WorldClock } from "../src/clock.ts";
import { createWorld } from "../src/create-world.ts";
import { memoryJournal } from "../src/journal.ts";
import type { WorldEntry } from "../src/state.ts";

export const LINE = "+12065550100";
export const PHONE = "+14255550123";
export const START = Date.parse("2026-11-02T09:00:00Z");

export const ACCOUNT: CarrierAccount = {
  id: "sba_1",
  carrier: "sandbox",
  secrets: { apiKey: "sbk_1", webhookSecret: "sbs_1" },
  numbers: [LINE, "+12065550101"],
  target: {
    deploymentId: "dep_1",
    gatewayAccountId: "acc_00000000000000000000000001",
    baseUrl: "http://world.test/carriers/sandbox",
  },
};

/** Entries of a world that knows one gateway with one account. */
export const BEGINNING: readonly WorldEntry[] = [
  { type: "account", account: ACCOUNT },
  {
    type: "deployment",
    deployment: { id: "dep_1", index: 0, address: "http://gateway.test", operatorKey: "tlo_1", tenants: [] },
  },
];

/**
 * A world in memory whose clock stands still. Its one gateway is whatever `answer` makes of a webhook; what it was sent
 * is kept in `webhooks`.
 */
export async function fixedWorld({
  answer = () => new Response(null, { status: 204 }),
  entries = BEGINNING,
}: {
  answer?: (request: Request) => Response | Promise<Response>;
  entries?: readonly WorldEntry[];
} = {}) {
  const webhooks: { url: string; signature: string | null; headers: Headers; body: string; at: number }[] = [];
  const clock = new WorldClock({ host: platformTime, standsAt: START });
  const journal = memoryJournal<WorldEntry>([...entries]);
  const { world, fetch, stop } = await createWorld({
    url: "http://world.test",
    clock,
    journal,
    fetch: async (request) => {
      const body = await request.clone().text();
      const { url, headers } = request;
      webhooks.push({ url, headers, signature: headers.get("sandbox-signature"), body, at: clock.now() });
      return answer(request);
    },
  });

  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const init = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
    const response = await fetch(new Request(`http://world.test${path}`, { method, headers, ...init }));
    const text = response.type === "error" ? "" : await response.text();
    return { response, status: response.status, body: text === "" ? null : JSON.parse(text) };
  };
  const carrier = (method: string, path: string, body?: unknown, key = "sbk_1") =>
    call(method, `/carriers/sandbox${path}`, body, { authorization: `Bearer ${key}` });
  const submit = (fields: object = {}) =>
    carrier("POST", "/messages", { from: LINE, to: PHONE, text: "Hello", reference: "msg_1", ...fields });
  return { world, clock, journal, webhooks, call, carrier, submit, stop };
}
