import * as z from "zod/mini";
import { cursor, id, text, timestamp } from "./schema.ts";

/** Names of the carriers that have an adapter. `sandbox` is the simulated one. */
export const CARRIERS = ["sandbox", "twilio", "telnyx", "acs"] as const;
export type Carrier = (typeof CARRIERS)[number];

/** Credentials by name, as the carrier's adapter asks for them. Sealed at rest, never answered. */
const credentials = z.record(text({ min: 1, max: 64 }), text({ min: 1, max: 4000 }));

/** Who answers STOP, START and HELP: many carriers do it themselves, and two answers would be one too many. */
const keywordAnswers = z.enum(["gateway", "carrier"]);

export const CarrierAccount = z.object({
  id: id("acc"),
  carrier: z.enum(CARRIERS),
  name: text({ min: 1, max: 200 }),
  keywordAnswers,
  /**
   * What to give the carrier: where it delivers texts, and what became of ours. Either address takes either, for carriers
   * that have one for all. Null while the gateway does not know its public URL.
   */
  webhooks: z.nullable(z.object({ messages: z.string(), status: z.string() })),
  /**
   * How it fares. `circuit` is `open` while its texts wait because the carrier cannot be reached. `calls` counts the texts
   * that were handed over in this hour and the one before, `failures` those of them that the carrier did not answer, or
   * refused because of the account itself. The counts may be some seconds late.
   */
  health: z.object({
    circuit: z.enum(["closed", "open"]),
    lastSuccessAt: z.nullable(timestamp),
    lastFailureAt: z.nullable(timestamp),
    calls: z.number(),
    failures: z.number(),
  }),
  createdAt: timestamp,
  updatedAt: timestamp,
});
export type CarrierAccount = z.infer<typeof CarrierAccount>;

export const CreateCarrierAccount = z.strictObject({
  carrier: z.enum(CARRIERS),
  name: text({ min: 1, max: 200 }),
  credentials,
  keywordAnswers: z.optional(keywordAnswers),
});
export type CreateCarrierAccount = z.infer<typeof CreateCarrierAccount>;

export const UpdateCarrierAccount = z.partial(
  z.strictObject({ name: text({ min: 1, max: 200 }), credentials, keywordAnswers }),
);
export type UpdateCarrierAccount = z.infer<typeof UpdateCarrierAccount>;

/** Whether the carrier takes an account's credentials; `message` is the carrier's own when it refuses them. */
export const CarrierAccountCheck = z.object({
  result: z.enum(["accepted", "refused", "unreachable"]),
  message: z.nullable(z.string()),
});
export type CarrierAccountCheck = z.infer<typeof CarrierAccountCheck>;

/** The carrier's own pages, of at most a hundred numbers. */
export const ListCarrierNumbers = z.strictObject({ cursor });

/** A number that the account has at its carrier, and the line that it is here; null for one to import. */
export const CarrierNumber = z.object({
  number: z.string(),
  capabilities: z.object({ sms: z.boolean(), mms: z.boolean(), voice: z.boolean() }),
  lineId: z.nullable(id("line")),
});
export type CarrierNumber = z.infer<typeof CarrierNumber>;
