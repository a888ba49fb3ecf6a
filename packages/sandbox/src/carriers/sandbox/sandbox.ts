import type { Dialect } from "../../carrier/dialect.ts";
import { secretOf } from "../../carrier/secret-of.ts";
import { newId } from "../../random.ts";
import { SIGNATURE_HEADER, signWebhook } from "./signature.ts";

// Waits between attempts, in milliseconds; the last one repeats.
const BACK_OFF_MS = [200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000, 900_000];
const GIVE_UP_MS = 24 * 3_600_000;

/** The plain carrier: it repeats webhooks with growing waits for a day on anything but a 2xx. */
export const sandboxDialect: Dialect = {
  carrier: "sandbox",
  newAccount: async (random) => ({
    id: newId("sba", random),
    secrets: { apiKey: newId("sbk", random), webhookSecret: newId("sbs", random) },
  }),
  credentials: (account, baseUrl) => ({ baseUrl, ...account.secrets }),
  newMessageId: (random) => newId("sbx", random),
  keepsArrivals: false,
  optOutsCover: "number",
  arrival: ({ id, from, to, text, media, at }) => ({ body: JSON.stringify({ id, from, to, text, media, at }) }),
  receipt: ({ id, reference }, { status, errorCode, at }) => ({
    body: JSON.stringify({ id, reference, status, errorCode, at: new Date(at).toISOString() }),
  }),
  door: (kind) => kind,
  async dress({ webhook: { body }, account, now }) {
    const signature = await signWebhook(secretOf(account, "webhookSecret"), body, now);
    return { headers: { "content-type": "application/json", [SIGNATURE_HEADER]: signature }, body };
  },
  waitAfter: (_, { number, webhook, now }) =>
    now - webhook.dueAt > GIVE_UP_MS ? null : (BACK_OFF_MS[Math.min(number, BACK_OFF_MS.length) - 1] ?? null),
  handshake: null,
};
